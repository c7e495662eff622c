using Jianwei.Acceptance.Harness;

namespace Jianwei.Acceptance;

/// <summary><c>kill -9</c> at any moment and a restart lose nothing and raise the alerts of a run that nothing happened to.</summary>
[Trait("Length", "long")]
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Kills = 10;

    [Fact]
    public async Task Kill_TenTimesWhileReplaying_ChangesNothing()
    {
        var expected = await Sample.UndisturbedAsync();
        Assert.NotEmpty(expected.Outcome.Alerts);
        var random = Seeded();
        await using var installation = (await Installation.CreateAsync()).WithSmallBatches(30);

        // With a name of its own in the group, a restarted process takes over at once.
        installation.Environment["JIANWEI_Kafka__Client__group.instance.id"] = "one";
        var program = installation.Run();
        await installation.SubscribeAsync(program, Sample.Companies);
        await using var replay = installation.Start("replay", Sample.Source, "--max-lag", "100", "--json");
        for (var kill = 1; kill <= Kills; kill++)
        {
            await SomeEventsAsync(installation, random.Next(1, 120));
            var moment = random.Next(0, 120);
            await Task.Delay(moment);
            output.WriteLine($"kill {kill} at {installation.Count(installation.Kafka.Topics.Events)} events + {moment} ms");
            await program.KillAsync();
            await program.DisposeAsync();
            program = installation.Run();
        }

        Assert.Equal(0, await replay.ExitAsync(120));
        await installation.DrainAsync();
        await AssertAsUndisturbedAsync(installation, expected);
        Assert.Equal(0, await program.StopAsync());
        await program.DisposeAsync();
    }

    private static async Task AssertAsUndisturbedAsync(Installation installation, Sample.Expected expected)
    {
        var verified = await installation.VerifyAsync();
        Assert.Equal(expected.Companies, verified["companies"]!.GetValue<long>());
        Outcome.AssertSame(expected.Outcome, await Outcome.OfAsync(installation));
    }

    private static async Task SomeEventsAsync(Installation installation, int more)
    {
        var topic = installation.Kafka.Topics.Events;
        using var consumer = installation.Kafka.Consumer("look").Build();
        long Events() => Enumerable.Range(0, Installation.Partitions).Sum(p => consumer.QueryWatermarkOffsets(new(topic, p), TimeSpan.FromSeconds(10)).High.Value);
        var before = Events();
        await Until.TrueAsync(() => Events() >= before + more, () => $"{more} more events than {before}", 60);
    }

    private Random Seeded()
    {
        var seed = Environment.GetEnvironmentVariable("JIANWEI_TEST_SEED") is { Length: > 0 } text ? int.Parse(text, null) : 20261121;
        output.WriteLine($"JIANWEI_TEST_SEED={seed}");
        return new(seed);
    }
}
