using System.ComponentModel.DataAnnotations;
using Jianwei.Core.Hosting;

namespace Jianwei.Alerts.Delivery;

/// <summary>Section <c>Alerts:Delivery</c>. Delivery is the edge: times here are the clock's.</summary>
public sealed class DeliveryOptions
{
    /// <summary>How long a published delivery has before it is published again; longer than <see cref="WebhookTimeout"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the outbox is looked at when nobody says that there is something.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Most deliveries published at a time.</summary>
    [Range(1, 10_000)]
    public int BatchSizeLimit { get; set; } = 100;

    /// <summary>Deliveries in progress in this process; each holds a database connection.</summary>
    [Range(1, 90)]
    public int Concurrency { get; set; } = 16;

    /// <summary>How long a webhook may take to answer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan WebhookTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts after which a delivery is recorded as failed.</summary>
    [Range(1, 1_000)]
    public int AttemptsLimit { get; set; } = 20;

    /// <summary>Pause after the first failed attempt; it doubles with each.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause between attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromMinutes(30);
}

/// <summary>Section <c>RabbitMq</c>.</summary>
public sealed class RabbitMqOptions
{
    /// <summary><c>amqp://user:password@host:port/vhost</c>, or empty for the bus inside the process.</summary>
    [RegularExpression("(amqps?://.+)?",
        ErrorMessage = "amqp://USER:PASSWORD@HOST:PORT/VHOST, amqps://…, or nothing for the bus inside the process")]
    [Confidential]
    public string Uri { get; set; } = "";

    /// <summary>Put before queue names, so that several programs can share a server.</summary>
    [RegularExpression("[a-zA-Z0-9._-]{0,64}")]
    public string Prefix { get; set; } = "";
}
