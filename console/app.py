"""The command line `business-care`: which commands there are. Each imports what it needs when called."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.core import TyperGroup

from console import (
    calendars_commands,
    closure_commands,
    database_commands,
    encryption_commands,
    payments_commands,
    recovery_commands,
)
from console.check_commands import check, schedules
from console.deactivation_commands import PANEL, add_deactivation_commands
from console.deactivation_reading import deactivation
from console.deadline import deadline
from console.demo import demo
from console.dev import dev
from console.doctor import doctor
from console.ending import ExitCode, complain
from console.links import links
from console.metrics_command import metrics
from console.opening_command import open_request
from console.promises_report import report
from console.reading_commands import commands, explain, journal, list_requests, show
from console.refunded_renewals import renewals
from console.replaying import replay
from console.schemas import schemas
from console.sending import add_commands
from console.simulate import simulate
from console.webhooks_command import webhooks

_HELP = """
After-sales care for a marketplace: a request, two deadlines in business days, and the price back
when a promise is broken.

business-care db upgrade

business-care db seed records.yaml

business-care open request.json

business-care acknowledge R1 --by agent:A1@S1 --message Hello

business-care explain R1

business-care deactivate P1 --temporary --by seller:S1

Exit code 0: done. 1: refused by a rule, its code and why on the standard error output. 2: wrong usage.
3: it could not be done: no server, no records, no answer.
"""

_REQUESTS, _ALL, _WITHOUT, _TOOLS = (
    "Requests",
    "The marketplace",
    "Without a server",
    "Running it",
)

app = typer.Typer(
    name="business-care",
    help=_HELP,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if not wanted:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        typer.echo(f"business-care {version('business-care')}")
    except PackageNotFoundError:
        typer.echo("business-care, not installed as a package")
    raise typer.Exit


@app.callback()
def business_care(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Carry out what all commands share: nothing yet but `--version`."""
    del version


def _example(words: str) -> str:
    return f"Example: business-care {words}"


app.command("open", rich_help_panel=_REQUESTS, epilog=_example("open request.json --json"))(open_request)
app.command("show", rich_help_panel=_REQUESTS, epilog=_example("show R1"))(show)
app.command("explain", rich_help_panel=_REQUESTS, epilog=_example("explain R1"))(explain)
app.command("journal", rich_help_panel=_REQUESTS, epilog=_example("journal R1 --json"))(journal)
app.command("commands", rich_help_panel=_REQUESTS, epilog=_example("commands R1 --json"))(commands)
app.command("list", rich_help_panel=_REQUESTS, epilog=_example("list --open --seller S1"))(list_requests)
add_commands(app)
add_deactivation_commands(app)
app.command("deactivation", rich_help_panel=PANEL, epilog=_example("deactivation P1 --follow"))(deactivation)
app.add_typer(closure_commands.app, name="closure", rich_help_panel=_ALL)
app.add_typer(calendars_commands.app, name="calendars", rich_help_panel=_ALL)
app.add_typer(payments_commands.app, name="payments", rich_help_panel=_ALL)
app.add_typer(recovery_commands.app, name="recovery", rich_help_panel=_ALL)
app.command("renewals", rich_help_panel=_ALL, epilog=_example("renewals --retry"))(renewals)
app.command("report", rich_help_panel=_ALL, epilog=_example("report --month 2031-03 --csv"))(report)
app.command(
    "deadline",
    rich_help_panel=_WITHOUT,
    epilog=_example("deadline --start 2031-03-03T09:00:00+01:00 --business-days 30 --explain"),
)(deadline)
app.add_typer(database_commands.app, name="db", rich_help_panel=_TOOLS)
app.command("simulate", rich_help_panel=_WITHOUT, epilog=_example("simulate examples/nobody-answers.yaml"))(
    simulate
)
app.command("demo", rich_help_panel=_WITHOUT, epilog=_example("demo"))(demo)
app.command("dev", rich_help_panel=_TOOLS, epilog=_example("dev"))(dev)
app.command("links", rich_help_panel=_ALL, epilog=_example("links --seller S1"))(links)
app.command("check", rich_help_panel=_TOOLS, epilog=_example("check --json"))(check)
app.command("schedules", rich_help_panel=_TOOLS, epilog=_example("schedules"))(schedules)
app.command("replay", rich_help_panel=_TOOLS, epilog=_example("replay --json"))(replay)
app.command("doctor", rich_help_panel=_TOOLS, epilog=_example("doctor --json"))(doctor)
app.command("metrics", rich_help_panel=_TOOLS, epilog=_example("metrics --port 9464"))(metrics)
app.command("webhooks", rich_help_panel=_TOOLS, epilog=_example("webhooks --port 8420"))(webhooks)
app.add_typer(encryption_commands.app, name="encryption", rich_help_panel=_TOOLS)
app.command("codec-server", rich_help_panel=_TOOLS, epilog=_example("codec-server --port 8234"))(
    encryption_commands.codec_server
)
app.command("schemas", rich_help_panel=_TOOLS, epilog=_example("schemas schemas"))(schemas)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; whatever happens, no stack trace."""
    try:
        code = app(args=arguments, prog_name="business-care", standalone_mode=False)
    except typer.TyperException as misused:
        return _wrong_usage(misused)
    except SystemExit as end:  # shell completion ends the program by itself
        return end.code if isinstance(end.code, int) else ExitCode.DONE
    except (KeyboardInterrupt, typer.Abort):
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has stopped reading; the rest of it goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except Exception as error:  # noqa: BLE001 -- the outermost edge: a person gets one line
        complain(f"unexpected: {_where(error)}; please report it")
        return ExitCode.FAILED
    return code if isinstance(code, int) else ExitCode.DONE


def _wrong_usage(misused: typer.TyperException) -> int:
    """Say in one line what was wrong, and where help is: not in a box, so that programs can read it."""
    context = getattr(misused, "ctx", None)
    path = context.command_path if context else "business-care"
    # Several lines where choices are listed; and nothing where a command is missing.
    words = " ".join(misused.format_message().replace("Value error, ", "").split()) or "Missing command."
    complain(f"{path}: {words}{_commands_allowed(context)} (more: {path} --help)")
    return ExitCode.WRONG_USAGE


def _commands_allowed(context: typer.Context | None) -> str:
    """The commands of a small group, where none of them was named; all commands are a matter of the help."""
    group = context.command if context is not None and context.parent is not None else None
    if context is None or not isinstance(group, TyperGroup):
        return ""
    return f" Allowed are {', '.join(group.list_commands(context))}."


def _where(error: BaseException) -> str:
    """The kind of a failure that nobody foresaw, and the place in the code; its text may be private (R62)."""
    innermost = error.__traceback__
    while innermost is not None and innermost.tb_next is not None:
        innermost = innermost.tb_next
    if innermost is None:
        return type(error).__name__
    return f"{type(error).__name__} in {innermost.tb_frame.f_globals.get('__name__')}:{innermost.tb_lineno}"
