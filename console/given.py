"""What people type, read into values; wrong usage says what was given and what is allowed."""

from datetime import UTC, date, datetime

import typer
from pydantic import TypeAdapter

from business_care.people import Actor, Role
from business_care.values import EARLIEST_YEAR, LATEST_YEAR, Identifier

ROLES = ", ".join(role.value for role in Role)
ACTOR_FORM = "ROLE:ID[@SELLER]"
INSTANT_FORM = "INSTANT"
DAY_FORM = "DAY"

AT_THE_CONSOLE = Actor(role=Role.OPERATOR, id="console")
"""Who acts where the person at the keyboard names nobody else."""

_IDS = "ids are 1 to 128 printable ASCII characters without spaces"
_IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)
_WITH_SELLER = frozenset({Role.AGENT, Role.SELLER})


def actor(text: str) -> Actor:
    """Read who acts: `agent:A1@S1`, `seller:S1`, `customer:C1`, `operator:O1`, `system:billing`.

    Only agents and sellers have a seller behind an `@`; the ids of others may hold one.
    """
    role_name, colon, given_id = text.partition(":")
    if not colon:
        raise typer.BadParameter(f"{text} was given; allowed is role:id[@seller], such as agent:A1@S1")
    try:
        role = Role(role_name)
    except ValueError:
        raise typer.BadParameter(f"the role {role_name} was given; allowed are {ROLES}") from None
    seller_id = None
    if role in _WITH_SELLER and "@" in given_id:
        given_id, _, seller_id = given_id.rpartition("@")
    try:
        return Actor(role=role, id=given_id, seller_id=seller_id)
    except ValueError:
        raise typer.BadParameter(f"{text} was given; {_IDS}") from None


def identifier(text: str) -> str:
    """Read whose or which one: records and servers are asked about nothing that can be no id."""
    try:
        return _IDENTIFIER.validate_python(text)
    except ValueError:
        raise typer.BadParameter(f"{text} was given; {_IDS}" if text else _IDS) from None


def instant(text: str) -> datetime:
    """Read an instant with its offset from UTC, as in ISO 8601."""
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text} was given; allowed is an instant as in 2031-03-03T09:00:00+01:00"
        ) from None
    if given.utcoffset() is None:
        raise typer.BadParameter(
            f"{text} has no offset from UTC; allowed is an instant as in 2031-03-03T09:00:00+01:00"
        )
    if not EARLIEST_YEAR <= given.year <= LATEST_YEAR:
        raise typer.BadParameter(f"{text} lies outside the years {EARLIEST_YEAR} to {LATEST_YEAR}")
    return given.astimezone(UTC)


def day(text: str) -> date:
    """Read a local date, as in ISO 8601."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} was given; allowed is a day as in 2031-03-03") from None
