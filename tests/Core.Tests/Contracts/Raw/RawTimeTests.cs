namespace Jianwei.Core.Contracts.Raw;

public sealed class RawTimeTests
{
    [Theory]
    [InlineData("2024-03-01", "2024-03-01T00:00:00.0000000Z")]
    [InlineData("2024-03-01T08:30:00+08:00", "2024-03-01T00:30:00.0000000Z")]
    [InlineData("2024-03-01T08:30:00.123456789-01:30", "2024-03-01T10:00:00.1234567Z")]
    [InlineData("2016-12-31t23:59:60z", "2017-01-01T00:00:00.0000000Z")]
    [InlineData("1970-01-01", "1970-01-01T00:00:00.0000000Z")]
    [InlineData("1969-12-31T23:00:00-01:00", "1970-01-01T00:00:00.0000000Z")]
    [InlineData("2100-01-01", "2100-01-01T00:00:00.0000000Z")]
    public void Time_IsReadAsUtc(string text, string utc)
    {
        Assert.True(RawTime.TryParse(text, out var time));
        Assert.Equal(TimeSpan.Zero, time.Offset);
        Assert.Equal(utc, time.UtcDateTime.ToString("O"));
        Assert.True(RawTime.TryParse(RawTime.Format(time), out var again));
        Assert.Equal(time, again);
    }

    [Theory]
    [InlineData("2023-02-29")]
    [InlineData("1969-12-31")]
    [InlineData("2100-01-01T00:00:00.1Z")]
    [InlineData("0000-01-01")]
    [InlineData("9999-12-31T23:59:60-23:59")]
    [InlineData("tomorrow")]
    public void Time_OutsideWhatIsAllowedIsNone(string text) => Assert.False(RawTime.TryParse(text, out _));
}
