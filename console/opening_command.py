"""`open`: a marketplace's request, from a file or the standard input."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.answers import print_json, print_opened
from console.ending import WrongUsage, end_with, perform
from console.harmless import harmless

if TYPE_CHECKING:
    from business_care.views import OpenedAnswer


def open_request(
    request: Annotated[
        str, typer.Argument(metavar="REQUEST.json|-", help="A file, or - for the standard input.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Open a request, and tell both its deadlines. The same request again answers as it stands by then."""
    from business_care.errors import RuleViolation
    from business_care.reading import read_message
    from business_care.request import CareRequestOpening
    from console.composition import opened_gateway

    try:
        opening = read_message(CareRequestOpening, _body(request))
    except (RuleViolation, WrongUsage) as unreadable:
        end_with(unreadable)

    async def opened() -> "OpenedAnswer":
        async with opened_gateway() as gateway:
            return await gateway.open_request(opening)

    answer = perform(f"opening {opening.request_id}", opened)
    if as_json:
        print_json(answer)
    else:
        print_opened(answer)


def _body(request: str) -> bytes:
    from business_care.reading import MAX_MESSAGE_BYTES

    if request == "-":
        return sys.stdin.buffer.read(MAX_MESSAGE_BYTES + 1)
    try:
        with Path(request).open("rb") as file:
            return file.read(MAX_MESSAGE_BYTES + 1)
    except OSError as error:
        raise WrongUsage(f"{harmless(request)} can't be read: {error.strerror}") from None
