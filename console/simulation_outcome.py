"""What a play came to: what `simulate --json` prints."""

from typing import TypeAlias

from business_care.refund import RefundStatus
from business_care.state import AcknowledgementStatus
from business_care.values import Value

LocalInstant: TypeAlias = str
"""An instant with the seller's own offset, in whole seconds."""


class RefundShown(Value):
    """A refund of a request, once one was due."""

    status: RefundStatus
    amount: int
    currency: str


class RequestShown(Value):
    """A request at the end of the play; `outcome` is `open` where the play ended first."""

    outcome: str
    acknowledgement: AcknowledgementStatus
    acknowledge_by: LocalInstant | None
    resolve_by: LocalInstant | None
    refund: RefundShown | None
    closed_at: LocalInstant | None
    revisions: int


class CommandShown(Value):
    """What came of a command; a repeated one is accepted, with `duplicate_command`."""

    index: int
    request: str
    command: str
    accepted: bool
    error: str | None = None


class RefundSent(Value):
    """A refund as the payment provider knows it; `attempts` counts the calls that asked it to pay."""

    licence_id: str
    amount: int
    currency: str
    status: str
    attempts: int


class NoticeTold(Value):
    """A notice: to a seller, to a customer, or to `operator`."""

    kind: str
    to: str
    request: str


class TimelineEntry(Value):
    """Something that happened, by the local time of the request's seller."""

    at: LocalInstant
    subject: str
    event: str


class CascadeShown(Value):
    """What a permanent deactivation did to the renewals of a product's customers (R51)."""

    cancelled: int
    opted_out: int
    failed: tuple[str, ...] = ()


class PlayOutcome(Value):
    """All of it; care and renewals as of the end of the play."""

    requests: dict[str, RequestShown]
    commands: tuple[CommandShown, ...]
    cascades: dict[str, CascadeShown]
    refunds: tuple[RefundSent, ...]
    products: dict[str, str]
    bundles: dict[str, str]
    renewals: dict[str, str]
    care: dict[str, str]
    notices: tuple[NoticeTold, ...]
    timeline: tuple[TimelineEntry, ...]
