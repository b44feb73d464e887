"""Outside parties of ten lines each, for the steps that call them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from business_care.calendar import CalendarProfile, Closure, DataVersions, Place
from business_care.counting import DeadlinePlan
from business_care.errors import RecordMissing, TemporarilyUnavailable
from business_care.planning import PlannedReminders
from business_care.refund import RefundAnswer, RefundAnswerKind, RefundOrder
from business_care.request import CareRequestOpening, LicenceFacts, PricePaid
from business_care.views import RequestView, StepRecord

PARIS = Place(country="FR", timezone="Europe/Paris")
OPENED_AT = datetime(2031, 3, 3, 9, tzinfo=UTC)
OPENING = CareRequestOpening(request_id="R1", licence_id="L1", opened_at=OPENED_AT)
FACTS = LicenceFacts(
    licence_id="L1",
    product_id="P1",
    seller_id="S1",
    customer_id="C1",
    purchased_at=OPENED_AT,
    price=PricePaid(amount=12900, currency="EUR"),
    care=None,
    care_active=True,
    place=PARIS,
)


def plan_of(business_days: int, closures: Sequence[Closure] = ()) -> DeadlinePlan:
    return DeadlinePlan(
        opened_at=OPENED_AT,
        business_days=business_days,
        timezone="Europe/Paris",
        last_day=date(2031, 3, 4),
        due=datetime(2031, 3, 4, 23, tzinfo=UTC),
        last_day_noon=datetime(2031, 3, 4, 11, tzinfo=UTC),
        days=(),
        closures=tuple(closures),
        versions=DataVersions(holidays="0", tzdata="0", business_care="0"),
    )


@dataclass
class PlainRecords:
    """Records of one licence; `closed` is a request that has ended before."""

    known: bool = True
    closed: RequestView | None = None
    facts: LicenceFacts = FACTS
    did: list[str] = field(default_factory=list)

    async def licence_facts(self, opening: CareRequestOpening) -> LicenceFacts:
        self.did.append(f"facts of {opening.licence_id}")
        if not self.known:
            raise RecordMissing(f"no licence {opening.licence_id}")
        return self.facts

    async def finished(self, request_id: str) -> RequestView | None:
        return self.closed

    async def store(self, step: StepRecord) -> None:
        self.did.append(f"store {step.view.request_id}")

    async def end_care(self, licence_id: str, at: datetime) -> None:
        self.did.append(f"end care of {licence_id} at {at.isoformat()}")

    async def cancel_renewal(self, licence_id: str, at: datetime) -> None:
        self.did.append(f"cancel renewal of {licence_id} at {at.isoformat()}")


class EveryDayPlanner:
    """Shows in its plans what it was asked for."""

    def plan(
        self,
        opened_at: datetime,
        business_days: int,
        place: Place,
        profile: CalendarProfile,
        closures: Sequence[Closure] = (),
        remind_before: Sequence[int] = (),
    ) -> DeadlinePlan:
        return plan_of(business_days, closures)

    def replan_after_reopening(
        self,
        plan: DeadlinePlan,
        place: Place,
        profile: CalendarProfile,
        closures: Sequence[Closure],
        closure_id: str,
        notified_at: datetime,
    ) -> DeadlinePlan:
        return plan_of(plan.business_days, [closure for closure in closures if closure.id != closure_id])

    def reminders(
        self, due: datetime, place: Place, profile: CalendarProfile, remind_before: Sequence[int]
    ) -> PlannedReminders:
        return PlannedReminders(noon_of_last_day=due, reminders=())


@dataclass
class PlainPayments:
    """Pays at once, unless it is out of order."""

    out_of_order: bool = False

    async def stopped(self, seller_id: str) -> bool:
        self._meet()
        return seller_id == "S-stopped"

    async def pay_back(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        self._meet()
        return RefundAnswer(kind=RefundAnswerKind.SUCCEEDED, reference=order.idempotency_key)

    async def look_up(self, order: RefundOrder, at: datetime) -> RefundAnswer | None:
        self._meet()
        return None

    def _meet(self) -> None:
        if self.out_of_order:
            raise TemporarilyUnavailable("the payment provider gave no answer")
