namespace Jianwei.Scorer.Packages;

/// <summary>
/// A model package may not serve. The message is one sentence: which package, which file, what was expected and what was found.
/// </summary>
public sealed class ModelRefusedException(string sentence, Exception? inner = null) : Exception(sentence, inner);
