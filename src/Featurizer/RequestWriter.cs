using System.Globalization;
using System.Runtime.InteropServices;
using Jianwei.Core.Contracts;
using Jianwei.Featurizer.State;
using Jianwei.Featurizer.Windows;

namespace Jianwei.Featurizer;

/// <summary>Makes the score request of a company's state, features included. One writer belongs to one thread.</summary>
public sealed class RequestWriter(FeaturePlan plan)
{
    private readonly FeatureReader reader = new(plan);
    private readonly float[] vector = new float[plan.Catalogue.Count];

    public ScoreRequest Request(CompanyEvent e, CompanyState state)
    {
        reader.Read(state, vector);
        return new()
        {
            CompanyId = e.CompanyId,
            CompanyName = e.CompanyName,
            StateVersion = state.Version,
            AsOf = Days.TimeOf(state.StreamTime),
            Catalogue = plan.Catalogue.Hash,
            Features = MemoryMarshal.AsBytes(vector.AsSpan()).ToArray(),
            TextHash = state.TextHash == 0 ? null : state.TextHash.ToString("x16", CultureInfo.InvariantCulture),
            Event = e.Type == EventType.Tick ? null : e.ToSummary(),
            AcceptedTime = e.AcceptedTime,
        };
    }
}
