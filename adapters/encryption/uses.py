"""Which keys have locked payloads of which workflows, as this process saw it pass."""

from dataclasses import dataclass
from typing import Final

MOST_KNOWN: Final = 200_000
"""How many uses are remembered as told; beyond it some are told again, which changes nothing."""


@dataclass(frozen=True)
class KeyUse:
    """A key that locked something of a workflow."""

    key_id: str
    workflow_id: str


class KeyUses:
    """Collects uses until somebody writes them down; each is handed out once."""

    def __init__(self) -> None:
        self._known: set[KeyUse] = set()
        self._new: set[KeyUse] = set()

    def note(self, use: KeyUse) -> None:
        """A payload passed that this key has locked, or locks now."""
        if use in self._known:
            return
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known.add(use)
        self._new.add(use)

    def take_new(self) -> frozenset[KeyUse]:
        """What was noted since the last time."""
        taken, self._new = frozenset(self._new), set()
        return taken

    def put_back(self, uses: frozenset[KeyUse]) -> None:
        """These could not be written down: they are handed out again."""
        self._new |= uses
