using System;
using System.Management.Automation;
using System.Threading;
using RoamShm.Errors;

namespace RoamShm.Abstractions;

/// <summary>The base of all cmdlets of the module: a token that Ctrl+C cancels, and errors as error records.</summary>
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

    /// <summary>Releases the resources of the cmdlet; called however the pipeline ends.</summary>
    /// <param name="disposing">Whether the call comes from <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
        }
    }

    /// <summary>Writes a warning. Escapes it, because file names can contain anything.</summary>
    private protected new void WriteWarning(string text) => base.WriteWarning(PrintableText.Escape(text));

    /// <summary>Writes a verbose message. Escapes it, because file names can contain anything.</summary>
    private protected new void WriteVerbose(string text) => base.WriteVerbose(PrintableText.Escape(text));

    /// <summary>Asks for confirmation. Escapes the text, because file names can contain anything.</summary>
    private protected new bool ShouldProcess(string target, string action) => base.ShouldProcess(PrintableText.Escape(target), action);

    private protected void WriteError(SegmentException error, object? target = null) =>
        WriteError(SegmentErrorRecord.Create(error, target));

    private protected void WarnOfLeftover(string path) =>
        WriteWarning($"'{path}' was left by {SegmentLeftovers.OriginOf(path)}. Find-RoamSegment -RemoveLeftover removes it.");

    /// <summary>Refuses the path of an object that came from another computer, because it means a file there.</summary>
    /// <param name="computer">The computer that the engine notes on the object; <see langword="null"/> for local objects.</param>
    /// <param name="name">The path.</param>
    /// <returns>Whether the path was refused.</returns>
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

    /// <summary>Writes one warning about everything that could not be read.</summary>
    private protected void WarnOfUnreadable(int count, string what)
    {
        if (count > 0)
        {
            WriteWarning(count == 1
                ? $"1 file or folder could not be read, and was {what}: it may be a segment, or contain some."
                : $"{count} files and folders could not be read, and were {what}: they may be segments, or contain some.");
        }
    }

    /// <summary>Describes, once, the vantage point of this process, which limits what it can find out about users of a segment.</summary>
    private protected void DescribeVantage()
    {
        if (!_hasVantage)
        {
            _hasVantage = true;
            WriteVerbose(SegmentUsers.DescribeVantage());
        }
    }

    /// <summary>Processes one item. If it fails, writes the error so that the next item is still processed.</summary>
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
