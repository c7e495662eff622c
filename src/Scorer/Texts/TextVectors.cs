using System.Buffers.Text;
using System.Text;
using Confluent.Kafka;
using Jianwei.Core.Text;
using Jianwei.Scorer.Batching;
using Jianwei.Scorer.Telemetry;

namespace Jianwei.Scorer.Texts;

/// <summary>
/// The text vectors of one model. A text is encoded once: when the request comes that brings it, or when it is asked for and nobody
/// has kept its vector. Used by one batch at a time.
/// </summary>
/// <remarks>
/// A request without texts means that those of its hash were there before: in memory, in Redis under their hash, or as the
/// company's texts in Redis, where those still have that hash. Where all three fail (a vector that was given up while the
/// request waited and the texts changed) the company is scored as one without a text, and it is counted.
/// </remarks>
internal sealed class TextVectors(TextEncoder encoder, TextStore store)
{
    // Two generations of so many: a vector that is used stays.
    private const int Generation = 100_000;

    private Dictionary<ulong, Half[]> _young = [];
    private Dictionary<ulong, Half[]> _old = [];

    // Redis has a partition's vectors and texts on their own: companies of several partitions may have the same texts, and
    // each has to find them.
    private readonly HashSet<(int Partition, ulong Hash)> _stored = [];

    private sealed record Wanted(ulong Hash, int Partition, string Company, byte[]? Packed);

    /// <summary>A vector that <see cref="ResolveAsync"/> has found; null where there is none, or no text.</summary>
    public Half[]? Find(ulong hash) => hash == 0 ? null : _young.GetValueOrDefault(hash);

    /// <summary>Takes a vector that is known.</summary>
    public void Keep(ulong hash, Half[] vector) => _young[hash] = vector;

    /// <summary>Finds or makes the vectors of these rows.</summary>
    /// <exception cref="IOException">Redis cannot be reached.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async Task ResolveAsync(
        IReadOnlyList<RequestBatch> lanes, IReadOnlyList<ConsumeResult<byte[], byte[]>> batch, CancellationToken cancellation)
    {
        if (_young.Count > Generation)
        {
            (_old, _young) = (_young, []);
            _stored.Clear();
        }

        var (wanted, brought) = Collect(lanes, batch);
        if (wanted.Count == 0 && brought.Count == 0)
        {
            return;
        }

        var known = wanted.Where(w => w.Packed is not null).ToList();
        var kept = await Task.WhenAll(wanted
            .Where(w => w.Packed is null)
            .GroupBy(w => w.Partition)
            .Select(p => ReadAsync(p.Key, [.. p], cancellation)));
        List<(Wanted Wanted, CompanyText? Text)> texts =
            [.. known.Select(w => (w, PackedText.Of(w.Packed, w.Hash))), .. kept.SelectMany(k => k)];
        Count("request", known.Count);
        Count("missing", texts.Count(t => t.Text is null));
        await EncodeAsync([.. texts.Where(t => t.Text is not null)], cancellation);
        await StoreAsync([.. brought.ExceptBy(wanted.Select(w => (w.Hash, w.Partition)), b => (b.Hash, b.Partition))], cancellation);
        _stored.UnionWith(brought.Select(b => (b.Partition, b.Hash)));
    }

    // Texts whose vector is not in memory, each once; and those that have come, each once a partition that is not known to have it.
    private (List<Wanted> Wanted, List<Wanted> Brought) Collect(
        IReadOnlyList<RequestBatch> lanes, IReadOnlyList<ConsumeResult<byte[], byte[]>> batch)
    {
        var (wanted, brought) = (new Dictionary<ulong, Wanted>(), new Dictionary<(int, ulong), Wanted>());
        foreach (var lane in lanes)
        {
            foreach (ref readonly var row in lane.Rows)
            {
                if (row.TextHash == 0)
                {
                    continue;
                }

                var partition = batch[row.Source].Partition.Value;
                if (row.TextLength > 0 && !_stored.Contains((partition, row.TextHash)) && !brought.ContainsKey((partition, row.TextHash)))
                {
                    brought[(partition, row.TextHash)] = new(row.TextHash, partition, Encoding.UTF8.GetString(row.Key), Unpack(row.Text));
                }

                if (_young.ContainsKey(row.TextHash))
                {
                    continue;
                }

                if (_old.TryGetValue(row.TextHash, out var vector))
                {
                    _young[row.TextHash] = vector;
                }
                else if (!wanted.TryGetValue(row.TextHash, out var known) || (known.Packed is null && row.TextLength > 0))
                {
                    wanted[row.TextHash] = new(row.TextHash, partition, Encoding.UTF8.GetString(row.Key), Unpack(row.Text));
                }
            }
        }

        return ([.. wanted.Values], [.. brought.Values]);
    }

    private Task StoreAsync(List<Wanted> others, CancellationToken cancellation) => Task.WhenAll(others.Select(w =>
        PackedText.Of(w.Packed, w.Hash) is { } text && _young.TryGetValue(w.Hash, out var vector)
            ? store.KeepAsync(w.Partition, encoder.Hash, w.Hash, text.Encode(), vector, cancellation) : Task.CompletedTask));

    // What Redis holds of one partition's: vectors go into memory, texts are to be encoded.
    private async Task<List<(Wanted Wanted, CompanyText? Text)>> ReadAsync(
        int partition, List<Wanted> wanted, CancellationToken cancellation)
    {
        var vectors = await store.VectorsAsync(partition, encoder.Hash, encoder.Width, wanted.ConvertAll(w => w.Hash), cancellation);
        var missing = new List<Wanted>();
        lock (_young)
        {
            foreach (var (w, vector) in wanted.Zip(vectors))
            {
                if (vector is null)
                {
                    missing.Add(w);
                }
                else
                {
                    _young[w.Hash] = vector;
                }
            }
        }

        Count("vector", wanted.Count - missing.Count);
        if (missing.Count == 0)
        {
            return [];
        }

        var texts = await store.TextsAsync(partition, missing.ConvertAll(w => w.Company), cancellation);
        List<(Wanted Wanted, CompanyText? Text)> found = [.. missing.Zip(texts, (w, packed) => (w, PackedText.Of(packed, w.Hash)))];
        Count("text", found.Count(f => f.Text is not null));
        return found;
    }

    private async Task EncodeAsync(List<(Wanted Wanted, CompanyText? Text)> texts, CancellationToken cancellation)
    {
        if (texts.Count == 0)
        {
            return;
        }

        var vectors = await Task.Run(() => encoder.Encode(texts.ConvertAll(t => t.Text!)), cancellation);
        await Task.WhenAll(texts.Zip(vectors, (t, vector) =>
            store.KeepAsync(t.Wanted.Partition, encoder.Hash, t.Wanted.Hash, t.Text!.Encode(), vector, cancellation)));
        foreach (var (text, vector) in texts.Zip(vectors))
        {
            _young[text.Wanted.Hash] = vector;
        }
    }

    private static byte[]? Unpack(ReadOnlySpan<byte> base64)
    {
        if (base64.IsEmpty)
        {
            return null;
        }

        var packed = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        Base64.DecodeFromUtf8(base64, packed, out _, out var written);
        return packed[..written];
    }

    private static void Count(string from, int texts)
    {
        if (texts > 0)
        {
            ScorerMetrics.Texts.Add(texts, new KeyValuePair<string, object?>("from", from));
        }
    }
}
