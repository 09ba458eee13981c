using System;
using System.Net.NetworkInformation;

namespace RoamShm.Abstractions;

/// <summary>Recognises objects that came from another computer. A path in them means a file on that computer.</summary>
internal static class RemoteObjects
{
    internal static bool IsThisComputer(string name)
    {
        if (name is "." or "::1" || Equals(name, "localhost") || name.StartsWith("127.", StringComparison.Ordinal) || Equals(name, Environment.MachineName))
        {
            return true;
        }

        try
        {
            IPGlobalProperties network = IPGlobalProperties.GetIPGlobalProperties();
            return Equals(name, network.HostName) || (network.DomainName.Length > 0 && Equals(name, network.HostName + "." + network.DomainName));
        }
        catch (NetworkInformationException)
        {
            return false;
        }
    }

    private static bool Equals(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
