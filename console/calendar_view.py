"""A count of business days drawn as a calendar for the terminal: what counted, what was left out and why."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from business_care.calendar import Weekday
from business_care.counting import DayKind, DeadlinePlan, ExplainedDay
from console.harmless import cell

_SIGN = {
    DayKind.REQUEST_DAY: ("req", "bold cyan"),
    DayKind.WEEKEND: ("-", "dim"),
    DayKind.PUBLIC_HOLIDAY: ("hol", "red"),
    DayKind.CLOSURE: ("cls", "yellow"),
    DayKind.SKIPPED_BY_CALENDAR: ("n/a", "dim"),
}

_REASON = {
    DayKind.PUBLIC_HOLIDAY: "public holiday",
    DayKind.CLOSURE: "closure",
    DayKind.SKIPPED_BY_CALENDAR: "a date that the place skipped",
}


def calendar_of(plan: DeadlinePlan) -> RenderableType:
    """The months of the count, a column a weekday: `12` is the twelfth day counted, `=30` the last.

    `req` is the day of the request, `-` a weekend, `hol` a public holiday, `cls` a closure. Below, the days
    that were left out are named; weekends speak for themselves.
    """
    months = (_month(list(days), plan.last_day) for _, days in groupby(plan.days, key=_month_of))
    return Group(*months, *_left_out(plan.days))


def summary_of(plan: DeadlinePlan, due: str) -> RenderableType:
    """The deadline in words; `due` is the instant as it should be shown."""
    days = "business day" if plan.business_days == 1 else "business days"
    lines = [
        f"Counted   {plan.business_days} {days} ({plan.timezone})",
        f"Last day  {plan.last_day:%A} {plan.last_day.day} {plan.last_day:%B %Y}",
        f"Due       before {due}",
    ]
    if plan.provisional:
        lines.append("Provisional: some dates of these years are estimated or not decreed yet.")
    return Text("\n".join(lines))


def _month_of(row: ExplainedDay) -> tuple[int, int]:
    return row.date.year, row.date.month


def _month(rows: list[ExplainedDay], last_day: date) -> Table:
    table = Table(title=f"{rows[0].date:%B %Y}", title_justify="left", box=None, padding=(0, 1))
    for weekday in Weekday:
        table.add_column(weekday.value, justify="right")
    cells = [Text()] * rows[0].date.weekday() + [_cell(row, last_day) for row in rows]
    for start in range(0, len(cells), len(Weekday)):
        table.add_row(*cells[start : start + len(Weekday)])
    return table


def _cell(row: ExplainedDay, last_day: date) -> Text:
    if row.kind is DayKind.COUNTED:
        is_last = row.date == last_day
        sign = f"={row.counted_as}" if is_last else f"{row.counted_as}"
        style = "bold reverse green" if is_last else "green"
    else:
        sign, style = _SIGN[row.kind]
    return Text.assemble(f"{row.date.day} ", (sign.rjust(3), style))


def _left_out(rows: Iterable[ExplainedDay]) -> Iterator[Text]:
    yield Text()
    for row in rows:
        if row.kind in _REASON:
            name = f": {row.name}" if row.name else ""
            yield cell(f"{row.date.isoformat()}  {_REASON[row.kind]}{name}")
