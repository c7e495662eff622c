using System.Text;
using Jianwei.Featurizer.State;

namespace Jianwei.Featurizer.Sweeper;

/// <summary>
/// When a company is due to be scored without news. Each has its own second of the day, from a hash of its id, so that ticks
/// are spread evenly; the tick's time is that second, so that it does not depend on when the sweeper came by.
/// </summary>
public static class SweepSchedule
{
    /// <summary>The newest of the company's seconds at or before the watermark, if the company has not come so far yet.</summary>
    /// <param name="company">Canonical id.</param>
    /// <param name="streamTime">The company's stream time, seconds since 1970.</param>
    /// <param name="watermark">How far its feeds have come, seconds since 1970.</param>
    /// <returns>Time of the tick, or null when none is due.</returns>
    public static uint? Due(string company, uint streamTime, uint watermark)
    {
        var second = Second(company);
        if (watermark < second)
        {
            return null;
        }

        var tick = watermark - ((watermark - second) % Days.Seconds);
        return tick > streamTime ? tick : null;
    }

    /// <summary>FNV-1a (Fowler, Noll, Vo) of the UTF-8 id, modulo a day.</summary>
    public static uint Second(string company)
    {
        var hash = 2_166_136_261u;
        foreach (var b in Encoding.UTF8.GetBytes(company))
        {
            hash = (hash ^ b) * 16_777_619u;
        }

        return hash % Days.Seconds;
    }
}
