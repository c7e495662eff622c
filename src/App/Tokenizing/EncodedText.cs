using System.Text;
using Jianwei.Tokenizer;

namespace Jianwei.App.Tokenizing;

/// <summary>A text as the tokenizer sees it.</summary>
internal sealed record EncodedText(IReadOnlyList<int> Ids, IReadOnlyList<string> Pieces, IReadOnlyList<bool> WordStarts)
{
    /// <summary>The pieces with a bar between words and a dot between the pieces of a word.</summary>
    internal string Marked
    {
        get
        {
            var text = new StringBuilder();
            for (var i = 0; i < Pieces.Count; i++)
            {
                text.Append(i == 0 ? "" : WordStarts[i] ? "|" : "·").Append(Pieces[i] == "\n" ? "\\n" : Pieces[i]);
            }

            return text.ToString();
        }
    }

    public static EncodedText Of(SubwordTokenizer tokenizer, string text)
    {
        var ids = tokenizer.Encode(text);
        var starts = new bool[ids.Length];
        tokenizer.Encode(text, ids, starts);
        return new([.. ids.Select(id => (int)id)], [.. ids.Select(tokenizer.PieceOf)], starts);
    }
}
