using Jianwei.Acceptance.Harness;

namespace Jianwei.Acceptance;

/// <summary>What rules and dashboards watch for a first step is there before it.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task WhatIsHopedNeverToCount_IsThereAtZero()
    {
        await using var installation = await Installation.CreateAsync();
        await using var program = installation.Run();
        await program.ReadyAsync();

        var metrics = Metrics.Parse((await program.GetAsync("/metrics")).Text);

        foreach (var name in (string[])
            [
                "jianwei_featurizer_gap_total", "jianwei_featurizer_rewinds_total", "jianwei_featurizer_events_total{applied=\"expired\"}",
                "jianwei_dead_letters_total{stage=\"ingest\",reason=\"bad_time\"}",
                "jianwei_dead_letters_total{stage=\"featurizer\",reason=\"not_an_event\"}",
                "jianwei_dead_letters_total{stage=\"scorer\",reason=\"catalogue_mismatch\"}",
                "jianwei_dead_letters_total{stage=\"alerts\",reason=\"invalid_field\"}",
            ])
        {
            Assert.True(metrics.TryGetValue(name, out var value) && value == 0, $"{name} in\n{string.Join('\n', metrics.Keys)}");
        }

        Assert.Equal(0, await program.StopAsync());
    }
}
