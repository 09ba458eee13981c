using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;

namespace RoamShm;

/// <summary>
/// Keeps files open from one poll of a watch to the next, so that a poll takes one read instead of an open, a read and a close. If a name leads to another
/// file or to none, its file is released at once: Linux reports the change (inotify); on macOS, the name is queried at each poll. Linux also reports changes of
/// a file's length, except by asynchronous writes; so the length is queried after such an event and once a second, or at each poll if a limit is reached.
/// </summary>
/// <remarks>
/// Files are held for reading only, which does not prevent anybody from getting a read lease. It does prevent a write lease; a process that wants one asks
/// (<see cref="UnixSegmentFile.AskToLetGo"/>), whereupon the file is released and is opened for each poll for a while. Therefore nothing is held on Linux if
/// events are unavailable. Nor is anything held on Windows, where a deleted file keeps its name as long as somebody has it open, or on file systems where an
/// open file may show outdated content.
/// </remarks>
internal sealed class FileHolder : IDisposable
{
    /// <summary>
    /// An AppContext switch: query each name at each poll, as if there were no events. Nobody is then granted a write lease for as long as the watch lasts.
    /// </summary>
    internal const string ByNameSwitch = "RoamShm.Watch.AskForNames";

    /// <summary>The longest interval for which holding files saves enough to be worth a descriptor.</summary>
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(1);

    /// <summary>How late a poll may be. A caller that has stopped asking for events, perhaps for good, holds no files.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Leave half of the descriptors that the process may have to the rest of the process.
    private static int _left = UnixSegmentFile.DescriptorLimit / 2;

    private readonly object _lock = new();
    private readonly Dictionary<string, HeldFolder> _folders = new(StringComparer.Ordinal);
    private readonly Dictionary<int, HeldFile> _filesByEvent = [];
    private readonly List<HeldFile> _files = [];
    private readonly TimeSpan _deadline;
    private readonly Timer _timer;
    private readonly bool _asksForNames = !LibC.IsLinux || (AppContext.TryGetSwitch(ByNameSwitch, out bool isOn) && isOn);
    private readonly Action<int, string, uint> _onName;
    private readonly Action<int> _onWritten;
    private NameEvents? _events;
    private Thread? _listener;
    private int _looks;
    private int _second;
    private bool _isLate;

    private FileHolder(TimeSpan interval)
    {
        _deadline = interval + LongestDelay;
        _onName = OnName;
        _onWritten = OnWritten;
        _timer = new Timer(_ => OnLate());
        var clock = Stopwatch.StartNew();
        Now = () => clock.Elapsed;
    }

    /// <summary>The number of files that all holders in this process together may still hold.</summary>
    internal static int Left
    {
        get => Volatile.Read(ref _left);
        set => Volatile.Write(ref _left, value);
    }

    /// <summary>The time since the holder was created.</summary>
    internal Func<TimeSpan> Now { get; set; }

    /// <summary>Creates a holder for polls at the given interval; null if nothing can be held.</summary>
    internal static FileHolder? TryCreate(TimeSpan interval) =>
        SegmentFile.IsWindows || interval > LongestInterval ? null : new FileHolder(interval);

    /// <summary>Adds a file that will be polled, without opening it yet.</summary>
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

    /// <summary>Releases the files that have lost their names. Call it at the start of each poll of all files.</summary>
    internal void BeginLook()
    {
        lock (_lock)
        {
            _looks++;
            _isLate = false;
            _second = (int)Now().TotalSeconds;
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

    internal void OnLetGo(HeldFile file)
    {
        _ = Interlocked.Increment(ref _left);
        if (file.EventId >= 0)
        {
            _ = _filesByEvent.Remove(file.EventId);
            _events?.Remove(file.EventId);
            file.EventId = -1;
        }
    }

    /// <summary>Whether a held file still has its name. If so, its length is now up to date.</summary>
    internal bool IsCurrent(HeldFile held, UnixSegmentFile file)
    {
        if (!_asksForNames)
        {
            if (held.LengthKnownFor != _second)
            {
                // In this order: an event from now on means that the length is unknown again.
                held.LengthKnownFor = held.EventId >= 0 ? _second : -1;
                file.RefreshLength();
            }

            return true;
        }

        // With another mode or owner, opening the file might now be refused, and the watch must notice that.
        FileStatus then = file.Status;
        if (!UnixStat.TryOfName(held.Name, out FileStatus now) || now.Identity != then.Identity || now.Mode != then.Mode || now.OwnerId != then.OwnerId)
        {
            return false;
        }

        file.RefreshLength(now.Length);
        return true;
    }

    /// <summary>Whether to hold a file that was opened by its name after the given number of changes to the name.</summary>
    internal bool TryKeep(HeldFile held, UnixSegmentFile file, int changes)
    {
        // A watch that polls only once needs none of this.
        if (_looks < 2 || _isLate || Now() < held.NotBefore || (!_asksForNames && !IsTold(held, file, changes)))
        {
            return false;
        }

        if (Interlocked.Decrement(ref _left) >= 0)
        {
            WatchLength(held, file);
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

    /// <summary>Whether the kernel reports everything that may happen to the name, and nothing has happened to it since.</summary>
    private bool IsTold(HeldFile held, UnixSegmentFile file, int changes)
    {
        if (!FileLease.IsTrustedOn(file) || !Listen() || !FolderOf(held.Path).TryWatch(_events!))
        {
            return false;
        }

        TakeEvents();

        // Check the name itself: the target of a symbolic link lies in another folder.
        return _events is not null && held.Changes == changes
            && UnixStat.TryOfNameItself(held.Name, out FileStatus named) && named.Identity == file.Status.Identity;
    }

    private void WatchLength(HeldFile held, UnixSegmentFile file)
    {
        held.LengthKnownFor = -1;
        int id = _events?.Add(file) ?? -1;
        if (id >= 0 && !_filesByEvent.ContainsKey(id))
        {
            held.EventId = id;
            _filesByEvent.Add(id, held);
        }
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

    /// <summary>Releases files between two polls, so that nobody has to wait for the next one.</summary>
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
        if (_events is not null && !_events.Take(_onName, _onWritten))
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
                    // Somebody may want the file released. If only its mode or times have changed, opening it for each poll for a moment does no harm.
                    file.NotBefore = Now() + Pause;
                }
            }
        }
    }

    private void OnWritten(int id)
    {
        if (_filesByEvent.TryGetValue(id, out HeldFile? file))
        {
            file.LengthKnownFor = -1;
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

        // The listener closes the descriptors that it waits on.
        _events?.Stop();
        _events = null;
    }
}
