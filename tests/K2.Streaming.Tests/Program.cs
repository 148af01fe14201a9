using K2.Streaming.Tests.Embedded;
using Xunit.MicrosoftTestingPlatform;

namespace K2.Streaming.Tests;

internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (Environment.GetEnvironmentVariable(CrashChild.Variable) is not { Length: > 0 } folder) return await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
        await CrashChild.RunAsync(folder);
        return 0;
    }
}
