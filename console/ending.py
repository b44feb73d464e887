"""How a command ends: its exit code, and one line on the standard error output that says why."""

import sys
from collections.abc import Callable, Coroutine
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

from business_care.errors import ErrorCode, RuleViolation, StepFailed
from console.harmless import harmless

if TYPE_CHECKING:
    from gateway.telling import RequestsTold

Result = TypeVar("Result")


class ExitCode(IntEnum):
    """What programs read from a command that has ended."""

    DONE = 0
    REFUSED = 1
    """A rule says no: `code: message` on the standard error output."""
    WRONG_USAGE = 2
    FAILED = 3
    """It could not be done: no server, no records, no answer. Trying again may help."""
    INTERRUPTED = 130


class WrongUsage(Exception):
    """What was given can't be used: the message says what, and what is allowed."""


def perform(doing: str, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Do what takes a while, showing `doing` to a person who waits; failures end the command in one line."""
    from console.progress import shown_while

    return undertake(lambda: shown_while(doing, work()))


def undertake(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Do what shows by itself how far it is; failures end the command like those of `perform`."""
    import asyncio

    try:
        return asyncio.run(work())
    except (RuleViolation, StepFailed, WrongUsage) as error:
        end_with(error)


def end_with(error: RuleViolation | StepFailed | WrongUsage) -> NoReturn:
    """End the command as the error deserves."""
    match error:
        case RuleViolation(code=code, message=message):
            complain(f"{code}: {message}")
            unreadable = code == ErrorCode.INVALID_MESSAGE
            raise typer.Exit(ExitCode.WRONG_USAGE if unreadable else ExitCode.REFUSED) from error
        case WrongUsage():
            complain(*str(error).split("\n"))
            raise typer.Exit(ExitCode.WRONG_USAGE) from error
        case _:
            named = getattr(error, "code", None)
            complain(f"{named}: {error}" if named else str(error))
            raise typer.Exit(ExitCode.FAILED) from error


def end_if_not_told(requests: "RequestsTold") -> None:
    """Name every request that could not be told, and end the command as failed if there is one."""
    for failure in requests.not_told:
        complain(f"{failure.request_id} was not told ({failure.code}): {failure.message}")
    if requests.not_told:
        raise typer.Exit(ExitCode.FAILED)


def complain(*lines: str) -> None:
    """Write to the standard error output: answers on the standard output stay readable to programs.

    A line stays one line, whatever was typed into it.
    """
    for line in lines:
        sys.stderr.write(harmless(line.rstrip()) + "\n")
    sys.stderr.flush()
