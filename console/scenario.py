"""A scenario: the records of a small marketplace, its requests, and what people do, in order of time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from adapters.records.seed_file import RecordsFile
from business_care.listing import PaymentState
from business_care.people import Actor
from business_care.policy import Policy
from business_care.request import CareRequestOpening
from business_care.values import Identifier, Instant, Text, Value


@dataclass(frozen=True)
class CommandEntry:
    """Something that somebody does: a command to a request, sent at `at` as `said`, for the request to judge.

    `index` is its place in the list `do`; `said` is what stood in the file, readable or not.
    """

    index: int
    at: datetime
    request_id: str
    command: str
    said: object
    as_signal: bool = False


@dataclass(frozen=True)
class DeactivationCommandEntry:
    """A command to the deactivation of a product."""

    index: int
    at: datetime
    product_id: str
    command: str
    said: object
    as_signal: bool = False


@dataclass(frozen=True)
class PaymentsEntry:
    """The operator stops or resumes automatic payments, of one seller or of all (R44)."""

    index: int
    at: datetime
    state: PaymentState
    seller_id: str | None = None


Entry = CommandEntry | DeactivationCommandEntry | PaymentsEntry


class Deactivation(Value):
    """A product is taken off the market, for a time or for good (R50)."""

    id: Identifier | None = None
    product_id: Identifier
    kind: Literal["temporary", "permanent"]
    at: Instant
    ordered_at: Instant | None = None
    by: Actor
    until: Instant | None = None
    reason: Text | None = None


@dataclass(frozen=True)
class Scenario:
    """All that a file says. `until` is where the play ends."""

    records: RecordsFile
    policy: Policy
    requests: tuple[CareRequestOpening, ...]
    do: tuple[Entry, ...]
    until: datetime
    deactivations: tuple[Deactivation, ...] = ()
    title: str | None = None

    @property
    def commands(self) -> tuple[CommandEntry, ...]:
        """The commands to requests, in order of time."""
        return tuple(entry for entry in self.do if isinstance(entry, CommandEntry))
