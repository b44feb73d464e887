"""`business-care metrics`: a program of its own that answers Prometheus until it is told to stop."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from adapters.records.migrations.run import upgrade

PROGRAM = (sys.executable, "-m", "starter", "metrics", "--port", "0")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    asyncio.run(upgrade(url))
    return {**os.environ, "BUSINESS_CARE_DATABASE_URL": url}


def test_it_answers_until_it_is_interrupted(environment: dict[str, str]) -> None:
    with subprocess.Popen(PROGRAM, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        told = program.stdout.readline()
        address = re.findall(r"http://127\.0\.0\.1:\d+/metrics", told)[0]
        with urllib.request.urlopen(address) as answer:  # noqa: S310 -- our own program
            text = answer.read().decode()
        program.send_signal(signal.SIGINT)
        code = program.wait(10)

    assert "business_care_requests_opened_total 0.0" in text
    assert code == 0


def test_a_port_that_is_taken_ends_it_in_one_line(environment: dict[str, str]) -> None:
    with subprocess.Popen(PROGRAM, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        port = re.findall(r":(\d+)/metrics", program.stdout.readline())[0]
        second = subprocess.run(
            [*PROGRAM[:-1], port], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        program.terminate()

    assert second.returncode == 3
    (line,) = second.stderr.splitlines()
    assert f"nothing can listen at 127.0.0.1:{port}" in line
