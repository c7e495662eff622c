namespace Jianwei.Simulator.Text;

/// <summary>
/// A value of the event that a wording may name, in capitals: <c>{COMPANY}</c>. <c>{rule.SECTOR}</c> is the company's sector's rule.
/// </summary>
public enum Slot
{
    Company,
    City,
    Sector,
    Amount,
    People,
    Year,
    Other,
    Relation,
    Ties,
}
