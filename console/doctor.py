"""`doctor`: looks at everything that requests need, and says what to do where something is not well."""

from typing import TYPE_CHECKING, Annotated

import typer

from console.answers import print_json
from console.ending import ExitCode, perform
from console.harmless import cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.inspection import Finding


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Look at server, worker, records, calendars and mail. Exit code 1 if something is wrong."""
    findings = perform("looking at everything", _examine)
    if as_json:
        print_json(findings)
    else:
        _print(findings)
    from gateway.inspection import Verdict

    if any(finding.verdict is Verdict.WRONG for finding in findings):
        raise typer.Exit(ExitCode.REFUSED)


async def _examine() -> "Sequence[Finding]":
    from console.composition import settings
    from console.examination import examine

    return await examine(settings())


def _print(findings: "Sequence[Finding]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    styles = {"ok": "green", "warning": "yellow", "wrong": "bold red"}
    table = Table("Check", "", "Found", box=None, header_style="bold")
    for finding in findings:
        table.add_row(
            finding.check, Text(finding.verdict, style=styles[finding.verdict]), cell(finding.detail)
        )
    Console().print(table)
