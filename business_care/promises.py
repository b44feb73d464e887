"""How a seller kept the two promises in a month: counts, times, and money given back."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from pydantic import Field

from business_care.commands import RefusalGround
from business_care.refund import Money
from business_care.state import AcknowledgementStatus, Outcome
from business_care.values import Currency, Identifier, Value

HOUR, DAY = 3600, 24 * 3600
PERCENTILE = 95
KEPT = frozenset({Outcome.RESOLVED, Outcome.SETTLED})
"""The outcomes with which the second promise is kept (R21, R23)."""


class CountedRequest(Value):
    """What is counted of one request: the month of its opening, and whole seconds from then on."""

    month: str
    seller_id: Identifier | None = None
    outcome: Outcome | None = None
    acknowledgement: AcknowledgementStatus
    acknowledged_after: int | None = None
    resolution_missed: bool = False
    closed_after: int | None = None
    ground: str | None = None
    paid_back: Money | None = None


class Spread(Value):
    """The middle and the slow end of some durations, null where there are none.

    `p95` is the smallest duration that 95 of 100 do not exceed.
    """

    median: float | None = None
    p95: float | None = None


class PromisesKept(Value):
    """One seller's requests of one month.

    Every request that was entitled is one of `opened`, and counts in the month in which it was opened,
    whenever it was answered or closed. Money is in minor units; what came back to the provider is taken off.
    """

    month: str
    seller_id: Identifier | None = None
    opened: int = 0
    not_entitled: int = 0
    """Ended at once, on no one's account (R15); not among `opened`."""
    acknowledged_in_time: int = 0
    acknowledged_late: int = 0
    acknowledgement_missed: int = 0
    """The first deadline passed, and nobody has acted since."""
    resolved_in_time: int = 0
    """A request for help has no second promise: it counts here whenever it was resolved (R26)."""
    resolution_missed: int = 0
    still_open: int = 0
    ended_otherwise: int = 0
    """Withdrawn, or closed by the operator."""
    refused: dict[RefusalGround, int] = Field(default_factory=dict)
    refunded: int = 0
    """Requests for which money was given back, once each."""
    paid_back: dict[Currency, int] = Field(default_factory=dict)
    hours_to_acknowledge: Spread = Spread()
    days_to_resolve: Spread = Spread()
    """Until it was closed as resolved or settled, the customer's verification included; days of 24 hours."""


def promises_kept(requests: Iterable[CountedRequest]) -> Sequence[PromisesKept]:
    """One line for each month and seller, in that order; requests of no known seller stand first."""
    together: dict[tuple[str, str], list[CountedRequest]] = defaultdict(list)
    for request in requests:
        together[request.month, request.seller_id or ""].append(request)
    return [_line(together[which]) for which in sorted(together)]


def _line(requests: Sequence[CountedRequest]) -> PromisesKept:
    entitled = [one for one in requests if one.outcome is not Outcome.NOT_ENTITLED]
    first = Counter(one.acknowledgement for one in entitled)
    outcomes = Counter(one.outcome for one in entitled)
    refused = [one for one in entitled if one.outcome is Outcome.REFUSED]
    grounds = Counter(RefusalGround(one.ground) for one in refused if one.ground)
    money = Counter[str]()
    for one in entitled:
        if one.paid_back is not None:
            money[one.paid_back.currency] += one.paid_back.amount
    return PromisesKept(
        month=requests[0].month,
        seller_id=requests[0].seller_id,
        opened=len(entitled),
        not_entitled=len(requests) - len(entitled),
        acknowledged_in_time=first[AcknowledgementStatus.MET],
        acknowledged_late=first[AcknowledgementStatus.MET_LATE],
        acknowledgement_missed=first[AcknowledgementStatus.BREACHED],
        resolved_in_time=outcomes[Outcome.RESOLVED] + outcomes[Outcome.SETTLED],
        resolution_missed=sum(one.resolution_missed for one in entitled),
        still_open=outcomes[None],
        ended_otherwise=outcomes[Outcome.WITHDRAWN] + outcomes[Outcome.CLOSED_BY_OPERATOR],
        refused=dict(sorted(grounds.items())),
        refunded=sum(one.paid_back is not None for one in entitled),
        paid_back=dict(sorted(money.items())),
        hours_to_acknowledge=_spread(_known(one.acknowledged_after for one in entitled), HOUR),
        days_to_resolve=_spread(_known(one.closed_after for one in entitled if one.outcome in KEPT), DAY),
    )


def _known(durations: Iterable[int | None]) -> list[int]:
    return sorted(duration for duration in durations if duration is not None)


def _spread(seconds: Sequence[int], unit: int) -> Spread:
    """Nearest rank: a value that was measured, never one between two."""
    if not seconds:
        return Spread()
    return Spread(median=_ranked(seconds, 50, unit), p95=_ranked(seconds, PERCENTILE, unit))


def _ranked(seconds: Sequence[int], percent: int, unit: int) -> float:
    rank = -(-len(seconds) * percent // 100)
    return round(seconds[rank - 1] / unit, 2)
