using BenchmarkDotNet.Running;
using K2.Benchmarks.Stream;

namespace K2.Benchmarks;

/// <summary>The macro benchmark of the streams by our own code, or micro-benchmarks by BenchmarkDotNet.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is ["stream", .. var rest])
        {
            Console.WriteLine(await StreamBenchmark.RunAsync(rest is [var rounds] ? int.Parse(rounds, System.Globalization.CultureInfo.InvariantCulture) : 5));
            return 0;
        }

        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
    }
}
