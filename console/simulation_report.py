"""Puts together what a play came to: from the requests, the records and the payment provider."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.records.opened import Records
from adapters.time_zones import zone_named
from business_care.calendar import MARKETPLACE_PLACE
from business_care.events import EventName
from business_care.views import RequestView
from console.scenario import Scenario
from console.simulation_clock import InTime
from console.simulation_life import LifeInTime
from console.simulation_outcome import (
    CascadeShown,
    LocalInstant,
    NoticeTold,
    PlayOutcome,
    RefundSent,
    RefundShown,
    RequestShown,
    TimelineEntry,
)
from console.simulation_play import Happening, Play
from console.simulation_product import ProductInTime
from gateway.raw_command import ALL_MESSAGES

STILL_OPEN: Final = "open"

SHOWN_EVENTS: Final = frozenset(ALL_MESSAGES) | {
    EventName.OPENED,
    EventName.REJECTED,
    EventName.ACKNOWLEDGEMENT_MISSED,
    EventName.REMINDER,
    EventName.RESOLUTION_MISSED,
    EventName.REFUND_REQUESTED,
    EventName.REFUND_SETTLED,
    EventName.CLOSED,
    EventName.OFFLINE,
    EventName.ON_SALE,
    EventName.RETIRED,
    EventName.BUNDLE_OFFLINE,
    EventName.BUNDLE_ON_SALE,
    EventName.BUNDLE_RETIRED,
    EventName.RENEWALS_CANCELLED,
    EventName.ENDED,
}
"""The events of the timeline; the journal knows more."""


class LocalTimes:
    """The zone of each seller: the marketplace's where the seller has no calendar (R3)."""

    def __init__(self, scenario: Scenario) -> None:
        self._places = {
            seller.id: seller.calendar or MARKETPLACE_PLACE for seller in scenario.records.sellers
        }

    def zone(self, seller_id: str) -> ZoneInfo:
        """The zone of the seller."""
        return zone_named(self._places[seller_id].timezone)

    def written(self, seller_id: str, instant: datetime) -> LocalInstant:
        """An instant in that zone, in whole seconds."""
        return instant.astimezone(self.zone(seller_id)).isoformat(timespec="seconds")


async def outcome_of(
    scenario: Scenario, play: Play, records: Records, happenings: Iterable[Happening]
) -> PlayOutcome:
    """What the play came to; care and renewals as of its end."""
    times = LocalTimes(scenario)
    report = records.report
    standing = await report.licences(scenario.until)
    ordered_off = dict.fromkeys(order.product_id for order in scenario.orders)
    return PlayOutcome(
        requests={life.request_id: _request(life, times) for life in play.lives},
        commands=tuple(play.commands),
        cascades={
            product_id: await _cascade(play.products[product_id], records) for product_id in ordered_off
        },
        refunds=tuple(RefundSent(**sent.model_dump()) for sent in await report.refunds()),
        products=await report.products(),
        bundles=await report.bundles(),
        renewals={licence_id: str(stands.renewal) for licence_id, stands in standing.items()},
        care={licence_id: str(stands.care) for licence_id, stands in standing.items()},
        notices=await _notices(play, records),
        timeline=tuple(
            TimelineEntry(at=times.written(it.seller_id, it.at), subject=it.subject, event=it.event)
            for it in sorted(happenings, key=lambda it: it.at)
            if it.event in SHOWN_EVENTS
        ),
    )


async def _cascade(product: ProductInTime, records: Records) -> CascadeShown:
    """All deactivations of the product together; renewals that only have a charge left are no failures."""
    cancelled = opted_out = 0
    failed: list[str] = []
    for deactivation_id in product.deactivations:
        progress = await records.deactivations.progress(deactivation_id)
        if progress is not None:
            cancelled += progress.done
            opted_out += progress.opted_out
        listed = await records.deactivations.failed_renewals(deactivation_id)
        failed += [renewal.licence_id for renewal in listed if renewal.can_be_retried]
    return CascadeShown(cancelled=cancelled, opted_out=opted_out, failed=tuple(failed))


def _request(life: LifeInTime, times: LocalTimes) -> RequestShown:
    view = life.view
    if view is None:
        raise AssertionError("every request of a file opens before the play ends")

    def local(instant: datetime | None) -> LocalInstant | None:
        return None if instant is None else times.written(life.seller_id, instant)

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


async def _notices(play: Play, records: Records) -> tuple[NoticeTold, ...]:
    """All notices by the stop at which they were written; at one stop requests first, each in its turn."""
    about: dict[tuple[str | None, str | None], InTime[Any]] = {
        **{(life.request_id, None): life for life in play.lives},
        **{(None, product_id): product for product_id, product in play.products.items()},
    }
    turn = {subject: i for i, subject in enumerate(about)}
    told = []
    for place, notice in enumerate(await records.report.notices()):
        subject = (notice.request, notice.product)
        told.append((about[subject].shown(notice.at), turn[subject], place, notice))
    return tuple(
        NoticeTold(kind=notice.kind, to=notice.to, request=notice.request, product=notice.product)
        for *_, notice in sorted(told, key=lambda it: it[:3])
    )
