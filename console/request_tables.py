"""Requests as people read them: tables and calendars for the terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from business_care.deactivation.views import DeactivationJournalView
from business_care.listing import CommandLogEntry
from business_care.recovery.views import RecoveryJournalView
from business_care.views import DeadlinesView, DeadlineView, JournalView, RefundView, RequestView
from console.answers import instant_shown
from console.calendar_view import calendar_of, summary_of
from console.harmless import cell


def print_request(view: RequestView, deadlines: DeadlinesView) -> None:
    """How a request stands, times in the seller's own zone where it is known."""
    zone = _zone(deadlines)
    table = Table.grid(padding=(0, 2))
    for name, value in _facts(view, zone):
        table.add_row(Text(name, style="bold"), cell(value))
    Console().print(table)


def print_explanation(deadlines: DeadlinesView) -> None:
    """Each deadline as a calendar, and how it was moved."""
    console = Console()
    told = {
        "Acknowledgement": deadlines.acknowledgement,
        "Resolution": deadlines.resolution,
        "Window": deadlines.window,
    }
    for name, deadline in told.items():
        if deadline is not None:
            _print_deadline(console, name, deadline)
    if not any(told.values()):
        console.print(cell(f"{deadlines.request_id} has no deadlines."))


def print_journal(journal: JournalView | DeactivationJournalView | RecoveryJournalView) -> None:
    """What happened, and what was refused, each with its rule or its code."""
    console = Console()
    happened = _table("At", "What", "Rule", "By", "Detail")
    for event in journal.events:
        by = f"{event.by.role}:{event.by.id}" if event.by else "-"
        detail = " ".join(f"{name}={value}" for name, value in event.detail.items())
        happened.add_row(instant_shown(event.at), event.name, event.rule, cell(by), cell(detail))
    console.print(happened)
    if journal.rejections:
        refused = _table("At", "Refused", "Code", "Command id")
        for rejection in journal.rejections:
            refused.add_row(
                instant_shown(rejection.at),
                cell(rejection.message),
                rejection.code,
                cell(rejection.command_id or "-"),
            )
        console.print(refused)
    dropped = journal.events_dropped + sum(journal.rejections_dropped.values())
    if dropped:
        console.print(f"{dropped} older entries are not shown.")


def print_commands(entries: Sequence[CommandLogEntry]) -> None:
    """One line a command: when it came, who sent it, and how it was answered."""
    table = _table("At", "Command", "By", "Command id", "Answer")
    for entry in entries:
        by = f"{entry.by.role}:{entry.by.id}" if entry.by else "-"
        answer = entry.error_code or (entry.answer.state if entry.answer else "sent as a signal")
        table.add_row(instant_shown(entry.at), entry.command, cell(by), cell(entry.command_id or "-"), answer)
    Console().print(table)


def print_list(views: Sequence[RequestView]) -> None:
    """One line a request."""
    table = _table("Request", "State", "Acknowledgement", "Next deadline", "Seller", "Product")
    for view in views:
        standing = f"{view.state}: {view.outcome}" if view.outcome is not None else str(view.state)
        table.add_row(
            cell(view.request_id),
            Text(standing, style="red" if view.breached else ""),
            str(view.acknowledgement.status),
            instant_shown(view.next_due_at),
            cell(view.seller_id or "-"),
            cell(view.product_id or "-"),
        )
    Console().print(table if views else "No request matches.")


def _table(*columns: str) -> Table:
    """A table that breaks long ids into lines rather than hide their ends."""
    table = Table(box=None, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _facts(view: RequestView, zone: str | None) -> Iterator[tuple[str, str]]:
    promise, resolution = view.acknowledgement, view.resolution
    yield "request", f"{view.request_id} ({view.kind})"
    yield "state", str(view.state)
    if view.outcome is not None:
        yield "outcome", f"{view.outcome}, {instant_shown(view.closed_at, zone)}"
    yield "opened", instant_shown(view.opened_at, zone)
    yield "acknowledgement", f"{promise.status}, due {instant_shown(promise.due, zone)}"
    yield "resolution", f"due {instant_shown(resolution.due, zone)}"
    if resolution.missed_at is not None:
        yield "missed", instant_shown(resolution.missed_at, zone)
    if resolution.window is not None:
        yield resolution.window.kind, f"until {instant_shown(resolution.window.due, zone)}"
    if view.refund is not None:
        yield "refund", _refund(view.refund)
    if view.held_since is not None:
        yield "held since", instant_shown(view.held_since, zone)
    if view.chargeback is not None:
        yield "chargeback", view.chargeback
    for task in view.waits_for_operator:
        yield "waits for operator", f"{task.kind} since {instant_shown(task.since, zone)}"
    yield "licence", f"{view.licence_id} of {view.customer_id or '-'}"
    yield "product", f"{view.product_id or '-'} of {view.seller_id or '-'}"


def _refund(refund: RefundView) -> str:
    money = f", {refund.amount} {refund.currency} (minor units)" if refund.amount is not None else ""
    cause = f", because of {refund.cause}" if refund.cause else ""
    return f"{refund.status}{money}{cause}"


def _print_deadline(console: Console, name: str, deadline: DeadlineView) -> None:
    console.print(Text(f"\n{name}", style="bold"))
    console.print(calendar_of(deadline.plan))
    console.print(summary_of(deadline.plan, instant_shown(deadline.due, deadline.plan.timezone)))
    for revision in deadline.revisions:
        console.print(
            f"Moved     {revision.cause} by {revision.by.role}:{revision.by.id}, from "
            f"{instant_shown(revision.previous_due, deadline.plan.timezone)}",
            markup=False,
        )


def _zone(deadlines: DeadlinesView) -> str | None:
    told = deadlines.acknowledgement or deadlines.resolution
    return told.plan.timezone if told else None
