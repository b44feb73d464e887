"""Dates, deadlines and amounts as people read them; what people wrote, fit for a line or a quotation."""

import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from adapters.mail.texts_of import Texts

_LONGEST_INLINE: Final = 200
_KEPT_CONTROLS: Final = "\n\r\t\v\f\x85"
_REVERSING_MARKS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_USUAL_DIGITS: Final = 2
_OTHER_DIGITS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
"""ISO 4217: how many digits the minor units of a currency have, where they are not two."""


def deadline_phrase(instant: datetime, zone: ZoneInfo, texts: Texts) -> str:
    """A deadline is the first instant of a local day, which people read as the end of the day before (R2)."""
    local = instant.astimezone(zone)
    last_second = (instant - timedelta(seconds=1)).astimezone(zone)
    if last_second.date() < local.date():
        return texts.end_of_day.format(date=_date(last_second.date(), texts), zone=zone.key)
    return moment_phrase(instant, zone, texts)


def moment_phrase(instant: datetime, zone: ZoneInfo, texts: Texts) -> str:
    """A date and a time of day in the zone."""
    local = instant.astimezone(zone)
    at = time(local.hour, local.minute).isoformat("minutes")
    return texts.moment.format(date=_date(local.date(), texts), time=at, zone=zone.key)


def days_phrase(count: str, texts: Texts) -> str:
    """A number of business days."""
    return (texts.business_day if count == "1" else texts.business_days).format(count=count)


def money_phrase(amount: str, currency: str, texts: Texts) -> str:
    """An amount in minor units as people write it: 12900 EUR is 129.00 EUR, 12900 JPY is 12900 JPY."""
    digits = next(
        (digits for digits, codes in _OTHER_DIGITS.items() if currency in codes.split()), _USUAL_DIGITS
    )
    if digits == 0 or not (amount.isascii() and amount.isdigit()):
        return f"{amount} {currency}"
    whole = amount.zfill(digits + 1)
    return f"{whole[:-digits]}{texts.decimal_sign}{whole[-digits:]} {currency}"


def inline(text: str) -> str:
    """A value within a sentence: one line, not endless."""
    line = " ".join(printable(text).split())
    return line if len(line) <= _LONGEST_INLINE else f"{line[:_LONGEST_INLINE]}…"


def quoted(text: str) -> str:
    """What somebody wrote, every line marked, so that it can't be taken for ours."""
    return "\n".join(f"> {line}" for line in printable(text).strip().splitlines())


def printable(text: str) -> str:
    """The text without control characters and marks that turn the direction of reading; line breaks stay."""
    return "".join(
        sign
        for sign in text
        if sign in _KEPT_CONTROLS
        or not (unicodedata.category(sign) in ("Cc", "Cs") or sign in _REVERSING_MARKS)
    )


def _date(day: date, texts: Texts) -> str:
    return texts.date.format(
        weekday=texts.weekdays[day.weekday()],
        day=texts.first_day if day.day == 1 else day.day,
        month=texts.months[day.month - 1],
        year=day.year,
    )
