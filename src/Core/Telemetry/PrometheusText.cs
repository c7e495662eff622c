using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Jianwei.Core.Telemetry;

/// <summary>
/// Collects the program's instruments and writes them in Prometheus' text format 0.0.4. Counters and histograms add up;
/// observable instruments are read when asked.
/// </summary>
public sealed class PrometheusText : IDisposable
{
    // Seconds from 100 µs to a minute; also serves counts up to 60 by the same bounds, which is coarse but bounded.
    private static readonly double[] Bounds =
        [.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60];

    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<Instrument, ConcurrentDictionary<string, Series>> instruments = new();

    public PrometheusText()
    {
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == JianweiMeter.Name)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Record(i, value, tags));
        listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Record(i, value, tags));
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Record(i, value, tags));
        listener.Start();
    }

    /// <summary>All instruments, sorted by name.</summary>
    public string Write()
    {
        listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var (instrument, series) in instruments.OrderBy(i => i.Key.Name, StringComparer.Ordinal))
        {
            var kind = Kind(instrument);
            text.Append("# HELP ").Append(instrument.Name).Append(' ')
                .Append(Escape(instrument.Description ?? instrument.Name)).Append('\n');
            text.Append("# TYPE ").Append(instrument.Name).Append(' ').Append(kind).Append('\n');
            foreach (var (labels, one) in series.OrderBy(s => s.Key, StringComparer.Ordinal))
            {
                lock (one)
                {
                    one.Write(text, instrument.Name, labels, kind == "histogram");
                }
            }
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = instruments.GetOrAdd(instrument, _ => new(StringComparer.Ordinal)).GetOrAdd(Labels(tags), _ => new());
        lock (series)
        {
            series.Record(value, Kind(instrument) == "histogram", instrument.IsObservable);
        }
    }

    private static string Kind(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        return type.StartsWith("Histogram", StringComparison.Ordinal) ? "histogram"
            : type.Contains("Gauge", StringComparison.Ordinal) || type.Contains("UpDown", StringComparison.Ordinal) ? "gauge"
            : "counter";
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var parts = new string[tags.Length];
        for (var i = 0; i < tags.Length; i++)
        {
            parts[i] = $"{tags[i].Key}=\"{Escape(Convert.ToString(tags[i].Value, CultureInfo.InvariantCulture) ?? "")}\"";
        }

        return string.Join(',', parts);
    }

    private static string Escape(string text) =>
        text.Replace("\\", @"\\", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal);

    private sealed class Series
    {
        private readonly long[] buckets = new long[Bounds.Length];
        private double sum;
        private long count;

        public void Record(double value, bool histogram, bool observed)
        {
            sum = observed ? value : sum + value;
            count++;
            for (var i = 0; histogram && i < Bounds.Length; i++)
            {
                if (value <= Bounds[i])
                {
                    buckets[i]++;
                }
            }
        }

        public void Write(StringBuilder text, string name, string labels, bool histogram)
        {
            if (!histogram)
            {
                Line(text, name, labels, sum);
                return;
            }

            var comma = labels.Length == 0 ? "" : ",";
            for (var i = 0; i < Bounds.Length; i++)
            {
                Line(text, $"{name}_bucket", string.Create(CultureInfo.InvariantCulture, $"{labels}{comma}le=\"{Bounds[i]}\""), buckets[i]);
            }

            Line(text, $"{name}_bucket", $"{labels}{comma}le=\"+Inf\"", count);
            Line(text, $"{name}_sum", labels, sum);
            Line(text, $"{name}_count", labels, count);
        }

        private static void Line(StringBuilder text, string name, string labels, double value)
        {
            text.Append(name);
            if (labels.Length > 0)
            {
                text.Append('{').Append(labels).Append('}');
            }

            text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        }
    }
}
