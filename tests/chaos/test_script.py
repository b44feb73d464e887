"""A script follows from its seed, and holds every kind of life."""

import pytest

from adapters.records.seed_file import read_records
from tests.chaos.lives import LIVES
from tests.chaos.script import records_of, written


def test_the_same_seed_writes_the_same_script() -> None:
    assert written(7, 60, 60.0) == written(7, 60, 60.0)
    assert written(7, 60, 60.0) != written(8, 60, 60.0)


def test_each_kind_of_life_occurs_before_any_comes_again() -> None:
    lives = written(3, len(LIVES), 30.0).lives

    assert sorted(life["tells"] for life in lives) == sorted(LIVES)


def test_a_focus_leaves_all_other_lives_out() -> None:
    lives = written(3, 5, 30.0, focus=("withdrawn", "deadline_missed")).lives

    assert {life["tells"] for life in lives} == {"withdrawn", "deadline_missed"}


def test_a_life_that_nobody_leads_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no life called immortal"):
        written(3, 5, 30.0, focus=("immortal",))


def test_the_records_that_a_script_needs_can_be_loaded() -> None:
    script = written(3, 2 * len(LIVES), 30.0)

    records = read_records(records_of(script))

    assert len(records.licences) == sum(len(life["licences"]) for life in script.lives)
