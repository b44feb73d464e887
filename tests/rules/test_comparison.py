"""What is open in the records must run, and what runs must be open there."""

from datetime import datetime, timedelta

import pytest

from business_care.comparison import (
    LATE_AFTER,
    MAX_TOLD,
    Comparison,
    Difference,
    DifferenceKind,
    OpenInRecords,
    Running,
    suspicions,
)
from tests.rules.builders import OPENED

ONE_MINUTE = timedelta(minutes=1)


def compared(
    recorded: list[OpenInRecords], running: list[Running], at: datetime = OPENED
) -> list[tuple[str, str]]:
    found = suspicions(
        {one.workflow_id: one for one in recorded}, {one.workflow_id: one for one in running}, at
    )
    return [(one.workflow_id, one.kind) for one in found]


def test_what_is_open_and_runs_is_as_it_should_be() -> None:
    assert compared([OpenInRecords(workflow_id="a")], [Running(workflow_id="a")]) == []


def test_an_open_request_that_does_not_run_is_found() -> None:
    assert compared([OpenInRecords(workflow_id="a")], []) == [("a", "not_running")]


def test_a_run_that_the_records_do_not_know_as_open_is_found() -> None:
    assert compared([], [Running(workflow_id="a")]) == [("a", "not_open")]


def test_a_run_whose_code_fails_is_found_whether_or_not_it_is_open() -> None:
    broken = [Running(workflow_id="a", is_broken=True), Running(workflow_id="b", is_broken=True)]

    assert compared([OpenInRecords(workflow_id="a")], broken) == [
        ("a", "broken"),
        ("b", "not_open"),
        ("b", "broken"),
    ]


@pytest.mark.parametrize(
    ("passed", "found"), [(LATE_AFTER, []), (LATE_AFTER + ONE_MINUTE, [("a", "late")])], ids=["grace", "late"]
)
def test_a_deadline_without_a_trace_is_late_when_the_longest_grace_is_over(
    passed: timedelta, found: list[tuple[str, str]]
) -> None:
    waiting = OpenInRecords(workflow_id="a", next_due_at=OPENED)

    assert compared([waiting], [Running(workflow_id="a")], OPENED + passed) == found


def test_the_first_differences_are_told_and_all_are_counted() -> None:
    many = [
        Difference(kind=DifferenceKind.NOT_RUNNING, workflow_id=f"r{number:03}")
        for number in reversed(range(MAX_TOLD + 1))
    ]

    told = Comparison.of(OPENED, open_in_records=200, running=99, differences=many)

    assert told.differences_in_all == MAX_TOLD + 1
    assert [one.workflow_id for one in told.differences] == [f"r{number:03}" for number in range(MAX_TOLD)]
