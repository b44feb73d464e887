"""What must not be, in words."""

from typing import NamedTuple


class Violation(NamedTuple):
    """One fault: what kind of promise it breaks, of which request, licence or product, and how."""

    kind: str
    subject: str
    words: str
