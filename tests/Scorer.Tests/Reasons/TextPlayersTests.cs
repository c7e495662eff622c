using Jianwei.Core.Contracts;
using Jianwei.Core.Reasons;
using Jianwei.Core.Text;

namespace Jianwei.Scorer.Reasons;

public sealed class TextPlayersTests
{
    private static readonly CompanyText Before = Text(
        (TextSegment.Profile, "scope", 1, "trade. repair."), (TextSegment.Filing, "a", 2, "old news."),
        (TextSegment.Posting, "p", 3, "we hire."));

    private static readonly CompanyText After = Text(
        (TextSegment.Profile, "scope", 9, "trade. liquidation."), (TextSegment.Filing, "b", 8, "judgment. enforcement."),
        (TextSegment.Filing, "a", 2, "old news."));

    [Fact]
    public void Players_AreWhatIsNewWhatIsChangedAndWhatIsGone()
    {
        var players = new TextPlayers(Before, After);

        Assert.Equal(3, players.Count);
        Assert.Equal(new TextPart(TextChangeKind.New, TextSegment.Filing, "b", DateTimeOffset.FromUnixTimeSeconds(8)), players[0]);
        Assert.Equal((TextSegment.Profile, "scope"), (players[1].Segment, players[1].Key));
        Assert.Equal(TextChangeKind.Gone, players[2].Change);
    }

    [Fact]
    public void Nobody_IsTheTextBeforeAndEverybodyTheTextAfter()
    {
        var players = new TextPlayers(Before, After);

        Assert.Equal(Before.Hash, players.Of(0).Hash);
        Assert.Equal(After.Hash, players.Of(0b111).Hash);
        Assert.Equal(Text((TextSegment.Profile, "scope", 1, "trade. repair."), (TextSegment.Filing, "b", 8, "judgment. enforcement."),
            (TextSegment.Filing, "a", 2, "old news."), (TextSegment.Posting, "p", 3, "we hire.")).Hash, players.Of(0b001).Hash);
    }

    [Fact]
    public void Sentences_AreThoseThatAreNew()
    {
        var players = new TextPlayers(Before, After);

        Assert.Equal(["judgment.", "enforcement."], players.SentencesOf(0, text => text.Length));
        Assert.Equal(["judgment."], players.SentencesOf(0, _ => 9));
        Assert.Equal(["liquidation."], players.SentencesOf(1, text => text.Length));
        Assert.Equal(["trade."], players.SentencesOf(1, _ => 3));
        Assert.Empty(players.SentencesOf(2, text => text.Length));
        Assert.Equal("trade.", players.Of(0b111, (1, "liquidation.")).Entries.Single(e => e.Key == "scope").Content);
    }

    [Fact]
    public void TextSeenAgain_MovesWithTheOlderTexts()
    {
        var again = Text((TextSegment.Filing, "a", 20, "one."), (TextSegment.Filing, "b", 10, "two."));
        var players = new TextPlayers(Text((TextSegment.Filing, "a", 1, "one."), (TextSegment.Filing, "b", 10, "two.")), again);

        Assert.Equal(1, players.Count);
        Assert.Equal(["b", "a"], players.Of(0).Entries.Select(e => e.Key));
        Assert.Equal(again.Hash, players.Of(1).Hash);
    }

    [Fact]
    public void NewTexts_PushOldOnesOutAsTheyDid()
    {
        var old = Text([.. Enumerable.Range(0, 4).Select(i => (TextSegment.Filing, $"old{i}", (uint)i, $"old {i}."))]);
        var now = Text(
            [
                .. Enumerable.Range(2, 2).Select(i => (TextSegment.Filing, $"old{i}", (uint)i, $"old {i}.")),
                (TextSegment.Filing, "x", 8, "x."), (TextSegment.Filing, "y", 9, "y.")
            ]);
        var players = new TextPlayers(old, now);

        Assert.Equal(3, players.Count);
        Assert.Equal(now.Hash, players.Of(0b011).Hash);
    }

    private static CompanyText Text(params (TextSegment Segment, string Key, uint Time, string Content)[] entries)
    {
        var text = new CompanyText();
        foreach (var (segment, key, time, content) in entries)
        {
            text.Apply(new(segment, key, content), time);
        }

        return text;
    }
}
