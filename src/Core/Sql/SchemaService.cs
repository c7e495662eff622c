using Jianwei.Core.Failures;
using Jianwei.Core.Kafka;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jianwei.Core.Sql;

/// <summary>
/// Gets the schema ready from the start on, waiting for a server that is not there yet; stops the process when they do not fit.
/// </summary>
public sealed partial class SchemaService(Schema schema, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<SchemaService> log)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var pause = RetrySchedule.First; !stoppingToken.IsCancellationRequested; pause = RetrySchedule.After(pause))
        {
            try
            {
                await schema.ReadyAsync(stoppingToken);
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (Failure.Classify(e) == FailureKind.Retryable)
            {
                Waiting(e.Message, pause);
                await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e)
            {
                Refused(e.Message, e is FatalException ? null : e);
                Environment.ExitCode = 3;
                lifetime.StopApplication();
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "PostgreSQL (Postgres:ConnectionString) cannot be used yet: {Reason}; trying again in {Pause}")]
    private partial void Waiting(string reason, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Stopping: {Sentence}")]
    private partial void Refused(string sentence, Exception? error);
}
