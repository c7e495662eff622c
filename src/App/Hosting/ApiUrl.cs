using System.Net;
using System.Net.Sockets;

namespace Jianwei.App.Hosting;

/// <summary>Setting <c>Api:Url</c>: where the HTTP side listens.</summary>
internal static class ApiUrl
{
    private const string Allowed = "http://HOST:PORT, where HOST is an IP address of this machine, localhost, or * for all addresses";

    /// <exception cref="ArgumentException">It is not of the form that is allowed.</exception>
    public static string Read(IConfiguration configuration)
    {
        var url = configuration["Api:Url"] ?? "";
        return TryParse(url, out _) ? url : throw new ArgumentException($"setting Api:Url is '{url}'; allowed: {Allowed}.");
    }

    /// <summary>Listens there for a moment, so that a start that must fail does so before any stage has joined its group.</summary>
    /// <exception cref="ArgumentException">Nobody can listen there now.</exception>
    public static void RequireFree(string url)
    {
        if (!TryParse(url, out var address) || address.IsUnixPipe)
        {
            return;
        }

        foreach (var ip in AddressesOf(address.Host))
        {
            using var listener = new TcpListener(ip, address.Port);
            try
            {
                if (ip.Equals(IPAddress.IPv6Any))
                {
                    listener.Server.DualMode = true;
                }

                listener.Start();
            }
            catch (SocketException e) when (address.Host != "localhost" || e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw Refusal(url, Reason(e));
            }
            catch (SocketException)
            {
                // A machine need not have both loopback addresses.
            }
        }
    }

    /// <summary>The sentence for a URL where nobody can listen.</summary>
    public static ArgumentException Refusal(string url, string reason) =>
        new($"setting Api:Url is '{url}', but {reason}; allowed: {Allowed}, with a port that is free (0: any).");

    // A name would be taken for all addresses of the machine.
    private static bool TryParse(string url, out BindingAddress address)
    {
        try
        {
            address = BindingAddress.Parse(url);
            return address is { Scheme: "http", PathBase: "" } && address.Port is >= 0 and <= 65_535
                && (address.IsUnixPipe || address.Host is "localhost" or "*" or "+" || IPAddress.TryParse(address.Host, out _));
        }
        catch (FormatException)
        {
            address = null!;
            return false;
        }
    }

    private static IEnumerable<IPAddress> AddressesOf(string host) => host switch
    {
        "localhost" => [IPAddress.Loopback, IPAddress.IPv6Loopback],
        "*" or "+" => [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any],
        _ => [IPAddress.Parse(host)],
    };

    private static string Reason(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "another program listens there",
        SocketError.AddressNotAvailable => "this machine has no such address",
        SocketError.AccessDenied => "this user may not listen there",
        _ => e.Message,
    };
}
