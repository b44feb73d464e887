"""Puts together what a play came to: from the requests, the records and the payment provider."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from adapters.records.opened import Records
from adapters.time_zones import zone_named
from business_care.calendar import MARKETPLACE_PLACE
from business_care.commands import COMMANDS
from business_care.events import EventName
from business_care.views import RequestView
from console.scenario import Scenario
from console.simulation_life import LifeInTime
from console.simulation_outcome import (
    LocalInstant,
    NoticeTold,
    PlayOutcome,
    RefundSent,
    RefundShown,
    RequestShown,
    TimelineEntry,
)
from console.simulation_play import Happening, Play

STILL_OPEN: Final = "open"

SHOWN_EVENTS: Final = frozenset(COMMANDS) | {
    EventName.OPENED,
    EventName.REJECTED,
    EventName.ACKNOWLEDGEMENT_MISSED,
    EventName.REMINDER,
    EventName.RESOLUTION_MISSED,
    EventName.REFUND_REQUESTED,
    EventName.REFUND_SETTLED,
    EventName.CLOSED,
}
"""The events of the timeline; the journal knows more."""


class LocalTimes:
    """The zone of each request: its seller's, or the marketplace's where the seller has no calendar (R3)."""

    def __init__(self, scenario: Scenario) -> None:
        places = {seller.id: seller.calendar or MARKETPLACE_PLACE for seller in scenario.records.sellers}
        seller_of = {product.id: product.seller_id for product in scenario.records.products}
        product_of = {licence.id: licence.product_id for licence in scenario.records.licences}
        self._zones = {
            request.request_id: zone_named(places[seller_of[product_of[request.licence_id]]].timezone)
            for request in scenario.requests
        }

    def zone(self, request_id: str) -> ZoneInfo:
        """The zone of the request's seller."""
        return self._zones[request_id]

    def written(self, request_id: str, instant: datetime) -> LocalInstant:
        """An instant in that zone, in whole seconds."""
        return instant.astimezone(self._zones[request_id]).isoformat(timespec="seconds")


async def outcome_of(
    scenario: Scenario, play: Play, records: Records, happenings: Iterable[Happening]
) -> PlayOutcome:
    """What the play came to; care and renewals as of its end."""
    times = LocalTimes(scenario)
    report = records.report
    standing = await report.licences(scenario.until)
    return PlayOutcome(
        requests={life.request_id: _request(life, times) for life in play.lives},
        commands=tuple(play.commands),
        cascades={},
        refunds=tuple(RefundSent(**sent.model_dump()) for sent in await report.refunds()),
        products=await report.products(),
        bundles=await report.bundles(),
        renewals={licence_id: str(stands.renewal) for licence_id, stands in standing.items()},
        care={licence_id: str(stands.care) for licence_id, stands in standing.items()},
        notices=await _notices(play.lives, records),
        timeline=tuple(
            TimelineEntry(at=times.written(it.subject, it.at), subject=it.subject, event=it.event)
            for it in sorted(happenings, key=lambda it: it.at)
            if it.event in SHOWN_EVENTS
        ),
    )


def _request(life: LifeInTime, times: LocalTimes) -> RequestShown:
    view = life.view
    if view is None:
        raise AssertionError("every request of a file opens before the play ends")

    def local(instant: datetime | None) -> LocalInstant | None:
        return None if instant is None else times.written(life.request_id, instant)

    return RequestShown(
        outcome=view.outcome or STILL_OPEN,
        acknowledgement=view.acknowledgement.status,
        acknowledge_by=local(view.acknowledgement.due),
        resolve_by=local(view.resolution.due),
        refund=_refund(view),
        closed_at=local(life.shown(view.closed_at) if view.closed_at else None),
        revisions=view.revisions,
    )


def _refund(view: RequestView) -> RefundShown | None:
    refund = view.refund
    if refund is None or refund.amount is None or refund.currency is None:
        return None
    return RefundShown(status=refund.status, amount=refund.amount, currency=refund.currency)


async def _notices(lives: Sequence[LifeInTime], records: Records) -> tuple[NoticeTold, ...]:
    """All notices by the stop at which they were written; at one stop, request by request."""
    order = {life.request_id: (i, life) for i, life in enumerate(lives)}
    told = []
    for place, notice in enumerate(await records.report.notices()):
        i, life = order[notice.request]
        told.append((life.shown(notice.at), i, place, notice))
    return tuple(
        NoticeTold(kind=notice.kind, to=notice.to, request=notice.request)
        for *_, notice in sorted(told, key=lambda it: it[:3])
    )
