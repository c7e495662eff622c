using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Jianwei.Core.Features;
using Jianwei.Servers;
using Jianwei.Tokenizer.Vocabularies;

namespace Jianwei.Scorer.Fixtures;

/// <summary>The test model that reads texts (12 features, a head that is not linear), with a vocabulary of letters.</summary>
internal static class FusedPackage
{
    public const string Id = "fused/1";

    /// <summary>Names for its features: seven groups.</summary>
    public static readonly FeatureCatalogue Catalogue = FeatureCatalogue.Parse(
        """
        {"schema_version": 1, "event_sets": {}, "features": [
          {"name": "any_count_{window}", "group": "activity", "events": "*", "aggregate": "count", "windows": [30, 365]},
          {"name": "legal_count_{window}", "group": "legal", "events": "filing.court_judgment", "aggregate": "count", "windows": [30, 365]},
          {"name": "legal_amount_{window}", "group": "legal", "events": "filing.court_judgment", "aggregate": "sum", "windows": [365]},
          {"name": "hiring_{window}", "group": "hiring", "events": "posting.*", "aggregate": "count", "windows": [30, 90]},
          {"name": "people_{window}", "group": "people", "events": "change.management", "aggregate": "count", "windows": [90]},
          {"name": "capital_{window}", "group": "capital", "events": "change.capital", "aggregate": "last_amount", "windows": [0]},
          {"name": "distress_{window}", "group": "distress", "events": "filing.pledge", "aggregate": "count", "windows": [30, 365]},
          {"name": "growth_{window}", "group": "growth", "events": "filing.tender_won", "aggregate": "count", "windows": [365]}
        ]}
        """u8);

    /// <summary>Writes a version of it into a folder of models.</summary>
    public static void Write(string models, string version, string? catalogue = null)
    {
        var to = Path.Combine(models, "fused", version);
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests/Scorer.Tests/Fixtures/texts/fused", version)))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        var vocabulary = new Vocabulary(
            [
                .. Enumerable.Range(0, SpecialTokens.FirstPiece).Select(id => new VocabularyEntry(SpecialTokens.NameOf(id))),
                .. "abcdefghijklmnopqrstuvwxyz".Select(c => new VocabularyEntry($"{c}", 1_000)),
                .. "abcdefghijklmnopqrstuvwxyz".Select(c => new VocabularyEntry($" {c}", 1_000)),
            ],
            unknownCost: 20_000);
        var tokenizer = Path.Combine(to, "tokenizer.json");
        vocabulary.Save(tokenizer);
        var path = Path.Combine(to, "manifest.json");
        var manifest = JsonNode.Parse(File.ReadAllText(path))!;
        manifest["tokenizer"] = vocabulary.Hash;
        manifest["catalogue"] = catalogue ?? (string)manifest["catalogue"]!;
        manifest["files"]!["tokenizer.json"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(tokenizer)));
        File.WriteAllText(path, manifest.ToJsonString());
    }
}
