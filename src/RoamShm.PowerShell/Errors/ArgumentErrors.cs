using System;
using System.Management.Automation;

namespace RoamShm.Errors;

/// <summary>Argument errors that several commands share. Each method has the name of its error id.</summary>
internal static class ArgumentErrors
{
    internal static ErrorRecord IntervalTooShort(TimeSpan interval) =>
        new(new PSArgumentOutOfRangeException("Interval", interval, "The interval must be at least 1 ms."), nameof(IntervalTooShort), ErrorCategory.InvalidArgument, interval);
}
