namespace Jianwei.Core.Hosting;

/// <summary>The setting may hold a password: a refusal does not repeat its value.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ConfidentialAttribute : Attribute;
