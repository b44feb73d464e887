"""Draws a play for a person: a line for each thing that happens, and a table of what came of it."""

from datetime import datetime

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from business_care.deactivation.words import SaleState
from business_care.events import EventName
from business_care.state import Outcome
from console.harmless import cell, harmless
from console.scenario import Scenario
from console.simulation_outcome import PlayOutcome, RequestShown
from console.simulation_play import Happening
from console.simulation_report import LocalTimes
from console.simulation_wording import money, short, worded

_STYLES: dict[str, str] = {
    EventName.OPENED: "bold",
    EventName.REJECTED: "red",
    EventName.ACKNOWLEDGEMENT_MISSED: "bold red",
    EventName.RESOLUTION_MISSED: "bold red",
    EventName.QUESTION_OVERDUE: "bold red",
    EventName.REFUND_DUE: "yellow",
    EventName.REFUND_REQUESTED: "yellow",
    EventName.REFUND_MANUAL: "bold yellow",
    EventName.REFUND_SETTLED: "green",
    EventName.REMINDER: "dim",
    EventName.CARE_ENDED: "dim",
    EventName.RENEWAL_CANCELLED: "dim",
    EventName.CLOSED: "bold green",
    EventName.ORDERED: "bold",
    EventName.IN_EFFECT: "dim",
    EventName.PLANNED_END_REACHED: "dim",
    EventName.OFFLINE: "yellow",
    EventName.BUNDLE_OFFLINE: "yellow",
    EventName.RETIRED: "bold yellow",
    EventName.BUNDLE_RETIRED: "bold yellow",
    EventName.ON_SALE: "green",
    EventName.BUNDLE_ON_SALE: "green",
    EventName.RENEWALS_COUNTED: "dim",
    EventName.RENEWALS_FAILED: "bold red",
    EventName.RENEWALS_CANCELLED: "green",
    EventName.ENDED: "bold green",
}
_GOOD = frozenset({Outcome.RESOLVED, Outcome.SETTLED})


class TimelineView:
    """The timeline as it grows: when (local to the seller), which request or product, what, who, and why."""

    def __init__(self, console: Console, scenario: Scenario) -> None:
        self._console = console
        self._times = LocalTimes(scenario)
        subjects = [*(request.request_id for request in scenario.requests), *scenario.products_in_play]
        self._width = max((len(subject) for subject in subjects), default=2)

    def draw(self, happening: Happening) -> bool:
        """One line; whether it can be seen."""
        zone = self._times.zone(happening.seller_id)
        line = Text.assemble(
            (short(happening.at.astimezone(zone)), "dim"),
            harmless(f"  {happening.subject:<{self._width}}  "),
            (harmless(worded(happening, zone)), _STYLES.get(happening.event, "cyan")),
        )
        self._console.print(line, soft_wrap=True)
        return not self._console.quiet


def results(outcome: PlayOutcome) -> Group:
    """How each request, and each product that was ordered off, stands at the end."""
    tables = [_requests(outcome)] if outcome.requests or not outcome.cascades else []
    if outcome.cascades:
        tables.append(_products(outcome))
    if outcome.cascades and outcome.refunds:
        tables.append(_refunds(outcome))
    return Group(*tables)


def _requests(outcome: PlayOutcome) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("request", "outcome", "acknowledged", "resolve before", "refund", "closed"):
        table.add_column(heading, no_wrap=heading in ("resolve before", "closed"))
    for request_id, request in outcome.requests.items():
        table.add_row(
            cell(request_id),
            Text(request.outcome.replace("_", " "), "green" if request.outcome in _GOOD else "yellow"),
            request.acknowledgement.replace("_", " "),
            _day(request.resolve_by),
            _refund(request),
            _day(request.closed_at),
        )
    return table


def _products(outcome: PlayOutcome) -> Table:
    """The products that were ordered off, with what became of the renewals; then all bundles."""
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("product", "on the market", "renewals cancelled", "opted out", "failed"):
        table.add_column(heading)
    for product_id, cascade in outcome.cascades.items():
        table.add_row(
            cell(product_id),
            _on_the_market(outcome.products[product_id]),
            str(cascade.cancelled),
            str(cascade.opted_out),
            cell(", ".join(cascade.failed), "bold red"),
        )
    for bundle_id, state in outcome.bundles.items():
        table.add_row(cell(f"bundle {bundle_id}"), _on_the_market(state))
    return table


def _refunds(outcome: PlayOutcome) -> Table:
    """What was sent to the provider: prices, and renewal charges, which no request shows (R56)."""
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("licence", "refund", "status", "attempts"):
        table.add_column(heading)
    for refund in outcome.refunds:
        table.add_row(
            cell(refund.licence_id),
            money(refund.amount, refund.currency),
            refund.status.replace("_", " "),
            str(refund.attempts),
        )
    return table


def _on_the_market(state: str) -> Text:
    return Text(state.replace("_", " "), "green" if state == SaleState.ON_SALE else "yellow")


def _day(local: str | None) -> str:
    return "" if local is None else f"{datetime.fromisoformat(local):%d %b %Y}"


def _refund(request: RequestShown) -> str:
    refund = request.refund
    return (
        "" if refund is None else f"{money(refund.amount, refund.currency)} {refund.status.replace('_', ' ')}"
    )
