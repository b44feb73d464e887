"""Every sample scenario, played whole, comes to what was worked out by hand from the contract."""

import json
from pathlib import Path

import pytest

from tests.lives.playing import EXAMPLES, played

EXPECTED = Path(__file__).parent / "expected"
NOT_PLAYED = {"records"}
SCENARIOS = sorted({file.stem for file in EXAMPLES.glob("*.yaml")} - NOT_PLAYED)


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_sample_scenario_comes_to_what_the_contract_says(name: str, tmp_path: Path) -> None:
    outcome = await played(EXAMPLES / f"{name}.yaml", tmp_path)

    assert outcome.model_dump(mode="json") == json.loads((EXPECTED / f"{name}.json").read_text("utf-8"))


def test_every_expected_outcome_has_its_scenario() -> None:
    assert {file.stem for file in EXPECTED.glob("*.json")} == set(SCENARIOS)
