using Jianwei.Core.Models;
using Jianwei.Simulator.Truth;

namespace Jianwei.App.Demo;

/// <summary>What one stream of the demo came to.</summary>
/// <param name="EventsRead">Raw messages that Ingest was sent.</param>
/// <param name="EventsApplied">Events that changed a company's state.</param>
/// <param name="Duplicates">Events that a state knew already.</param>
/// <param name="DeadLetters">Messages refused, with a reason.</param>
/// <param name="Scores">Scores written.</param>
/// <param name="Alerts">Alerts raised.</param>
/// <param name="Deliveries">Alerts delivered to the webhook.</param>
/// <param name="P50Ms">Event accepted to score written.</param>
/// <param name="P99Ms">The same.</param>
/// <param name="Expired">Events older than what identities are kept of.</param>
/// <param name="Model">Name and version that served.</param>
/// <param name="Predicts">What its probabilities are of, in the words of its manifest.</param>
/// <param name="Bands">Bands of the model, from the lowest: entered at <c>fire</c>, left below <c>recover</c>.</param>
/// <param name="Data">What was replayed.</param>
/// <param name="LeadTime">Alerts beside the known truth; null where the data are real and nobody knows it.</param>
internal sealed record DemoSummary(
    long EventsRead, long EventsApplied, long Duplicates, long DeadLetters, long Scores, long Alerts, long Deliveries,
    double P50Ms, double P99Ms, long Expired, string Model, string Predicts, IReadOnlyList<Band> Bands, string Data, LeadTimes? LeadTime)
{
    /// <summary>Several streams as one line: sums, and the slowest percentiles; the streams themselves in <c>runs</c>.</summary>
    public static object Together(IReadOnlyList<DemoSummary> runs) => new
    {
        EventsRead = runs.Sum(r => r.EventsRead), EventsApplied = runs.Sum(r => r.EventsApplied), Duplicates = runs.Sum(r => r.Duplicates),
        DeadLetters = runs.Sum(r => r.DeadLetters), Scores = runs.Sum(r => r.Scores),
        Alerts = runs.Sum(r => r.Alerts), Deliveries = runs.Sum(r => r.Deliveries),
        P50Ms = runs.Max(r => r.P50Ms), P99Ms = runs.Max(r => r.P99Ms), Expired = runs.Sum(r => r.Expired),
        Data = string.Join(',', runs.Select(r => r.Data)), runs.LastOrDefault(r => r.LeadTime is not null)?.LeadTime, Runs = runs,
    };
}
