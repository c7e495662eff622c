using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Jianwei.Core.Kafka;

/// <summary>Everything that <see cref="StageLoop"/> says.</summary>
internal sealed partial class StageLog(string stage, ILogger log)
{
    public void Fatal(Exception e)
    {
        if (e is Failures.FatalException)
        {
            LogStopped(stage, e.Message);
        }
        else
        {
            LogBroken(e, stage, e.Message);
        }
    }

    public void Running() => LogRunning(stage);

    public void Assigned(int count) => LogAssigned(stage, count);

    public void Rewinding(string reason) => LogRewinding(stage, reason);

    public void Retrying(string reason, TimeSpan pause) => LogRetrying(stage, reason, pause);

    public void ConsumeFailed(Error error) => LogConsume(stage, error.Reason);

    public void Client(LogMessage message) => LogClient(stage, message.Message);

    public void Client(Error error) => LogClient(stage, error.Reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Stage} stops: {Reason}")]
    private partial void LogStopped(string stage, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Stage} stops on an unexpected error: {Reason}")]
    private partial void LogBroken(Exception e, string stage, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Stage} runs again")]
    private partial void LogRunning(string stage);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Stage} runs with {Count} partitions")]
    private partial void LogAssigned(string stage, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Stage} reads again: {Reason}")]
    private partial void LogRewinding(string stage, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Stage} waits: {Reason}; trying again in {Pause}")]
    private partial void LogRetrying(string stage, string reason, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Stage} could not read: {Reason}")]
    private partial void LogConsume(string stage, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Stage}: {Text}")]
    private partial void LogClient(string stage, string text);
}
