"""`business-care deadline`: every known answer, and questions put by options."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.console.deadline_asking import answers, line, run

VECTORS = Path(__file__).parent.parent / "vectors"
ONE_PROCESS = [
    sys.executable,
    "-c",
    "import typer; from console.deadline import deadline; typer.run(deadline)",
]


def vectors(name: str) -> list[dict[str, object]]:
    return [json.loads(row) for row in (VECTORS / name).read_text("utf-8").splitlines()]


def expected(vector: dict[str, object]) -> dict[str, object]:
    return {field: vector[field] for field in ("id", "last_day", "due")}


def asked(vector: dict[str, object]) -> bytes:
    question = {k: v for k, v in vector.items() if k not in {"last_day", "due", "error", "note"}}
    return json.dumps(question).encode() + b"\n"


def test_every_known_deadline_is_answered_exactly() -> None:
    known = vectors("deadlines.jsonl")

    answered = answers(b"".join(asked(vector) for vector in known))

    assert answered == [expected(vector) for vector in known]


@pytest.mark.parametrize(
    "vector", vectors("errors.jsonl"), ids=lambda vector: f"{vector['id']}-{vector['error']}"
)
def test_every_known_fault_is_answered_with_its_code(vector: dict[str, object]) -> None:
    (answer,) = answers(asked(vector))

    assert answer["id"] == vector["id"]
    assert answer["error"]["code"] == vector["error"]  # type: ignore[index]


def test_a_thousand_questions_take_one_process_some_seconds_at_most() -> None:
    known = (vectors("deadlines.jsonl") * 2)[:1000]
    lines = b"".join(asked(vector) for vector in known)

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answered = subprocess.run(ONE_PROCESS, input=lines, capture_output=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert [json.loads(row) for row in answered.splitlines()] == [expected(vector) for vector in known]
    # Processor time, of which a quiet machine takes one second and a busy one has been seen to take four.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 6


def test_a_question_needs_neither_a_server_nor_its_library() -> None:
    script = (
        "import sys, typer; from console.deadline import deadline\n"
        "try: typer.run(deadline)\n"
        "finally: sys.stderr.write(str('temporalio' in sys.modules))"
    )

    ran = subprocess.run([sys.executable, "-c", script], input=line(), capture_output=True, check=True)

    assert ran.stderr == b"False"
    assert json.loads(ran.stdout)["last_day"] == "2031-03-10"


START = ("--start", "2031-03-07T18:00:00+01:00")


@pytest.mark.parametrize(
    ("options", "exit_code", "said"),
    [
        pytest.param(
            [*START, "--business-days", "1"], 0, "Monday 10 March 2031", id="the marketplace's calendar"
        ),
        pytest.param(
            [*START, "--business-days", "1", "--country", "GB", "--timezone", "Europe/London"],
            1,
            "subdivision_required",
            id="refused by a rule",
        ),
        pytest.param([*START, "--business-days", "0"], 1, "bad_business_days", id="no day to count"),
        pytest.param(
            [*START, "--business-days", "1", "--closure", "2031-03-12..2031-03-10"],
            1,
            "bad_closure",
            id="closure",
        ),
        pytest.param(
            [*START, "--business-days", "1", "--closure", "today"], 2, "START..END", id="no closure"
        ),
        pytest.param([*START], 2, "--business-days", id="half a question"),
        pytest.param([*START, "--business-days", "1", "--country", "ES"], 2, "--timezone", id="no zone"),
        pytest.param(["--start", "soon", "--business-days", "1"], 2, "invalid_message", id="no instant"),
        pytest.param(["--color", "red"], 2, "--color", id="an unknown option"),
    ],
)
def test_one_question_is_answered_or_refused_by_its_exit_code(
    options: list[str], exit_code: int, said: str
) -> None:
    result = run(*options)

    assert result.exit_code == exit_code
    assert said in (result.stderr if exit_code else result.stdout)


def test_an_answer_as_json_explains_its_days_on_request() -> None:
    result = run(*START, "--business-days", "1", "--closure", "2031-03-10..2031-03-10@2031-03-01T09:00:00Z",
                 "--json", "--explain")  # fmt: skip

    answer = json.loads(result.stdout)
    assert (answer["last_day"], answer["due"], answer["provisional"]) == (
        "2031-03-11",
        "2031-03-12T00:00:00+01:00",
        False,
    )
    assert [day["kind"] for day in answer["days"]] == [
        "request_day",
        "weekend",
        "weekend",
        "closure",
        "counted",
    ]


def test_a_provisional_answer_says_so() -> None:
    result = run(*START, "--business-days", "1", "--country", "CN", "--timezone", "Asia/Shanghai")

    assert "Provisional" in result.stdout


def test_an_explanation_draws_the_months_and_names_what_was_left_out() -> None:
    result = run("--start", "2031-12-20T10:00:00+01:00", "--business-days", "10", "--closure",
                 "2031-12-29..2031-12-31", "--explain")  # fmt: skip

    drawn = [text.rstrip() for text in result.stdout.splitlines()]
    assert "December 2031" in drawn
    assert " 22   1  23   2  24   3  25 hol  26   4  27   -  28   -" in drawn
    assert " 29 cls  30 cls  31 cls" in drawn
    assert "2031-12-25  public holiday: Christmas Day" in drawn
    assert "2031-12-29  closure" in drawn
    assert any("=10" in text for text in drawn)
