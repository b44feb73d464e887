"""Time zones from the pinned `tzdata` package, never from the machine, whose own files may be older (R8)."""

from functools import cache
from importlib.metadata import version
from importlib.resources import files
from zoneinfo import ZoneInfo

from adapters.near_names import or_near
from business_care.calendar import CalendarErrorCode, CalendarRefused

TZDATA_VERSION = version("tzdata")


@cache
def zone_named(name: str) -> ZoneInfo:
    """The zone with that exact IANA name. Raises `CalendarRefused` `unknown_timezone`."""
    if name not in _names():
        raise CalendarRefused(
            CalendarErrorCode.UNKNOWN_TIMEZONE,
            f"timezone {or_near(name, _names())}; allowed are the IANA names of tzdata {TZDATA_VERSION}",
        )
    with files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@cache
def _names() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())
