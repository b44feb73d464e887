"""What the documents print from the code is what the code says."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from business_care.calendar import CalendarErrorCode
from business_care.commands import ALL_COMMANDS, Command, RefusalGround
from business_care.deactivation.commands import ALL_DEACTIVATION_COMMANDS
from business_care.deactivation.possible import POSSIBLE_WHEN_SWITCHED_OFF
from business_care.deactivation.words import (
    DeactivationKind,
    DeactivationOutcome,
    DeactivationPhase,
    SaleState,
)
from business_care.errors import ErrorCode
from business_care.possible import POSSIBLE, Situation
from business_care.refund import RefundStatus
from business_care.state import AcknowledgementStatus, Outcome
from business_care.views import CareStateName

DOCS = Path(__file__).parent.parent / "docs"
T = TypeVar("T")

SITUATIONS = tuple(situation for situation in Situation if situation is not Situation.CLOSED)
PHASES = tuple(phase for phase in DeactivationPhase if POSSIBLE_WHEN_SWITCHED_OFF[phase])


def _table(
    columns: Sequence[T], commands: Iterable[type[Command]], possible: Mapping[T, frozenset[type[Command]]]
) -> str:
    """Which command is possible when, as the process page prints it."""
    lines = [
        "| command | " + " | ".join(str(column).replace("_", " ") for column in columns) + " |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for command in commands:
        cells = ["yes" if command in possible[column] else "" for column in columns]
        lines.append(f"| `{command.NAME}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("name", "table"),
    [
        pytest.param("possible", _table(SITUATIONS, ALL_COMMANDS, POSSIBLE), id="requests"),
        pytest.param(
            "possible-deactivation",
            _table(PHASES, ALL_DEACTIVATION_COMMANDS, POSSIBLE_WHEN_SWITCHED_OFF),
            id="deactivations",
        ),
    ],
)
def test_the_process_page_prints_the_table_of_possible_commands_as_the_rules_have_it(
    name: str, table: str
) -> None:
    page = (DOCS / "process.md").read_text(encoding="utf-8")

    printed = page.split(f"<!-- {name}:begin -->\n")[1].split(f"<!-- {name}:end -->")[0]

    assert printed == table, f"replace the table in docs/process.md by:\n{table}"


@pytest.mark.parametrize(
    "words",
    [
        ErrorCode,
        CalendarErrorCode,
        RefusalGround,
        CareStateName,
        Outcome,
        RefundStatus,
        AcknowledgementStatus,
        DeactivationKind,
        DeactivationPhase,
        DeactivationOutcome,
        SaleState,
    ],
    ids=lambda words: words.__name__,
)
def test_the_glossary_names_every_word_of_the_wire_format(words: type[ErrorCode]) -> None:
    glossary = (DOCS / "glossary.md").read_text(encoding="utf-8")

    missing = [word.value for word in words if f"`{word.value}`" not in glossary]

    assert not missing
