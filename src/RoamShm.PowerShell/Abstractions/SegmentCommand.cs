using System;
using System.Management.Automation;
using System.Threading;
using RoamShm.Errors;

namespace RoamShm.Abstractions;

/// <summary>What every cmdlet of the module has: a token that Ctrl+C sets, and errors as error records.</summary>
public abstract class SegmentCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private PathResolver? _resolver;
    private string? _lastComputer;
    private bool _isLastComputerRemote;

    private protected CancellationToken StopToken => _stop.Token;

    private protected PathResolver Resolver => _resolver ??= new PathResolver(SessionState);

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the cmdlet holds; called however the pipeline ends.</summary>
    /// <param name="disposing">Whether called from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
        }
    }

    private protected void WriteError(SegmentException error, object? target = null) =>
        WriteError(SegmentErrorRecord.Create(error, target));

    private protected void WarnOfLeftover(string path) =>
        WriteWarning($"'{path}' was left by an interrupted New-RoamSegment. Find-RoamSegment -RemoveLeftover removes it.");

    /// <summary>Refuses paths in an object that came from another computer: they mean files there.</summary>
    /// <param name="computer">The computer, as the engine notes it on the object; null for objects of this one.</param>
    /// <param name="names">The paths.</param>
    /// <returns>Whether they were refused.</returns>
    private protected bool RefuseRemote(string? computer, string[] names)
    {
        if (string.IsNullOrEmpty(computer))
        {
            return false;
        }

        if (computer != _lastComputer)
        {
            _lastComputer = computer;
            _isLastComputerRemote = !RemoteObjects.IsThisComputer(computer!);
        }

        foreach (string name in _isLastComputerRemote ? names : [])
        {
            string path = name.StartsWith(PathResolver.FileSystemPrefix, StringComparison.Ordinal) ? name.Substring(PathResolver.FileSystemPrefix.Length) : name;
            WriteError(new SegmentException(SegmentErrorId.RemoteObject, $"'{path}' is a file of the computer {computer}, not of this one.", path));
        }

        return _isLastComputerRemote;
    }

    /// <summary>Does something for one item: its error is written, and the next item has its turn.</summary>
    private protected void ForOne<T>(T item, Action<T> action)
    {
        if (Stopping)
        {
            throw new PipelineStoppedException();
        }

        try
        {
            action(item);
        }
        catch (SegmentException e)
        {
            WriteError(e, e.Path ?? item as object);
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }
}
