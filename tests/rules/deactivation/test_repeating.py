"""Orders that come again, and ids that come again with something else (R50, R60)."""

import pytest

from business_care.deactivation.commands import Deactivate, Reactivate
from business_care.deactivation.repeating import deactivation_begun_by, demand_own_id
from business_care.deactivation.views import FoundProduct, StoredDeactivation
from business_care.errors import RuleViolation
from tests.rules.builders import CUSTOMER
from tests.rules.deactivation.builders import OTHER_SELLER, PERMANENT, an_order, the_product
from tests.rules.deactivation.lives import off

REACTIVATED = off().sent(Reactivate, "03-04 09:00", command_id="on")
BEGUN = StoredDeactivation(state=REACTIVATED.state, applied=tuple(REACTIVATED.applied.values()))


def under(command_id: str) -> Deactivate:
    """The usual order under another id."""
    return an_order().model_copy(update={"command_id": command_id})


def looked_up(earlier: StoredDeactivation | None = None, *, others: bool = False) -> FoundProduct:
    """What the records know; with `others`, another deactivation of the product has ended before."""
    return FoundProduct(product=the_product(), earlier=earlier, said_before=BEGUN.applied if others else ())


def code_of(order: Deactivate, found: FoundProduct) -> str:
    with pytest.raises(RuleViolation) as refused:
        deactivation_begun_by(order, found)
    return refused.value.code


def test_an_order_that_nobody_gave_before_begins_a_deactivation() -> None:
    assert deactivation_begun_by(an_order(), looked_up()) is None
    assert deactivation_begun_by(under("D2"), looked_up(others=True)) is None
    assert deactivation_begun_by(an_order(), FoundProduct()) is None


def test_an_order_that_was_taken_before_goes_on_with_what_it_began() -> None:
    assert deactivation_begun_by(an_order(), looked_up(BEGUN)) == BEGUN


@pytest.mark.parametrize(
    ("order", "found", "code"),
    [
        (an_order(kind=PERMANENT), looked_up(BEGUN), "command_id_reused"),
        (an_order(product_id="P2"), looked_up(BEGUN), "command_id_reused"),
        (under("on"), looked_up(others=True), "command_id_reused"),
        (an_order(kind=PERMANENT, by=CUSTOMER), looked_up(BEGUN), "role_not_allowed"),
        (an_order(kind=PERMANENT, by=OTHER_SELLER), looked_up(BEGUN), "not_your_product"),
    ],
    ids=["another-kind", "another-product", "the-id-of-a-command", "role-first", "party-first"],
)
def test_another_order_under_an_id_that_was_used_is_refused(
    order: Deactivate, found: FoundProduct, code: str
) -> None:
    assert code_of(order, found) == code


def test_an_id_that_another_product_took_a_moment_before_is_refused() -> None:
    demand_own_id(an_order(), claimed_for="P1")

    with pytest.raises(RuleViolation, match="deactivation of product P2") as refused:
        demand_own_id(an_order(), claimed_for="P2")
    assert refused.value.code == "command_id_reused"
