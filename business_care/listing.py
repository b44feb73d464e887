"""The values that the gateway reads and writes in the records beside the life of one request."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from business_care.deactivation.views import DeactivationAnswer
from business_care.people import Actor
from business_care.recovery.views import RecoveryAnswer
from business_care.values import Identifier, Instant, Value, WorkflowId
from business_care.views import CareStateName, CommandAnswer

MAX_LOGGED_CHARACTERS = 64 * 1024
"""As much as a message may be long; of a longer one, which was refused, the log keeps the beginning."""


class RequestFilter(Value):
    """Which requests a list shows; every field narrows it."""

    seller_id: Identifier | None = None
    product_id: Identifier | None = None
    state: CareStateName | None = None
    open_only: bool = False
    breached_only: bool = False
    due_before: Instant | None = None
    limit: int = 50


class CommandLogEntry(Value):
    """A command that went through the gateway: what was said, and the answer or the refusal.

    It was for a request, for the deactivation of a product, or for a recovery: one of these ids is set.
    """

    request_id: Identifier | None = None
    product_id: Identifier | None = None
    recovery_id: WorkflowId | None = None
    command: str
    command_id: Identifier | None = None
    by: Actor | None = None
    at: Instant
    body: Annotated[str, Field(max_length=MAX_LOGGED_CHARACTERS)]
    answer: CommandAnswer | DeactivationAnswer | RecoveryAnswer | None = None
    error_code: str | None = None
    error_message: str | None = None

    @model_validator(mode="after")
    def _about_one_thing(self) -> Self:
        ids = (self.request_id, self.product_id, self.recovery_id)
        if sum(one is not None for one in ids) != 1:
            raise ValueError("one of request_id, product_id and recovery_id is set, and no other")
        return self


class SellerClosure(Value):
    """A closure as the records keep it: whole local days of the seller, both ends included (R7)."""

    id: Identifier
    seller_id: Identifier
    start: date
    end: date
    notified_at: Instant
    ended_notified_at: Instant | None = None
    """When the early reopening was announced; from then on `end` is the day of that notice."""


class PaymentState(StrEnum):
    """Whether automatic payments run."""

    STOPPED = "stop"
    RESUMED = "resume"


class PaymentSwitch(Value):
    """The kill switch of one seller, or of all when `seller_id` is null (R44)."""

    state: PaymentState
    seller_id: Identifier | None = None
    at: Instant
    by: Actor
