using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace RoamShm.Bench;

internal static class Program
{
    private static void Main(string[] args)
    {
        if (args is ["window"])
        {
            GoodbyeWindow.Measure();
            return;
        }

        // In-process: the projects that BenchmarkDotNet would generate and build do not follow this repository's rules.
        IConfig config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
        _ = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
    }
}
