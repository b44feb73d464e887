"""Builders for the tests of records and payments: one seller, one product, one licence, one request."""

from datetime import UTC, date, datetime, timedelta

from adapters.records.seed_file import (
    CareEntry,
    ClosureEntry,
    LicenceEntry,
    PaymentBehaviourEntry,
    PaymentWord,
    PriceEntry,
    ProductEntry,
    RecordsFile,
    SellerEntry,
    SheetEntry,
)
from business_care.calendar import DataVersions, Place
from business_care.commands import ClockName
from business_care.counting import DayKind, DeadlinePlan, ExplainedDay
from business_care.events import Event, EventName
from business_care.notices import Notice, NoticeKind
from business_care.people import Actor, Recipient, Role
from business_care.refund import Money, RefundOrder, RefundStatus
from business_care.request import CareRequestOpening, RequestKind
from business_care.state import AcknowledgementStatus, Outcome, Phase
from business_care.views import (
    AcknowledgementView,
    AppliedCommand,
    CareStateName,
    CommandAnswer,
    PlanRecord,
    RefundView,
    RequestView,
    ResolutionView,
    StepRecord,
)

MADRID = Place(country="ES", subdivision="CT", timezone="Europe/Madrid")
OPENED_AT = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
PAID_AT = OPENED_AT + timedelta(hours=3)
PURCHASED_AT = datetime(2030, 6, 15, 10, 0, tzinfo=UTC)
AGENT = Actor(role=Role.AGENT, id="A1", seller_id="S1")
OPERATOR = Actor(role=Role.OPERATOR, id="O1")
THE_SELLER = Recipient(role=Role.SELLER, id="S1")


def a_seller(id: str = "S1", calendar: Place | None = MADRID, language: str | None = None) -> SellerEntry:  # noqa: A002
    return SellerEntry.model_validate(
        {
            "id": id,
            "name": f"Studio {id}",
            "email": f"{id}@studio.example",
            "calendar": calendar,
            "language": language,
        }
    )


def a_sheet(day: date = date(2030, 1, 1), versions: tuple[str, ...] = ("8.x",)) -> SheetEntry:
    return SheetEntry.model_validate({"from": day, "compatible_versions": versions})


def a_product(*sheets: SheetEntry, id: str = "P1", seller_id: str = "S1") -> ProductEntry:  # noqa: A002
    return ProductEntry(id=id, seller_id=seller_id, name=f"Menu {id}", sheets=sheets)


YEAR_OF_CARE = CareEntry(starts_on=date(2030, 6, 15), ends_on=date(2031, 6, 14), auto_renew=True)


def a_licence(
    id: str = "L1",  # noqa: A002
    *,
    product_id: str = "P1",
    purchased_at: datetime = PURCHASED_AT,
    amount: int = 12_900,
    refunded_before: int = 0,
    care: CareEntry | None = YEAR_OF_CARE,
    customer_language: str | None = None,
) -> LicenceEntry:
    return LicenceEntry.model_validate(
        {
            "id": id,
            "product_id": product_id,
            "customer_id": f"customer-of-{id}",
            "customer_email": f"{id}@customer.example",
            "customer_language": customer_language,
            "purchased_at": purchased_at,
            "price": PriceEntry(amount=amount, currency="EUR"),
            "payment_ref": f"pay-{id}",
            "shop_url": "https://shop.customer.example",
            "test_shop_urls": ("https://staging.customer.example",),
            "care": care,
            "refunded_before": refunded_before,
        }
    )


def a_closure(
    start: date = date(2031, 3, 4),
    end: date = date(2031, 3, 10),
    *,
    id: str = "K1",  # noqa: A002
    notified_at: datetime = OPENED_AT - timedelta(days=10),
) -> ClosureEntry:
    return ClosureEntry(id=id, seller_id="S1", start=start, end=end, notified_at=notified_at)


def a_file(
    *,
    sellers: tuple[SellerEntry, ...] = (a_seller(),),
    products: tuple[ProductEntry, ...] = (a_product(a_sheet()),),
    licences: tuple[LicenceEntry, ...] = (a_licence(),),
    closures: tuple[ClosureEntry, ...] = (),
    payment_provider: tuple[PaymentBehaviourEntry, ...] = (),
) -> RecordsFile:
    return RecordsFile(
        sellers=sellers,
        products=products,
        licences=licences,
        closures=closures,
        payment_provider=payment_provider,
    )


def behaving(*words: PaymentWord, licence_id: str = "L1") -> RecordsFile:
    return a_file(payment_provider=(PaymentBehaviourEntry(licence_id=licence_id, behave=words),))


def an_opening(licence_id: str = "L1", opened_at: datetime = OPENED_AT) -> CareRequestOpening:
    return CareRequestOpening(
        request_id="R1", licence_id=licence_id, opened_at=opened_at, subject="Menu empty on mobile"
    )


def a_view(
    request_id: str = "R1",
    *,
    seq: int = 1,
    state: CareStateName = CareStateName.IN_PROGRESS,
    licence_id: str = "L1",
    seller_id: str = "S1",
    opened_at: datetime = OPENED_AT,
    acknowledgement: AcknowledgementView | None = None,
    next_due_at: datetime | None = None,
    outcome: Outcome | None = None,
    breached: bool = False,
    refund: RefundView | None = None,
) -> RequestView:
    return RequestView(
        request_id=request_id,
        licence_id=licence_id,
        product_id="P1",
        seller_id=seller_id,
        customer_id="customer-of-L1",
        kind=RequestKind.ANOMALY,
        state=state,
        opened_at=opened_at,
        acknowledgement=acknowledgement or AcknowledgementView(status=AcknowledgementStatus.PENDING),
        resolution=ResolutionView(phase=Phase.IN_PROGRESS),
        next_due_at=next_due_at,
        outcome=outcome,
        closed_at=opened_at if outcome else None,
        breached=breached,
        refund=refund,
        seq=seq,
    )


def a_refund_view(status: RefundStatus, reference: str | None = None) -> RefundView:
    settled = status in (RefundStatus.SUCCEEDED, RefundStatus.CHARGED_BACK)
    return RefundView(
        status=status,
        amount=12_900,
        currency="EUR",
        reference=reference,
        settled_at=PAID_AT if settled else None,
    )


def an_event(seq: int = 1, name: str = EventName.OPENED) -> Event:
    return Event(seq=seq, at=OPENED_AT + timedelta(hours=seq), name=name, rule="R1")


def a_notice(
    key: str = "1-0-request_opened",
    to: Recipient = THE_SELLER,
    at: datetime = OPENED_AT,
    **data: str,
) -> Notice:
    return Notice(key=key, kind=NoticeKind.REQUEST_OPENED, to=to, at=at, data=data)


def an_answer(command_id: str = "c1") -> CommandAnswer:
    return CommandAnswer(
        command="acknowledge",
        command_id=command_id,
        decided_at=OPENED_AT,
        state=CareStateName.IN_PROGRESS,
        acknowledgement=AcknowledgementStatus.MET,
    )


def an_applied_command(command_id: str = "c1") -> AppliedCommand:
    return AppliedCommand(
        command_id=command_id,
        command="acknowledge",
        sha256="0" * 64,
        by=AGENT,
        answer=an_answer(command_id),
        body={"message": "We are on it", "automated": False},
    )


def a_plan(last_day: date = date(2031, 3, 4)) -> DeadlinePlan:
    due = datetime(last_day.year, last_day.month, last_day.day, 23, 0, tzinfo=UTC)
    return DeadlinePlan(
        opened_at=OPENED_AT,
        business_days=1,
        timezone="Europe/Madrid",
        last_day=last_day,
        due=due,
        last_day_noon=due - timedelta(hours=12),
        days=(
            ExplainedDay(date=OPENED_AT.date(), kind=DayKind.REQUEST_DAY),
            ExplainedDay(date=last_day, kind=DayKind.COUNTED, counted_as=1),
        ),
        versions=DataVersions(holidays="1", tzdata="2", business_care="3"),
    )


def a_plan_record(revision: int = 0, last_day: date = date(2031, 3, 4), **fields: object) -> PlanRecord:
    plan = a_plan(last_day)
    told = {
        "clock": ClockName.ACKNOWLEDGEMENT,
        "revision": revision,
        "due": plan.due,
        "cause": "opening",
        "plan": plan,
    }
    return PlanRecord.model_validate({**told, **fields})


def a_step(view: RequestView | None = None, *, run_id: str = "run-1", **kept: object) -> StepRecord:
    step = {"workflow_id": "care-request-R1", "run_id": run_id, "view": view or a_view()}
    return StepRecord.model_validate({**step, **kept})


def an_order(licence_id: str = "L1", *, request_id: str = "R1", amount: int = 12_900) -> RefundOrder:
    return RefundOrder(
        licence_id=licence_id,
        request_id=request_id,
        seller_id="S1",
        money=Money(amount=amount, currency="EUR"),
        payment_ref=f"pi_{licence_id}",
    )
