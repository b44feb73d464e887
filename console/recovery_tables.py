"""Recoveries as people read them: tables for the terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from business_care.recovery.views import RecoveryJournalView, RecoveryView
from console.answers import instant_shown
from console.harmless import cell
from console.request_tables import print_journal


def print_recoveries(recoveries: Sequence[RecoveryView]) -> None:
    """One line each."""
    if not recoveries:
        Console().print("No refund has failed after its request had closed.")
        return
    table = Table("Recovery", "State", "Owed", "For", "Failed at", "Why", box=None, header_style="bold")
    for recovery in recoveries:
        table.add_row(
            cell(recovery.recovery_id),
            recovery.state,
            f"{recovery.amount} {recovery.currency}",
            cell(recovery.request_id),
            instant_shown(recovery.failed_at),
            cell(recovery.reason),
        )
    Console().print(table)


def print_found(found: RecoveryView | RecoveryJournalView) -> None:
    """One recovery, or all that happened to it."""
    if isinstance(found, RecoveryJournalView):
        print_journal(found)
        return
    table = Table.grid(padding=(0, 2))
    for name, value in _facts(found):
        table.add_row(Text(name, style="bold"), cell(value))
    Console().print(table)


def _facts(recovery: RecoveryView) -> Iterator[tuple[str, str]]:
    yield "recovery", f"{recovery.recovery_id}, {recovery.state}"
    yield "licence", recovery.licence_id
    yield "for", f"{recovery.request_id} ({recovery.purpose})"
    yield "amount", f"{recovery.amount} {recovery.currency} (minor units)"
    yield "failed", f"{instant_shown(recovery.failed_at)}, {recovery.reason} ({recovery.failed_reference})"
    yield "operator told", instant_shown(recovery.since)
    if recovery.ended_at is None:
        yield "next reminder", instant_shown(recovery.next_reminder_at)
        yield (
            "what now",
            f"pay it, then: business-care recovery record {recovery.licence_id} --by operator:YOUR-ID "
            '--reference "..."',
        )
    else:
        yield "paid by hand", f"{instant_shown(recovery.paid_at)}, {recovery.reference}"
