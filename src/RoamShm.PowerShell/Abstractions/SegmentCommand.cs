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
    private bool _hasVantage;

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

    /// <summary>Writes a warning, in which the name of a file may be anything.</summary>
    private protected new void WriteWarning(string text) => base.WriteWarning(PrintableText.Escape(text));

    /// <summary>Writes a verbose message, in which the name of a file may be anything.</summary>
    private protected new void WriteVerbose(string text) => base.WriteVerbose(PrintableText.Escape(text));

    /// <summary>Asks whether to go on, about a file whose name may be anything.</summary>
    private protected new bool ShouldProcess(string target, string action) => base.ShouldProcess(PrintableText.Escape(target), action);

    private protected void WriteError(SegmentException error, object? target = null) =>
        WriteError(SegmentErrorRecord.Create(error, target));

    private protected void WarnOfLeftover(string path) =>
        WriteWarning($"'{path}' was left by {SegmentLeftovers.OriginOf(path)}. Find-RoamSegment -RemoveLeftover removes it.");

    /// <summary>Refuses the path in an object that came from another computer: it means a file there.</summary>
    /// <param name="computer">The computer, as the engine notes it on the object; null for objects of this one.</param>
    /// <param name="name">The path.</param>
    /// <returns>Whether it was refused.</returns>
    private protected bool RefuseRemote(string? computer, string name)
    {
        if (computer is null)
        {
            return false;
        }

        if (computer != _lastComputer)
        {
            _lastComputer = computer;
            _isLastComputerRemote = !RemoteObjects.IsThisComputer(computer);
        }

        if (_isLastComputerRemote)
        {
            string path = name.StartsWith(PathResolver.FileSystemPrefix, StringComparison.Ordinal) ? name.Substring(PathResolver.FileSystemPrefix.Length) : name;
            WriteError(new SegmentException(SegmentErrorId.RemoteObject, $"'{path}' is a file of the computer {computer}, not of this one.", path));
        }

        return _isLastComputerRemote;
    }

    /// <summary>Warns of what could not be read, once for all of it.</summary>
    private protected void WarnOfUnreadable(int count, string what)
    {
        if (count > 0)
        {
            WriteWarning(count == 1
                ? $"1 file or folder could not be read, and was {what}: it may be a segment, or contain some."
                : $"{count} files and folders could not be read, and were {what}: they may be segments, or contain some.");
        }
    }

    /// <summary>Says once from where this process looks, which decides what it can know of who uses a segment.</summary>
    private protected void DescribeVantage()
    {
        if (!_hasVantage)
        {
            _hasVantage = true;
            WriteVerbose(SegmentUsers.DescribeVantage());
        }
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
