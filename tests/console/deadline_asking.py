"""Asking `business-care deadline`, by options and by lines."""

import json

import typer
from typer.testing import CliRunner, Result

from console.deadline import deadline

QUESTION: dict[str, object] = {
    "id": "q1",
    "country": "FR",
    "subdivision": None,
    "timezone": "Europe/Paris",
    "start": "2031-03-07T18:00:00+01:00",
    "business_days": 1,
    "closures": [],
}

app = typer.Typer()
app.command()(deadline)


def run(*options: str, lines: bytes = b"") -> Result:
    return CliRunner().invoke(app, list(options), input=lines, catch_exceptions=False)


def answers(lines: bytes) -> list[dict[str, object]]:
    result = run(lines=lines)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def line(**changes: object) -> bytes:
    return json.dumps({**QUESTION, **changes}).encode() + b"\n"


def without(field: str) -> bytes:
    return json.dumps({k: v for k, v in QUESTION.items() if k != field}).encode() + b"\n"
