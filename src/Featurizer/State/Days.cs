namespace Jianwei.Featurizer.State;

/// <summary>Time as the state counts it: seconds and UTC calendar days since 1970, until 2106.</summary>
public static class Days
{
    public const uint Seconds = 86_400;

    public static uint SecondsOf(DateTimeOffset time) => (uint)Math.Clamp(time.ToUnixTimeSeconds(), 0, uint.MaxValue);

    public static DateTimeOffset TimeOf(uint seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);
}
