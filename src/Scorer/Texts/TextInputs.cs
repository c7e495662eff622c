using Jianwei.Scorer.Inference;

namespace Jianwei.Scorer.Texts;

/// <summary>What a fused head takes beside the features, row by row: the text vector, and whether there is one. Reused.</summary>
public sealed class TextInputs(int width)
{
    /// <summary>(capacity, text width).</summary>
    public FeatureMatrix Vectors { get; private set; } = new(1, width);

    /// <summary>(capacity, 1): 1 or 0.</summary>
    public FeatureMatrix HasText { get; private set; } = new(1, 1);

    /// <summary>Makes room for as many rows; what rows hold is lost.</summary>
    public void EnsureCapacity(int rows)
    {
        if (Vectors.Capacity < rows)
        {
            (Vectors, HasText) = (new(rows, Vectors.Width), new(rows, 1));
        }
    }

    /// <summary>Puts a vector into a row; null for a company without a text.</summary>
    public void Set(int row, Half[]? vector)
    {
        var to = Vectors.Row(row);
        HasText.Row(row)[0] = vector is null ? 0 : 1;
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = vector is null ? 0 : (float)vector[i];
        }
    }
}
