"""Draws a play for a person: a line for each thing that happens, and a table of what came of it."""

from datetime import datetime

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from business_care.events import EventName
from business_care.state import Outcome
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
}
_GOOD = frozenset({Outcome.RESOLVED, Outcome.SETTLED})


class TimelineView:
    """The timeline as it grows: when (local to the seller), which request, what, who, and by which rule."""

    def __init__(self, console: Console, scenario: Scenario) -> None:
        self._console = console
        self._times = LocalTimes(scenario)
        self._width = max((len(request.request_id) for request in scenario.requests), default=2)

    def draw(self, happening: Happening) -> bool:
        """One line; whether it can be seen."""
        zone = self._times.zone(happening.subject)
        line = Text.assemble(
            (short(happening.at.astimezone(zone)), "dim"),
            f"  {happening.subject:<{self._width}}  ",
            (worded(happening, zone), _STYLES.get(happening.event, "cyan")),
        )
        self._console.print(line, soft_wrap=True)
        return not self._console.quiet


def results(outcome: PlayOutcome) -> Table:
    """How each request stands at the end."""
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("request", "outcome", "acknowledged", "resolve before", "refund", "closed"):
        table.add_column(heading, no_wrap=heading in ("resolve before", "closed"))
    for request_id, request in outcome.requests.items():
        table.add_row(
            Text(request_id),
            Text(request.outcome.replace("_", " "), "green" if request.outcome in _GOOD else "yellow"),
            request.acknowledgement.replace("_", " "),
            _day(request.resolve_by),
            _refund(request),
            _day(request.closed_at),
        )
    return table


def _day(local: str | None) -> str:
    return "" if local is None else f"{datetime.fromisoformat(local):%d %b %Y}"


def _refund(request: RequestShown) -> str:
    refund = request.refund
    return (
        "" if refund is None else f"{money(refund.amount, refund.currency)} {refund.status.replace('_', ' ')}"
    )
