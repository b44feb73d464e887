"""The life of a recovery as one immutable value: it waits for the operator until the payment is recorded."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from business_care.calendar import CalendarProfile, Place
from business_care.counting import DeadlinePlan
from business_care.paying_by_hand import PaidByHand
from business_care.planning import WindowPlan
from business_care.policy import BusinessDays
from business_care.refund import Money
from business_care.state import TaskKind
from business_care.values import Identifier, Instant, Text, Value

RecoveryNumber = Annotated[int, Field(ge=1, le=1_000_000)]


class RecoveryStatus(StrEnum):
    """Where a recovery stands; wire format."""

    MANUAL = "manual"
    RECORDED = "recorded"


class LateFailure(Value):
    """A refund that had been paid has failed at the provider after all."""

    licence_id: Identifier
    purpose: str
    reference: Text | None = None
    """The refund, as the provider calls it; null where the message that told of it does not say."""
    reason: str | None = None
    """The provider's code for it."""
    failed_at: Instant


class RecoveryStart(Value):
    """The start of a `RefundRecovery`: which payment did not arrive, and what is owed."""

    licence_id: Identifier
    number: RecoveryNumber
    """The how-manyth of the licence."""
    purpose: str
    request_id: Identifier
    """What the money was paid for: a request, or the deactivation that gave a renewal's charge back."""
    seller_id: Identifier
    customer_id: Identifier
    product_id: Identifier
    money: Money
    failed_reference: Text
    reason: str
    failed_at: Instant
    place: Place
    profile: CalendarProfile
    reminder_business_days: BusinessDays

    @property
    def recovery_id(self) -> str:
        """What people call it; its workflow's id is made of it."""
        return f"{self.licence_id}-{self.number}"


class RecoveryState(Value):
    """A recovery: the operator is told, reminded, and in the end records the payment (R28, R42)."""

    start: RecoveryStart
    since: Instant | None = None
    """When the operator was told; null before."""
    counted_from: Instant | None = None
    """Where the next reminder is counted from."""
    reminder: DeadlinePlan | None = None
    paid: PaidByHand | None = None
    ended_at: Instant | None = None
    seq: int = 0

    @property
    def status(self) -> RecoveryStatus:
        """Where it stands."""
        return RecoveryStatus.MANUAL if self.paid is None else RecoveryStatus.RECORDED

    @property
    def has_ended(self) -> bool:
        """Whether the payment is recorded."""
        return self.paid is not None

    @property
    def reminder_wanted(self) -> WindowPlan | None:
        """What has to be counted for the next reminder, if it is not counted yet (R28)."""
        if self.has_ended or self.counted_from is None or self.reminder is not None:
            return None
        return WindowPlan(
            of=TaskKind.MANUAL_REFUND,
            start=self.counted_from,
            business_days=self.start.reminder_business_days,
            place=self.start.place,
            profile=self.start.profile,
        )
