using System;
using System.Management.Automation;

namespace RoamShm.Errors;

/// <summary>Errors in arguments that several commands have. Each is named for its id.</summary>
internal static class ArgumentErrors
{
    internal static ErrorRecord IntervalTooShort(TimeSpan interval) =>
        new(new PSArgumentOutOfRangeException("Interval", interval, "The interval must be at least 1 ms."), nameof(IntervalTooShort), ErrorCategory.InvalidArgument, interval);
}
