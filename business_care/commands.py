"""Every message that may be sent to a care request, one model each (R60, R61).

A field whose absence is a matter of content (R60) is optional here and demanded by the rules, with its own
code.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from business_care.people import Actor, Role
from business_care.request import RequestKind
from business_care.values import Currency, Identifier, Instant, MinorUnits, Reference, Text, Value

MAX_EVIDENCE = 50


class RefusalGround(StrEnum):
    """The six grounds on which a seller may refuse (R30)."""

    NOT_ADVERTISED_FEATURE = "not_advertised_feature"
    DIFFERENT_SITE = "different_site"
    SITE_WORK_OR_THIRD_PARTY = "site_work_or_third_party"
    INCOMPATIBLE_VERSION = "incompatible_version"
    INCOMPATIBLE_DEVELOPMENTS = "incompatible_developments"
    MODIFIED_SOURCE = "modified_source"


class ReplyKind(StrEnum):
    """What an agent's acknowledgement is; only a reply reaches the customer (R10)."""

    REPLY = "reply"
    DRAFT = "draft"
    INTERNAL_NOTE = "internal_note"


class UpdateKind(StrEnum):
    """A functional update is free or paid; only a free one can contain the correction owed (R21, R23)."""

    FREE = "free"
    PAID = "paid"


class DisputeDecision(StrEnum):
    """The operator upholds a refusal or overturns it (R32)."""

    UPHOLD = "uphold"
    OVERTURN = "overturn"


class ClockName(StrEnum):
    """The two deadlines of a request."""

    ACKNOWLEDGEMENT = "acknowledgement"
    RESOLUTION = "resolution"


class SettlementStatus(StrEnum):
    """How a pending refund ended at the payment provider (R42)."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"


class ChargebackStatus(StrEnum):
    """The stages of a chargeback at the customer's bank (R44)."""

    OPENED = "opened"
    WON = "won"
    LOST = "lost"


class Command(Value):
    """What all commands carry: an id, who acts, and when it occurred (default: when it arrives)."""

    NAME: ClassVar[str]
    ROLES: ClassVar[frozenset[Role]]

    command_id: Identifier
    by: Actor
    occurred_at: Instant | None = None

    def occurred(self, arrived_at: datetime) -> datetime:
        """When the act took place: as given, else the instant of its arrival (R12)."""
        return self.occurred_at or arrived_at


class AgentCommand(Command):
    """A command of the seller's side; `automated` marks what no person wrote (R10)."""

    ROLES = frozenset({Role.AGENT, Role.SELLER})
    automated: bool = False


class CustomerCommand(Command):
    """A command of the customer of the licence."""

    ROLES = frozenset({Role.CUSTOMER})


class OperatorCommand(Command):
    """A command of the marketplace's operator."""

    ROLES = frozenset({Role.OPERATOR})


class Acknowledge(AgentCommand):
    """A person takes the request in hand and tells the customer so (R10)."""

    NAME = "acknowledge"
    kind: ReplyKind = ReplyKind.REPLY
    message: Text | None = None


class Fix(AgentCommand):
    """A corrective version or patch is delivered; its reference is compulsory (R21)."""

    NAME = "fix"
    reference: Reference | None = None
    notes: Text | None = None


class OfferUpdate(AgentCommand):
    """A functional update is offered; a free one that resolves the anomaly is a fix (R21, R23)."""

    NAME = "offer_update"
    kind: UpdateKind
    reference: Reference | None = None
    resolves: bool = False

    @property
    def delivers_correction(self) -> bool:
        """Whether this update discharges the duty as a fix does (R21)."""
        return self.kind is UpdateKind.FREE and self.resolves


class Refuse(AgentCommand):
    """A refusal on one of the six grounds, with an explanation and evidence (R30)."""

    NAME = "refuse"
    ground: RefusalGround
    explanation: Text | None = None
    evidence: Annotated[tuple[Reference, ...], Field(max_length=MAX_EVIDENCE)] | None = None


class WithdrawRefusal(AgentCommand):
    """The seller takes a refusal back, disputed or not (R32)."""

    NAME = "withdraw_refusal"
    reason: Text | None = None


class AskCustomer(AgentCommand):
    """A question to the customer; the resolution clock runs on (R20)."""

    NAME = "ask_customer"
    question: Text | None = None


class ConfirmFix(CustomerCommand):
    """The customer confirms that the fix works (R21)."""

    NAME = "confirm_fix"


class RejectFix(CustomerCommand):
    """The customer says why the fix does not work (R21)."""

    NAME = "reject_fix"
    reason: Text | None = None


class AcceptUpdate(CustomerCommand):
    """The customer accepts an update that was offered, which settles the request (R23)."""

    NAME = "accept_update"
    reference: Reference | None = None


class Withdraw(CustomerCommand):
    """The customer takes the request back (R25)."""

    NAME = "withdraw"
    reason: Text | None = None


class DisputeRefusal(CustomerCommand):
    """The customer disputes a refusal; the operator decides (R32)."""

    NAME = "dispute_refusal"
    reason: Text | None = None


class CustomerReplied(Command):
    """The customer answered the seller's question (R20)."""

    NAME = "customer_replied"
    ROLES = frozenset({Role.CUSTOMER, Role.SYSTEM})


class DecideDispute(OperatorCommand):
    """The operator upholds or overturns a disputed refusal (R32)."""

    NAME = "decide_dispute"
    decision: DisputeDecision
    reason: Text | None = None


class Reclassify(Command):
    """An anomaly becomes a question or the reverse (R26)."""

    NAME = "reclassify"
    ROLES = frozenset({Role.CUSTOMER, Role.OPERATOR})
    kind: RequestKind
    reason: Text | None = None


class Hold(OperatorCommand):
    """No refund of this request until it is released; deadlines run on (R44)."""

    NAME = "hold"
    reason: Text | None = None


class Release(OperatorCommand):
    """A hold ends (R44)."""

    NAME = "release"
    reason: Text | None = None


class OrderRefund(OperatorCommand):
    """The operator orders the refund; it passes a hold, not the kill switch (R44)."""

    NAME = "order_refund"
    reason: Text | None = None


class RecordRefund(OperatorCommand):
    """How a manual refund was paid; by default the whole amount due, at the instant of the act (R42)."""

    NAME = "record_refund"
    reference: Reference | None = None
    amount: MinorUnits | None = None
    currency: Currency | None = None
    paid_at: Instant | None = None
    reason: Text | None = None


class CorrectDeadline(OperatorCommand):
    """The operator moves a deadline for a reason; the revision is kept (R8)."""

    NAME = "correct_deadline"
    clock: ClockName
    due: Instant
    reason: Text | None = None


class Close(OperatorCommand):
    """The operator ends the request (R26)."""

    NAME = "close"
    reason: Text | None = None


class ClosureEnded(Command):
    """The seller reopened early; the acknowledgement deadline is counted again (R7)."""

    NAME = "closure_ended"
    ROLES = frozenset({Role.AGENT, Role.SELLER, Role.OPERATOR, Role.SYSTEM})
    closure_id: Identifier
    notified_at: Instant


class RefundSettled(Command):
    """The payment provider told how a pending refund ended (R42)."""

    NAME = "refund_settled"
    ROLES = frozenset({Role.SYSTEM})
    status: SettlementStatus


class Chargeback(Command):
    """A chargeback opened, won by the seller, or lost by the seller (R44)."""

    NAME = "chargeback"
    ROLES = frozenset({Role.OPERATOR, Role.SYSTEM})
    status: ChargebackStatus


class PaymentsResumed(Command):
    """The kill switch was lifted: a refund that waits looks again at once (R44)."""

    NAME = "payments_resumed"
    ROLES = frozenset({Role.SYSTEM})


ALL_COMMANDS: tuple[type[Command], ...] = (
    Acknowledge,
    Fix,
    OfferUpdate,
    Refuse,
    WithdrawRefusal,
    AskCustomer,
    ConfirmFix,
    RejectFix,
    AcceptUpdate,
    Withdraw,
    DisputeRefusal,
    CustomerReplied,
    DecideDispute,
    Reclassify,
    Hold,
    Release,
    OrderRefund,
    RecordRefund,
    CorrectDeadline,
    Close,
    ClosureEnded,
    RefundSettled,
    Chargeback,
    PaymentsResumed,
)

COMMANDS: dict[str, type[Command]] = {command.NAME: command for command in ALL_COMMANDS}
