"""Deadline plans a second, each explained day by day, beside counts that explain nothing.

The questions have the places and lengths of the vectors, and starts spread over a year, so that hardly one is
asked twice. Beside ours: numpy's `busday_offset` with the same days off, and a plain loop over the `holidays`
library; both know no time zone, no closure and no reason, and are given their calendars ready made.
"""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import holidays
import numpy

from adapters.public_holidays import PublicHolidays
from adapters.time_zones import zone_named
from benchmarks.suite.measured import Figure, Limit, ratio
from benchmarks.suite.scale import Scale
from benchmarks.worker_process import ROOT
from business_care.calendar import CalendarProfile, Place

VECTORS = ROOT / "tests" / "vectors" / "deadlines.jsonl"
YEAR = 2025
FIRST, LAST = date(YEAR, 1, 1), date(YEAR + 1, 12, 31)
LONGEST = 100
"""Business days; longer questions would leave the two years whose calendars the others are given."""
SEED = 1
DEADLINE = ("-m", "starter", "deadline")


class Question(NamedTuple):
    """How many business days are counted, and where."""

    place: Place
    business_days: int


LastDay = Callable[[Question, datetime], date]


async def measured(scale: Scale) -> Sequence[Figure]:
    """Each way in turns, with the same questions; the first of ours, which reads the tables, stands apart."""
    return await asyncio.to_thread(_measured, scale.rounds)


def questions() -> Sequence[Question]:
    """The vectors' places and lengths."""
    lines = [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]
    return [
        Question(
            Place.model_validate({name: line[name] for name in Place.model_fields}), line["business_days"]
        )
        for line in lines
        if line["business_days"] <= LONGEST
    ]


def by_plan(planner: PublicHolidays) -> LastDay:
    """Ours: the whole plan."""
    return lambda asked, start: (
        planner.plan(start, asked.business_days, asked.place, CalendarProfile.WORKING_DAYS).last_day
    )


def by_numpy(planner: PublicHolidays, asked: Sequence[Question]) -> LastDay:
    """One call a question, with a calendar that was made before."""
    calendars = {place: _of_numpy(planner, place) for place in {question.place for question in asked}}

    def last_day(question: Question, start: datetime) -> date:
        found = numpy.busday_offset(
            _local(question, start),
            question.business_days,
            roll="backward",
            busdaycal=calendars[question.place],
        )
        return date.fromisoformat(str(found))

    return last_day


def by_loop(asked: Sequence[Question]) -> LastDay:
    """What is written in five lines; the tables were read before."""
    tables = {
        place: holidays.country_holidays(place.country, subdiv=place.subdivision, years=(YEAR, YEAR + 1))
        for place in {question.place for question in asked}
    }

    def last_day(question: Question, start: datetime) -> date:
        table, day, counted = tables[question.place], _local(question, start), 0
        while counted < question.business_days:
            day += timedelta(days=1)
            counted += table.is_working_day(day)
        return day

    return last_day


def starts(chance: random.Random, wanted: int) -> Sequence[datetime]:
    """Instants of one year."""
    begin = datetime(YEAR, 1, 1, 12, tzinfo=UTC)
    return [begin + timedelta(minutes=chance.randrange(360 * 24 * 60)) for _ in range(wanted)]


def _measured(rounds: int) -> Sequence[Figure]:
    asked, chance = questions(), random.Random(SEED)  # noqa: S311 -- chance that can be repeated
    planner = PublicHolidays()
    first = _a_second(by_plan(planner), asked, starts(chance, len(asked)))
    ways = (by_plan(planner), by_numpy(planner, asked), by_loop(asked), None)
    rates: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds):
        at = starts(chance, len(asked))
        for rate, way in zip(rates, ways, strict=True):
            rate.append(_lines_a_second(asked, at) if way is None else _a_second(way, asked, at))
    plans, numbers, loop, lines = (tuple(rate) for rate in rates)
    ours = Figure("plans, explained day by day", "/s", plans, Limit(at_least=3000))
    plain = Figure("last days by a loop over `holidays`", "/s", loop)
    return [
        ours,
        Figure("the same, the first of each place: tables are read", "/s", (first,)),
        Figure(
            f"answers of `business-care deadline` to {len(asked):,} lines, its start included", "/s", lines
        ),
        Figure("last days by numpy's `busday_offset`", "/s", numbers),
        plain,
        ratio("plans beside the loop", ours, plain),
    ]


def _a_second(way: LastDay, asked: Sequence[Question], at: Sequence[datetime]) -> float:
    # The processor's time: nothing is waited for, and what else the machine does is not the way's fault.
    began = time.process_time()
    for question, start in zip(asked, at, strict=True):
        way(question, start)
    return len(asked) / (time.process_time() - began)


def _lines_a_second(asked: Sequence[Question], at: Sequence[datetime]) -> float:
    lines = "".join(
        json.dumps(
            {
                "id": number,
                **question.place.model_dump(),
                "start": start.isoformat(),
                "business_days": question.business_days,
            }
        )
        + "\n"
        for number, (question, start) in enumerate(zip(asked, at, strict=True))
    )
    began = time.perf_counter()
    answered = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, *DEADLINE], input=lines, text=True, cwd=ROOT, capture_output=True, check=True
    ).stdout
    seconds = time.perf_counter() - began
    if answered.count('"due"') != len(asked):
        raise AssertionError("a line was not answered with a deadline")
    return len(asked) / seconds


def _local(question: Question, start: datetime) -> date:
    return start.astimezone(zone_named(question.place.timezone)).date()


def _of_numpy(planner: PublicHolidays, place: Place) -> numpy.busdaycalendar:
    calendar = planner.calendar(place, CalendarProfile.WORKING_DAYS, FIRST, LAST)
    weekend = {day.weekday() for day in calendar.weekend_days}
    return numpy.busdaycalendar(
        weekmask=[day not in weekend for day in range(7)],
        holidays=[off.date for off in calendar.days_off],
    )
