"""A seller in Madrid, a customer, a licence, and commands that are complete unless a test says otherwise."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from business_care.calendar import Closure, Place
from business_care.commands import (
    AcceptUpdate,
    Acknowledge,
    AskCustomer,
    Chargeback,
    ChargebackStatus,
    ClockName,
    Close,
    ClosureEnded,
    Command,
    CorrectDeadline,
    DecideDispute,
    DisputeDecision,
    DisputeRefusal,
    Fix,
    Hold,
    OfferUpdate,
    OrderRefund,
    Reclassify,
    RecordRefund,
    RefundSettled,
    RefusalGround,
    Refuse,
    RejectFix,
    Release,
    SettlementStatus,
    UpdateKind,
    Withdraw,
    WithdrawRefusal,
)
from business_care.people import Actor, Role
from business_care.policy import Policy
from business_care.request import CareRequestOpening, CareTerm, LicenceFacts, PricePaid, RequestKind

MADRID = ZoneInfo("Europe/Madrid")
PLACE = Place(country="ES", subdivision="CT", timezone="Europe/Madrid")


def local(text: str) -> datetime:
    """The instant of `03-04 23:58` in Madrid in 2031; seconds may follow."""
    return datetime.fromisoformat(f"2031-{text}").replace(tzinfo=MADRID).astimezone(UTC)


OPENED = local("03-03 10:00")
"""A Monday."""
ACKNOWLEDGE_BY = local("03-05 00:00")
RESOLVE_BY = local("04-17 00:00")
"""Thirty business days later; 11 and 14 April are holidays in the planner's calendar."""

AGENT = Actor(role=Role.AGENT, id="A1", seller_id="S1")
SELLER = Actor(role=Role.SELLER, id="S1")
CUSTOMER = Actor(role=Role.CUSTOMER, id="C1")
OPERATOR = Actor(role=Role.OPERATOR, id="O1")
SYSTEM = Actor(role=Role.SYSTEM, id="billing")
ACTORS = {
    Role.AGENT: AGENT,
    Role.SELLER: SELLER,
    Role.CUSTOMER: CUSTOMER,
    Role.OPERATOR: OPERATOR,
    Role.SYSTEM: SYSTEM,
}

_FIELDS: dict[type[Command], dict[str, object]] = {
    Acknowledge: {"message": "We are on it."},
    Fix: {"reference": "v2.4.1"},
    OfferUpdate: {"kind": UpdateKind.PAID, "reference": "v3"},
    Refuse: {
        "ground": RefusalGround.MODIFIED_SOURCE,
        "explanation": "The template was changed.",
        "evidence": ("diff-1",),
    },
    WithdrawRefusal: {"reason": "Our mistake."},
    AskCustomer: {"question": "Which browser?"},
    RejectFix: {"reason": "Still empty."},
    AcceptUpdate: {"reference": "v3"},
    Withdraw: {"reason": "Solved by ourselves."},
    DisputeRefusal: {"reason": "Nothing was changed."},
    DecideDispute: {"decision": DisputeDecision.OVERTURN, "reason": "The file is the original."},
    Reclassify: {"kind": RequestKind.QUESTION, "reason": "Help to install."},
    Hold: {"reason": "Under inquiry."},
    Release: {"reason": "Cleared."},
    OrderRefund: {"reason": "Goodwill."},
    RecordRefund: {"reference": "transfer-7"},
    CorrectDeadline: {"clock": ClockName.RESOLUTION, "due": local("05-02 00:00"), "reason": "Strike."},
    Close: {"reason": "Sold the shop."},
    ClosureEnded: {"closure_id": "K1", "notified_at": local("03-03 18:00")},
    RefundSettled: {"status": SettlementStatus.SUCCEEDED},
    Chargeback: {"status": ChargebackStatus.OPENED},
}
_RANK = (Role.AGENT, Role.CUSTOMER, Role.OPERATOR, Role.SYSTEM)


def usual_actor(command: type[Command]) -> Actor:
    """Who sends such a command most often: an agent, the customer, the operator, a program."""
    return ACTORS[next(role for role in _RANK if role in command.ROLES)]


def complete(command: type[Command], command_id: str = "cmd-1", **fields: object) -> Command:
    """A command that only a wrong state can refuse; `fields` replace what it says."""
    given = {"command_id": command_id, "by": usual_actor(command), **_FIELDS.get(command, {}), **fields}
    return command.model_validate(given)


def an_opening(
    opened_at: datetime = OPENED,
    kind: RequestKind = RequestKind.ANOMALY,
    shop_url: str | None = "https://shop.customer.example",
    shop_version: str | None = "8.1.2",
) -> CareRequestOpening:
    return CareRequestOpening(
        request_id="R1",
        licence_id="L1",
        opened_at=opened_at,
        kind=kind,
        shop_url=shop_url,
        shop_version=shop_version,
        subject="Menu empty on mobile",
    )


def the_facts(
    policy: Policy | None = None,
    closures: tuple[Closure, ...] = (),
    price: int = 12900,
    refunded_before: int = 0,
    *,
    care_active: bool = True,
) -> LicenceFacts:
    return LicenceFacts(
        licence_id="L1",
        product_id="P1",
        seller_id="S1",
        customer_id="C1",
        purchased_at=datetime(2030, 6, 15, 12, tzinfo=UTC),
        price=PricePaid(
            amount=price, currency="EUR", refunded_before=refunded_before, payment_ref="pay_0001"
        ),
        care=CareTerm(starts_on=date(2030, 6, 15), ends_on=date(2031, 6, 14), auto_renew=True),
        care_active=care_active,
        shop_url="https://shop.customer.example",
        advertised_versions=("8.x",),
        place=PLACE,
        closures=closures,
        policy=policy or Policy(),
    )
