using System.Numerics;
using System.Text;
using Jianwei.Simulator.Events;
using Jianwei.Simulator.Randomness;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Text;

/// <summary>
/// A context-free grammar of a language, read from <c>grammar.LANGUAGE.txt</c>: rules with wordings of equal chance. Compiled once;
/// used by all threads.
/// </summary>
public sealed class Grammar
{
    private readonly Dictionary<string, Rule> rules = new(StringComparer.Ordinal);

    private Grammar(IEnumerable<string> lines)
    {
        var sources = new List<(Rule Rule, string Text)>();
        Rule? rule = null;
        foreach (var line in lines.Where(l => l.Length > 0 && l[0] != '#'))
        {
            if (line[0] == '[')
            {
                rule = RuleOf(line[1..^1]);
            }
            else
            {
                sources.Add((rule ?? throw new InvalidDataException($"a wording before the first rule: {line}"), line));
            }
        }

        foreach (var (owner, text) in sources)
        {
            owner.Wordings.Add(Compile(text));
        }

        if (rules.Values.FirstOrDefault(r => r.Wordings.Count == 0) is { } empty)
        {
            throw new InvalidDataException($"the grammar has no wording of [{empty.Name}]");
        }
    }

    /// <summary>Cities, in the order of <see cref="Company.Region"/>.</summary>
    public IReadOnlyList<string> Cities => [.. rules["city"].Wordings.Select(w => w[0].Text!)];

    public static Grammar Of(Language language)
    {
        var name = $"Jianwei.Simulator.grammar.{Languages.Code(language)}.txt";
        using var reader = new StreamReader(typeof(Grammar).Assembly.GetManifestResourceStream(name)!);
        return new(reader.ReadToEnd().Split('\n'));
    }

    /// <summary>A wording of a rule.</summary>
    public string Write(string rule, Wordings about, ref RandomStream random)
    {
        var text = new StringBuilder();
        Write(text, rules[rule], about, ref random);
        return text.ToString();
    }

    /// <summary>
    /// How many different texts a rule has, values apart, for a sector and given answers; texts that happen to be alike count apart.
    /// </summary>
    public BigInteger Count(string rule, Wordings about) => Count(rules[rule], about);

    private void Write(StringBuilder text, Rule rule, Wordings about, ref RandomStream random)
    {
        foreach (var part in rule.Wordings[random.Below(rule.Wordings.Count)])
        {
            if (part.Text is { } literal)
            {
                text.Append(literal);
            }
            else if (part.Slot is { } slot)
            {
                text.Append(about[slot]);
            }
            else
            {
                Write(text, part.Choose(about), about, ref random);
            }
        }
    }

    private static BigInteger Count(Rule rule, Wordings about) => rule.Wordings.Aggregate(BigInteger.Zero, (sum, wording) =>
        sum + wording.Aggregate(BigInteger.One, (product, part) =>
            part.Text is null && part.Slot is null ? product * Count(part.Choose(about), about) : product));

    private Rule RuleOf(string name)
    {
        if (!rules.TryGetValue(name, out var rule))
        {
            rules[name] = rule = new(name, []);
        }

        return rule;
    }

    private List<Part> Compile(string text)
    {
        var parts = new List<Part>();
        for (var at = 0; at < text.Length;)
        {
            var open = text.IndexOf('{', at);
            if (open != at)
            {
                parts.Add(new(text[at..(open < 0 ? text.Length : open)], null, []));
                at = open < 0 ? text.Length : open;
                continue;
            }

            var close = text.IndexOf('}', open);
            parts.Add(Reference(text[(open + 1)..close]));
            at = close + 1;
        }

        return parts;
    }

    private Part Reference(string name)
    {
        var choice = WordChoices.All.ToList().FindIndex(c => c.Name == name);
        return char.IsUpper(name[0]) ? new(null, Enum.Parse<Slot>(name, ignoreCase: true), [])
            : choice >= 0 ? new(null, null, [RuleOf(name + ".no"), RuleOf(name + ".yes")], choice)
            : name.EndsWith(".SECTOR", StringComparison.Ordinal)
                ? new(null, null, [.. Sectors.All.Select(s => RuleOf(name[..^6] + s.Code))])
            : new(null, null, [RuleOf(name)]);
    }

    private sealed record Rule(string Name, List<List<Part>> Wordings);

    /// <summary>A literal text, a value, or a rule: one of two by a choice of words, one by the sector, or the only one.</summary>
    private sealed record Part(string? Text, Slot? Slot, IReadOnlyList<Rule> Rules, int Choice = -1)
    {
        public Rule Choose(Wordings about) =>
            Rules.Count == 1 ? Rules[0] : Choice >= 0 ? Rules[about.Answer(Choice) ? 1 : 0] : Rules[about.Sector];
    }
}
