"""Checks what no part of a scenario can say alone: references, order of time, calendars to count in."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from adapters.public_holidays import PublicHolidays
from adapters.time_zones import zone_named
from business_care.calendar import MARKETPLACE_PLACE, CalendarRefused, Place
from console.scenario import CommandEntry, DeactivationCommandEntry, Scenario

HEAD_START = timedelta(minutes=1)
"""The play takes its own time to begin: what starts sooner might lie in the past by then."""

MAX_ID_CHARACTERS = 128


def faults(scenario: Scenario, now: datetime) -> Iterator[str]:
    """A sentence for each fault. `now` is the real time."""
    found = [*_references(scenario), *_order(scenario), *_past(scenario, now)]
    yield from found
    if not found:
        yield from _calendars(scenario)


def _references(scenario: Scenario) -> Iterator[str]:
    licences = {licence.id for licence in scenario.records.licences}
    products = {product.id for product in scenario.records.products}
    sellers = {seller.id for seller in scenario.records.sellers}
    requests = {request.request_id for request in scenario.requests}
    for request_id, times in Counter(request.request_id for request in scenario.requests).items():
        if times > 1:
            yield f"requests: the request_id {request_id} stands there {times} times"
    for i, request in enumerate(scenario.requests):
        yield from _unknown(f"requests[{i}].licence_id", request.licence_id, licences, "licence")
    for i, deactivation in enumerate(scenario.deactivations):
        yield from _unknown(f"deactivations[{i}].product_id", deactivation.product_id, products, "product")
    for entry in scenario.do:
        key = f"do[{entry.index}]"
        if isinstance(entry, CommandEntry):
            yield from _unknown(f"{key}.request", entry.request_id, requests, "request")
        elif isinstance(entry, DeactivationCommandEntry):
            yield from _unknown(f"{key}.product", entry.product_id, products, "product")
        elif entry.seller_id is not None:
            yield from _unknown(f"{key}.seller", entry.seller_id, sellers, "seller")


def _unknown(key: str, given: str, known: set[str], what: str) -> Iterator[str]:
    if given not in known:
        names = ", ".join(sorted(known)[:10]) or "none"
        yield f"{key}: {given} is not a {what} of this file; there are: {names}"


def _order(scenario: Scenario) -> Iterator[str]:
    opened = {request.request_id: request.opened_at for request in scenario.requests}
    ordered: dict[str, datetime] = {}
    for order in scenario.orders:
        ordered[order.product_id] = min(order.at, ordered.get(order.product_id, order.at))
    for before, entry in zip(scenario.do, scenario.do[1:], strict=False):
        if entry.at < before.at:
            yield (
                f"do[{entry.index}].at: {_shown(entry.at)} lies before do[{before.index}].at "
                f"{_shown(before.at)}; the entries stand in order of time"
            )
    for entry in scenario.do:
        if isinstance(entry, CommandEntry) and entry.at < opened.get(entry.request_id, entry.at):
            yield (
                f"do[{entry.index}].at: {_shown(entry.at)} lies before the request {entry.request_id} "
                f"is opened at {_shown(opened[entry.request_id])}"
            )
        if isinstance(entry, DeactivationCommandEntry) and entry.at < ordered.get(entry.product_id, entry.at):
            yield (
                f"do[{entry.index}].at: {_shown(entry.at)} lies before the product {entry.product_id} "
                f"is ordered off at {_shown(ordered[entry.product_id])}"
            )
    yield from _orders(scenario)
    yield from _ends_last(scenario)


def _orders(scenario: Scenario) -> Iterator[str]:
    for order in scenario.orders:
        key = f"deactivations[{order.index}]"
        if len(order.deactivation_id) > MAX_ID_CHARACTERS:
            yield f"{key}.id: this key is missing; the product_id is too long to make one of it"
        # One that is delivered again may come when it has taken effect already.
        if order.at > order.deactivation.at and not order.repeats:
            yield (
                f"{key}.ordered_at: {_shown(order.at)} lies after {key}.at {_shown(order.deactivation.at)}, "
                "when it takes effect"
            )


def _ends_last(scenario: Scenario) -> Iterator[str]:
    instants = [
        *((f"requests[{i}].opened_at", request.opened_at) for i, request in enumerate(scenario.requests)),
        *((f"do[{entry.index}].at", entry.at) for entry in scenario.do),
        *((f"deactivations[{order.index}].ordered_at", order.at) for order in scenario.orders),
    ]
    for key, at in instants:
        if at > scenario.until:
            yield f"{key}: {_shown(at)} lies after until {_shown(scenario.until)}"


def _past(scenario: Scenario, now: datetime) -> Iterator[str]:
    instants = [*scenario.instants, ("until", scenario.until)]
    key, first = min(instants, key=lambda instant: instant[1])
    earliest = now + HEAD_START
    if first < earliest:
        yield (
            f"{key}: {_shown(first)} lies in the past; all instants lie in the future, "
            f"after {_shown(earliest)}"
        )


def _calendars(scenario: Scenario) -> Iterator[str]:
    """A request whose calendar is out of order would be planned again and again, for ever (R5, R15).

    So would renewals be cancelled whose local day nobody can tell.
    """
    planner = PublicHolidays()
    sellers = {seller.id: (i, seller) for i, seller in enumerate(scenario.records.sellers)}

    def refused(seller_id: str, needed_by: str, check: Callable[[Place], object]) -> Iterator[str]:
        i, seller = sellers[seller_id]
        try:
            check(seller.calendar or MARKETPLACE_PLACE)
        except CalendarRefused as refusal:
            yield (
                f"records.sellers[{i}].calendar: {refusal.code}: {refusal.message} (needed by {needed_by})"
            )

    for request in scenario.requests:
        seller_id = scenario.seller_of_product[scenario.product_of_licence[request.licence_id]]
        plan = partial(
            planner.plan,
            request.opened_at,
            scenario.policy.resolve_business_days,
            profile=scenario.policy.profile,
        )
        yield from refused(seller_id, f"request {request.request_id}", plan)
    for order in scenario.orders:
        seller_id = scenario.seller_of_product[order.product_id]
        yield from refused(
            seller_id, f"deactivation {order.deactivation_id}", lambda place: zone_named(place.timezone)
        )


def _shown(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
