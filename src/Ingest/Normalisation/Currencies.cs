using System.Collections.Frozen;

namespace Jianwei.Ingest.Normalisation;

/// <summary>The currencies of ISO 4217 (list one, with those withdrawn since 1990 that old filings name).</summary>
public static class Currencies
{
    private const string Active = """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY
        COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK
        JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD
        NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
        TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAG XAU XCD XCG XDR XOF XPD XPF XPT XSU XUA YER
        ZAR ZMW ZWG
        """;

    private const string Withdrawn = """
        ADP ATS AZM BEF BGL BYR CSD CUC CYP DEM EEK ESP FIM FRF GHC GRD HRK IEP ITL LTL LUF LVL MGF MRO MTL MXP MZM NLG PLZ PTE ROL RUR SDD SIT
        SKK SLL SRG STD TMM TRL UAK VEB VEF YUM ZMK ZWD ZWL
        """;

    private static readonly FrozenSet<string> Known = $"{Active}\n{Withdrawn}"
        .Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The currency in upper case; null where it is none. <c>RMB</c> is read as CNY.</summary>
    public static string? Canonical(string text)
    {
        var upper = text.ToUpperInvariant();
        return upper == "RMB" ? "CNY" : Known.Contains(upper) ? upper : null;
    }
}
