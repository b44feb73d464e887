"""What a play came to: what `simulate --json` prints."""

from typing import TypeAlias

from pydantic import SerializerFunctionWrapHandler, model_serializer

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


class AboutOne(Value):
    """Something about a request or about a product: only the one that it is about is printed."""

    @model_serializer(mode="wrap")
    def _without_the_other(self, all_of_it: SerializerFunctionWrapHandler) -> dict[str, object]:
        shown: dict[str, object] = all_of_it(self)
        return {
            key: value
            for key, value in shown.items()
            if value is not None or key not in ("request", "product")
        }


class CommandShown(AboutOne):
    """What came of a command; a repeated one is accepted, with `duplicate_command`."""

    index: int
    request: str | None = None
    product: str | None = None
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


class NoticeTold(AboutOne):
    """A notice: to a seller, to a customer, or to `operator`."""

    kind: str
    to: str
    request: str | None = None
    product: str | None = None


class TimelineEntry(Value):
    """Something that happened to a request or a product, by the local time of its seller."""

    at: LocalInstant
    subject: str
    event: str


class CascadeShown(Value):
    """What the deactivations of a product did to the renewals of its customers (R51).

    `failed` are the licences whose renewal could not be cancelled, for the operator to try again.
    """

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
