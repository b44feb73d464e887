"""Every number and switch of the contract that the operator may set, frozen into a request when it opens."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from business_care.calendar import CalendarProfile
from business_care.values import Value

BusinessDays = Annotated[int, Field(ge=1, le=250)]


class OnMissedAcknowledgement(StrEnum):
    """What a missed acknowledgement leads to (R11)."""

    ESCALATE = "escalate"
    REFUND = "refund"


class Policy(Value):
    """The policy; windows in business days, `arrival_grace_minutes` in minutes, `max_backdating_hours` in
    hours."""

    profile: CalendarProfile = CalendarProfile.WORKING_DAYS
    acknowledge_business_days: BusinessDays = 1
    resolve_business_days: BusinessDays = 30
    verification_business_days: BusinessDays = 5
    dispute_business_days: BusinessDays = 10
    reminders_business_days: tuple[BusinessDays, ...] = (10, 5, 1)
    operator_reminder_business_days: BusinessDays = 5
    on_missed_acknowledgement: OnMissedAcknowledgement = OnMissedAcknowledgement.ESCALATE
    arrival_grace_minutes: Annotated[int, Field(ge=0, le=24 * 60)] = 15
    max_backdating_hours: Annotated[int, Field(ge=0, le=24 * 30)] = 24
