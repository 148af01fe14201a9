namespace K2.Cli.Doctor;

/// <summary>The library as the silo looks for it.</summary>
internal sealed class CachedLibrary : INativeLibrary
{
    public string? Find() => null;
}
