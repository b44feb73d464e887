"""What a process has taken so far, read from outside; where the system tells it (Linux)."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_KIB_IN_A_MIB = 1024
_GROUP, _USER, _SYSTEM = 2, 11, 12
"""Where they stand, counted from after the name of the program: man 5 proc."""


def cpu_seconds(pid: int) -> float:
    """The processor's time that it has used, in all its threads, its own and the kernel's for it."""
    return _ticks(_stat(pid)) / os.sysconf("SC_CLK_TCK")


def group_cpu_seconds(group: int) -> float:
    """The same of all processes of a group that live."""
    ticks = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):  # it has ended meanwhile
                stat = _stat(int(entry.name))
                ticks += _ticks(stat) if int(stat[_GROUP]) == group else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> Sequence[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def _ticks(stat: Sequence[str]) -> int:
    return int(stat[_USER]) + int(stat[_SYSTEM])


def resident_mib(pid: int) -> float:
    """What it holds in memory now."""
    return _status_mib(pid, "VmRSS")


def most_resident_mib(pid: int) -> float:
    """What it has held in memory at most."""
    return _status_mib(pid, "VmHWM")


def _status_mib(pid: int, line: str) -> float:
    for entry in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if entry.startswith(f"{line}:"):
            return int(entry.split()[1]) / _KIB_IN_A_MIB
    raise LookupError(line)
