"""A deadline in words, for whoever looks at a run: its last local day, and why it is that day (R2, R8)."""

from collections.abc import Iterator
from datetime import date, datetime

from business_care.counting_plan import DayKind, DeadlinePlan

NAMED_DAYS = 5
"""How many days that were left out are named one by one; the query `deadlines` has all of them."""

# Not strftime: it asks for the process's language, and costs more than all other words of a briefing.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_LEFT_OUT = {
    DayKind.PUBLIC_HOLIDAY: "public holidays",
    DayKind.CLOSURE: "days of closure",
    DayKind.SKIPPED_BY_CALENDAR: "dates that the place never had",
}


def end_of(plan: DeadlinePlan) -> str:
    """The last moment, as in `Tue 4 Mar 2031 24:00 Europe/Madrid`."""
    return f"{_day(plan.last_day)} 24:00 {plan.timezone}"


def reason_of(plan: DeadlinePlan) -> str:
    """How many business days after which day, and which days in between were left out."""
    days = "1 business day" if plan.business_days == 1 else f"{plan.business_days} business days"
    return "; ".join([f"{days} after {_day(plan.days[0].date)}", *_left_out(plan)])


def minute(instant: datetime) -> str:
    """An instant that is no end of a local day, as in `2031-03-04 09:30 UTC`."""
    return f"{instant.replace(tzinfo=None).isoformat(' ', 'minutes')} UTC"


def _left_out(plan: DeadlinePlan) -> Iterator[str]:
    weekend = sum(day.kind is DayKind.WEEKEND for day in plan.days)
    if weekend:
        yield f"{weekend} weekend days left out"
    for kind, plural in _LEFT_OUT.items():
        days = [day for day in plan.days if day.kind is kind]
        if len(days) > NAMED_DAYS:
            yield f"{len(days)} {plural} left out"
        elif days:
            yield f"{plural} left out: " + ", ".join(
                f"{_day(day.date)} ({day.name})" if day.name else _day(day.date) for day in days
            )


def _day(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year:04}"
