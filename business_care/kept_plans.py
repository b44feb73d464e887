"""A deadline's plan as histories and records keep it: nothing left out, days alike told as one span (R8).

A plan of thirty business days explains some fifty dates, most of them in runs: five that count, two of a
weekend. Told one by one they were half of all that an open request takes; answers still tell them so.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetPydanticSchema
from pydantic_core import CoreSchema, core_schema

from business_care.counting_plan import DayKind, DeadlinePlan, ExplainedDay

_ONE_DAY = timedelta(days=1)
_SPAN = re.compile(
    r"(?P<first>\d{4}-\d\d-\d\d)(?:/(?P<last>\d{4}-\d\d-\d\d))? (?P<kind>[a-z_]+)(?: (?P<rest>.*))?",
    re.DOTALL,
)
_NUMBERS = re.compile(r"(?P<first>\d+)(?:-\d+)?")


class PlanInSpans(DeadlinePlan):
    """What is written: `2031-03-10/2031-03-14 counted 1-5`, `2031-03-17 public_holiday Saint Patrick's Day`.

    A day that is like no other form, and every day of a plan kept by the first version, stands by itself.
    """

    days: tuple[ExplainedDay | str, ...]  # type: ignore[assignment]  # never handed out: `unfolded` is


def folded(days: Sequence[ExplainedDay]) -> Iterator[ExplainedDay | str]:
    """The same days, those in a row that are alike as one span."""
    for span in _rows(days):
        first, last = span[0], span[-1]
        if not _is_plain(first):
            yield first
            continue
        dates = f"{first.date}" if first is last else f"{first.date}/{last.date}"
        yield f"{dates} {first.kind}{_numbers(first, last)}{'' if first.name is None else f' {first.name}'}"


def unfolded(days: Sequence[ExplainedDay | str]) -> Iterator[ExplainedDay]:
    """Each day by itself again. Raises `ValueError` for a text that is no span."""
    for each in days:
        if isinstance(each, ExplainedDay):
            yield each
        else:
            yield from _days_of(each)


def _rows(days: Sequence[ExplainedDay]) -> Iterator[list[ExplainedDay]]:
    row: list[ExplainedDay] = []
    for day in days:
        if row and not _goes_on(row[-1], day):
            yield row
            row = []
        row.append(day)
    if row:
        yield row


def _goes_on(before: ExplainedDay, day: ExplainedDay) -> bool:
    if not (_is_plain(before) and _is_plain(day)):
        return False
    number = None if before.counted_as is None else before.counted_as + 1
    following = ExplainedDay(
        date=before.date + _ONE_DAY, kind=before.kind, counted_as=number, name=before.name
    )
    return day == following


def _is_plain(day: ExplainedDay) -> bool:
    """Whether the text of a span can say all of it: a number where it counts, else perhaps a name."""
    if day.kind is DayKind.COUNTED:
        return day.counted_as is not None and day.counted_as >= 0 and day.name is None
    return day.counted_as is None


def _numbers(first: ExplainedDay, last: ExplainedDay) -> str:
    if first.counted_as is None:
        return ""
    return f" {first.counted_as}" if first is last else f" {first.counted_as}-{last.counted_as}"


def _days_of(span: str) -> Iterator[ExplainedDay]:
    told = _SPAN.fullmatch(span)
    if told is None:
        raise ValueError(f"{span!r} is no span of days")
    first = date.fromisoformat(told["first"])
    last = date.fromisoformat(told["last"]) if told["last"] else first
    kind, number, name = DayKind(told["kind"]), None, told["rest"]
    if kind is DayKind.COUNTED:
        numbers = _NUMBERS.fullmatch(name or "")
        if numbers is None:
            raise ValueError(f"{span!r} does not say as which days it counts")
        number, name = int(numbers["first"]), None
    for later in range((last - first).days + 1):
        yield ExplainedDay(
            date=first + later * _ONE_DAY,
            kind=kind,
            counted_as=None if number is None else number + later,
            name=name,
        )


def _as_kept(plan: DeadlinePlan) -> dict[str, Any]:
    # What holds its default was not there yet in older plans, so leaving it out means the same (rule 10).
    in_spans = PlanInSpans.model_construct(**{**dict(plan), "days": tuple(folded(plan.days))})
    return in_spans.model_dump(mode="json", exclude_defaults=True)


def _read(kept: PlanInSpans) -> DeadlinePlan:
    return DeadlinePlan(**{**dict(kept), "days": tuple(unfolded(kept.days))})


def _schema(_: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
    return core_schema.json_or_python_schema(
        json_schema=core_schema.no_info_after_validator_function(_read, handler(PlanInSpans)),
        python_schema=handler(DeadlinePlan),
        serialization=core_schema.plain_serializer_function_ser_schema(_as_kept, when_used="json"),
    )


KeptPlan = Annotated[DeadlinePlan, GetPydanticSchema(_schema)]
"""A plan whose JSON has its days in spans; it reads plans with every day by itself too."""
