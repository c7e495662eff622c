using System.Text;
using Jianwei.Core.Features;

namespace Jianwei.Featurizer.Export;

/// <summary>
/// The files of an export, written beside their place and moved there when complete: a reader finds a whole export or none.
/// </summary>
public sealed class ExportFolder : IDisposable
{
    private const string ManifestName = "manifest.json";

    private readonly string folder;
    private readonly string partial;
    private readonly NpyFile<float> features;
    private readonly NpyFile<sbyte> labels;
    private readonly NpyFile<sbyte> censored;
    private readonly NpyFile<long> asOf;
    private readonly StreamWriter companies;
    private bool complete;

    /// <exception cref="IOException">The folder holds something that is not an export.</exception>
    public ExportFolder(string folder, FeatureCatalogue catalogue)
    {
        this.folder = Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar);
        partial = this.folder + ".partial";
        if (Directory.Exists(this.folder) && !File.Exists(Path.Combine(this.folder, ManifestName)) && Directory.EnumerateFileSystemEntries(this.folder).Any())
        {
            throw new IOException($"{this.folder} holds files but no {ManifestName}, so it is not an export and is not replaced; choose another folder");
        }

        Delete(partial);
        Directory.CreateDirectory(partial);
        features = new(In("features.npy"), catalogue.Count);
        labels = new(In("label.npy"));
        censored = new(In("censored.npy"));
        asOf = new(In("as_of.npy"));
        companies = new(In("company.txt"), append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
    }

    public long Rows => labels.Rows;

    /// <summary>Adds a row with label 0; returns its number.</summary>
    public long Append(string company, uint at, ReadOnlySpan<float> vector)
    {
        var row = Rows;
        features.Append(vector);
        labels.Append([0]);
        censored.Append([0]);
        asOf.Append([at]);
        companies.WriteLine(company);
        return row;
    }

    /// <summary>The outcome was seen within the row's horizon.</summary>
    public void SetPositive(long row) => labels.Set(row, 1);

    /// <summary>The row's horizon ends after the data.</summary>
    public void SetCensored(long row) => censored.Set(row, 1);

    /// <summary>Writes the manifest and puts the export in its place.</summary>
    public void Complete(ExportManifest manifest)
    {
        features.Complete();
        labels.Complete();
        censored.Complete();
        asOf.Complete();
        Close();
        File.WriteAllBytes(In(ManifestName), manifest.ToJson());
        Delete(folder);
        Directory.Move(partial, folder);
        complete = true;
    }

    public void Dispose()
    {
        Close();
        if (!complete)
        {
            Delete(partial);
        }
    }

    private void Close()
    {
        features.Dispose();
        labels.Dispose();
        censored.Dispose();
        asOf.Dispose();
        companies.Dispose();
    }

    private string In(string name) => Path.Combine(partial, name);

    private static void Delete(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }
}
