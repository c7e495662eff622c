using System.Text;
using Jianwei.Core.Contracts;
using Jianwei.Core.Features;
using Jianwei.Core.Text;
using Jianwei.Tokenizer.Documents;

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
    private readonly NpyFile<sbyte> quarters;
    private readonly NpyFile<long> asOf;
    private readonly NpyFile<long> lastEvents;
    private readonly EventArrays events;
    private readonly DocumentArrays? documents;
    private readonly StreamWriter companies;
    private bool complete;

    /// <param name="folder">Where the export will be.</param>
    /// <param name="catalogue">Names the columns of the features.</param>
    /// <param name="texts">How texts become tokens; null leaves documents out.</param>
    /// <exception cref="IOException">The folder holds something that is not an export.</exception>
    public ExportFolder(string folder, FeatureCatalogue catalogue, DocumentEncoder? texts = null)
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
        quarters = new(In("event_quarter.npy"));
        asOf = new(In("as_of.npy"));
        lastEvents = new(In("event_last.npy"));
        events = new(partial);
        documents = texts is null ? null : new(partial, texts);
        companies = new(In("company.txt"), append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
    }

    public long Rows => labels.Rows;

    /// <summary>Events so far.</summary>
    public long Events => events.Count;

    /// <summary>Different texts so far.</summary>
    public int Documents => documents?.Count ?? 0;

    /// <summary>Tokens of all of them.</summary>
    public long Tokens => documents?.Tokens ?? 0;

    /// <inheritdoc cref="EventArrays.AddCompany"/>
    public int AddCompany(string id) => events.AddCompany(id);

    /// <inheritdoc cref="EventArrays.Add"/>
    public long AddEvent(int company, CompanyEvent e) => events.Add(company, e);

    /// <summary>Adds a row with label 0; returns its number.</summary>
    /// <param name="company">Canonical id.</param>
    /// <param name="at">As-of.</param>
    /// <param name="vector">Features.</param>
    /// <param name="lastEvent">Number of the company's newest event that the row has seen, or -1.</param>
    /// <param name="text">The company's text; ignored where documents are left out.</param>
    public long Append(string company, uint at, ReadOnlySpan<float> vector, long lastEvent, CompanyText? text)
    {
        var row = Rows;
        features.Append(vector);
        labels.Append([0]);
        censored.Append([0]);
        quarters.Append([-1]);
        asOf.Append([at]);
        lastEvents.Append([lastEvent]);
        documents?.Append(text ?? new());
        companies.WriteLine(company);
        return row;
    }

    /// <summary>The outcome was seen within the row's horizon, in this quarter of it.</summary>
    public void SetPositive(long row, int quarter)
    {
        labels.Set(row, 1);
        quarters.Set(row, (sbyte)quarter);
    }

    /// <summary>The row's horizon ends after the data.</summary>
    public void SetCensored(long row) => censored.Set(row, 1);

    /// <summary>Writes the manifest and puts the export in its place.</summary>
    public void Complete(ExportManifest manifest)
    {
        foreach (var file in (INpyFile[])[features, labels, censored, quarters, asOf, lastEvents])
        {
            file.Complete();
        }

        events.Complete();
        documents?.Complete();
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
        foreach (var file in (IDisposable?[])[features, labels, censored, quarters, asOf, lastEvents, events, documents, companies])
        {
            file?.Dispose();
        }
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
