"""Naming what was given, and what may have been meant, without repeating free text (R62)."""

import re
from collections.abc import Collection
from difflib import get_close_matches

_NAME = re.compile(r"[A-Za-z0-9_+/-]{1,40}")


def or_near(given: str, known: Collection[str]) -> str:
    """The given name as unknown, with a known one that is spelled almost alike, if there is one."""
    if not _NAME.fullmatch(given):
        return "is not a name of the list"
    folded = {name.casefold(): name for name in known}
    near = get_close_matches(given.casefold(), folded, n=1, cutoff=0.5)
    return f"{given} is unknown" + (f", did you mean {folded[near[0]]}" if near else "")
