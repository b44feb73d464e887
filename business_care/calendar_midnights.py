"""Where a local day begins, on nights when the clocks change as well (R4)."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

_ONE_SECOND = timedelta(seconds=1)

_MIDNIGHTS_KEPT = 32_768
"""Every count asks for each of its nights; those of the coming year in some eighty zones, a few megabytes."""


@lru_cache(maxsize=_MIDNIGHTS_KEPT)
def first_instant_of(day: date, zone: tzinfo) -> datetime:
    """The first instant, in UTC, at which the local date is `day` or later.

    Usually midnight. Where the clocks skip midnight it is the first instant after the gap, where they repeat
    it the first of the two. A date that the place skipped begins, and ends, with the day that follows.
    """
    midnight = datetime.combine(day, time.min)
    first = midnight.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = midnight.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first <= second:
        return first
    return _end_of_gap(day, zone, before=second, after=first)


def _end_of_gap(day: date, zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """Search the change of the clocks, which lies on a whole second after `before` and not after `after`."""
    while after - before > _ONE_SECOND:
        middle = before + ((after - before) // 2 // _ONE_SECOND) * _ONE_SECOND
        if middle.astimezone(zone).date() < day:
            before = middle
        else:
            after = middle
    return after
