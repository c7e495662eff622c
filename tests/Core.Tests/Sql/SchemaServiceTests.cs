using Jianwei.Core.Sql;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Jianwei.Core.Tests.Sql;

public sealed class SchemaServiceTests
{
    [Fact]
    public async Task AwayServer_IsAskedLessAndLessOften()
    {
        await using var source = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=1");
        using var schema = new Schema(source, Options.Create(new PostgresOptions()), NullLogger<Schema>.Instance);
        var time = new Hurried(8);
        using var service = new SchemaService(schema, time, new Lifetime(), NullLogger<SchemaService>.Instance);

        await service.StartAsync(CancellationToken.None);
        await time.Enough.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        await service.StopAsync(CancellationToken.None);

        Assert.Equal([.2, .4, .8, 1.6, 3.2, 6.4, 10, 10], time.Pauses.Take(8).Select(p => p.TotalSeconds));
    }

    /// <summary>Every pause is over at once, and written down.</summary>
    private sealed class Hurried(int enough) : TimeProvider
    {
        private readonly TaskCompletionSource reached = new();

        public List<TimeSpan> Pauses { get; } = [];

        public Task Enough => reached.Task;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Pauses.Add(dueTime);
            if (Pauses.Count == enough)
            {
                reached.TrySetResult();
            }

            return System.CreateTimer(callback, state, Pauses.Count < enough ? TimeSpan.Zero : dueTime, period);
        }
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => default;

        public CancellationToken ApplicationStopping => default;

        public CancellationToken ApplicationStopped => default;

        public void StopApplication()
        {
        }
    }
}
