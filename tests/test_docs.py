"""What the documents print from the code is what the code says."""

from pathlib import Path

import pytest

from business_care.calendar import CalendarErrorCode
from business_care.commands import ALL_COMMANDS, RefusalGround
from business_care.errors import ErrorCode
from business_care.possible import POSSIBLE, Situation
from business_care.refund import RefundStatus
from business_care.state import AcknowledgementStatus, Outcome
from business_care.views import CareStateName

DOCS = Path(__file__).parent.parent / "docs"
BEGIN, END = "<!-- possible:begin -->\n", "<!-- possible:end -->"


def test_the_process_page_prints_the_table_of_possible_commands_as_the_rules_have_it() -> None:
    page = (DOCS / "process.md").read_text(encoding="utf-8")

    printed = page.split(BEGIN)[1].split(END)[0]

    assert printed == _table(), f"replace the table in docs/process.md by:\n{_table()}"


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
    ],
    ids=lambda words: words.__name__,
)
def test_the_glossary_names_every_word_of_the_wire_format(words: type[ErrorCode]) -> None:
    glossary = (DOCS / "glossary.md").read_text(encoding="utf-8")

    missing = [word.value for word in words if f"`{word.value}`" not in glossary]

    assert not missing


def _table() -> str:
    situations = [situation for situation in Situation if situation is not Situation.CLOSED]
    lines = [
        "| command | " + " | ".join(str(situation).replace("_", " ") for situation in situations) + " |",
        "|---" * (len(situations) + 1) + "|",
    ]
    for command in ALL_COMMANDS:
        cells = ["yes" if command in POSSIBLE[situation] else "" for situation in situations]
        lines.append(f"| `{command.NAME}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
