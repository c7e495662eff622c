using Jianwei.Core.Contracts;
using Jianwei.Featurizer.Events;
using Jianwei.Featurizer.State;
using Jianwei.Core.Text;

namespace Jianwei.Featurizer;

/// <summary>One step of a company's log: state and text together. The stage, verify and export all go through here.</summary>
public static class StateLog
{
    /// <param name="e">The message.</param>
    /// <param name="partition">Its partition.</param>
    /// <param name="offset">Its offset.</param>
    /// <param name="state">The company's state, changed if the answer is <see cref="Applied.Yes"/>.</param>
    /// <param name="text">The company's text; needed where the event carries some.</param>
    public static Applied Apply(CompanyEvent e, int partition, long offset, CompanyState state, CompanyText? text)
    {
        var applied = state.Apply(e, partition, offset);
        if (applied == Applied.Yes && e.Text is { } change)
        {
            Apply(change, Days.SecondsOf(e.EventTime), state, text);
        }

        return applied;
    }

    /// <summary>The same of an event as the stage reads it.</summary>
    internal static Applied Apply(in LogEvent e, int partition, long offset, CompanyState state, CompanyText? text)
    {
        var applied = state.Apply(e.Record, e.Source, partition, offset);
        if (applied == Applied.Yes && e.Text is { } change)
        {
            Apply(change, e.EventTime, state, text);
        }

        return applied;
    }

    private static void Apply(TextChange change, uint eventTime, CompanyState state, CompanyText? text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text.Apply(change, eventTime);
        state.TextHash = text.Hash;
    }
}
