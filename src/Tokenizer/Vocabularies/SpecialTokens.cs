namespace Jianwei.Tokenizer.Vocabularies;

/// <summary>The first ids of every vocabulary: 16 special tokens, then one for each value of a byte.</summary>
public static class SpecialTokens
{
    public const ushort Pad = 0;

    /// <summary>Never written by the tokenizer, which spells what it does not know in bytes.</summary>
    public const ushort Unknown = 1;

    public const ushort Mask = 2;

    /// <summary>Classification: before a text.</summary>
    public const ushort Cls = 3;

    /// <summary>Separator: between texts.</summary>
    public const ushort Sep = 4;

    /// <summary>Beginning of a sequence, for a decoder.</summary>
    public const ushort Bos = 5;

    /// <summary>End of a sequence, for a decoder.</summary>
    public const ushort Eos = 6;

    /// <summary>How many ids are special; 7 to 15 are reserved.</summary>
    public const int Count = 16;

    /// <summary>Id of the byte 0; a character that the vocabulary lacks is spelled in the bytes of its UTF-8.</summary>
    public const ushort FirstByte = Count;

    /// <summary>Id of the first piece.</summary>
    public const ushort FirstPiece = FirstByte + 256;

    private static readonly string[] Names = ["[PAD]", "[UNK]", "[MASK]", "[CLS]", "[SEP]", "[BOS]", "[EOS]"];

    /// <summary>How the file names an id below <see cref="FirstPiece"/>: <c>[CLS]</c>, <c>[RESERVED7]</c>, <c>&lt;0x0A&gt;</c>.</summary>
    public static string NameOf(int id) => id < Names.Length ? Names[id] : id < FirstByte ? $"[RESERVED{id}]" : $"<0x{id - FirstByte:X2}>";
}
