namespace K2.Cli.Doctor;

/// <summary>Finds the embedded engine's native library.</summary>
internal interface INativeLibrary
{
    /// <summary>Returns the file or program that the silo would use, or null.</summary>
    string? Find();
}
