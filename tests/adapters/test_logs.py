"""Logs hold ids and codes only (R62), and never stop the worker."""

import asyncio
import json
import logging
import os
import re
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from adapters.embedded_server import dev_server
from adapters.log_writer import LineWriter
from adapters.logs import forwarding_runtime, get_logger, logging_to
from adapters.settings import LogFormat
from adapters.temporal import connect
from business_care.errors import RuleViolation, TemporarilyUnavailable
from tests.adapters.small_workflows import FailsItsTask

ROOT = Path(__file__).parents[2]
SECRET = "my shop's password is swordfish"


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "worker.log"


def lines_of(log_file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log_file.read_text().splitlines()]


def test_an_event_is_a_dotted_fact_with_its_ids(log_file: Path) -> None:
    with logging_to(LogFormat.JSON, file=log_file):
        get_logger("payments").info("refund.requested", request_id="R1", amount=12900, late=False)

    (line,) = lines_of(log_file)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "event": "refund.requested",
        "level": "info",
        "logger": "payments",
        "request_id": "R1",
        "amount": 12900,
        "late": False,
    }


def test_lines_for_a_person_hold_the_same(log_file: Path) -> None:
    with logging_to(LogFormat.CONSOLE, file=log_file):
        get_logger("payments").info("refund.requested", request_id="R1")

    text = log_file.read_text()
    assert "refund.requested" in text
    assert "request_id=R1" in text


def test_a_text_among_the_values_is_not_written(log_file: Path) -> None:
    with logging_to(LogFormat.JSON, file=log_file):
        get_logger("intake").info("request.opened", subject=SECRET)

    assert lines_of(log_file)[0]["subject"] == f"<text of {len(SECRET)} characters>"


def test_code_without_structlog_gives_its_ids_as_extra(log_file: Path) -> None:
    with logging_to(LogFormat.JSON, file=log_file):
        logging.getLogger("activities").info("care.ended", extra={"ids": {"licence_id": "L1", "why": SECRET}})

    (line,) = lines_of(log_file)
    assert line["event"] == "care.ended"
    assert line["licence_id"] == "L1"
    assert SECRET not in log_file.read_text()


def raise_with_words() -> None:
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        raise ApplicationError(SECRET, SECRET, type="invalid_message") from error


def test_a_failure_is_told_by_its_kinds_and_places_without_its_words(log_file: Path) -> None:
    with logging_to(LogFormat.JSON, file=log_file):
        try:
            raise_with_words()
        except ApplicationError:
            logging.getLogger("temporalio.worker").exception("Failed handling activation")
            get_logger("worker").exception("task.failed")

    assert SECRET not in log_file.read_text()
    for line in lines_of(log_file):
        assert line["failure"] == "temporalio.exceptions.ApplicationError(invalid_message) < ValueError"
        assert line["where"][-1].endswith("raise_with_words")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuleViolation("wrong_state", SECRET), "business_care.errors.RuleViolation(wrong_state)"),
        (
            TemporarilyUnavailable("no answer from S1"),
            "business_care.errors.TemporarilyUnavailable(no answer from S1)",
        ),
    ],
    ids=["a rule", "a step"],
)
def test_our_own_errors_keep_what_may_be_shown(log_file: Path, error: Exception, told: str) -> None:
    with logging_to(LogFormat.JSON, file=log_file):
        get_logger("worker").error("task.failed", exc_info=error)

    assert lines_of(log_file)[0]["failure"] == told


async def test_a_task_that_nobody_awaited_is_told_without_its_words(log_file: Path) -> None:
    async def fails() -> None:
        raise ValueError(SECRET)

    with logging_to(LogFormat.JSON, file=log_file):
        task = asyncio.get_running_loop().create_task(fails())
        await asyncio.sleep(0)
        del task

    (line,) = lines_of(log_file)
    assert line["event"] == "Task exception was never retrieved"
    assert SECRET not in json.dumps(line)


def test_only_what_is_important_enough_is_written(log_file: Path) -> None:
    with logging_to(LogFormat.JSON, file=log_file, level="warning"):
        get_logger("worker").info("worker.started")
        logging.getLogger("temporalio").info("polling")
        get_logger("worker").warning("worker.slow")

    assert [line["event"] for line in lines_of(log_file)] == ["worker.slow"]


async def test_a_workflow_task_that_fails_is_told_with_its_ids_and_without_its_words(log_file: Path) -> None:
    async with dev_server() as server:
        with logging_to(LogFormat.JSON, file=log_file):
            client = await connect({"TEMPORAL_ADDRESS": server.target}, runtime=forwarding_runtime())
            async with Worker(client, task_queue="words", workflows=[FailsItsTask]):
                await client.start_workflow("FailsItsTask", SECRET, id="fails-1", task_queue="words")
                await asyncio.sleep(2)

    lines = lines_of(log_file)
    assert not any(SECRET in json.dumps(line) for line in lines)
    from_python = next(line for line in lines if line["logger"].startswith("temporalio.worker"))
    assert from_python["failure"] == "RuntimeError"
    from_core = next(line for line in lines if line["logger"] == "temporalio.core")
    assert from_core["event"] == "Failing workflow task"
    assert from_core["run_id"]


def test_a_full_queue_drops_lines_and_tells_how_many() -> None:
    reading, writing = os.pipe()
    writer = LineWriter(queue_lines=10)
    writer._descriptor = writing
    writer.setFormatter(logging.Formatter("%(message)s %(ids)s", defaults={"ids": ""}))
    record = logging.LogRecord("a", logging.INFO, "", 0, "x" * 1000, None, None)

    started = time.monotonic()
    for _ in range(500):
        writer.handle(record)
    lasted = time.monotonic() - started

    assert lasted < 1
    received, told = "", 0
    while received.count("x" * 1000) + told < 500:
        received += os.read(reading, 65536).decode()
        told = sum(int(lines) for lines in re.findall(r"'lines': (\d+)", received))
    assert told > 0
    writer.close()
    os.close(reading)
    os.close(writing)


def test_a_process_whose_output_nobody_reads_goes_on_and_ends() -> None:
    program = """
        import sys
        from adapters.logs import get_logger, logging_to
        from adapters.settings import LogFormat

        with logging_to(LogFormat.JSON):
            log = get_logger("worker")
            for number in range(30_000):
                log.info("work.done", number=number)
            print("all done", flush=True)
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,  # and never read
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None

        assert process.stdout.readline() == "all done\n"
        assert process.wait(timeout=20) == 0


def test_a_librarys_details_are_not_written_however_low_the_level(log_file: Path) -> None:
    with logging_to(LogFormat.JSON, file=log_file, level="debug"):
        logging.getLogger("aiosqlite").debug("executing %s", SECRET)
        get_logger("payments").debug("refund.looked_up", request_id="R1")

    (line,) = lines_of(log_file)
    assert line["event"] == "refund.looked_up"
