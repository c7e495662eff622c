using System.CommandLine;
using Jianwei.App.Hosting;

namespace Jianwei.App.Verbs;

/// <summary><c>jianwei run</c>: the stages, until stopped.</summary>
internal static class RunVerb
{
    public static Command Create()
    {
        var role = new Option<string[]>("--role")
        {
            Description = "Stages of this process: all, or one or more of ingest, featurizer, scorer, alerts, sweeper.",
            DefaultValueFactory = _ => ["all"],
            AllowMultipleArgumentsPerToken = true,
        };
        role.AcceptOnlyFromAmong("all", "ingest", "featurizer", "scorer", "alerts", "sweeper");
        var device = new Option<string?>("--device") { Description = "What models run on, as Scorer:Device: auto, cpu, cuda or cuda:N." };
        var set = SettingOption.Create();
        var command = new Command("run", "Run the stages until Ctrl-C.") { role, device, set };
        command.SetAction(async (parsed, cancellation) =>
        {
            var roles = parsed.GetValue(role)!.Aggregate(Roles.None, (all, one) => all | Enum.Parse<Roles>(one, ignoreCase: true));
            var settings = SettingOption.Read(parsed, set);
            if (parsed.GetValue(device) is { } chosen)
            {
                settings["Scorer:Device"] = chosen;
            }

            await using var app = JianweiHost.Builder(settings).AddRoles(roles).BuildApplication(roles);
            await app.StartStagesAsync(cancellation);
            app.Logger.LogInformation("roles {Roles}; {Url}/health /ready /metrics", roles, string.Join(' ', app.Urls));
            await app.WaitForShutdownAsync(cancellation);
            return Environment.ExitCode;
        });
        return command;
    }
}
