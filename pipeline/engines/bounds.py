"""The kernel's own limits on a process and what it starts. Knows rlimits; loads next to nothing, for some start with it."""

from __future__ import annotations

import resource
import signal


def limit(cpu: int, megabytes: int, file_megabytes: int) -> None:
    """Have the kernel hold this process and what it starts to its limits."""
    for kind, most in (
        (resource.RLIMIT_AS, megabytes << 20),
        (resource.RLIMIT_FSIZE, file_megabytes << 20),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # EFBIG is enough
    grant_cpu(cpu)


def grant_cpu(seconds: int) -> None:
    """This many more seconds of CPU from now on."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    until = int(usage.ru_utime + usage.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))
