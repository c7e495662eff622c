using Jianwei.Simulator.Randomness;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Narration;

/// <summary>
/// Days on which a register changed the addresses of a whole city. They say nothing about a company, and are marked as what they are.
/// </summary>
/// <param name="Region">The city.</param>
/// <param name="Month">In which month.</param>
/// <param name="Day">Start of the day, in seconds since 1970.</param>
public readonly record struct BulkEdit(int Region, int Month, long Day)
{
    public static IReadOnlyList<BulkEdit> Of(SimulatedWorld world)
    {
        var edits = new List<BulkEdit>();
        for (var month = 1; month < world.Calendar.Months; month++)
        {
            var random = new RandomStream(world.Seed, Purpose.BulkEdits, month);
            if (random.Chance(Math.Min(1, world.Options.BulkEditsAYear / Calendar.Year)))
            {
                edits.Add(new(random.Below(Neighbourhood.Regions), month, world.Calendar.Start(month) + (random.Below(26) * Calendar.Day)));
            }
        }

        return edits;
    }
}
