using Jianwei.App;

return await Cli.RunAsync(args);
