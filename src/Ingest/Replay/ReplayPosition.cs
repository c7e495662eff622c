using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Jianwei.Ingest.Replay;

/// <summary>How many messages of a file a cluster has acknowledged: a small file, written whole and moved into place.</summary>
/// <param name="folder">Where such files are.</param>
/// <param name="digest">The replayed file's digest.</param>
/// <param name="target">The cluster and prefix that it is sent to.</param>
public sealed class ReplayPosition(string folder, string digest, string target)
{
    private readonly string path = Path.Combine(folder,
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{digest}\n{target}")))[..24]);

    /// <summary>Messages acknowledged; 0 where nothing is known.</summary>
    public long Read() =>
        File.Exists(path) && long.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        ? count : 0;

    public void Write(long count)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(path + ".new", count.ToString(CultureInfo.InvariantCulture));
        File.Move(path + ".new", path, overwrite: true);
    }
}
