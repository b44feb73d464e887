"""Whether the calendars hold what deadlines of the coming year need, for every place where a seller is."""

from datetime import date, timedelta

from adapters.public_holidays import PublicHolidays, data_versions
from adapters.records.opened import Records
from adapters.records.places import all_places
from adapters.settings import Settings
from business_care.calendar import CalendarProfile, CalendarRefused, Place
from business_care.errors import StepFailed
from gateway.inspection import Finding, Verdict

LOOK_AHEAD = timedelta(days=365)
CHECK = "calendars"


async def calendars(settings: Settings, today: date) -> Finding:
    """The calendars of all sellers from `today` on; a warning where the records do not tell the sellers."""
    planner, versions = PublicHolidays(settings.extra_days), data_versions()
    told = f"holidays {versions.holidays}, tzdata {versions.tzdata}"
    try:
        async with Records.open(settings.database_url) as records:
            places = await all_places(records.database)
    except (StepFailed, ValueError):
        return Finding(
            check=CHECK, verdict=Verdict.WARNING, detail=f"{told}; the sellers' places are not known"
        )
    refused: list[str] = []
    provisional: list[str] = []
    for place in places:
        try:
            calendar = planner.calendar(place, CalendarProfile.WORKING_DAYS, today, today + LOOK_AHEAD)
        except CalendarRefused as error:
            refused.append(f"{_named(place)}: {error}")
            continue
        if calendar.provisional_years and _named(place) not in provisional:
            provisional.append(_named(place))
    if refused:
        return Finding(check=CHECK, verdict=Verdict.WRONG, detail="; ".join(refused))
    told = f"{told}, {len(places)} places"
    if provisional:
        return Finding(
            check=CHECK,
            verdict=Verdict.WARNING,
            detail=f"{told}; not all days are decreed yet in {', '.join(provisional)}: look at "
            "`business-care calendars diff` after each upgrade",
        )
    return Finding(check=CHECK, verdict=Verdict.OK, detail=f"{told}, known for the next 12 months")


def _named(place: Place) -> str:
    return place.country if place.subdivision is None else f"{place.country}-{place.subdivision}"
