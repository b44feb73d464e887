"""`business-care report`: how the two promises were kept, by month and seller."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from console import given
from console.answers import print_json
from console.ending import WrongUsage, end_with, perform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from business_care.promises import PromisesKept

_MONTH = re.compile(r"(19\d\d|[2-8]\d{3})-(0[1-9]|1[0-2])")


def _month(text: str) -> str:
    if not _MONTH.fullmatch(text):
        raise typer.BadParameter(f"{text} was given; allowed is a month as in 2031-03")
    return text


def report(
    month: Annotated[
        str | None,
        typer.Option(parser=_month, metavar="YEAR-MONTH", help="Of requests opened in one month; else all."),
    ] = None,
    seller: Annotated[
        str | None, typer.Option(parser=given.identifier, metavar="ID", help="Of one seller.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, for a spreadsheet.")] = False,
) -> None:
    """Tell how the two promises were kept, by month and seller. The records are read, no server is needed.

    A request counts in the month of its opening, in the marketplace's own zone (Europe/Paris), whenever it
    was answered or closed. Times to acknowledge are in hours, times to resolve in days of 24 hours; money is
    in minor units.
    """
    if as_json and as_csv:
        end_with(WrongUsage("--json and --csv: one of them is allowed"))
    lines = perform("reading the records", lambda: _lines(month, seller))
    if as_json:
        print_json(lines)
        return
    from console.promises_tables import print_promises, promises_csv

    if as_csv:
        typer.echo(promises_csv(lines), nl=False)
    else:
        print_promises(lines)


async def _lines(month: str | None, seller: str | None) -> "Sequence[PromisesKept]":
    from business_care.promises import promises_kept
    from console.composition import opened_records

    async with opened_records() as records:
        return promises_kept(await records.figures.counted(month, seller))
