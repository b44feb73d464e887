"""What the seller is told, when and how often; the customers' notices are the cascade's (R53, R55)."""

from collections.abc import Callable

import pytest

from business_care.deactivation.commands import Impose, MakePermanent, Reactivate, Revoke
from business_care.deactivation.moves import product_switched
from business_care.people import Role
from tests.rules.builders import OPERATOR, local
from tests.rules.deactivation.builders import ENDS, OFFLINE, PERMANENT, PLANNED_FOR, TEMPORARY, totals
from tests.rules.deactivation.lives import Life, a_deactivation, off
from tests.rules.invariants import check_journal

NOW = "03-05 10:00"


def planned() -> Life:
    return a_deactivation(takes_effect_at=PLANNED_FOR)


LIVES: dict[str, tuple[Callable[[], Life], list[str]]] = {
    "ordered, and not yet carried out": (a_deactivation, []),
    "planned": (planned, []),
    "revoked": (lambda: planned().sent(Revoke, NOW), []),
    "in effect": (off, ["deactivated temporary"]),
    "in effect for good": (lambda: off(kind=PERMANENT), ["deactivated permanent"]),
    "planned, and in effect": (lambda: planned().until(PLANNED_FOR).carried_out(), ["deactivated temporary"]),
    "reactivated": (
        lambda: off().sent(Reactivate, NOW).carried_out(),
        ["deactivated temporary", "reactivated"],
    ),
    "ended as planned": (
        lambda: off(until=ENDS).until(ENDS).carried_out(),
        ["deactivated temporary", "reactivated"],
    ),
    "made permanent": (
        lambda: off().sent(MakePermanent, NOW).carried_out(),
        ["deactivated temporary", "deactivated permanent"],
    ),
    "made permanent while planned": (
        lambda: planned().sent(MakePermanent, NOW).until(PLANNED_FOR).carried_out(),
        ["deactivated permanent"],
    ),
    "imposed": (lambda: off().sent(Impose, NOW), ["deactivated temporary", "deactivated temporary"]),
    "imposed, carried out again": (
        lambda: off().sent(Impose, NOW).carried_out(),
        ["deactivated temporary", "deactivated temporary"],
    ),
    "imposed for good": (
        lambda: off().sent(Impose, NOW, kind=PERMANENT).carried_out(),
        ["deactivated temporary", "deactivated permanent"],
    ),
    "imposed while planned": (
        lambda: planned().sent(Impose, NOW).carried_out(),
        ["deactivated temporary"],
    ),
    "imposed before it was carried out": (
        lambda: a_deactivation().sent(Impose, NOW).carried_out(),
        ["deactivated temporary"],
    ),
    "imposed and reactivated": (
        lambda: off().sent(Impose, NOW).sent(Reactivate, NOW, by=OPERATOR).carried_out(),
        ["deactivated temporary", "deactivated temporary", "reactivated"],
    ),
    "retired to the last renewal": (
        lambda: off(kind=PERMANENT).renewals_came_to(totals(cancelled=100)),
        ["deactivated permanent"],
    ),
}


@pytest.mark.parametrize(("life", "told"), LIVES.values(), ids=LIVES.keys())
def test_the_seller_is_told_what_is_in_effect_and_that_it_is_over(
    life: Callable[[], Life], told: list[str]
) -> None:
    lived = life()

    assert lived.ever_told == told
    assert {(notice.to.role, notice.to.id) for notice in lived.notices} <= {(Role.SELLER, "S1")}
    check_journal(lived.events, lived.notices, 0, lived.state.seq)


def test_the_seller_reads_which_product_how_until_when_and_why() -> None:
    life = off(until=ENDS, reason="Rework.").sent(Impose, NOW, kind=TEMPORARY, reason="Unsafe.")

    ordered, imposed = life.notices
    assert ordered.data == {
        "product_id": "P1",
        "kind": "temporary",
        "until": local(ENDS).isoformat(),
        "reason": "Rework.",
    }
    assert imposed.data == {"product_id": "P1", "kind": "temporary", "reason": "Unsafe."}
    assert imposed.at == local(NOW)


def test_a_reactivation_tells_the_product_alone() -> None:
    life = off(reason="Rework.").sent(Reactivate, NOW).carried_out()

    assert life.notices[-1].data == {"product_id": "P1"}


def test_the_seller_hears_of_a_step_that_was_imposed_upon_while_it_was_under_way_once() -> None:
    life = a_deactivation().sent(Impose, NOW)

    life.take(product_switched(life.state, OFFLINE, life.now)).carried_out()

    assert [notice.data["reason"] for notice in life.notices] == ["Unsafe."]
