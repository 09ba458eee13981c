using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Keeps files open from one look of a watch to the next, so that a look is one read and not opening, reading and closing. A name that leads to another file, or to
/// none, lets its file go at once: told by the kernel (inotify) on Linux, seen by asking for the name at each look on macOS.
/// </summary>
/// <remarks>
/// A file is held for reading alone, so a read lease is granted beside it. A write lease is not; who wants one asks (<see cref="UnixSegmentFile.AskToLetGo"/>), and
/// here the file is let go and read in the old way for a while. So on Linux nothing is held where events are not to be had. Nor is it on Windows, where a
/// deleted file keeps its name for as long as somebody has it open, and on file systems where what an open file shows may be old.
/// </remarks>
internal sealed class FileHolder : IDisposable
{
    /// <summary>A switch of AppContext: ask for each name at each look, as where there are no events. A write lease is then refused for as long as the watch lasts.</summary>
    internal const string ByNameSwitch = "RoamShm.Watch.AskForNames";

    /// <summary>Where looks are rarer than this, holding saves nothing worth a descriptor.</summary>
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(1);

    /// <summary>How much later than expected a look may be. Who has stopped asking for events, perhaps for good, holds nothing.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Half of what the process may have open is left to everybody else in it.
    private static int _left = UnixSegmentFile.DescriptorLimit / 2;

    private readonly object _lock = new();
    private readonly Dictionary<string, HeldFolder> _folders = new(StringComparer.Ordinal);
    private readonly List<HeldFile> _files = [];
    private readonly TimeSpan _deadline;
    private readonly Timer _timer;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly bool _asksForNames = !LibC.IsLinux || (AppContext.TryGetSwitch(ByNameSwitch, out bool isOn) && isOn);
    private readonly Action<int, string, uint> _onName;
    private NameEvents? _events;
    private Thread? _listener;
    private int _looks;
    private bool _isLate;

    private FileHolder(TimeSpan interval)
    {
        _deadline = interval + LongestDelay;
        _onName = OnName;
        _timer = new Timer(_ => OnLate());
    }

    /// <summary>How many more files all holders of this process together may hold.</summary>
    internal static int Left
    {
        get => Volatile.Read(ref _left);
        set => Volatile.Write(ref _left, value);
    }

    /// <summary>Makes a holder for looks at such an interval; null where nothing can be held.</summary>
    internal static FileHolder? TryCreate(TimeSpan interval) =>
        SegmentFile.IsWindows || interval > LongestInterval ? null : new FileHolder(interval);

    /// <summary>Adds a file that will be looked at; nothing is opened yet.</summary>
    internal HeldFile Add(string path)
    {
        var file = new HeldFile(this, path);
        lock (_lock)
        {
            _files.Add(file);
            if (!_asksForNames)
            {
                FolderOf(path).Files[NameOf(path)] = file;
            }
        }

        return file;
    }

    /// <summary>Lets go what no longer has its name. Called at the start of each look at all files.</summary>
    internal void BeginLook()
    {
        lock (_lock)
        {
            _looks++;
            _isLate = false;
            _ = _timer.Change(_deadline, System.Threading.Timeout.InfiniteTimeSpan);
            TakeEvents();
            foreach (HeldFolder folder in _folders.Values)
            {
                if (folder.Id >= 0 && !folder.IsStillThere())
                {
                    Unwatch(folder);
                }
            }
        }
    }

    public void Dispose()
    {
        Thread? listener;
        lock (_lock)
        {
            listener = _listener;
            LetGoOfAll();
            _timer.Dispose();
        }

        listener?.Join();
    }

    internal void Enter() => Monitor.Enter(_lock);

    internal void Leave() => Monitor.Exit(_lock);

    internal void OnLetGo() => Interlocked.Increment(ref _left);

    /// <summary>Whether a file that is held still has its name. Its length is then as it is now.</summary>
    internal bool IsCurrent(HeldFile held, UnixSegmentFile file)
    {
        if (!_asksForNames)
        {
            file.RefreshLength();
            return true;
        }

        // With another mode or owner, opening it may be refused by now, and that has to be seen.
        FileStatus then = file.Status;
        if (!UnixStat.TryOfName(held.Name, out FileStatus now) || now.Identity != then.Identity || now.Mode != then.Mode || now.OwnerId != then.OwnerId)
        {
            return false;
        }

        file.RefreshLength(now.Length);
        return true;
    }

    /// <summary>Whether a file may be held that the name led to after so many changes of it.</summary>
    internal bool TryKeep(HeldFile held, UnixSegmentFile file, int changes)
    {
        // A watch of one look needs none of this.
        if (_looks < 2 || _isLate || _clock.Elapsed < held.NotBefore || (!_asksForNames && !IsTold(held, file, changes)))
        {
            return false;
        }

        if (Interlocked.Decrement(ref _left) >= 0)
        {
            return true;
        }

        _ = Interlocked.Increment(ref _left);
        return false;
    }

    private static string NameOf(string path) => path.Substring(path.LastIndexOf('/') + 1);

    private HeldFolder FolderOf(string path)
    {
        int slash = path.LastIndexOf('/');
        string name = slash < 0 ? "." : path.Substring(0, Math.Max(slash, 1));
        if (!_folders.TryGetValue(name, out HeldFolder? folder))
        {
            _folders.Add(name, folder = new HeldFolder(name));
        }

        return folder;
    }

    /// <summary>Whether the kernel tells of everything that may happen to the name, and nothing has happened to it since.</summary>
    private bool IsTold(HeldFile held, UnixSegmentFile file, int changes)
    {
        if (!FileLease.IsTrustedOn(file) || !Listen() || !FolderOf(held.Path).TryWatch(_events!))
        {
            return false;
        }

        TakeEvents();

        // The name itself: what a symbolic link leads to is in another folder.
        return _events is not null && held.Changes == changes
            && UnixStat.TryOfNameItself(held.Name, out FileStatus named) && named.Identity == file.Status.Identity;
    }

    private bool Listen()
    {
        if (_events is null && NameEvents.TryOpen() is NameEvents events)
        {
            _events = events;
            _listener = new Thread(() => Listen(events)) { IsBackground = true, Name = "RoamShm watch" };
            _listener.Start();
        }

        return _events is not null;
    }

    /// <summary>Lets files go between two looks, so that nobody waits for the next one.</summary>
    private void Listen(NameEvents events)
    {
        while (events.Wait())
        {
            lock (_lock)
            {
                if (_events == events)
                {
                    TakeEvents();
                }
            }
        }

        events.Dispose();
    }

    private void TakeEvents()
    {
        if (_events is not null && !_events.Take(_onName))
        {
            foreach (HeldFolder folder in _folders.Values)
            {
                Unwatch(folder);
            }
        }
    }

    private void OnName(int id, string name, uint what)
    {
        foreach (HeldFolder folder in _folders.Values)
        {
            if (folder.Id == id && folder.Files.TryGetValue(name, out HeldFile? file))
            {
                file.Changes++;
                file.LetGo();
                if ((what & LibC.IN_ATTRIB) != 0)
                {
                    // Somebody may want the file for himself. If it is only a new mode or time, a moment of the old way does no harm.
                    file.NotBefore = _clock.Elapsed + Pause;
                }
            }
        }
    }

    private void Unwatch(HeldFolder folder)
    {
        int id = folder.Id;
        folder.Forget();
        foreach (HeldFolder other in _folders.Values)
        {
            if (other.Id == id)
            {
                return;
            }
        }

        if (id >= 0)
        {
            _events?.Remove(id);
        }
    }

    private void OnLate()
    {
        lock (_lock)
        {
            _isLate = true;
            LetGoOfAll();
        }
    }

    private void LetGoOfAll()
    {
        _files.ForEach(file => file.LetGo());
        foreach (HeldFolder folder in _folders.Values)
        {
            folder.Forget();
        }

        // The listener closes what it waits for.
        _events?.Stop();
        _events = null;
    }
}
