using Jianwei.Tokenizer.Characters;
using Jianwei.Tokenizer.Segmentation;

namespace Jianwei.Tokenizer.Learning;

/// <summary>
/// Which single Chinese characters are more often part of a word than a word. Where a character comes out as a piece of its
/// own, it is either one of the dictionary's one-character words or a part of a word that the vocabulary lacks; the
/// dictionary's frequencies say which is likelier. Of a character that it does not have, the latter is.
/// </summary>
internal static class PartMarks
{
    public static HashSet<string> Of(WordList dictionary, string[] pieces, int[] costs)
    {
        if (dictionary.Count == 0)
        {
            return [];
        }

        var lattice = new Lattice(new DoubleArrayTrie(pieces), costs, costs.Max() + 10_000);
        var steps = new Step[Lattice.MostSteps];
        var inWords = new double[0x10000];
        foreach (var (word, frequency) in dictionary.Words.Where(w => w.Key.Length > 1))
        {
            lattice.Segment(word, spaced: false, steps);
            for (int place = 0, next; place < word.Length; place = next)
            {
                next = steps[place].Place;
                inWords[word[place]] += next == place + 1 ? frequency : 0;
            }
        }

        return [.. pieces.Where(p =>
            p.Length == 1 && CharacterClasses.Of(p[0]) == CharacterClass.Han && inWords[p[0]] >= dictionary.FrequencyOf(p))];
    }
}
