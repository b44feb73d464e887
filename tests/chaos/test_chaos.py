"""No promise is broken while workers, server and callers are killed: the short form of `make chaos`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEED = 20_311


@pytest.mark.timeout(1800)
def test_no_promise_is_broken_while_everything_is_killed_again_and_again(tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    form = ("--seconds", "30", "--lives", "28", "--pause", "0.5", "1.6", "--at-least", "15")
    run = (sys.executable, "-m", "tests.chaos", "--seed", str(SEED), "--replays", "production", *form)

    done = subprocess.run((*run, "--json", str(told)), cwd=ROOT, capture_output=True, text=True, check=False)

    figures = json.loads(told.read_text(encoding="utf-8"))
    assert figures["violations"] == [], done.stdout
    assert figures["kills"]["total"] >= 15
    assert figures["operations"]["unknown"] == 0
    assert figures["replays"] == figures["histories"]
    assert done.returncode == 0, done.stderr
