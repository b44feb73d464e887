"""Random lives, judged by the rules and by the model written from the contract.

Twenty thousand in every full test run, a hundred thousand with `make random-lives`.
"""

import os
from collections import Counter
from random import Random

import pytest

from business_care.commands import COMMANDS
from tests.rules.random_lives import Play

SHARDS = 4
LIVES = int(os.environ.get("BUSINESS_CARE_TEST_LIVES", "5000"))
CODES = (
    *("role_not_allowed", "not_your_request", "duplicate", "command_id_reused", "occurred_at_out_of_range"),
    *("request_closed", "refund_under_way", "wrong_state", "deadline_passed", "automatic_reply"),
    *("not_a_reply", "empty_message", "reference_required", "reason_required", "explanation_required"),
    *("evidence_required", "new_evidence_required", "ground_unusable", "ground_contradicted"),
    *("update_not_offered", "currency_mismatch", "amount_out_of_range", "paid_at_out_of_range"),
    *("due_out_of_range", "unknown_closure"),
)
OUTCOMES = (
    *("closed None resolved", "closed None settled", "closed None refused", "closed None withdrawn"),
    *("closed None closed_by_operator", "closed due withdrawn", "closed held withdrawn"),
    *("closed succeeded refunded", "closed charged_back refunded", "closed nothing_to_pay refunded"),
)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("shard", range(SHARDS))
def test_the_rules_and_the_model_agree_on_every_life(shard: int) -> None:
    seen = Counter[str]()

    for life in range(shard * LIVES, (shard + 1) * LIVES):
        Play(Random(life), seen).run()  # noqa: S311 -- chance that can be repeated is what is wanted

    accepted = {f"{name} accepted" for name in COMMANDS}
    never_seen = (accepted | {*CODES, *OUTCOMES}) - set(seen)
    assert not never_seen, "lives that never come by these say nothing about them"
