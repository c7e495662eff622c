using System.Net.Sockets;
using Confluent.Kafka;
using Npgsql;
using StackExchange.Redis;

namespace Jianwei.Core.Failures;

/// <summary>The three kinds of failure (architecture, decision 12).</summary>
public enum FailureKind
{
    /// <summary>May pass by itself: back off and try the same again.</summary>
    Retryable,

    /// <summary>This record can never succeed: dead-letter it and advance.</summary>
    Poison,

    /// <summary>Neither waiting nor stepping over helps: stop the process with a sentence.</summary>
    Fatal,
}

/// <summary>The one place that decides what kind of failure an exception is.</summary>
public static class Failure
{
    /// <summary>
    /// Retryable: a server that is unreachable, loading, failing over or slow. Poison: <see cref="PoisonException"/>.
    /// Everything else, bugs included, is fatal: the process stops and what was not committed is read again.
    /// </summary>
    public static FailureKind Classify(Exception exception) => exception switch
    {
        PoisonException => FailureKind.Poison,
        FatalException => FailureKind.Fatal,
        RedisConnectionException or RedisTimeoutException => FailureKind.Retryable,
        RedisServerException redis => Passing(redis.Message) ? FailureKind.Retryable : FailureKind.Fatal,
        PostgresException postgres => Passing(postgres) ? FailureKind.Retryable : FailureKind.Fatal,
        NpgsqlException or SocketException or TimeoutException or IOException => FailureKind.Retryable,
        KafkaException kafka => kafka.Error.IsFatal ? FailureKind.Fatal : FailureKind.Retryable,
        AggregateException { InnerExceptions: [var only] } => Classify(only),
        _ => FailureKind.Fatal,
    };

    private static readonly string[] PassingRedisErrors =
    [
        "LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "BUSY",
        "NOREPLICAS", "OOM", "MISCONF", "MOVED", "ASK", "NOSCRIPT"
    ];

    private static bool Passing(string redisError) =>
        Array.Exists(PassingRedisErrors, e => redisError.Contains(e, StringComparison.Ordinal));

    // Besides what Npgsql calls transient. 08: the connection; 25006: a standby that is not promoted yet; 40001, 40P01: lost against
    // another transaction; 53: out of something; 57014: a time limit of the server; 57P01 to 57P03: shutdown, crash, starting up;
    // 57P05: idle for too long.
    private static readonly string[] PassingSqlStates =
        ["08", "25006", "40001", "40P01", "53", "57014", "57P01", "57P02", "57P03", "57P05"];

    private static bool Passing(PostgresException error) =>
        error.IsTransient || Array.Exists(PassingSqlStates, s => error.SqlState.StartsWith(s, StringComparison.Ordinal));
}
