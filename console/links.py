"""`links`: where the Temporal UI shows what an operator looks for, and how much there is of it."""

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from console import given
from console.answers import print_json
from console.ending import perform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.searches import Found

LOCAL_INTERFACE = "http://127.0.0.1:8233"
"""Where `dev` has its web interface, and Temporal's own development server too."""


def _is_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise typer.BadParameter(f"{text} was given; allowed is an address such as {LOCAL_INTERFACE}")
    return text


def links(
    ui: Annotated[
        str,
        typer.Option(parser=_is_address, metavar="ADDRESS", help="Where the Temporal UI answers."),
    ] = LOCAL_INTERFACE,
    seller: Annotated[
        str | None, typer.Option(parser=given.identifier, metavar="ID", help="What concerns one seller.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Count what is due today, overdue, breached or waiting for you, with links into the Temporal UI."""

    async def look() -> "Sequence[Found]":
        from adapters.time_zones import zone_named
        from business_care.calendar import MARKETPLACE_PLACE
        from console.composition import opened_client
        from gateway.client import now
        from gateway.searches import counted, searches

        client = await opened_client()
        today_in = zone_named(MARKETPLACE_PLACE.timezone)
        return await counted(client, searches(now(), today_in, seller), ui)

    found = perform("counting what operators look for", look)
    if as_json:
        print_json(found)
    else:
        _print(found)


def _print(found: "Sequence[Found]") -> None:
    for one in found:
        typer.echo(f"{one.count:>6}  {one.name}: {one.finds}")
        typer.echo(f"        {one.url}")
