using FsCheck;
using FsCheck.Fluent;
using Jianwei.Core.Contracts;

namespace Jianwei.Core.Text;

public sealed class CompanyTextTests
{
    private static readonly Gen<(TextChange Change, uint Time)> Change =
        from segment in Gen.Elements(TextSegment.Profile, TextSegment.Posting, TextSegment.Filing)
        from key in Gen.Choose(0, 11)
        from content in Gen.Elements<string?>("", "a", "b", "见微知著", "😀\0x", null)
        from time in Gen.Choose(0, 40)
        select (new TextChange(segment, $"key-{key}", content), (uint)time);

    private static readonly Arbitrary<(TextChange Change, uint Time)[]> Changes = Change.ArrayOf().ToArbitrary();

    [Fact]
    public void Text_KeepsTheNewestOfEachKeyWithinItsBounds() =>
        Prop.ForAll(Changes, changes =>
        {
            var text = new CompanyText();
            foreach (var (change, time) in changes)
                text.Apply(change, time);
            foreach (var segment in Enum.GetValues<TextSegment>())
            {
                var entries = text.Entries.Where(e => e.Segment == segment).ToList();
                Assert.InRange(entries.Count, 0, CompanyText.LimitOf(segment));
                Assert.Equal(entries.OrderByDescending(e => e.EventTime).ThenBy(e => e.Key, StringComparer.Ordinal), entries);
                Assert.Equal(Newest(changes.Where(c => c.Change.Segment == segment), CompanyText.LimitOf(segment)), entries);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Text_RoundTrips() =>
        Prop.ForAll(Changes, changes =>
        {
            var text = Of(changes);
            var read = CompanyText.Decode(text.Encode());
            Assert.Equal(text.Entries, read.Entries);
            Assert.Equal(text.Hash, read.Hash);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Hash_ChangesExactlyWithWhatIsVisible() =>
        Prop.ForAll(Changes, changes =>
        {
            var text = new CompanyText();
            foreach (var (change, time) in changes)
            {
                var (seen, hash) = (Visible(text), text.Hash);
                text.Apply(change, time);
                Assert.Equal(seen.SequenceEqual(Visible(text)), hash == text.Hash);
                Assert.Equal(Visible(text).Count == 0, text.Hash == 0);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Hash_TellsOneTextFromTwo()
    {
        var two = Of([(new(TextSegment.Profile, "a", "b"), 2), (new(TextSegment.Profile, "c", "d"), 1)]);
        var one = Of([(new(TextSegment.Profile, "a", "b\0\0c\0d"), 2)]);
        Assert.NotEqual(two.Hash, one.Hash);
    }

    [Fact]
    public void Tombstone_KeepsAnOlderLateTextAway()
    {
        var text = Of(
            [
                (new(TextSegment.Posting, "p", "Hiring"), 10), (new(TextSegment.Posting, "p", null), 20),
                (new(TextSegment.Posting, "p", "late"), 15)
            ]);
        Assert.Equal([new TextEntry(TextSegment.Posting, "p", 20, null)], text.Entries);
        Assert.Equal(0ul, text.Hash);
        text.Apply(new(TextSegment.Posting, "p", "again"), 30);
        Assert.NotEqual(0ul, text.Hash);
    }

    [Fact]
    public void Content_IsCutBetweenCharacters()
    {
        var fits = new string('见', CompanyText.ContentLimit);
        Assert.Equal(fits, Of([(new(TextSegment.Profile, "k", fits + "x"), 1)]).Entries[0].Content);

        var pair = new string('x', CompanyText.ContentLimit - 1) + "😀";
        var text = Of([(new(TextSegment.Profile, pair[^202..], pair), 1)]);
        Assert.Equal(pair[..^2], text.Entries[0].Content);
        Assert.Equal(new string('x', 200), text.Entries[0].Key);
        Assert.Equal(text.Entries, CompanyText.Decode(text.Encode()).Entries);
    }

    [Fact]
    public void Decode_RefusesDamagedBytes()
    {
        var bytes = Of(
            [
                (new(TextSegment.Profile, "name", "见微"), 1), (new(TextSegment.Filing, "f", null), 2),
                (new(TextSegment.Filing, "g", "text"), 2)
            ]).Encode();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidDataException>(() => CompanyText.Decode(bytes[..length]));
        Assert.Throws<InvalidDataException>(() => CompanyText.Decode([.. bytes, 0]));
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var damaged = bytes.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            var thrown = Record.Exception(() => CompanyText.Decode(damaged));
            Assert.True(thrown is null or InvalidDataException, $"bit {bit}: {thrown}");
        }
    }

    private static CompanyText Of(params (TextChange Change, uint Time)[] changes)
    {
        var text = new CompanyText();
        foreach (var (change, time) in changes)
            text.Apply(change, time);
        return text;
    }

    private static List<(TextSegment Segment, string Key, string Content)> Visible(CompanyText text) =>
        [.. text.Entries.Where(e => e.Content is not null).Select(e => (e.Segment, e.Key, e.Content!))];

    // Of each key what came last with the largest time, and of the keys the newest.
    private static IEnumerable<TextEntry> Newest(IEnumerable<(TextChange Change, uint Time)> changes, int limit) =>
        changes.GroupBy(c => c.Change.Key)
            .Select(g => g.Last(c => c.Time == g.Max(x => x.Time)))
            .Select(c => new TextEntry(c.Change.Segment, c.Change.Key, c.Time, c.Change.Content))
            .OrderByDescending(e => e.EventTime).ThenBy(e => e.Key, StringComparer.Ordinal)
            .Take(limit);
}
