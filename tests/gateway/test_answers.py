"""What a real server hands out is what the schemas and the samples of answers promise (R60)."""

import json

import pytest

from tests.console.valid import ANSWER_SAMPLES, ANSWERS, complaints
from tests.gateway.answering import Answers, Document
from tests.gateway.marketplace import Marketplace

MADE_ELSEWHERE = {"comparison", "other_deadline", "reconciliation", "open_renewal", "key_standing"}
"""What `business-care` makes of the records, the settings, or all that a server runs."""


@pytest.fixture(scope="module")
async def answers(market: Marketplace) -> dict[str, Document]:
    given = Answers(market)
    await given.about_a_request()
    await given.about_a_product()
    await given.about_a_recovery()
    await given.about_all()
    return given.given


@pytest.mark.parametrize("name", sorted(ANSWERS - MADE_ELSEWHERE))
async def test_an_answer_from_a_real_server_is_what_its_schema_says(
    answers: dict[str, Document], name: str
) -> None:
    answer = answers[name]

    assert complaints(f"answers/{name}", answer) == []


@pytest.mark.parametrize("name", sorted(ANSWERS - MADE_ELSEWHERE - {"refusal"}))
async def test_the_sample_of_an_answer_has_the_fields_that_a_real_one_has(
    answers: dict[str, Document], name: str
) -> None:
    sample = json.loads((ANSWER_SAMPLES / f"{name}.json").read_text(encoding="utf-8"))

    assert set(sample) == set(answers[name])
