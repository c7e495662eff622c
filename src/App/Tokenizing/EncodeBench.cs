using System.Diagnostics;
using System.Text;
using Jianwei.Tokenizer;

namespace Jianwei.App.Tokenizing;

/// <summary>
/// How fast one thread encodes texts that are in memory, in wall time and in processor time (the process does nothing else).
/// Between the rounds the same bytes are decoded from UTF-8 by the runtime: on a shared machine compare the ratio.
/// </summary>
/// <param name="Vocabulary">Its hash.</param>
/// <param name="Texts">How many.</param>
/// <param name="Bytes">Of the texts in UTF-8.</param>
/// <param name="Rounds">How often all of them were encoded.</param>
/// <param name="MegabytesASecond">Median of the rounds, 10⁶ bytes.</param>
/// <param name="Best">Of the fastest round.</param>
/// <param name="ProcessorMegabytesASecond">Of all rounds, by processor time.</param>
/// <param name="Utf8MegabytesASecond">What decoding the bytes reaches, by processor time.</param>
/// <param name="OfUtf8">The ratio of the two.</param>
/// <param name="TokensASecond">In the median round.</param>
/// <param name="AllocatedBytesAToken">By the managed heap, over all rounds.</param>
internal sealed record EncodeBench(
    string Vocabulary, int Texts, long Bytes, int Rounds, double MegabytesASecond, double Best,
    double ProcessorMegabytesASecond, double Utf8MegabytesASecond, double OfUtf8, double TokensASecond, double AllocatedBytesAToken)
{
    private const int FewestRounds = 5;

    // Decoding is much faster: several make a time that can be read.
    private const int DecodesARound = 16;

    // Small inputs are repeated: a round is then long against the clock.
    private const long BytesOfARound = 4_000_000;

    /// <exception cref="InvalidDataException">There is no text.</exception>
    public static EncodeBench Run(SubwordTokenizer tokenizer, string[] texts, TimeSpan length, CancellationToken cancellation)
    {
        var bytes = texts.Sum(text => (long)Encoding.UTF8.GetByteCount(text));
        if (bytes == 0)
        {
            throw new InvalidDataException("nothing to measure: standard input has no text");
        }

        var repeats = (int)Math.Max(1, BytesOfARound / bytes);
        var (ids, starts) = (new ushort[(texts.Max(t => t.Length) * 4) + 4], new bool[(texts.Max(t => t.Length) * 4) + 4]);
        var encoded = texts.Select(text => Encoding.UTF8.GetBytes(text)).ToArray();
        var plain = new char[texts.Max(t => t.Length)];
        var seconds = new List<double>();
        var (tokens, decoded, allocated) = (0L, 0L, 0L);
        Round();
        Decode();
        seconds.Clear();
        allocated = 0;
        var (encoding, decoding) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var begin = TimeProvider.System.GetTimestamp();
            seconds.Count < FewestRounds || TimeProvider.System.GetElapsedTime(begin) < length;)
        {
            cancellation.ThrowIfCancellationRequested();
            encoding += Processor(Round);
            decoding += Processor(Decode);
        }

        seconds.Sort();
        var (median, megabytes, rounds) = (seconds[seconds.Count / 2], bytes * repeats / 1e6, seconds.Count);
        var (ours, theirs) = (megabytes * rounds / encoding.TotalSeconds, megabytes * rounds * DecodesARound / decoding.TotalSeconds);
        return new(tokenizer.Hash, texts.Length, bytes, rounds, megabytes / median, megabytes / seconds[0],
            ours, theirs, ours / theirs, tokens / median, allocated / (double)Math.Max(1, tokens * rounds));

        static TimeSpan Processor(Action work)
        {
            using var process = Process.GetCurrentProcess();
            var before = process.TotalProcessorTime;
            work();
            process.Refresh();
            return process.TotalProcessorTime - before;
        }

        void Decode()
        {
            for (var repeat = 0; repeat < repeats * DecodesARound; repeat++)
            {
                foreach (var text in encoded)
                {
                    decoded += Encoding.UTF8.GetChars(text, plain);
                }
            }
        }

        void Round()
        {
            tokens = 0;
            var (begin, before) = (TimeProvider.System.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
            for (var repeat = 0; repeat < repeats; repeat++)
            {
                foreach (var text in texts)
                {
                    tokens += tokenizer.Encode(text, ids, starts);
                }
            }

            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            seconds.Add(TimeProvider.System.GetElapsedTime(begin).TotalSeconds);
        }
    }
}
