"""`business-care report`: the promises that were kept, as a table, as CSV and as JSON."""

import asyncio
import csv
import json
from collections.abc import Sequence
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest

from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from business_care.state import AcknowledgementStatus, Outcome
from business_care.views import AcknowledgementView, CareStateName, RequestView
from tests.adapters.care_world import OPENED_AT, a_step, a_view
from tests.console.conftest import Typed

ACKNOWLEDGED = AcknowledgementView(status=AcknowledgementStatus.MET, acted_at=OPENED_AT + timedelta(hours=3))


def closed(request_id: str, outcome: Outcome, **fields: object) -> RequestView:
    view = a_view(request_id, acknowledgement=ACKNOWLEDGED)
    over = {"state": CareStateName.CLOSED, "outcome": outcome, "closed_at": OPENED_AT + timedelta(days=6)}
    return view.model_copy(update={**over, **fields})


RESOLVED = closed("R1", Outcome.RESOLVED)
REFUSED = closed(
    "R2",
    Outcome.REFUSED,
    resolution=a_view().resolution.model_copy(update={"ground": "modified_source"}),
)
OF_ANOTHER_SELLER = a_view("R3", seller_id="S2")


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Records of three requests, of two sellers."""
    url = f"sqlite:///{tmp_path / 'records.db'}"
    monkeypatch.setenv("BUSINESS_CARE_DATABASE_URL", url)

    async def store(views: Sequence[RequestView]) -> None:
        await upgrade(url)
        async with Records.open(url) as records:
            for view in views:
                await records.care.store(a_step(view))

    asyncio.run(store((RESOLVED, REFUSED, OF_ANOTHER_SELLER)))


@pytest.mark.usefixtures("stored")
def test_a_person_reads_a_line_each_month_and_seller(typed: Typed) -> None:
    ended = typed("report")

    _, _, first, second, legend, grounds = ended.out.splitlines()
    assert first.split() == ["2031-03", "S1", "2", "2/0/0", "3.0/3.0", "1/0", "6.0/6.0", "1", "0", "0", "-"]
    assert second.split()[:4] == ["2031-03", "S2", "1", "0/0/0"]
    assert legend.startswith("Taken up: in time/late/never.")
    assert grounds == "2031-03 S1 refused: modified_source 1"


@pytest.mark.usefixtures("stored")
def test_a_terminal_of_eighty_columns_shows_every_number(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    first = typed("report").out.splitlines()[2]

    assert first.split()[:7] == ["2031-03", "S1", "2", "2/0/0", "3.0/3.0", "1/0", "6.0/6.0"]


@pytest.mark.usefixtures("stored")
def test_a_spreadsheet_gets_a_column_for_each_ground(typed: Typed) -> None:
    ended = typed("report", "--csv", "--seller", "S1")

    (row,) = csv.DictReader(StringIO(ended.out))
    assert (row["month"], row["seller_id"], row["opened"]) == ("2031-03", "S1", "2")
    assert (row["refused_modified_source"], row["refused_different_site"]) == ("1", "0")
    assert (row["hours_to_acknowledge_p95"], row["days_to_resolve_median"]) == ("3.0", "6.0")


@pytest.mark.usefixtures("stored")
def test_a_program_gets_the_same_as_json(typed: Typed) -> None:
    ended = typed("report", "--json", "--month", "2031-03", "--seller", "S1")

    (line,) = json.loads(ended.out)
    assert (line["opened"], line["acknowledged_in_time"], line["resolved_in_time"]) == (2, 2, 1)
    assert line["refused"] == {"modified_source": 1}
    assert line["days_to_resolve"] == {"median": 6.0, "p95": 6.0}


@pytest.mark.usefixtures("stored")
def test_a_month_in_which_nothing_was_opened_has_no_line(typed: Typed) -> None:
    assert typed("report", "--month", "2031-04").out == "No request was opened.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--month", "2031-13"), "2031-13 was given; allowed is a month as in 2031-03"),
        (("--month", "March"), "March was given; allowed is a month"),
        (("--json", "--csv"), "--json and --csv: one of them is allowed"),
    ],
)
def test_wrong_usage_says_what_is_allowed(typed: Typed, words: Sequence[str], said: str) -> None:
    ended = typed("report", *words)

    assert (ended.code, said in ended.err) == (2, True), ended.err
