using System.Text;
using Jianwei.Core.Contracts;
using Jianwei.Servers;

namespace Jianwei.Core.Features;

public sealed class FeatureCatalogueTests
{
    private const string Entry =
        """{"name": "n_{window}", "group": "g", "events": "set", "aggregate": "count", "windows": [30], "transform": "log1p", "default": 2}""";

    private static readonly string Types = string.Join(", ", EventTypes.All.Select(EventTypes.Name).Order());

    [Theory]
    [InlineData("", "", "")]
    [InlineData("\"windows\": [30]", "\"windows\": []",
        "'n_{window}': windows is empty; allowed: days from 1 to 365, or 0 for the lifetime")]
    [InlineData("n_{window}", "n", "'n': has 2 windows, so its name must hold {window}", "[30]", "[30, 90]")]
    [InlineData("[30]", "[366]", "'n_{window}': window 366; allowed: 1 to 365 days, or 0 for the lifetime")]
    [InlineData("[30]", "[-1]", "'n_{window}': window -1; allowed: 1 to 365 days, or 0 for the lifetime")]
    [InlineData("[30]", "[0]",
        "'n_{window}': GapMean has no lifetime version; allowed: Count, Sum, Mean, Max, LastAmount, DistinctTypes, DaysSinceLast, DaysSinceFirst",
        "\"count\"", "\"gap_mean\"")]
    [InlineData("\"count\"", "\"ratio\"", "'n_{window}': long_window 0; allowed: 31 to 365")]
    [InlineData("\"count\"", "\"ratio\", \"long_window\": 30", "'n_{window}': long_window 30; allowed: 31 to 365")]
    [InlineData("\"count\"", "\"ratio\", \"long_window\": 366", "'n_{window}': long_window 366; allowed: 31 to 365")]
    [InlineData("\"count\"", "\"count\", \"long_window\": 90", "'n_{window}': long_window is for ratio only")]
    [InlineData("\"default\": 2", "\"default\": 1e999", "'n_{window}': default Infinity; allowed: a finite number")]
    [InlineData("[30]", "[30, 30]", "feature 'n_30d' is named 2 times; names must differ")]
    [InlineData("\"schema_version\": 1", "\"schema_version\": 2", "schema_version is 2; allowed: 1")]
    [InlineData("[" + Entry + "]", "[]", "it names no feature")]
    public void Catalogue_RefusesWithASentence(string whole, string spoilt, string sentence, string also = "", string spoiltAlso = "")
    {
        if (whole.Length > 0)
            Assert.Equal(sentence, Refuse(whole, spoilt, also, spoiltAlso));
        else
            Assert.Single(Parse(Text()).Features);
    }

    [Theory]
    [InlineData("filing.strike")]
    [InlineData("strikes.*")]
    [InlineData("")]
    public void Catalogue_RefusesAnUnknownEventSet(string events) =>
        Assert.Equal(
            $"'n_{{window}}': events: '{events}' names no event type; allowed: *, change.*, posting.*, filing.*, outcome.*, or one of {Types}, or one of the event sets set",
            Refuse("\"events\": \"set\"", $"\"events\": \"{events}\""));

    [Theory]
    [InlineData("\"count\"", "\"median\"")]
    [InlineData("\"count\"", "0")]
    [InlineData("\"log1p\"", "\"sqrt\"")]
    [InlineData("\"group\": \"g\", ", "")]
    [InlineData("\"group\": \"g\"", "\"group\": null")]
    [InlineData("\"windows\": [30]", "\"windows\": null")]
    [InlineData("\"events\": \"set\"", "\"events\": null")]
    [InlineData("\"group\": \"g\"", "\"group\": \"g\", \"colour\": 1")]
    [InlineData("\"features\"", "\"feature\"")]
    [InlineData("\"event_sets\": {\"set\": [\"change.name\", \"posting.*\"]}, ", "")]
    [InlineData("\"event_sets\": {\"set\": [\"change.name\", \"posting.*\"]}", "\"event_sets\": null")]
    [InlineData("[\"change.name\", \"posting.*\"]", "null")]
    [InlineData("\"change.name\"", "null")]
    [InlineData("[" + Entry + "]", "[null]")]
    [InlineData("{", "")]
    public void Catalogue_RefusesWhatIsNotOne(string whole, string spoilt) =>
        Assert.StartsWith("not a catalogue: ", Refuse(whole, spoilt), StringComparison.Ordinal);

    [Fact]
    public void Catalogue_RefusesNullAndAMissingFile()
    {
        Assert.Equal("not a catalogue: it is null", Assert.Throws<CatalogueException>(() => Parse("null")).Message);
        Assert.StartsWith(
            "feature catalogue /nowhere/c.json (Featurizer:Catalogue): ",
            Assert.Throws<CatalogueException>(() => FeatureCatalogue.Load("/nowhere/c.json")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NamesTheFileOfAWrongEntry()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, Text().Replace("[30]", "[999]", StringComparison.Ordinal));
        Assert.Equal(
            $"feature catalogue {path} (Featurizer:Catalogue): 'n_{{window}}': window 999; allowed: 1 to 365 days, or 0 for the lifetime",
            Assert.Throws<CatalogueException>(() => FeatureCatalogue.Load(path)).Message);
        File.Delete(path);
    }

    [Fact]
    public void Windows_StandForOneFeatureEach()
    {
        var features = Parse(Text().Replace("[30]", "[7, 365, 0]", StringComparison.Ordinal)).Features;
        Assert.Equal(["n_7d", "n_365d", "n_life"], features.Select(f => f.Name));
        Assert.Equal([7, 365, 0], features.Select(f => f.WindowDays));
        Assert.All(features, f => Assert.Equal(
            [EventType.ChangeName, EventType.PostingOpened, EventType.PostingUpdated, EventType.PostingClosed], f.Events));
        Assert.All(features, f => Assert.Equal(
            ("g", Aggregate.Count, 0, Transform.Log1p, 2f), (f.Group, f.Aggregate, f.LongWindowDays, f.Transform, f.Default)));
    }

    [Theory]
    [InlineData("n_{window}", "m_{window}")]
    [InlineData("\"events\": \"set\"", "\"events\": \"posting.*\"")]
    [InlineData("\"posting.*\"", "\"posting.opened\"")]
    [InlineData("\"count\"", "\"sum\"")]
    [InlineData("\"count\"", "\"ratio\", \"long_window\": 90")]
    [InlineData("[30]", "[31]")]
    [InlineData("[30]", "[30, 31]")]
    [InlineData("\"log1p\"", "\"none\"")]
    [InlineData("\"default\": 2", "\"default\": 2.0001")]
    public void Hash_ChangesWithWhatChangesTheVector(string whole, string changed)
    {
        Assert.Contains(whole, Text());
        Assert.NotEqual(Parse(Text()).Hash, Parse(Text().Replace(whole, changed, StringComparison.Ordinal)).Hash);
    }

    [Fact]
    public void Hash_ChangesWithTheOrder()
    {
        var (a, b) = (Entry, Entry.Replace("n_", "m_", StringComparison.Ordinal));
        Assert.NotEqual(Parse(Text($"{a}, {b}")).Hash, Parse(Text($"{b}, {a}")).Hash);
    }

    [Theory]
    [InlineData("\"group\": \"g\"", "\"group\": \"h\"")]
    [InlineData("\"default\": 2", "\"default\": 2.0")]
    [InlineData("\"change.name\", \"posting.*\"", "\"posting.closed\", \"posting.*\", \"change.name\"")]
    public void Hash_StaysWhereTheVectorDoes(string whole, string changed) =>
        Assert.Equal(Parse(Text()).Hash, Parse(Text().Replace(whole, changed, StringComparison.Ordinal)).Hash);

    // Guards the definition's text: manifests carry this hash.
    [Fact]
    public void Hash_IsThatOfTheDefinitions()
    {
        var catalogue = Parse(Text());
        Assert.Equal("n_30d|15,40,41,42|Count|30|0|Log1p|2", catalogue.Features[0].Definition);
        Assert.Equal("a2598a5dc14029c5", catalogue.Hash);
    }

    [Fact]
    public void RealCatalogue_UsesEveryWindowAndEveryKindOfAggregate()
    {
        var catalogue = FeatureCatalogue.Load(Path.Combine(Repository.Root, "schemas", "features", "catalogue.json"));
        Assert.Equal([0, 7, 30, 90, 180, 365], catalogue.Features.Select(f => f.WindowDays).Distinct().Order());
        Assert.Equal(Enum.GetValues<Aggregate>(), catalogue.Features.Select(f => f.Aggregate).Distinct().Order());
    }

    private static string Text(string entries = Entry) =>
        """{"schema_version": 1, "event_sets": {"set": ["change.name", "posting.*"]}, "features": [""" + entries + "]}";

    private static FeatureCatalogue Parse(string text) => FeatureCatalogue.Parse(Encoding.UTF8.GetBytes(text));

    private static string Refuse(string whole, string spoilt, string also = "", string spoiltAlso = "")
    {
        var text = Text();
        Assert.Contains(whole, text);
        var at = text.IndexOf(whole, StringComparison.Ordinal);
        text = text[..at] + spoilt + text[(at + whole.Length)..];
        if (also.Length > 0)
            text = text.Replace(also, spoiltAlso, StringComparison.Ordinal);
        return Assert.Throws<CatalogueException>(() => Parse(text)).Message;
    }
}
