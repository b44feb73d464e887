"""The cascade of renewals: counted, walked in rounds, over or left to the operator (R51, R55, R56)."""

from datetime import timedelta

import pytest

from business_care.deactivation.commands import RetryFailed
from business_care.deactivation.moves import (
    failed_freed,
    renewals_counted,
    renewals_done,
    renewals_moved,
    round_begun,
)
from business_care.deactivation.presenting import progress
from business_care.deactivation.renewals import (
    CascadeProgress,
    CascadeTotals,
    RenewalSurvey,
    next_slice_end,
    progress_of,
)
from tests.rules.deactivation.builders import NOON, PERMANENT, a_survey, totals
from tests.rules.deactivation.lives import off

NOW = "03-05 10:00"


def counted(
    survey: RenewalSurvey | None = None,
    came_to: CascadeTotals | None = None,
    *,
    per_second: float | None = None,
    is_over: bool = False,
) -> CascadeProgress:
    return progress_of(survey, came_to or totals(), per_second=per_second, as_of=NOON, is_over=is_over)


class TestProgress:
    @pytest.mark.parametrize(
        ("survey", "came_to", "shown"),
        [
            pytest.param(None, totals(), (0, 0, 0), id="nothing counted yet"),
            pytest.param(a_survey(0), totals(), (0, 0, 0), id="nothing to do"),
            pytest.param(a_survey(100), totals(), (100, 0, 100), id="nothing done"),
            pytest.param(a_survey(100), totals(cancelled=30), (100, 30, 70), id="on the way"),
            pytest.param(
                a_survey(100), totals(cancelled=30, failed=2, in_flight=3), (100, 30, 65), id="with troubles"
            ),
            pytest.param(
                a_survey(100), totals(cancelled=98, by_hand=4), (100, 98, 2), id="by hand is cancelled too"
            ),
            pytest.param(a_survey(100), totals(cancelled=103), (103, 103, 0), id="purchases on the way"),
        ],
    )
    def test_is_what_is_done_of_what_there_was_and_came_on_the_way(
        self, survey: RenewalSurvey | None, came_to: CascadeTotals, shown: tuple[int, int, int]
    ) -> None:
        told = counted(survey, came_to)

        assert (told.total, told.done, told.left) == shown
        assert told.done + told.failed + told.in_flight + told.left == told.total

    def test_leaves_nothing_when_it_is_over_even_if_customers_opted_out_on_the_way(self) -> None:
        told = counted(a_survey(100), totals(cancelled=97, failed=1), per_second=50.0, is_over=True)

        assert (told.total, told.left, told.estimated_end_at) == (98, 0, None)
        assert told.is_over

    def test_tells_the_troubles_and_who_had_opted_out(self) -> None:
        told = counted(a_survey(100, opted_out=7), totals(cancelled=5, failed=2, in_flight=3, by_hand=1))

        assert (told.failed, told.in_flight, told.by_hand, told.opted_out) == (2, 3, 1, 7)

    @pytest.mark.parametrize(
        ("per_second", "seconds"),
        [
            pytest.param(7.0, 10, id="seven a second"),
            pytest.param(0.5, 140, id="one in two seconds"),
            pytest.param(70 / (10 * 365 * 86_400), 10 * 365 * 86_400, id="the longest that is told"),
        ],
    )
    def test_estimates_the_end_by_the_last_rate(self, per_second: float, seconds: int) -> None:
        told = counted(a_survey(100), totals(cancelled=30), per_second=per_second)

        assert told.estimated_end_at == NOON + timedelta(seconds=seconds)
        assert told.per_second == per_second

    @pytest.mark.parametrize(
        ("came_to", "per_second"),
        [
            pytest.param(totals(cancelled=30), None, id="no rate yet"),
            pytest.param(totals(cancelled=30), 0.0, id="standing still"),
            pytest.param(totals(cancelled=30), 1e-12, id="beyond every calendar"),
            pytest.param(totals(cancelled=30), 5e-324, id="beyond every number"),
            pytest.param(totals(cancelled=100), 7.0, id="nothing left"),
        ],
    )
    def test_estimates_no_end_where_none_can_be_told(
        self, came_to: CascadeTotals, per_second: float | None
    ) -> None:
        assert counted(a_survey(100), came_to, per_second=per_second).estimated_end_at is None

    def test_estimates_no_end_where_the_instant_of_the_counts_is_unknown(self) -> None:
        told = progress_of(a_survey(100), totals(), per_second=7.0, as_of=None, is_over=False)

        assert (told.left, told.estimated_end_at) == (100, None)


class TestACascade:
    def test_that_has_nothing_left_ends_the_deactivation(self) -> None:
        life = off(kind=PERMANENT).renewals_came_to(totals(cancelled=100))

        assert life.happened == ["renewals_counted", "renewals_cancelled", "ended"]
        assert life.events[-3].detail == {"automatic": "100", "opted_out": "7"}
        assert life.events[-2].detail == {"cancelled": "100"}
        assert (life.state.phase, life.state.outcome) == ("ended", "retired")

    def test_says_what_is_left_to_be_given_back_by_hand(self) -> None:
        life = off(kind=PERMANENT).renewals_came_to(totals(cancelled=100, by_hand=2))

        assert life.events[-2].detail == {"cancelled": "100", "by_hand": "2"}
        assert life.state.outcome == "retired"

    def test_with_failures_waits_for_the_operator(self) -> None:
        life = off(kind=PERMANENT).renewals_came_to(totals(cancelled=98, failed=2))

        assert life.happened == ["renewals_counted", "renewals_failed"]
        assert life.events[-1].detail == {"cancelled": "98", "failed": "2"}
        assert (life.state.phase, life.state.outcome) == ("renewals_failed", None)
        assert [failed.licence_id for failed in life.state.cascade.totals.listed] == ["L1", "L2"]
        assert progress(life.state).is_over

    def test_that_is_retried_frees_what_failed_and_ends_when_it_succeeds(self) -> None:
        life = off(kind=PERMANENT).renewals_came_to(totals(cancelled=98, failed=2)).sent(RetryFailed, NOW)

        life.take(failed_freed(life.state, totals(cancelled=98), life.now))
        freed = progress(life.state)
        life.take(round_begun(life.state, life.now))
        life.take(renewals_moved(life.state, totals(cancelled=100), None, life.now))
        life.take(renewals_done(life.state, life.now))

        assert not life.state.cascade.retry_wanted
        assert (freed.left, freed.failed, freed.is_over) == (2, 0, False)
        assert (life.state.outcome, life.state.cascade.round) == ("retired", 2)

    def test_keeps_the_last_rate_that_could_be_measured(self) -> None:
        life = off(kind=PERMANENT)
        life.take(renewals_counted(life.state, a_survey(100), life.now))

        life.take(renewals_moved(life.state, totals(cancelled=10), 50.0, life.now))
        life.take(renewals_moved(life.state, totals(cancelled=11), None, life.now))

        assert progress(life.state).per_second == 50.0
        assert progress(life.state).estimated_end_at == life.now + timedelta(seconds=89 / 50)
        assert progress(life.state).as_of == life.now


@pytest.mark.parametrize(
    ("seen", "end"),
    [(0, 1_000), (999, 1_000), (1_000, 10_000), (10_000, 100_000), (100_000, 1_000_000)],
)
def test_each_slice_of_a_walk_ends_ten_times_as_far_as_the_last(seen: int, end: int) -> None:
    assert next_slice_end(seen) == end


def test_a_million_renewals_are_walked_in_four_slices() -> None:
    slices, seen = 0, 0

    while seen < 1_000_000:
        seen = next_slice_end(seen)
        slices += 1

    assert slices == 4


def test_a_charge_that_is_still_to_be_given_back_keeps_the_cascade_open_and_counts_once() -> None:
    came_to = totals(cancelled=3, in_flight=1, giving_back=2)

    seen = progress_of(a_survey(4), came_to, per_second=None, as_of=None, is_over=False)

    assert came_to.open_charges == 3
    assert (seen.total, seen.done, seen.left, seen.in_flight, seen.giving_back) == (4, 3, 0, 1, 2)
