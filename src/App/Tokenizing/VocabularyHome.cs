using System.CommandLine;
using System.Text.Json;
using Jianwei.App.Hosting;
using Jianwei.App.Verbs;
using Jianwei.Tokenizer.Vocabularies;

namespace Jianwei.App.Tokenizing;

/// <summary>
/// Where vocabularies are: <c>models/tokenizer/&lt;version&gt;/tokenizer.json</c>, the one that ships
/// named by <c>models/tokenizer/CURRENT</c>.
/// </summary>
internal static class VocabularyHome
{
    private static readonly JsonSerializerOptions Indented = new(JsonOut.Compact) { WriteIndented = true };

    /// <summary>The vocabulary that ships.</summary>
    /// <exception cref="FileNotFoundException">None does here.</exception>
    public static string Current()
    {
        var folder = Home.File(Path.Combine("models", "tokenizer"));
        var current = Path.Combine(folder, "CURRENT");
        return File.Exists(current) ? folder
            : throw new FileNotFoundException($"there is no {current}; name a vocabulary with --vocabulary FILE", current);
    }

    public static Option<string?> Option() => new("--vocabulary")
    {
        Description = "A tokenizer.json, or a folder that has one; the one that ships unless named.", HelpName = "FILE",
    };

    public static Option<string> Out() => new("--out")
    {
        Description = "Folder to write tokenizer.json and manifest.json to; files of those names are replaced.",
        HelpName = "DIR", Required = true,
    };

    /// <exception cref="ArgumentException">It is a file.</exception>
    public static void CheckFolder(string folder)
    {
        if (File.Exists(folder))
        {
            throw new ArgumentException($"--out {folder}: is a file; allowed is a folder");
        }
    }

    public static void Save(string folder, Vocabulary vocabulary, VocabularyManifest manifest)
    {
        vocabulary.Save(Path.Combine(folder, "tokenizer.json"));
        File.WriteAllText(Path.Combine(folder, "manifest.json"), JsonSerializer.Serialize(manifest, Indented) + "\n");
    }
}
