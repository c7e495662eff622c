using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jianwei.Tokenizer.Vocabularies;

/// <summary>
/// <c>tokenizer.json</c>, an entry a line:
/// <code>
/// {"schema_version":1,"algorithm":"unigram","parent":null,"unknown_cost":30000,"entries":[
/// {"piece":"[PAD]"},
/// {"piece":"公司","cost":6120},
/// {"piece":"鼎","cost":11870,"part":true},
/// {"piece":"碳中和","cost":9000,"from":[4711,913]}
/// ]}
/// </code>
/// The algorithm and the way text is cut into chunks are those of the schema version.
/// </summary>
internal static class VocabularyFile
{
    private const int SchemaVersion = 1;
    private const string Algorithm = "unigram";

    // A full vocabulary has about 0.6 MB.
    private const long MostBytes = 16 << 20;

    public static Vocabulary Load(string path)
    {
        if (Directory.Exists(path))
        {
            path = Path.Combine(path, InFolder(path));
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"there is no vocabulary {path}", path);
        }

        using var stream = File.OpenRead(path);
        if (stream.Length > MostBytes)
        {
            throw new InvalidDataException($"{path}: a vocabulary has at most {MostBytes:N0} bytes, this file has {stream.Length:N0}");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Parse(bytes, path);
    }

    // As models have it: NAME/CURRENT names the version.
    private static string InFolder(string folder)
    {
        var current = Path.Combine(folder, "CURRENT");
        return !File.Exists(Path.Combine(folder, "tokenizer.json")) && File.Exists(current)
            ? Path.Combine(File.ReadAllText(current).Trim(), "tokenizer.json")
            : "tokenizer.json";
    }

    /// <param name="bytes">The file.</param>
    /// <param name="name">What messages call it.</param>
    public static Vocabulary Parse(ReadOnlySpan<byte> bytes, string name)
    {
        try
        {
            if (bytes.StartsWith("\uFEFF"u8))
            {
                bytes = bytes[3..];
            }

            var file = JsonSerializer.Deserialize(bytes, VocabularyContext.Default.Contents)
                ?? throw new InvalidDataException("the file is null");
            return file switch
            {
                { SchemaVersion: not SchemaVersion } =>
                    throw new InvalidDataException($"schema_version is {file.SchemaVersion}; allowed: {SchemaVersion}"),
                { Algorithm: not Algorithm } => throw new InvalidDataException($"algorithm is \"{file.Algorithm}\"; allowed: {Algorithm}"),
                { Entries: null } => throw new InvalidDataException("entries is null"),
                _ => new Vocabulary(file.Entries, file.UnknownCost, file.Parent),
            };
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{name}: not a vocabulary (tokenizer.json of jianwei tokenizer learn): {e.Message}", e);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{name}: {e.Message}", e);
        }
    }

    public static byte[] Write(Vocabulary vocabulary)
    {
        var output = new ArrayBufferWriter<byte>(1 << 20);
        var parent = vocabulary.Parent is { } hash ? $"\"{hash}\"" : "null";
        Append(output, $"{{\"schema_version\":{SchemaVersion},\"algorithm\":\"{Algorithm}\",\"parent\":{parent}," +
            $"\"unknown_cost\":{vocabulary.UnknownCost},\"entries\":[\n");
        using var json = new Utf8JsonWriter(output, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        for (var id = 0; id < vocabulary.Entries.Count; id++)
        {
            JsonSerializer.Serialize(json, vocabulary.Entries[id], VocabularyContext.Default.VocabularyEntry);
            json.Flush();
            json.Reset();
            Append(output, id + 1 < vocabulary.Entries.Count ? ",\n" : "\n]}\n");
        }

        return output.WrittenSpan.ToArray();
    }

    private static void Append(ArrayBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);

    /// <summary>The file as JSON has it.</summary>
    internal sealed record Contents(
        [property: JsonRequired] int SchemaVersion, [property: JsonRequired] string Algorithm, string? Parent,
        [property: JsonRequired] int UnknownCost, [property: JsonRequired] IReadOnlyList<VocabularyEntry> Entries);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(VocabularyFile.Contents))]
internal sealed partial class VocabularyContext : JsonSerializerContext;
