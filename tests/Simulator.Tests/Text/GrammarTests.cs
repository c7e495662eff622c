using Jianwei.Simulator.Events;
using Jianwei.Simulator.Randomness;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Text;

public sealed class GrammarTests
{
    [Theory]
    [InlineData(Language.Chinese)]
    [InlineData(Language.English)]
    public void Texts_ThatCarryInformation_HaveTensOfThousandsOfWordings(Language language)
    {
        var grammar = Grammar.Of(language);
        foreach (var rule in new[] { "posting.text", "report.text", "judgment.text", "description" })
        {
            Assert.True(grammar.Count(rule, new()) >= 20_000, $"{rule}: {grammar.Count(rule, new())}");
        }
    }

    [Theory]
    [InlineData(Language.Chinese)]
    [InlineData(Language.English)]
    public void Choice_NeverHasAWordingOnBothSides(Language language)
    {
        var grammar = Grammar.Of(language);
        foreach (var choice in WordChoices.All)
        {
            var (yes, no) = (Some(grammar, choice.Name + ".yes"), Some(grammar, choice.Name + ".no"));

            Assert.Empty(yes.Intersect(no));
        }
    }

    [Theory]
    [InlineData(Language.Chinese)]
    [InlineData(Language.English)]
    public void Cities_AreAsManyAsRegions(Language language) => Assert.Equal(Neighbourhood.Regions, Grammar.Of(language).Cities.Count);

    private static HashSet<string> Some(Grammar grammar, string rule)
    {
        var random = new RandomStream(1, Purpose.Wording);
        return [.. Enumerable.Range(0, 400).Select(i => grammar.Write(rule, new() { Sector = i % Sectors.All.Count }, ref random))];
    }
}
