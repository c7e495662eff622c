using System.CommandLine;
using System.Text.Json;
using Jianwei.App.Hosting;
using Jianwei.Featurizer;
using Jianwei.Featurizer.Verify;

namespace Jianwei.App.Verbs;

/// <summary><c>jianwei verify</c>: is Redis what the log makes?</summary>
internal static class VerifyVerb
{
    public static Command Create()
    {
        var set = SettingOption.Create();
        var command = new Command("verify",
            "Replay events from the start into memory and compare every company's state in Redis, bit by bit. Prints one JSON line; exit code 1 if any differs.")
        { set };
        command.SetAction(async (parsed, cancellation) =>
        {
            var builder = JianweiHost.Builder(SettingOption.Read(parsed, set), LogLevel.Warning);
            builder.Services.AddFeatures();
            await using var app = builder.Build();
            var line = new ProgressLine(TimeProvider.System);
            var progress = new Inline<long>(read => line.Show($"{read:N0} events replayed"));
            var found = await app.Services.GetRequiredService<StateVerifier>().RunAsync(progress, cancellation);
            line.End();
            Console.WriteLine(JsonSerializer.Serialize(found, JsonOut.Compact));
            return found.Different == 0 ? 0 : 1;
        });
        return command;
    }
}
