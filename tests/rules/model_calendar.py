"""Business days of 2031 and 2032 in Madrid, worked out apart: the model shares no calendar with the rules."""

from bisect import bisect_right
from collections.abc import Container
from datetime import date

EPOCH = date(1970, 1, 1).toordinal()
FIRST = date(2031, 1, 1).toordinal()
DAYS = 730
HOLIDAYS = {date(2031, 4, 11), date(2031, 4, 14), date(2031, 5, 1)}
SUMMER = ((date(2031, 3, 30), date(2031, 10, 26)), (date(2032, 3, 28), date(2032, 10, 31)))
"""The clocks change in the night of these Sundays, after their midnight."""


def _midnight(day: int) -> int:
    today = date.fromordinal(FIRST + day)
    hours_ahead = 2 if any(begins < today <= ends for begins, ends in SUMMER) else 1
    return (FIRST + day - EPOCH) * 86_400 - hours_ahead * 3_600


MIDNIGHTS = [_midnight(day) for day in range(DAYS)]
FREE = {
    day
    for day in range(DAYS)
    if date.fromordinal(FIRST + day).isoweekday() > 5 or date.fromordinal(FIRST + day) in HOLIDAYS
}


def day_of(instant: int) -> int:
    """The number of the local day, counted from the first one, in which an instant lies."""
    return bisect_right(MIDNIGHTS, instant) - 1


def end_of_count(instant: int, business_days: int, closed: Container[int] = ()) -> int:
    """The midnight after that many business days; the day of the instant is not one of them."""
    day = day_of(instant)
    while business_days:
        day += 1
        if day not in FREE and day not in closed:
            business_days -= 1
    return MIDNIGHTS[day + 1]
