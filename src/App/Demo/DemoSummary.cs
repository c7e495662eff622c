namespace Jianwei.App.Demo;

/// <summary>The demo's last line with --json.</summary>
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
/// <param name="Data">What was replayed.</param>
internal sealed record DemoSummary(
    long EventsRead, long EventsApplied, long Duplicates, long DeadLetters, long Scores, long Alerts, long Deliveries, double P50Ms, double P99Ms,
    long Expired, string Model, string Data);
