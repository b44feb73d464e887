"""The command line as a person uses it: words in, exit code and two streams out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from console.app import main


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Typed = Callable[..., Ended]


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Typed:
    """Type a command, in an empty folder and on a machine without a Temporal server."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("COLUMNS", "200")
    capsys.readouterr()

    def run(*words: str) -> Ended:
        code = main(words)
        written = capsys.readouterr()
        return Ended(code, written.out, written.err)

    return run
