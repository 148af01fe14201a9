using System.Security.Cryptography;
using System.Text;

namespace K2.Cli.Compose;

/// <summary>Makes the <c>.env</c> of a cluster from <c>.env.example</c>, the one list of its variables: what is empty there is a secret and gets a random value.</summary>
internal static class EnvironmentFile
{
    /// <summary>The file that docker compose reads beside the compose file.</summary>
    public const string Name = ".env";

    /// <summary>The list of all variables.</summary>
    public const string ExampleName = ".env.example";

    // Letters and digits need no quoting in any file, address or connection string; 32 of them are 190 bits.
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int SecretLength = 32;

    /// <summary>Returns the example with a random value behind each name that has none, and how many those are.</summary>
    /// <exception cref="CliException">A line is neither a comment nor a variable.</exception>
    public static (string Text, int Secrets) Fill(string example, string name)
    {
        var text = new StringBuilder();
        var (secrets, number) = (0, 0);
        foreach (var line in example.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            number++;
            text.Append(line);
            if (line.Length > 0 && line[0] != '#')
            {
                var equals = line.IndexOf('=', StringComparison.Ordinal);
                if (equals < 1) throw CliException.Usage($"{name}, line {number} is no variable: write NAME=value, or NAME= for a secret, or begin it with #.");
                if (equals == line.Length - 1)
                {
                    text.Append(RandomNumberGenerator.GetString(Letters, SecretLength));
                    secrets++;
                }
            }

            text.Append('\n');
        }

        return (text.ToString(), secrets);
    }

    /// <summary>Writes a file that must not exist yet and that only its owner may read.</summary>
    /// <exception cref="CliException">It exists.</exception>
    public static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using var file = new FileStream(path, options);
            file.Write(Encoding.UTF8.GetBytes(text));
        }
        catch (IOException) when (File.Exists(path))
        {
            throw CliException.Failed($"{path} is there already and the cluster runs with its passwords: keep it, or move it away first to have new ones made.");
        }
    }
}
