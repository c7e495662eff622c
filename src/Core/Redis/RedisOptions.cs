using System.ComponentModel.DataAnnotations;
using Jianwei.Core.Hosting;

namespace Jianwei.Core.Redis;

/// <summary>Section <c>Redis</c>.</summary>
public sealed class RedisOptions
{
    private const string PrefixForm = "text of the form [a-zA-Z0-9._-]{1,64}";

    /// <summary>HOST:PORT[,HOST:PORT…][,option=value…] as StackExchange.Redis reads it; one server, or nodes of a cluster.</summary>
    [Required(ErrorMessage = "HOST:PORT of Redis servers, separated by commas (./jianwei up starts one and sets it)")]
    [Confidential]
    public string Configuration { get; set; } = "";

    /// <summary>Put before every key.</summary>
    [Required(ErrorMessage = PrefixForm), RegularExpression("[a-zA-Z0-9._-]{1,64}", ErrorMessage = PrefixForm)]
    public string Prefix { get; set; } = "jw";

    /// <summary>How long a command may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}
