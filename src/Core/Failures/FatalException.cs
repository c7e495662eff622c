namespace Jianwei.Core.Failures;

/// <summary>The process cannot go on; the message is the sentence that the operator reads.</summary>
public sealed class FatalException(string sentence, Exception? inner = null) : Exception(sentence, inner);
