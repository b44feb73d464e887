"""The harness finds what is planted: every fault still fits the source, and one of them is run here.

`make chaos-controls` runs them all, and a run without a fault beside them.
"""

import dataclasses
from pathlib import Path

import pytest

from tests.chaos.controls import ROOT, Control, run_mutant
from tests.chaos.lives import LIVES
from tests.chaos.mutants import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_fault_changes_the_source_as_it_stands(mutant: Mutant, tmp_path: Path) -> None:
    for edit in mutant.edits:
        copy = tmp_path / edit.file
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text((ROOT / edit.file).read_text(encoding="utf-8"), encoding="utf-8")

    mutant.apply(tmp_path)

    for edit in mutant.edits:
        changed = (tmp_path / edit.file).read_text(encoding="utf-8")
        assert changed != (ROOT / edit.file).read_text(encoding="utf-8")
        compile(changed, edit.file, "exec")


def test_there_are_enough_faults_of_different_names_in_lives_that_exist() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 12
    assert {kind for mutant in MUTANTS for kind in mutant.focus} <= set(LIVES)


def test_a_fault_that_does_not_fit_any_more_is_refused(tmp_path: Path) -> None:
    mutant = MUTANTS[0]
    for edit in mutant.edits:
        (tmp_path / edit.file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / edit.file).write_text("nothing of it\n", encoding="utf-8")

    with pytest.raises(ValueError, match="0 times"):
        mutant.apply(tmp_path)


def test_a_control_is_good_when_its_fault_shows_as_what_it_is() -> None:
    control = Control("fault", frozenset({"refund"}), {"refund": 2, "run": 1}, "", 1.0)

    assert control.is_good
    assert not dataclasses.replace(control, by_kind={"run": 1}).is_good
    assert not dataclasses.replace(control, wanted=frozenset()).is_good
    assert dataclasses.replace(control, wanted=frozenset(), by_kind={}).is_good


@pytest.mark.timeout(900)
def test_a_duplicate_that_is_judged_anew_is_found() -> None:
    (mutant,) = [mutant for mutant in MUTANTS if mutant.name == "duplicate_guard_removed"]

    control = run_mutant(dataclasses.replace(mutant, seconds=3, longest_end=20))

    assert control.is_good, control.line()
