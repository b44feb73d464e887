"""Which command is possible in which phase of a deactivation: every cell of the one table (R50-R55)."""

from collections.abc import Callable

import pytest

from business_care.commands import Command
from business_care.deactivation.commands import (
    ALL_DEACTIVATION_COMMANDS,
    DEACTIVATION_COMMANDS,
    Deactivate,
    Reactivate,
    Revoke,
)
from business_care.deactivation.possible import POSSIBLE_WHEN_SWITCHED_OFF
from business_care.deactivation.state import ordered_state
from business_care.deactivation.words import DeactivationPhase
from tests.rules.builders import local
from tests.rules.deactivation.builders import ORDERED, PERMANENT, PLANNED_FOR, an_order, totals
from tests.rules.deactivation.lives import Life, a_deactivation, off

# x possible, w wrong_state, a already_deactivated, n nothing_to_revoke, e deactivation_ended
TABLE = """
                 ordered planned offline reactivating retiring renewals_failed ended
deactivate             a       a       a            a        a               a     e
reactivate             w       w       x            w        w               w     e
make_permanent         w       x       x            w        w               w     e
revoke                 n       x       n            n        n               n     e
impose                 w       x       x            w        w               w     e
retry_failed           w       w       w            w        x               x     e
payments_resumed       w       x       x            x        x               x     e
"""
CODES = {
    "w": "wrong_state",
    "a": "already_deactivated",
    "n": "nothing_to_revoke",
    "e": "deactivation_ended",
}
PHASES = tuple(DeactivationPhase)
CELLS = {
    (phase, DEACTIVATION_COMMANDS[line.split()[0]]): mark
    for line in TABLE.strip().splitlines()[1:]
    for phase, mark in zip(PHASES, line.split()[1:], strict=True)
}
NOW = "03-05 10:00"
LED_THERE: dict[DeactivationPhase, Callable[[], Life]] = {
    # Commands wait until the product was looked up; the table holds all the same.
    DeactivationPhase.ORDERED: lambda: Life(ordered_state(an_order()), local(ORDERED)),
    DeactivationPhase.PLANNED: lambda: a_deactivation(takes_effect_at=PLANNED_FOR),
    DeactivationPhase.OFFLINE: off,
    DeactivationPhase.REACTIVATING: lambda: off().sent(Reactivate, "03-04 10:00"),
    DeactivationPhase.RETIRING: lambda: off(kind=PERMANENT).renewals_moved_to(totals(failed=1)),
    DeactivationPhase.RENEWALS_FAILED: lambda: off(kind=PERMANENT).renewals_came_to(totals(failed=1)),
    DeactivationPhase.ENDED: lambda: off(kind=PERMANENT).renewals_came_to(totals(cancelled=1)),
}
ALLOWED = [cell for cell, mark in CELLS.items() if mark == "x"]
FORBIDDEN = [cell for cell, mark in CELLS.items() if mark != "x"]


def ids(cells: list[tuple[DeactivationPhase, type[Command]]]) -> list[str]:
    return [f"{command.NAME} while {phase}" for phase, command in cells]


def test_every_command_has_a_cell_in_every_phase() -> None:
    assert set(CELLS) == {(phase, command) for phase in PHASES for command in ALL_DEACTIVATION_COMMANDS}
    assert set(POSSIBLE_WHEN_SWITCHED_OFF) == set(PHASES)


@pytest.mark.parametrize("phase", PHASES)
def test_the_life_that_leads_to_a_phase_stands_there(phase: DeactivationPhase) -> None:
    assert LED_THERE[phase]().state.phase is phase


@pytest.mark.parametrize(("phase", "command"), ALLOWED, ids=ids(ALLOWED))
def test_a_command_that_the_table_allows_is_accepted(
    phase: DeactivationPhase, command: type[Command]
) -> None:
    life = LED_THERE[phase]()

    life.sent(command, NOW)

    assert command.NAME in life.happened


@pytest.mark.parametrize(("phase", "command"), FORBIDDEN, ids=ids(FORBIDDEN))
def test_a_command_that_the_table_forbids_is_refused_with_its_code(
    phase: DeactivationPhase, command: type[Command]
) -> None:
    life = LED_THERE[phase]()

    violation = life.violation(command, NOW)

    assert violation.code == CODES[CELLS[phase, command]]


@pytest.mark.parametrize(
    ("life", "command", "said"),
    [
        pytest.param(
            off,
            Deactivate,
            "product P1 has deactivation D1, and one stands at a time; make_permanent, reactivate, revoke "
            "and impose are sent to that one",
            id="a second order",
        ),
        pytest.param(
            off,
            Revoke,
            "revoke is possible before a deactivation takes effect; D1 is offline",
            id="nothing to revoke",
        ),
        pytest.param(
            lambda: a_deactivation(takes_effect_at=PLANNED_FOR),
            Reactivate,
            "reactivate is not possible while the deactivation is planned; possible now: make_permanent, "
            "revoke, impose, payments_resumed",
            id="the wrong phase",
        ),
        pytest.param(
            LED_THERE[DeactivationPhase.ORDERED],
            Reactivate,
            "reactivate is not possible while the deactivation is ordered; possible now: nothing",
            id="nothing is possible yet",
        ),
        pytest.param(
            LED_THERE[DeactivationPhase.ENDED],
            Reactivate,
            "deactivation D1 has ended with the outcome retired",
            id="the end",
        ),
    ],
)
def test_a_refused_command_says_what_is_possible_instead(
    life: Callable[[], Life], command: type[Command], said: str
) -> None:
    assert str(life().violation(command, NOW)) == said
