using Jianwei.Scorer.Inference;

namespace Jianwei.Scorer.Packages;

/// <summary>
/// The packages under one folder: <c>&lt;root&gt;/&lt;name&gt;/&lt;version&gt;/manifest.json</c>
/// and <c>&lt;root&gt;/&lt;name&gt;/CURRENT</c>.
/// </summary>
/// <param name="root">Setting <c>Models:Directory</c>.</param>
public sealed class ModelStore(string root)
{
    // models/tokenizer/<version>: vocabularies, which are no models.
    private const string Vocabularies = "tokenizer";

    public string Root { get; } = root;

    /// <summary>Every package folder, by name and version; manifests are read, nothing is verified.</summary>
    public IReadOnlyList<ModelEntry> List() =>
        [.. Names().SelectMany(name => Folders(Path.Combine(Root, name)).Select(version => Entry(name, version)))];

    /// <summary>
    /// Which package a selector means: <c>name/version</c> as it is, <c>name</c> by its CURRENT, nothing where the store has one name.
    /// </summary>
    /// <exception cref="ModelRefusedException">It means none.</exception>
    public ModelId Resolve(string selector)
    {
        var name = selector.Length > 0 ? selector : OnlyName();
        if (name.Split('/') is [var pinned, var version])
        {
            var id = new ModelId(pinned, version);
            return Directory.Exists(DirectoryOf(id)) ? id
                : throw new ModelRefusedException(
                    $"there is no package '{name}'; there are {Listed(Names().SelectMany(n => Folders(Path.Combine(Root, n)).Select(v => $"{n}/{v}")))}");
        }

        if (!Names().Contains(name))
        {
            throw new ModelRefusedException($"there is no model '{name}'; there are {Listed(Names())}");
        }

        var directory = Path.Combine(Root, name);
        return CurrentFile.Read(directory) is { } current
            ? new ModelId(name, current)
            : throw new ModelRefusedException(
                $"{directory}/CURRENT: expected the version that serves, found none; versions there: {Listed(Folders(directory))}; choose one with 'jianwei model promote {name}/VERSION'");
    }

    public string DirectoryOf(ModelId id) => Path.Combine(Root, id.Name, id.Version);

    /// <summary>Loads and verifies one package.</summary>
    /// <exception cref="ModelRefusedException">Something does not match; the message says what.</exception>
    public ModelPackage Load(ModelId id, FeatureContract? contract, InferenceDevice device) =>
        ModelPackage.Load(DirectoryOf(id), contract, device);

    /// <summary>Verifies one package on the CPU; the entry's problem says what does not match.</summary>
    public ModelEntry Verify(ModelId id, FeatureContract? contract)
    {
        var entry = Entry(id.Name, id.Version);
        try
        {
            using var package = Load(id, contract, InferenceDevice.Cpu());
            return entry;
        }
        catch (ModelRefusedException e)
        {
            return entry with { Problem = e.Message };
        }
    }

    /// <summary>Verifies one package and makes it the one that its name serves; running Scorers take it up within seconds.</summary>
    /// <exception cref="ModelRefusedException">It may not serve; what served before still does.</exception>
    public ModelEntry Promote(ModelId id, FeatureContract? contract)
    {
        var entry = Verify(id, contract);
        if (entry.Problem is { } problem)
        {
            throw new ModelRefusedException(problem);
        }

        CurrentFile.Write(Path.Combine(Root, id.Name), id.Version);
        return entry with { IsCurrent = true };
    }

    private ModelEntry Entry(string name, string version)
    {
        var directory = DirectoryOf(new ModelId(name, version));
        var current = CurrentFile.Read(Path.Combine(Root, name)) == version;
        try
        {
            return new ModelEntry(name, version, directory, current, PackageFiles.ReadManifest(directory), null);
        }
        catch (ModelRefusedException e)
        {
            return new ModelEntry(name, version, directory, current, null, e.Message);
        }
    }

    private string OnlyName()
    {
        var names = Names().ToList();
        return names is [var only]
            ? only
            : throw new ModelRefusedException($"it does not say which model; there are {Listed(names)}");
    }

    private IEnumerable<string> Names() => Folders(Root).Where(name => name != Vocabularies);

    private static string Listed(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } list ? list : "none";

    private static IEnumerable<string> Folders(string directory) =>
        !Directory.Exists(directory)
            ? []
            : Directory.EnumerateDirectories(directory).Select(d => Path.GetFileName(d)!)
                .Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal);
}
