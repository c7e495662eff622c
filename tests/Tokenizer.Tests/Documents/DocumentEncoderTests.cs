using Jianwei.Core.Contracts;
using Jianwei.Core.Text;

namespace Jianwei.Tokenizer.Documents;

public sealed class DocumentEncoderTests
{
    private readonly DocumentEncoder encoder =
        new(new(TinyVocabulary.Of([.. "abcxy".SelectMany(c => new[] { ($"{c}", 1_000), ($" {c}", 1_000) })])));

    [Fact]
    public void Document_IsTheTextsInOrderWithTheirSegmentNumberAndWords()
    {
        var document = Of((TextSegment.Filing, "f", "xy"), (TextSegment.Profile, "p", "ab"), (TextSegment.Posting, "gone", null));

        Assert.Equal([.. encoder.Tokenizer.Encode("ab"), .. encoder.Tokenizer.Encode("xy")], document.Ids);
        Assert.Equal([0, 0, 2, 2], document.Tags.Select(t => t & 3));
        Assert.Equal([0, 0, 1, 1], document.Tags.Select(t => (t >> 2) & 31));
        Assert.Equal([1, 0, 1, 0], document.Tags.Select(t => t >> 7));
    }

    [Fact]
    public void LongText_IsCutToItsLimit()
    {
        var document = Of((TextSegment.Filing, "f", new('a', 500)), (TextSegment.Profile, "p", "b"));

        Assert.Equal(1 + DocumentEncoder.MaxTokensOfText, document.Ids.Length);
    }

    [Fact]
    public void FullDocument_LeavesOutTheOldestOfEachSegmentAndNoSegment()
    {
        var texts = new List<(TextSegment, string, string?)>();
        for (var i = 0; i < 6; i++)
        {
            texts.AddRange(
                [
                    (TextSegment.Profile, $"{i}", new('a', 60)), (TextSegment.Posting, $"{i}", new('b', 60)),
                    (TextSegment.Filing, $"{i}", new('c', 60))
                ]);
        }

        var document = Of([.. texts]);

        // Six of 60, two of each segment by turns, and what is left, 24, of a third filing.
        Assert.Equal(DocumentEncoder.MaxTokens, document.Ids.Length);
        Assert.Equal((120, 120, 144), (Count(0), Count(1), Count(2)));

        int Count(int segment) => document.Tags.Count(t => (t & 3) == segment);
    }

    [Fact]
    public void NoText_IsAnEmptyDocument() => Assert.Empty(Of().Ids);

    private TokenDocument Of(params (TextSegment Segment, string Key, string? Content)[] texts)
    {
        var text = new CompanyText();
        foreach (var (i, (segment, key, content)) in texts.Index())
        {
            text.Apply(new(segment, key, content), (uint)i);
        }

        return encoder.Encode(text);
    }
}
