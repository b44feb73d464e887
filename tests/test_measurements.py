"""What is measured is the same thing on both sides, and counted rightly."""

import json
import random
from pathlib import Path

from temporalio.client import WorkflowHistory

from adapters.public_holidays import PublicHolidays
from benchmarks.history_costs import HistoryCosts, costs_of
from benchmarks.suite.plans import by_loop, by_numpy, by_plan, questions, starts

HAPPY = Path(__file__).parent / "replay" / "histories" / "happy.json"


def test_the_ways_beside_a_plan_find_the_same_last_day() -> None:
    asked = [question for question in questions() if question.place.country == "FR"][:40]
    at = starts(random.Random(1), len(asked))  # noqa: S311 -- chance that can be repeated
    planner = PublicHolidays()

    found = [
        [way(question, start) for question, start in zip(asked, at, strict=True)]
        for way in (by_plan(planner), by_numpy(planner, asked), by_loop(asked))
    ]

    assert found[0] == found[1] == found[2]
    assert len(asked) == 40


def test_the_costs_of_a_life_are_counted_from_its_history() -> None:
    happy = WorkflowHistory.from_json("care-request-R1", json.loads(HAPPY.read_text(encoding="utf-8")))

    costs = costs_of([happy.events])

    assert costs == HistoryCosts(events=44, history_bytes=14427, workflow_tasks=4, billable_actions=15)
