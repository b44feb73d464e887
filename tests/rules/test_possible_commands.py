"""Which command is possible in which situation: every cell of the one table (R27)."""

from collections.abc import Callable
from datetime import date

import pytest

from business_care.calendar import Closure
from business_care.commands import (
    ALL_COMMANDS,
    COMMANDS,
    AcceptUpdate,
    Acknowledge,
    Chargeback,
    ChargebackStatus,
    Command,
    ConfirmFix,
    CustomerReplied,
    Fix,
    Reclassify,
    Refuse,
    Release,
)
from business_care.policy import Policy
from business_care.possible import POSSIBLE, Situation, situation_of
from business_care.request import RequestKind
from business_care.state import opened_state
from tests.rules.builders import OPENED, OPERATOR, an_opening
from tests.rules.lives import Life, a_question, a_request

# x possible, w wrong_state, u refund_under_way, c request_closed
TABLE = """
                 opening progress verify refused disputed overdue  due pending manual settled closed
acknowledge            w        x      x       x        x       x    u       u      u       u      c
fix                    w        x      x       x        x       x    u       u      u       u      c
offer_update           w        x      x       x        x       x    u       u      u       u      c
refuse                 w        x      w       w        w       x    u       u      u       u      c
withdraw_refusal       w        w      w       x        x       w    u       u      u       u      c
ask_customer           w        x      x       x        x       x    u       u      u       u      c
confirm_fix            w        w      x       w        w       w    u       u      u       u      c
reject_fix             w        w      x       w        w       w    u       u      u       u      c
accept_update          w        x      x       x        x       x    x       u      u       u      c
withdraw               w        x      x       x        x       x    x       u      u       u      c
dispute_refusal        w        w      w       x        w       w    u       u      u       u      c
customer_replied       w        x      x       x        x       x    u       u      u       u      c
decide_dispute         w        w      w       w        x       w    u       u      u       u      c
reclassify             w        x      x       x        x       x    u       u      u       u      c
hold                   w        x      x       x        x       x    x       u      u       u      c
release                w        x      x       x        x       x    x       u      u       u      c
order_refund           w        x      x       x        x       x    x       u      u       u      c
record_refund          w        w      w       w        w       w    w       w      x       w      c
correct_deadline       w        x      x       x        x       x    u       u      u       u      c
close                  x        x      x       x        x       x    u       u      u       u      c
closure_ended          w        x      x       x        x       x    u       u      u       u      c
refund_settled         w        w      w       w        w       w    w       x      x       w      c
chargeback             w        x      x       x        x       x    x       x      x       u      c
payments_resumed       w        x      x       x        x       x    x       x      x       x      c
"""
CODES = {"w": "wrong_state", "u": "refund_under_way", "c": "request_closed"}
SITUATIONS = tuple(Situation)
CELLS = {
    (situation, COMMANDS[line.split()[0]]): mark
    for line in TABLE.strip().splitlines()[1:]
    for situation, mark in zip(SITUATIONS, line.split()[1:], strict=True)
}
NOW = "03-05 10:00"
PREPARED: dict[type[Command], Callable[[Life], Life]] = {
    AcceptUpdate: lambda life: life.offered("03-03 11:00"),
    CustomerReplied: lambda life: life.asked("03-03 11:00"),
    Release: lambda life: life.held("03-03 11:00"),
}
OCCURRED: dict[type[Command], str] = {Acknowledge: "03-04 20:00", Fix: "03-04 20:00", Refuse: "03-04 20:00"}
"""Acts that are in time for every promise; they arrive late."""


LED_THERE: dict[Situation, Callable[[Life], Life]] = {
    Situation.IN_PROGRESS: lambda life: life,
    Situation.VERIFYING: lambda life: life.fixed("03-05 09:00"),
    Situation.REFUSED: lambda life: life.refused("03-05 09:00"),
    Situation.DISPUTED: lambda life: life.refused("03-05 09:00").disputed("03-05 09:10"),
    Situation.CLOSED: lambda life: life.fixed("03-05 09:00").sent(ConfirmFix, "03-05 09:10"),
    Situation.REFUND_DUE: lambda life: life.refund_ordered("03-05 09:00"),
    Situation.REFUND_PENDING: lambda life: life.refund_ordered("03-05 09:00").refund_requested("03-05 09:10"),
    Situation.REFUND_MANUAL: lambda life: life.refund_ordered("03-05 09:00").manual("03-05 09:10"),
    Situation.REFUND_SETTLED: lambda life: life.refund_ordered("03-05 09:00").paid("03-05 09:10"),
}
A_CLOSURE = Closure(id="K1", start=date(2031, 3, 10), end=date(2031, 3, 11))


def in_situation(situation: Situation, command: type[Command]) -> Life:
    """A request that stands there; what the situation does not decide is as the command wants it."""
    if situation is Situation.OPENING:
        return Life(opened_state(an_opening()), OPENED)
    overdue = situation is Situation.QUESTION_OVERDUE
    policy = Policy(resolve_business_days=1) if overdue else None
    life = a_question(policy, [A_CLOSURE]) if overdue else a_request(closures=[A_CLOSURE])
    if command in PREPARED:
        life = PREPARED[command](life)
    return life.until("03-05 09:00") if overdue else LED_THERE[situation](life.until("03-05 09:00"))


def the_command(life: Life, command: type[Command]) -> dict[str, object]:
    fields: dict[str, object] = {}
    if command in OCCURRED and life.state.resolution.deadline is not None:
        fields["occurred_at"] = OCCURRED[command]
    if command is Reclassify and life.state.kind is RequestKind.QUESTION:
        fields |= {"kind": RequestKind.ANOMALY, "by": OPERATOR}
    return fields


def ids(cells: list[tuple[Situation, type[Command]]]) -> list[str]:
    return [f"{command.NAME} while {situation}" for situation, command in cells]


ALLOWED = [cell for cell, mark in CELLS.items() if mark == "x"]
FORBIDDEN = [cell for cell, mark in CELLS.items() if mark != "x"]


def test_every_command_has_a_cell_in_every_situation() -> None:
    assert set(CELLS) == {(situation, command) for situation in SITUATIONS for command in ALL_COMMANDS}
    assert set(POSSIBLE) == set(SITUATIONS)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_situation_is_recognised(situation: Situation) -> None:
    life = in_situation(situation, Acknowledge)

    assert situation_of(life.state) is situation


@pytest.mark.parametrize(("situation", "command"), ALLOWED, ids=ids(ALLOWED))
def test_a_command_that_the_table_allows_is_accepted(situation: Situation, command: type[Command]) -> None:
    life = in_situation(situation, command)

    life.sent(command, NOW, **the_command(life, command))

    assert command.NAME in life.happened


@pytest.mark.parametrize(("situation", "command"), FORBIDDEN, ids=ids(FORBIDDEN))
def test_a_command_that_the_table_forbids_is_refused_with_its_code(
    situation: Situation, command: type[Command]
) -> None:
    life = in_situation(situation, command)

    violation = life.violation(command, NOW)

    assert violation.code == CODES[CELLS[situation, command]]


def test_a_held_refund_counts_as_due() -> None:
    life = a_request().held("03-04 09:00").until("04-17 00:15")

    assert situation_of(life.state) is Situation.REFUND_DUE


def test_a_refund_by_chargeback_counts_as_settled_before_it_is_followed_up() -> None:
    life = a_request().fixed("03-04 09:00")

    life.sent(Chargeback, "03-04 10:00", status=ChargebackStatus.LOST)

    assert situation_of(life.state) is Situation.REFUND_SETTLED
