"""The renewals of a product's customers, cancelled page by page: what is asked, and how far it is."""

from datetime import datetime, timedelta

from business_care.values import Identifier, Instant, Value

FIRST_SLICE = 1_000
SLICE_GROWTH = 10
"""Each slice of a walk ends ten times as far as the one before it: a million are walked in four."""

LONGEST_ESTIMATE_SECONDS = 10 * 365 * 86_400


class WalkRange(Value):
    """A part of the licences of a product: those behind `after`, up to and including `upto`, by id."""

    after: Identifier | None = None
    upto: Identifier | None = None


class RenewalSurvey(Value):
    """What a cascade will have to do, and the ranges that are walked side by side."""

    automatic: int
    """Renewals that are still to be cancelled."""
    opted_out: int
    """Customers who had opted out themselves: nothing is done, and nobody is told (R56)."""
    ranges: tuple[WalkRange, ...]


class WalkId(Value):
    """One walk: which round, and which of its ranges."""

    round: int
    number: int


class CascadeOrder(Value):
    """Whose renewals are cancelled, by which deactivation, as of when."""

    deactivation_id: Identifier
    product_id: Identifier
    seller_id: Identifier
    effective_at: Instant
    """When the permanent deactivation took effect: no period that starts later may be paid for (R56)."""
    at: Instant
    """When this step is taken, in the life of the deactivation."""


class WalkOrder(Value):
    """Walk on, until as many renewals as `until_seen` have been looked at in this walk, or it is finished."""

    cascade: CascadeOrder
    walk: WalkId
    range: WalkRange
    until_seen: int


class FailedRenewal(Value):
    """A renewal that could not be cancelled, or whose charge could not be given back; `code` says why."""

    licence_id: Identifier
    code: str
    can_be_retried: bool
    """False where the renewal is cancelled, and only its charge is left to be given back by hand."""


class CascadeTotals(Value):
    """How the renewals stand in the records, all walks and attempts together."""

    cancelled: int = 0
    failed: int = 0
    """Those that can be tried again."""
    in_flight: int = 0
    """Those with a charge whose outcome is not known yet (R56)."""
    giving_back: int = 0
    """Cancelled ones whose charge is still to be given back by the payment provider (R56)."""
    by_hand: int = 0
    """Cancelled ones whose charge is left to the operator to give back."""
    listed: tuple[FailedRenewal, ...] = ()
    """The first of those that failed or are left to the operator; the records have all."""

    @property
    def open_charges(self) -> int:
        """Charges that somebody outside still has to tell of, or to give back."""
        return self.in_flight + self.giving_back


class WalkStanding(Value):
    """How far one walk is, all its slices and attempts together."""

    seen: int = 0
    finished: bool = False
    per_second: float | None = None
    """Renewals looked at in a second of this slice; null where it was too short to be measured."""
    totals: CascadeTotals


class CascadeProgress(Value):
    """How far the renewals are: query `progress`. Counts of renewals; `as_of` is when they were taken."""

    total: int = 0
    done: int = 0
    left: int = 0
    failed: int = 0
    in_flight: int = 0
    giving_back: int = 0
    by_hand: int = 0
    opted_out: int = 0
    per_second: float | None = None
    estimated_end_at: Instant | None = None
    as_of: Instant | None = None
    is_over: bool = False


def progress_of(
    survey: RenewalSurvey | None,
    totals: CascadeTotals,
    *,
    per_second: float | None,
    as_of: datetime | None,
    is_over: bool,
) -> CascadeProgress:
    """The progress that these counts make; purchases found on the way raise the total."""
    expected = survey.automatic if survey else 0
    known = totals.cancelled + totals.failed + totals.in_flight
    total = known if is_over else max(expected, known)
    left = total - known
    return CascadeProgress(
        total=total,
        done=totals.cancelled,
        left=left,
        failed=totals.failed,
        in_flight=totals.in_flight,
        giving_back=totals.giving_back,
        by_hand=totals.by_hand,
        opted_out=survey.opted_out if survey else 0,
        per_second=per_second,
        estimated_end_at=_estimated_end(left, per_second, as_of),
        as_of=as_of,
        is_over=is_over,
    )


def _estimated_end(left: int, per_second: float | None, as_of: datetime | None) -> datetime | None:
    if as_of is None or not per_second or not left:
        return None
    seconds = left / per_second
    # An instant that no calendar holds is none; and nobody plans by one that lies decades ahead.
    return as_of + timedelta(seconds=seconds) if seconds <= LONGEST_ESTIMATE_SECONDS else None


def next_slice_end(seen: int) -> int:
    """How many renewals a walk has looked at when its next slice ends."""
    end = FIRST_SLICE
    while end <= seen:
        end *= SLICE_GROWTH
    return end
