"""A product of a seller in Madrid, orders to switch it off, and what came of its customers' renewals."""

from datetime import UTC, date, datetime

from business_care.commands import Command
from business_care.deactivation.charges import ChargeStatus, RenewalCharge
from business_care.deactivation.commands import Deactivate, Impose
from business_care.deactivation.renewals import CascadeTotals, FailedRenewal, RenewalSurvey, WalkRange
from business_care.deactivation.state import ProductFacts
from business_care.deactivation.words import DeactivationKind, SaleState
from business_care.people import Actor, Role
from business_care.refund import Money
from tests.rules.builders import ACTORS, local

TEMPORARY, PERMANENT = DeactivationKind.TEMPORARY, DeactivationKind.PERMANENT
ON_SALE, OFFLINE, RETIRED = SaleState.ON_SALE, SaleState.OFFLINE, SaleState.RETIRED

ORDERED = "03-03 10:00"
"""A Monday."""
PLANNED_FOR = "03-10 10:00"
ENDS = "03-17 10:00"

OTHER_SELLER = Actor(role=Role.SELLER, id="S9")
OTHER_AGENT = Actor(role=Role.AGENT, id="A9", seller_id="S9")

_RANK = (Role.SELLER, Role.OPERATOR, Role.SYSTEM)
_FIELDS: dict[type[Command], dict[str, object]] = {
    Deactivate: {"product_id": "P1", "kind": TEMPORARY, "reason": "Rework."},
    Impose: {"kind": TEMPORARY, "reason": "Unsafe."},
}


def complete(command: type[Command], command_id: str = "cmd-1", **fields: object) -> Command:
    """A command that only a wrong state can refuse; `fields` replace what it says."""
    by = ACTORS[next(role for role in _RANK if role in command.ROLES)]
    given = {"command_id": command_id, "by": by, **_FIELDS.get(command, {}), **in_utc(fields)}
    return command.model_validate(given)


def an_order(**fields: object) -> Deactivate:
    order = complete(Deactivate, "D1", **fields)
    assert isinstance(order, Deactivate)
    return order


def in_utc(fields: dict[str, object]) -> dict[str, object]:
    """The same fields, with instants such as `03-04 23:58` taken as those of Madrid in 2031."""
    instants = ("occurred_at", "takes_effect_at", "until")
    return {
        name: local(value) if name in instants and isinstance(value, str) else value
        for name, value in fields.items()
    }


def the_product(
    state: SaleState = ON_SALE, deactivated_by: str | None = None, max_backdating_hours: int = 24
) -> ProductFacts:
    return ProductFacts(
        product_id="P1",
        seller_id="S1",
        state=state,
        max_backdating_hours=max_backdating_hours,
        deactivated_by=deactivated_by,
    )


def a_survey(automatic: int = 100, opted_out: int = 7) -> RenewalSurvey:
    return RenewalSurvey(automatic=automatic, opted_out=opted_out, ranges=(WalkRange(),))


def totals(
    cancelled: int = 0, failed: int = 0, in_flight: int = 0, giving_back: int = 0, by_hand: int = 0
) -> CascadeTotals:
    listed = tuple(
        FailedRenewal(licence_id=f"L{number}", code="account_closed", can_be_retried=True)
        for number in range(1, failed + 1)
    )
    return CascadeTotals(
        cancelled=cancelled,
        failed=failed,
        in_flight=in_flight,
        giving_back=giving_back,
        by_hand=by_hand,
        listed=listed,
    )


def a_charge(
    status: ChargeStatus = ChargeStatus.PAID,
    period_starts_on: date = date(2031, 3, 20),
    charge_id: str = "ch_1",
) -> RenewalCharge:
    return RenewalCharge(
        charge_id=charge_id,
        status=status,
        money=Money(amount=4900, currency="EUR"),
        period_starts_on=period_starts_on,
    )


NOON = datetime(2031, 3, 10, 12, tzinfo=UTC)
