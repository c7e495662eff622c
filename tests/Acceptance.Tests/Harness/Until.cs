using System.Diagnostics;

namespace Jianwei.Acceptance.Harness;

/// <summary>Waiting for what other processes do.</summary>
internal static class Until
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public static Task TrueAsync(Func<bool> done, Func<string> what, int seconds) =>
        TrueAsync(() => Task.FromResult(done()), what, seconds);

    /// <summary>Fails with <paramref name="what"/> when it does not come true in time.</summary>
    public static async Task TrueAsync(Func<Task<bool>> done, Func<string> what, int seconds)
    {
        var watch = Stopwatch.StartNew();
        while (!await done())
        {
            if (watch.Elapsed.TotalSeconds > seconds)
                Assert.Fail($"not within {seconds} s: {what()}");
            await Task.Delay(Look);
        }
    }
}
