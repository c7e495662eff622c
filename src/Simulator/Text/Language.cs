namespace Jianwei.Simulator.Text;

/// <summary>The language of all texts and names of a world. It changes no number.</summary>
public enum Language
{
    Chinese,
    English,
}

/// <summary>Codes of languages.</summary>
public static class Languages
{
    /// <summary>Codes that are allowed.</summary>
    public static IReadOnlyList<string> Codes { get; } = ["zh", "en"];

    public static string Code(Language language) => language == Language.English ? "en" : "zh";

    /// <exception cref="FormatException">There is no such language.</exception>
    public static Language Parse(string code) => code switch
    {
        "zh" => Language.Chinese,
        "en" => Language.English,
        _ => throw new FormatException($"--language {code}: allowed are {string.Join(", ", Codes)}"),
    };
}
