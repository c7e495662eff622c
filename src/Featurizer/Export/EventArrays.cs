using System.Text;
using Jianwei.Core.Contracts;

namespace Jianwei.Featurizer.Export;

/// <summary>
/// The applied events of an export, in order of application: what a row's sequence is taken from. Ticks are not among them.
/// </summary>
internal sealed class EventArrays : IDisposable
{
    private readonly NpyFile<int> company;
    private readonly NpyFile<byte> type;
    private readonly NpyFile<float> amount;
    private readonly NpyFile<long> time;
    private readonly NpyFile<long> observed;
    private readonly StreamWriter names;
    private int companies;

    /// <param name="folder">Where the files are made.</param>
    public EventArrays(string folder)
    {
        company = new(Path.Combine(folder, "event_company.npy"));
        type = new(Path.Combine(folder, "event_type.npy"));
        amount = new(Path.Combine(folder, "event_amount.npy"));
        time = new(Path.Combine(folder, "event_time.npy"));
        observed = new(Path.Combine(folder, "event_observed.npy"));
        names = new(Path.Combine(folder, "companies.txt"), append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false))
        {
            NewLine = "\n"
        };
    }

    public long Count => type.Rows;

    /// <summary>Adds a company; returns its number.</summary>
    public int AddCompany(string id)
    {
        names.WriteLine(id);
        return companies++;
    }

    /// <summary>Adds an event; returns its number.</summary>
    public long Add(int number, CompanyEvent e)
    {
        company.Append([number]);
        type.Append([(byte)e.Type]);
        amount.Append([e.Amount is { } some ? (float)some : float.NaN]);
        time.Append([e.EventTime.ToUnixTimeSeconds()]);
        observed.Append([e.ObservedTime.ToUnixTimeSeconds()]);
        return Count - 1;
    }

    public void Complete()
    {
        foreach (var file in (INpyFile[])[company, type, amount, time, observed])
        {
            file.Complete();
        }
    }

    public void Dispose()
    {
        foreach (var file in (IDisposable[])[company, type, amount, time, observed, names])
        {
            file.Dispose();
        }
    }
}
