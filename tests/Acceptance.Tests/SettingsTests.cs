using System.Net;
using System.Net.Sockets;
using Jianwei.Acceptance.Harness;
using Jianwei.Servers;

namespace Jianwei.Acceptance;

/// <summary>A wrong setting is a sentence: which one, what it is, what is allowed.</summary>
public sealed class SettingsTests
{
    private static readonly Dictionary<string, string> Unused = new()
    {
        ["JIANWEI_HOME"] = Repository.Root,
        ["JIANWEI_Kafka__BootstrapServers"] = "127.0.0.1:1",
        ["JIANWEI_Redis__Configuration"] = "127.0.0.1:1",
        ["JIANWEI_Postgres__ConnectionString"] = "Host=127.0.0.1;Port=1",
        ["JIANWEI_Api__Url"] = "http://127.0.0.1:0",
    };

    [Theory]
    [InlineData("Kafka:BootstrapServers", "", "HOST:PORT")]
    [InlineData("Kafka:Prefix", "a b", "[a-zA-Z0-9._-]")]
    [InlineData("Kafka:Partitions", "0", "1 to 10000")]
    [InlineData("Kafka:Partitions", "many", "a whole number")]
    [InlineData("Kafka:Bootstrap", "", "BootstrapServers")]
    [InlineData("Alert:Shifts:Jump", "5", "no section of settings", "Alerts")]
    [InlineData("Kafka:Client:no.such.setting", "1", "librdkafka")]
    [InlineData("Kafka:Client:fetch.min.bytes", "few", "librdkafka")]
    [InlineData("Kafka:Client:group.protocol", "consumer", "classic")]
    [InlineData("Kafka:Client:partition.assignment.strategy", "cooperative-sticky", "range")]
    [InlineData("Redis:Configuration", "", "HOST:PORT")]
    [InlineData("Redis:Configuration", "127.0.0.1:1,nonsense=1", "HOST:PORT", "nonsense")]
    [InlineData("Redis:Configuration", "redis://:hunter2@127.0.0.1:1", "HOST:PORT", "password=")]
    [InlineData("RabbitMq:Uri", "http://user:hunter2@127.0.0.1", "amqp://", "it may hold a password")]
    [InlineData("Redis:Prefix", "", "[a-zA-Z0-9._-]")]
    [InlineData("Redis:Timeout", "00:00:00", "00:00:00.1")]
    [InlineData("Postgres:ConnectionString", "", "Host=")]
    [InlineData("Postgres:ConnectionString", "Hots=localhost", "Host=", "hots")]
    [InlineData("Ingest:MessageSizeLimit", "1", "1,024")]
    [InlineData("Ingest:Batching:BatchSizeLimit", "0", "1 to 100000")]
    [InlineData("Featurizer:StateCacheLimit", "-1", "0 to 10000000")]
    [InlineData("Featurizer:Catalogue", "/nowhere/catalogue.json", "/nowhere/catalogue.json")]
    [InlineData("Scorer:Device", "tpu", "cuda")]
    [InlineData("Scorer:Coalesce", "sometimes", "latest")]
    [InlineData("Scorer:Lanes", "65", "1 to 64")]
    [InlineData("Alerts:Shifts:Jmup", "1", "Alerts:Shifts", "not a setting")]
    [InlineData("Api:Url", "not a url", "http://")]
    [InlineData("Api:Url", "https://127.0.0.1:0", "http://")]
    [InlineData("Api:Url", "http://example.org:0", "an IP address of this machine")]
    [InlineData("Api:Url", "http://192.0.2.1:0", "an IP address of this machine", "this machine has no such address")]
    [InlineData("Api:Url", "http://127.0.0.1:99999", "http://HOST:PORT")]
    [InlineData("Api:Url", "http://127.0.0.1:0/base", "http://HOST:PORT")]
    public async Task Setting_ThatIsWrong_EndsWithCodeTwoAndASentence(string setting, string value, string allowed, string? shown = null)
    {
        var environment =
            new Dictionary<string, string>(Unused) { [$"JIANWEI_{setting.Replace(":", "__", StringComparison.Ordinal)}"] = value };
        await using var program = new JianweiProcess(environment, ["run", "--role", .. Installation.Roles]);

        var code = await program.ExitAsync(60);

        Assert.True(code == 2, $"ended with {code}:\n{program.Errors}");
        Assert.Contains(setting, program.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(shown ?? value, program.Errors, StringComparison.Ordinal);
        Assert.Contains(allowed, program.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", program.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", program.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralWrongSettings_AreAllTold()
    {
        var environment = new Dictionary<string, string>(Unused)
        {
            ["JIANWEI_Kafka__Nope"] = "1", ["JIANWEI_Kafka__Partitions"] = "0", ["JIANWEI_Scorer__Lanes"] = "65", ["JIANWEI_Ingest__Batching__BatchSizeLimit"] = "0",
        };
        await using var program = new JianweiProcess(environment, ["run", "--role", .. Installation.Roles]);

        var code = await program.ExitAsync(60);

        Assert.True(code == 2, $"ended with {code}:\n{program.Errors}");
        Assert.Contains("setting Kafka:Nope is not a setting; allowed in Kafka: ", program.Errors, StringComparison.Ordinal);
        Assert.Contains("setting Kafka:Partitions is 0; allowed: 1 to 10000.", program.Errors, StringComparison.Ordinal);
        Assert.Contains("setting Scorer:Lanes is 65; allowed: 1 to 64.", program.Errors, StringComparison.Ordinal);
        Assert.Contains("Ingest:Batching:BatchSizeLimit is 0; allowed: 1 to 100000.", program.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', program.Errors);
    }

    // Before any stage has joined its group, which would wait for the lost member.
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("*")]
    public async Task Port_ThatIsTaken_EndsWithCodeTwoBeforeAnythingStarts(string host)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var url = $"http://{host}:{((IPEndPoint)other.LocalEndpoint).Port}";
        await using var program = new JianweiProcess(
            new Dictionary<string, string>(Unused) { ["JIANWEI_Api__Url"] = url }, ["run", "--role", .. Installation.Roles]);

        var code = await program.ExitAsync(60);

        Assert.True(code == 2, $"ended with {code}:\n{program.Errors}");
        Assert.StartsWith(
            $"jianwei: setting Api:Url is '{url}', but another program listens there; allowed: http://HOST:PORT, ",
            program.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', program.Errors);
    }

    [Theory]
    [InlineData("run", "--role", "cook")]
    [InlineData("run", "--set", "Scorer=sim-default")]
    [InlineData("replay", "warn")]
    [InlineData("replay", "warn:/nowhere.csv")]
    [InlineData("replay", "pdf:pdf")]
    [InlineData("demo", "--data", "mine")]
    [InlineData("demo", "--data", "sim,mine")]
    [InlineData("demo", "--check", "--companies", "-7")]
    [InlineData("demo", "--check", "--set", "Alerts:Shifts:Jmup=1")]
    [InlineData("demo", "--check", "--set", "Alerts:Shifts:Jump=-17")]
    [InlineData("simulate", "--live", "--speed", "5x")]
    [InlineData("simulate", "--send", "--set", "World:Colour=7")]
    [InlineData("simulate", "--out", "/tmp/none", "--set", "Kafka:Prefix=x")]
    [InlineData("run", "--set", "Kafka")]
    [InlineData("fly")]
    public async Task Argument_ThatIsWrong_EndsWithCodeTwoAndASentence(params string[] arguments)
    {
        await using var program = new JianweiProcess(Unused, arguments);

        var code = await program.ExitAsync(60);

        Assert.True(code == 2, $"ended with {code}:\n{program.Output}\n{program.Errors}");
        Assert.Contains(arguments[^1].Split(':')[^1].Split(',')[^1].Split('=')[0], program.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", program.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Scorer:Model", "no-such-model", "there is no model 'no-such-model'; there are sim-default, warn-closure, yc-inactive")]
    [InlineData("Scorer:Model", "warn-closure/1", "there is no package 'warn-closure/1'; there are sim-default/20")]
    [InlineData("Models:Directory", "/nowhere", "there is no model 'warn-closure'; there are none")]
    public async Task Model_ThatIsNotThere_EndsWithCodeTwoAndNamesThoseThatAre(string setting, string value, string allowed)
    {
        var environment =
            new Dictionary<string, string>(Unused) { [$"JIANWEI_{setting.Replace(":", "__", StringComparison.Ordinal)}"] = value };
        await using var program = new JianweiProcess(environment, "run", "--role", "scorer");

        var code = await program.ExitAsync(60);

        Assert.True(code == 2, $"ended with {code}:\n{program.Errors}");
        Assert.Contains($"{setting} '{value}'", program.Errors, StringComparison.Ordinal);
        Assert.Contains(allowed, program.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", program.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ThatFailsOnTheWayStopsWhatHadStartedWithoutComplaint()
    {
        var environment = new Dictionary<string, string>(Unused) { ["JIANWEI_Scorer__Model"] = "no-such-model" };
        await using var program = new JianweiProcess(environment, ["run", "--role", .. Installation.Roles]);

        var code = await program.ExitAsync(60);

        Assert.True(code == 2, $"ended with {code}:\n{program.Errors}");
        Assert.Contains("jianwei: setting Scorer:Model 'no-such-model'", program.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("MassTransit", program.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", program.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_ThatDoesNotFitTheCatalogue_EndsWithCodeThreeAndASentence()
    {
        var folder = Directory.CreateTempSubdirectory("jianwei-catalogue-");
        try
        {
            var catalogue = Path.Combine(folder.FullName, "catalogue.json");
            var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "schemas", "features", "catalogue.json"));
            await File.WriteAllTextAsync(catalogue, text.Replace("90", "91", StringComparison.Ordinal));
            await using var program = new JianweiProcess(
                new Dictionary<string, string>(Unused) { ["JIANWEI_Featurizer__Catalogue"] = catalogue }, "run", "--role", "scorer");

            var code = await program.ExitAsync(60);

            Assert.True(code == 3, $"ended with {code}:\n{program.Errors}");
            Assert.Contains("warn-closure", program.Errors, StringComparison.Ordinal);
            Assert.Contains("catalogue", program.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", program.Errors, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
