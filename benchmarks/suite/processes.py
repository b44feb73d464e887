"""What a process has taken so far, read from outside; where the system tells it (Linux)."""

import os
from pathlib import Path

_KIB_IN_A_MIB = 1024
_USER, _SYSTEM = 11, 12
"""Where the processor's time stands, counted from after the name of the program: man 5 proc."""


def cpu_seconds(pid: int) -> float:
    """The processor's time that it has used, in all its threads, its own and the kernel's for it."""
    after_name = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    ticks = int(after_name[_USER]) + int(after_name[_SYSTEM])
    return ticks / os.sysconf("SC_CLK_TCK")


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
