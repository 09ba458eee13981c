using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using Mono.Cecil;

namespace RoamShm.Tests;

/// <summary>
/// Looks up every API that the module's DLLs use in the reference assemblies of .NET Framework 4.7.2 and Windows PowerShell 5.1. tests/RoamShm.Net472 compiles
/// the sources against them; this tests the shipped DLLs, which were compiled against netstandard2.0.
/// </summary>
public sealed class FrameworkTests : IDisposable
{
    private readonly DefaultAssemblyResolver _windowsPowerShell = new();

    public FrameworkTests()
    {
        foreach (string folder in _windowsPowerShell.GetSearchDirectories())
        {
            _windowsPowerShell.RemoveSearchDirectory(folder);
        }

        string folders = typeof(FrameworkTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "WindowsPowerShell").Value!;
        foreach (string folder in folders.Split(';').Append(Path.Combine(Prompt.ModulePath, "bin")))
        {
            Assert.True(Directory.Exists(folder), folder);
            _windowsPowerShell.AddSearchDirectory(folder);
        }
    }

    public void Dispose() => _windowsPowerShell.Dispose();

    [Theory]
    [InlineData("RoamShm.Core.dll")]
    [InlineData("RoamShm.PowerShell.dll")]
    public void Every_API_that_a_DLL_uses_exists_in_NET_Framework_472_and_Windows_PowerShell_51(string name)
    {
        using ModuleDefinition dll = Read(Path.Combine(Prompt.ModulePath, "bin", name));
        Assert.Empty(WhatIsMissing(dll));
        Assert.Contains("System.", string.Join(' ', dll.GetMemberReferences().Select(member => member.FullName)), StringComparison.Ordinal);
    }

    [Fact]
    public void APIs_of_newer_runtimes_are_detected()
    {
        using ModuleDefinition dll = Read(typeof(FrameworkTests).Assembly.Location);
        string[] missing = [.. WhatIsMissing(dll)];
        Assert.Contains(missing, name => name.StartsWith("System.Void System.ArgumentNullException::ThrowIfNull(", StringComparison.Ordinal));
        Assert.DoesNotContain(missing, name => name.Contains("System.String::Concat(System.String,System.String)", StringComparison.Ordinal));

        // One that must be detected, and one that must not.
        ArgumentNullException.ThrowIfNull(dll);
        Assert.NotEmpty(string.Concat(dll.Name, Environment.NewLine));
    }

    [Fact]
    public void The_assemblies_reference_nothing_missing_from_Windows_PowerShell()
    {
        foreach (string dll in Directory.GetFiles(Prompt.ModulePath, "*.dll", SearchOption.AllDirectories))
        {
            using var reader = new System.Reflection.PortableExecutable.PEReader(File.OpenRead(dll));
            var metadata = System.Reflection.Metadata.PEReaderExtensions.GetMetadataReader(reader);
            foreach (var handle in metadata.AssemblyReferences)
            {
                Assert.Contains(metadata.GetString(metadata.GetAssemblyReference(handle).Name), new[] { "netstandard", "System.Management.Automation", "RoamShm.Core" });
            }
        }
    }

    private ModuleDefinition Read(string path) => ModuleDefinition.ReadModule(path, new ReaderParameters { AssemblyResolver = _windowsPowerShell });

    private static IEnumerable<string> WhatIsMissing(ModuleDefinition dll) =>
        dll.GetTypeReferences().Where(type => !Exists(type.Resolve)).Select(type => type.FullName)
            .Concat(dll.GetMemberReferences().Where(member => !IsOfArray(member) && !Exists(member.Resolve)).Select(member => member.FullName));

    private static bool IsOfArray(MemberReference member) => member.DeclaringType is ArrayType;

    private static bool Exists(Func<IMemberDefinition?> resolve)
    {
        try
        {
            return resolve() is not null;
        }
        catch (AssemblyResolutionException)
        {
            return false;
        }
    }
}
