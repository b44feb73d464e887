"""The command line `business-care`: which commands there are. Each is imported when it is called."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from console.ending import ExitCode, complain
from console.overview import FOUND, SENTENCES

if TYPE_CHECKING:
    from typer._click import Command, Context  # typer exports neither under a name of its own

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


class OnDemand(TyperGroup):
    """Lists what the overview says, and imports the one command that is called."""

    def resolve_command(
        self, ctx: "Context", args: list[str]
    ) -> "tuple[str | None, Command | None, list[str]]":
        """The command that was typed, in place of its line in the overview."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed and command_named(name or ""), rest


def command_named(name: str) -> "Command":
    """The command that is called so: one that the overview says where to find, or that of a message."""
    if name not in FOUND:
        from console.messages import message_app

        return typer.main.get_command(message_app(name))
    module, _, attribute = FOUND[name].place.partition(":")
    found = getattr(import_module(f"console.{module}"), attribute)
    if isinstance(found, typer.Typer):
        return typer.main.get_group(found)
    alone = typer.Typer(rich_markup_mode="rich", add_completion=False)
    alone.command(name, epilog=f"Example: business-care {FOUND[name].example}")(found)
    return typer.main.get_command(alone)


app = typer.Typer(
    name="business-care",
    cls=OnDemand,
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


def _listed() -> None:
    """Stand for a command in the overview."""


for _panel, _sentences in SENTENCES.items():
    for _name, _sentence in _sentences.items():
        app.command(_name, help=_sentence, rich_help_panel=_panel)(_listed)
        if (_spelled := _name.replace("-", "_")) != _name:
            app.command(_spelled, help=_sentence, hidden=True)(_listed)


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
