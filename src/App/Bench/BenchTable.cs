using System.Globalization;
using Spectre.Console;

namespace Jianwei.App.Bench;

/// <summary>A benchmark's report for a person.</summary>
internal static class BenchTable
{
    public static void Print(BenchReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("figure", "value", "target");
        Row("featurizer_vs_redis", report.FeaturizerVsRedis, "0.00", "≥ 0.50");
        Row("scorer_vs_onnx (all lanes, wall time)", report.ScorerVsOnnx, "0.00", "≥ 0.85");
        Row("scorer_vs_onnx_one_thread", report.ScorerVsOnnxOneThread, "0.00", "");
        Row("  of which matrix, run and calibration", report.ScorerRunVsOnnx, "0.00", "");
        Row("scorer_tabular_vs_onnx (all lanes, wall time)", report.ScorerTabularVsOnnx, "0.00", "≥ 0.85");
        Row("scorer_tabular_vs_onnx_one_thread", report.ScorerTabularVsOnnxOneThread, "0.00", "");
        Row("  of which matrix, run and calibration", report.ScorerTabularRunVsOnnx, "0.00", "");
        Row("path_events_per_s", report.PathEventsPerS, "N0", "≥ 5,000");
        Row("event_to_score_p99_ms", report.EventToScoreP99Ms, "N0", "≤ 500");
        Row("event_to_score_p50_ms", report.EventToScoreP50Ms, "N0", "");
        Row("state_bytes_per_company (50 events)", report.StateBytesPerCompany, "N0", "≤ 1,024");
        Row("redis_bytes_per_company (50 events)", report.RedisBytesPerCompany, "N0", "");
        Row("featurizer events/s", report.FeaturizerEventsPerS, "N0", "");
        Row("featurizer events/s, states in process cache", report.FeaturizerCachedEventsPerS, "N0", "");
        Row("redis-benchmark states read and written/s", report.RedisBenchmarkPerS, "N0", "");
        Row("scorer rows/s, all lanes", report.ScorerRowsPerS, "N0", "");
        Row("scorer rows/s, one thread", report.ScorerOneThreadRowsPerS, "N0", "");
        Row("bare ONNX Runtime rows/s, one thread", report.OnnxRowsPerS, "N0", "");
        Row("scorer rows/s, tabular, all lanes", report.ScorerTabularRowsPerS, "N0", "");
        Row("scorer rows/s, tabular, one thread", report.ScorerTabularOneThreadRowsPerS, "N0", "");
        Row("bare ONNX Runtime rows/s, tabular, one thread", report.OnnxTabularRowsPerS, "N0", "");
        AnsiConsole.Write(table);
        foreach (var (what, where) in report.MeasuredOn)
        {
            AnsiConsole.MarkupLineInterpolated($"[grey]{what}: {where}[/]");
        }

        report.Notes.ForEach(n => AnsiConsole.MarkupLineInterpolated($"[yellow]{n}[/]"));

        void Row(string name, double? value, string format, string target) =>
            table.AddRow(name, value?.ToString(format, CultureInfo.InvariantCulture) ?? "not measured", target);
    }
}
