using System.Diagnostics;
using Jianwei.Core.Telemetry;
using Jianwei.Servers;

namespace Jianwei.Core.Tests.Telemetry;

public sealed class PrometheusTextTests
{
    [Fact]
    public void Histogram_HasCumulativeBucketsSumAndCount()
    {
        using var text = new PrometheusText();
        var histogram = JianweiMeter.Instance.CreateHistogram<double>("jianwei_test_wait_seconds", "s", "Waiting.");
        histogram.Record(0.002, new KeyValuePair<string, object?>("stage", "a\"b"));
        histogram.Record(2);
        histogram.Record(3, new KeyValuePair<string, object?>("stage", "a\"b"));
        var lines = text.Write().Split('\n');
        Assert.Contains("# TYPE jianwei_test_wait_seconds histogram", lines);
        Assert.Contains("jianwei_test_wait_seconds_bucket{stage=\"a\\\"b\",le=\"0.0025\"} 1", lines);
        Assert.Contains("jianwei_test_wait_seconds_bucket{stage=\"a\\\"b\",le=\"+Inf\"} 2", lines);
        Assert.Contains("jianwei_test_wait_seconds_sum{stage=\"a\\\"b\"} 3.002", lines);
        Assert.Contains("jianwei_test_wait_seconds_count 1", lines);
    }

    [Fact]
    public void Counter_AddsUpAndGaugeIsTheLastValue()
    {
        using var text = new PrometheusText();
        var counter = JianweiMeter.Instance.CreateCounter<long>("jianwei_test_things_total", description: "Things.");
        counter.Add(2);
        counter.Add(3);
        StageLagGauge.Set("test", 7);
        StageLagGauge.Set("test", 4);
        var lines = text.Write().Split('\n');
        Assert.Contains("jianwei_test_things_total 5", lines);
        Assert.Contains("jianwei_stage_lag_messages{stage=\"test\"} 4", lines);
    }

    [Fact]
    public async Task Text_IsWhatPrometheusReads()
    {
        Require.Program("promtool");
        using var text = new PrometheusText();
        JianweiMeter.Instance.CreateCounter<long>("jianwei_test_odd_total", description: "Odd \\ ones\nof all kinds.")
            .Add(1, new KeyValuePair<string, object?>("reason", "back\\slash \"quote\"\nline 见微"));
        JianweiMeter.Instance.CreateHistogram<double>("jianwei_test_odd_seconds", "s", "Odd.").Record(1);
        using var promtool = Process.Start(
            new ProcessStartInfo("promtool", "check metrics") { RedirectStandardInput = true, RedirectStandardError = true })!;
        await promtool.StandardInput.WriteAsync(text.Write());
        promtool.StandardInput.Close();
        var problems = await promtool.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await promtool.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(promtool.ExitCode == 0, problems);
    }
}
