namespace Jianwei.Ingest.Companies;

/// <summary>
/// The company ids of identifiers lately seen, bounded: two generations, where a full young one becomes the old one and
/// what is used again moves back. Used by one thread.
/// </summary>
public sealed class IdentifierCache(int limit)
{
    private Dictionary<CompanyIdentifier, string> young = [];
    private Dictionary<CompanyIdentifier, string> old = [];

    /// <summary>How many are held, at most the limit.</summary>
    public int Count => young.Count + old.Count;

    public bool TryGet(CompanyIdentifier identifier, out string companyId)
    {
        if (young.TryGetValue(identifier, out companyId!))
        {
            return true;
        }

        if (!old.Remove(identifier, out companyId!))
        {
            return false;
        }

        Add(identifier, companyId);
        return true;
    }

    public void Set(CompanyIdentifier identifier, string companyId)
    {
        old.Remove(identifier);
        Add(identifier, companyId);
    }

    /// <summary>Changes what is held; what is not held stays out.</summary>
    public void Update(CompanyIdentifier identifier, string companyId)
    {
        if (young.ContainsKey(identifier))
        {
            young[identifier] = companyId;
        }
        else if (old.ContainsKey(identifier))
        {
            old[identifier] = companyId;
        }
    }

    private void Add(CompanyIdentifier identifier, string companyId)
    {
        if (young.Count >= limit / 2 && !young.ContainsKey(identifier))
        {
            (old, young) = (young, []);
        }

        young[identifier] = companyId;
    }
}
