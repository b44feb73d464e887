"""A calendar that is given with the question instead of being looked up."""

from datetime import date, timedelta

from business_care.calendar import CalendarData, DataVersions, DayOff, Weekday
from business_care.values import Value

_ONE_DAY = timedelta(days=1)


class InlineCalendar(Value):
    """The weekend, the days off and the make-up working days of somebody's own calendar."""

    weekend: frozenset[Weekday]
    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    """Days that count although they fall on the weekend or are listed as days off."""

    def over(self, first: date, last: date, timezone: str, versions: DataVersions) -> CalendarData:
        """The calendar of the local dates from `first` to `last`, both included."""
        days = (first + _ONE_DAY * n for n in range((last - first).days + 1))
        return CalendarData(
            timezone=timezone,
            first=first,
            last=last,
            weekend_days=frozenset(day for day in days if Weekday.of(day) in self.weekend),
            days_off=tuple(DayOff(date=day, name="day off") for day in sorted(self.days_off)),
            working_days=self.working_days,
            versions=versions,
        )
