"""Whether Business Care is active on a day (R15)."""

from datetime import date, timedelta

from business_care.request import CareTerm


def care_is_active(care: CareTerm | None, on: date) -> bool:
    """Whether the care covers the local day `on`, tacit renewals included (R15)."""
    if care is None or on < care.starts_on:
        return False
    if care.ended_on is not None and on > care.ended_on:
        return False
    last_day = care_runs_until(care)
    return last_day is None or on <= last_day


def care_runs_until(care: CareTerm) -> date | None:
    """The last day of the care, or None while it renews without an end (R15).

    A renewal cancelled during a later period lets that period run to its end (R51).
    """
    if not care.auto_renew:
        return care.ends_on
    if care.renewal_cancelled_on is None:
        return None
    last_day, periods = care.ends_on, 0
    while last_day < care.renewal_cancelled_on:
        periods += 1
        last_day = end_of_period(care.ends_on, periods)
    return last_day


def end_of_period(first_end: date, periods: int) -> date:
    """The last day of the care after `periods` more renewals of 12 months, 9999-12-31 from that year on.

    Counted from the day after, so that a care which ends on 28 February is not shortened in a leap year.
    """
    if first_end.year + periods >= date.max.year:
        return date.max
    next_start = first_end + timedelta(days=1)
    year = next_start.year + periods
    try:
        start = next_start.replace(year=year)
    except ValueError:
        # A period that starts on 29 February starts on 1 March of the other years.
        start = date(year, 3, 1)
    return start - timedelta(days=1)
