"""How commands end, and what a person sees while waiting."""

import asyncio
from io import StringIO

import pytest

from business_care.errors import RuleViolation, StepFailed, TemporarilyUnavailable
from console import progress
from console.ending import WrongUsage, perform
from console.progress import shown_while
from tests.console.conftest import Typed


class Terminal(StringIO):
    """A standard error output that a person looks at."""

    def isatty(self) -> bool:
        return True


def a_person_looks(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Called within a test: pytest puts its own stream back after a fixture."""
    monkeypatch.setattr(progress, "QUICK_SECONDS", 0.1)
    monkeypatch.setenv("TERM", "xterm")
    seen = Terminal()
    monkeypatch.setattr("sys.stderr", seen)
    return seen


async def work(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return "done"


async def test_a_person_who_waits_is_told_what_for(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_person_looks(monkeypatch)

    result = await shown_while("asking R1", work(0.3))

    assert result == "done"
    assert "asking R1 ..." in terminal.getvalue()


async def test_what_is_quick_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_person_looks(monkeypatch)

    assert await shown_while("asking R1", work(0)) == "done"
    assert terminal.getvalue() == ""


async def test_a_program_that_waits_is_shown_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "QUICK_SECONDS", 0.01)

    assert await shown_while("asking R1", work(0.1)) == "done"
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (RuleViolation("wrong_state", "not now"), 1, "wrong_state: not now"),
        (RuleViolation("invalid_message", "by: unreadable"), 2, "invalid_message: by: unreadable"),
        (WrongUsage("no such file"), 2, "no such file"),
        (TemporarilyUnavailable("no records"), 3, "no records"),
        (StepFailed("refused"), 3, "refused"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_each_kind_of_failure_has_its_exit_code(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int, said: str
) -> None:
    async def fail() -> None:
        raise error

    monkeypatch.setattr("console.reading_commands._journal", lambda _request_id: fail())

    ended = typed("journal", "R1")

    assert (ended.code, ended.out, ended.err) == (code, "", f"{said}\n")


def test_a_failure_that_nobody_foresaw_is_one_line_without_what_people_wrote(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> None:
        raise KeyError("the private words of a customer")

    monkeypatch.setattr("console.reading_commands._journal", lambda _request_id: fail())

    ended = typed("journal", "R1")

    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith("unexpected: KeyError in tests.console.test_ending:")
    assert "private" not in ended.err


def test_what_was_performed_is_handed_back() -> None:
    assert perform("working", lambda: work(0)) == "done"
