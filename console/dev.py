"""`business-care dev`: server, web interface, worker and sender of notices in one terminal, data kept."""

import asyncio
from typing import Annotated

import typer

from business_care.errors import StepFailed
from console.ending import ExitCode, WrongUsage, complain, end_with


def dev(
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the Temporal server answers.")] = 7233,
    ui_port: Annotated[int, typer.Option(min=1, max=65535, help="Of Temporal's web interface.")] = 8233,
    no_ui: Annotated[bool, typer.Option("--no-ui", help="Without the web interface.")] = False,
    http_port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65535,
            help="Where Temporal's HTTP API answers; else where nobody is told.",
            metavar="PORT",
        ),
    ] = None,
) -> None:
    """Run everything in this terminal, for real use on one machine: Ctrl-C ends it, the data stay in .data/.

    Other terminals reach it without any setting, as long as the port is 7233. Any page in a browser on this
    machine can post to the HTTP API: name its port only while you try something.
    """
    from console.dev_session import DevSession
    from console.encryption_check import KeysMissing

    try:
        asyncio.run(DevSession(port, None if no_ui else ui_port, http_port).run())
    except KeysMissing as missing:
        complain(*str(missing).split("\n"))
        raise typer.Exit(ExitCode.REFUSED) from missing
    except (WrongUsage, StepFailed) as error:
        end_with(error)
    except ExceptionGroup as several:
        failed, others = several.split(StepFailed)
        if failed is None or others is not None:
            raise
        end_with(_first(failed))


def _first(failed: ExceptionGroup[StepFailed]) -> StepFailed:
    """The first failure of those that ended the session together."""
    first = failed.exceptions[0]
    return _first(first) if isinstance(first, ExceptionGroup) else first
