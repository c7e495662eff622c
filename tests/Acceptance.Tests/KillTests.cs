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
            await installation.SomeEventsAsync(random.Next(1, 60), replay);
            var moment = random.Next(0, 120);
            await Task.Delay(moment);
            output.WriteLine($"kill {kill} at {installation.Count(installation.Kafka.Topics.Events)} events + {moment} ms");
            await program.KillAsync();
            await program.DisposeAsync();
            program = installation.Run();
        }

        Assert.Equal(0, await replay.ExitAsync(120));
        await installation.DrainAsync();
        await installation.AssertAsUndisturbedAsync();
        Assert.Equal(0, await program.StopAsync());
        await program.DisposeAsync();
    }

    [Fact]
    public async Task Kill_OneOfTwoFeaturizersAndTheOnlyScorer_ChangesNothing()
    {
        var random = Seeded();
        await using var installation = (await Installation.CreateAsync()).WithSmallBatches(30);
        await using var ends = installation.Run("ingest", "alerts");
        await installation.SubscribeAsync(ends, Sample.Companies);
        await using var first = installation.Run("featurizer");
        var scorer = installation.Run("scorer");
        await using var replay = installation.Start("replay", Sample.Source, "--max-lag", "150", "--json");
        await installation.SomeEventsAsync(random.Next(50, 250), replay);
        var second = installation.Run("featurizer");
        await second.SaysAsync("featurizer runs with");
        await installation.SomeEventsAsync(random.Next(50, 250), replay);

        await Task.WhenAll(second.KillAsync(), scorer.KillAsync());
        await scorer.DisposeAsync();
        scorer = installation.Run("scorer");
        await installation.SomeEventsAsync(random.Next(50, 250), replay);
        await second.DisposeAsync();
        second = installation.Run("featurizer");
        await second.SaysAsync("featurizer runs with");
        await first.KillAsync();

        Assert.Equal(0, await replay.ExitAsync(120));
        await installation.DrainAsync();
        await installation.AssertAsUndisturbedAsync();
        foreach (var program in (JianweiProcess[])[ends, second, scorer])
        {
            Assert.Equal(0, await program.StopAsync());
            await program.DisposeAsync();
        }
    }

    private Random Seeded()
    {
        var seed = Environment.GetEnvironmentVariable("JIANWEI_TEST_SEED") is { Length: > 0 } text ? int.Parse(text, null) : 20261121;
        output.WriteLine($"JIANWEI_TEST_SEED={seed}");
        return new(seed);
    }
}
