namespace Jianwei.App.Verbs;

/// <summary>
/// How far a verb is, on standard error: one line that is written over on a terminal, a line now and then in a file or a pipe.
/// </summary>
internal sealed class ProgressLine(TimeProvider time)
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(5);
    private long shown = time.GetTimestamp();
    private string latest = "";
    private int width;

    public void Show(string text)
    {
        latest = text;
        if (time.GetElapsedTime(shown) >= (Console.IsErrorRedirected ? Elsewhere : OnTerminal))
        {
            shown = time.GetTimestamp();
            Write(ended: false);
        }
    }

    /// <summary>Ends with the latest text, whenever that was.</summary>
    public void End()
    {
        if (latest.Length > 0)
        {
            Write(ended: true);
        }
    }

    /// <summary>A line of its own.</summary>
    public static void Note(string text) => Console.Error.WriteLine(Console.IsErrorRedirected ? text : $"\r{text}");

    private void Write(bool ended)
    {
        if (Console.IsErrorRedirected)
        {
            Console.Error.WriteLine(latest);
            return;
        }

        Console.Error.Write($"\r{latest.PadRight(width)}{(ended ? Environment.NewLine : "")}");
        width = latest.Length;
    }
}

/// <summary>
/// Reports at once and where it is called; <see cref="Progress{T}"/> would hop to another thread, and the last
/// report could come after the end.
/// </summary>
internal sealed class Inline<T>(Action<T> show) : IProgress<T>
{
    public void Report(T value) => show(value);
}
