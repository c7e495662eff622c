using Jianwei.Core.Contracts;
using Jianwei.Core.Reasons;
using Jianwei.Core.Text;

namespace Jianwei.Scorer.Reasons;

/// <summary>
/// The texts of two scores as players: one for each text that is new or has another content, and one for the older texts that are gone (or
/// stand elsewhere in the document, because they were seen again). A set of them is the company's texts had only those changed.
/// </summary>
internal sealed class TextPlayers
{
    private readonly List<TextEntry> _kept = [];
    private readonly List<(TextEntry After, TextEntry? Before)> _changed = [];
    private readonly List<(TextEntry? After, TextEntry Before)> _gone = [];

    public TextPlayers(CompanyText before, CompanyText after)
    {
        var old = Texts(before).ToDictionary(e => (e.Segment, e.Key));
        foreach (var entry in Texts(after))
        {
            if (!old.Remove((entry.Segment, entry.Key), out var known))
            {
                _changed.Add((entry, null));
            }
            else if (known.Content != entry.Content)
            {
                _changed.Add((entry, known));
            }
            else if (known.EventTime != entry.EventTime)
            {
                _gone.Add((entry, known));
            }
            else
            {
                _kept.Add(entry);
            }
        }

        // The other way round than the document: filings are read first, and may crowd out the rest.
        _changed.Sort((a, b) =>
            (b.After.Segment, b.After.EventTime, a.After.Key).CompareTo((a.After.Segment, a.After.EventTime, b.After.Key)));
        _gone.AddRange(old.Values.Select(e => ((TextEntry?)null, e)));
    }

    public int Count => _changed.Count + (_gone.Count > 0 ? 1 : 0);

    /// <summary>What a player is; without its sentence.</summary>
    public TextPart this[int player] => player < _changed.Count && _changed[player].After is var entry
        ? new(TextChangeKind.New, entry.Segment, entry.Key, DateTimeOffset.FromUnixTimeSeconds(entry.EventTime))
        : new(TextChangeKind.Gone);

    /// <summary>
    /// A new text's sentences that the model reads, those that its older content lacked if there are any; empty for other players.
    /// </summary>
    /// <param name="player">The player.</param>
    /// <param name="readLength">How many characters of a content the model reads.</param>
    public IReadOnlyList<string> SentencesOf(int player, Func<string, int> readLength)
    {
        if (player >= _changed.Count)
        {
            return [];
        }

        var (after, before) = _changed[player];
        var (content, length) = (after.Content!, readLength(after.Content!));
        var all = Sentences.Of(content).Where(s => content.IndexOf(s, StringComparison.Ordinal) < length).ToList();
        var fresh = before is { Content: { } old } ? all.Where(s => !old.Contains(s, StringComparison.Ordinal)).ToList() : all;
        return [.. (fresh.Count > 0 ? fresh : all).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The texts of a set of players; of all of them, with a sentence of one left out.</summary>
    public CompanyText Of(ulong set, (int Player, string Sentence)? without = null)
    {
        var text = new CompanyText();
        _kept.ForEach(e => Put(text, e));
        for (var i = 0; i < _changed.Count; i++)
        {
            var entry = (set & (1UL << i)) != 0 ? _changed[i].After : _changed[i].Before;
            Put(text, without?.Player == i ? Without(entry!.Value, without.Value.Sentence) : entry);
        }

        var isGone = (set & (1UL << _changed.Count)) != 0;
        _gone.ForEach(e => Put(text, isGone ? e.After : e.Before));
        return text;
    }

    private static IEnumerable<TextEntry> Texts(CompanyText text) => text.Entries.Where(e => e.Content is { Length: > 0 });

    private static TextEntry? Without(TextEntry entry, string sentence) =>
        entry.Content!.Replace(sentence, "", StringComparison.Ordinal).Trim() is { Length: > 0 } rest
            ? entry with { Content = rest }
            : null;

    // Which also keeps to the number of texts of each segment.
    private static void Put(CompanyText text, TextEntry? entry)
    {
        if (entry is { } e)
        {
            text.Apply(new TextChange(e.Segment, e.Key, e.Content), e.EventTime);
        }
    }
}
