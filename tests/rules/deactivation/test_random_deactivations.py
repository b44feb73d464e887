"""Thousands of random deactivations, judged by the rules and by the model written from the contract."""

from collections import Counter
from random import Random

from business_care.deactivation.commands import DEACTIVATION_COMMANDS
from business_care.deactivation.words import DeactivationOutcome
from tests.rules.deactivation.random_lives import Play

LIVES = 4_000
CODES = (
    *("invalid_message", "role_not_allowed", "not_your_product", "duplicate", "command_id_reused"),
    *("occurred_at_out_of_range", "deactivation_ended", "already_deactivated", "wrong_state"),
    *("nothing_to_revoke", "imposed_by_operator", "reason_required", "until_out_of_range", "unknown_product"),
)
RACES = (
    *("reactivate while sales were under way", "reactivate while bundles were under way"),
    *("make_permanent while sales were under way", "make_permanent while bundles were under way"),
    *("impose while sales were under way", "impose while bundles were under way"),
)


def test_the_rules_and_the_model_agree_on_every_life() -> None:
    seen = Counter[str]()

    for life in range(LIVES):
        Play(Random(life), seen).run()  # noqa: S311 -- chance that can be repeated is what is wanted

    accepted = {f"{name} accepted" for name in DEACTIVATION_COMMANDS}
    outcomes = {f"ended {outcome}" for outcome in DeactivationOutcome}
    never_seen = (accepted | outcomes | {*CODES, *RACES}) - set(seen)
    assert not never_seen, "lives that never come by these say nothing about them"
