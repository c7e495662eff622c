using System.Text;
using Jianwei.Tokenizer;

namespace Jianwei.App.Tokenizing;

/// <summary>How fast one thread encodes texts that are in memory.</summary>
/// <param name="Vocabulary">Its hash.</param>
/// <param name="Texts">How many.</param>
/// <param name="Bytes">Of the texts as given, in UTF-8.</param>
/// <param name="Rounds">How often all of them were encoded.</param>
/// <param name="MegabytesASecond">Median of the rounds, 10⁶ bytes.</param>
/// <param name="Best">Of the fastest round.</param>
/// <param name="TokensASecond">In the median round.</param>
/// <param name="AllocatedBytesAToken">By the managed heap, over all rounds.</param>
internal sealed record EncodeBench(
    string Vocabulary, int Texts, long Bytes, int Rounds, double MegabytesASecond, double Best, double TokensASecond, double AllocatedBytesAToken)
{
    private const int FewestRounds = 5;

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
        var seconds = new List<double>();
        long tokens = 0;
        Round();
        seconds.Clear();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var begin = TimeProvider.System.GetTimestamp(); seconds.Count < FewestRounds || TimeProvider.System.GetElapsedTime(begin) < length;)
        {
            cancellation.ThrowIfCancellationRequested();
            Round();
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        seconds.Sort();
        var (median, megabytes) = (seconds[seconds.Count / 2], bytes * repeats / 1e6);
        return new(tokenizer.Hash, texts.Length, bytes, seconds.Count, megabytes / median, megabytes / seconds[0], tokens / median,
            allocated / (double)Math.Max(1, tokens * seconds.Count));

        void Round()
        {
            tokens = 0;
            var begin = TimeProvider.System.GetTimestamp();
            for (var repeat = 0; repeat < repeats; repeat++)
            {
                foreach (var text in texts)
                {
                    tokens += tokenizer.Encode(text, ids, starts);
                }
            }

            seconds.Add(TimeProvider.System.GetElapsedTime(begin).TotalSeconds);
        }
    }
}
