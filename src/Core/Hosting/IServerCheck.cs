namespace Jianwei.Core.Hosting;

/// <summary>A server that this process needs; <c>/ready</c> asks each that is registered.</summary>
public interface IServerCheck
{
    /// <summary>e.g. <c>postgres</c>.</summary>
    string Name { get; }

    /// <summary>Returns when the server answers; throws with a sentence when it does not.</summary>
    Task CheckAsync(CancellationToken cancellation);
}
