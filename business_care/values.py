"""The scalar types that every message and every state is made of."""

import re
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

MAX_TEXT_CHARACTERS = 20_000
MAX_REFERENCE_CHARACTERS = 500
MAX_AMOUNT_MINOR_UNITS = 10**12
EARLIEST_YEAR, LATEST_YEAR = 1900, 9000

_DATE_AND_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}")

T = TypeVar("T")


class Value(BaseModel):
    """An immutable value. Unknown fields and wrong types are refused, never coerced."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _in_utc(instant: datetime) -> datetime:
    # Far enough from both ends of the calendar that every local day of an instant exists.
    if not EARLIEST_YEAR <= instant.year <= LATEST_YEAR:
        raise ValueError(f"the instant lies outside the years {EARLIEST_YEAR} to {LATEST_YEAR}")
    return instant.astimezone(UTC)


def _written_out(given: object) -> object:
    # Read here because pydantic takes digits in a text for seconds since 1970, and nobody means that.
    if not isinstance(given, str):
        return given
    try:
        instant = datetime.fromisoformat(given) if _DATE_AND_TIME.match(given) else None
    except ValueError:
        instant = None
    if instant is None:
        raise ValueError("an instant is written as 2031-03-01T10:00:00+01:00")
    return instant


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("the character NUL is not allowed")
    return text


Instant = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_in_utc)]
"""An aware instant, kept in UTC."""

Identifier = Annotated[str, Field(pattern=r"^[!-~]{1,128}$")]
"""An id given by the marketplace or made by a program: 1 to 128 printable ASCII characters without spaces."""

WorkflowId = Annotated[str, Field(pattern=r"^[!-~]{1,200}$")]
"""The id of a workflow: an identifier, and what says whose it is."""

Text = Annotated[str, Field(max_length=MAX_TEXT_CHARACTERS), AfterValidator(_without_nul)]
"""What a person wrote. Private: it travels in message payloads and in the records only (R62)."""

Reference = Annotated[str, Field(max_length=MAX_REFERENCE_CHARACTERS), AfterValidator(_without_nul)]
"""What a person names: a version, an update, a payment, evidence. Kept in the state, so it is short."""

MinorUnits = Annotated[int, Field(ge=0, le=MAX_AMOUNT_MINOR_UNITS)]
"""An amount of money in the currency's minor units (cents of EUR, whole JPY)."""

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""An ISO 4217 code."""


def is_blank(text: str | None) -> bool:
    """Whether a compulsory text is missing: null, empty or only white space."""
    return text is None or not text.strip()


def known(value: T | None) -> T:
    """A value that the situation guarantees.

    Raises:
        LookupError: it is missing, which is a fault of the program and never of a sender.
    """
    if value is None:
        raise LookupError("a value that the situation guarantees is missing")
    return value
