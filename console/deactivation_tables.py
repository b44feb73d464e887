"""Products that are switched off, as people read them."""

from collections.abc import Iterator, Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from business_care.commands import Command, OperatorCommand, PaymentsResumed
from business_care.deactivation.commands import (
    ALL_DEACTIVATION_COMMANDS,
    Impose,
    MakePermanent,
    RetryFailed,
)
from business_care.deactivation.possible import POSSIBLE_WHEN_SWITCHED_OFF
from business_care.deactivation.renewals import CascadeProgress, FailedRenewal
from business_care.deactivation.views import DeactivationAnswer, DeactivationView
from business_care.deactivation.words import DeactivationKind, DeactivationPhase
from console.answers import instant_shown
from console.harmless import cell


def print_answer(answer: DeactivationAnswer) -> None:
    """Tell a person what became of a command."""
    again = " (it was applied before; nothing changed)" if answer.duplicate else ""
    standing = f"has ended: {answer.outcome}" if answer.outcome is not None else f"is {answer.state}"
    imposed = ", imposed" if answer.imposed else ""
    typer.echo(f"{answer.command} accepted{again}; deactivation of {answer.product_id} {standing}")
    typer.echo(f"command id          {answer.command_id}")
    typer.echo(f"deactivation        {answer.deactivation_id} ({answer.kind}{imposed})")
    if answer.state is DeactivationPhase.PLANNED:
        typer.echo(f"takes effect        {instant_shown(answer.takes_effect_at)}")
    if answer.until is not None:
        typer.echo(f"planned end         {instant_shown(answer.until)}")


def print_deactivation(view: DeactivationView) -> None:
    """How a deactivation stands, and what can be done about it."""
    console = Console()
    table = Table.grid(padding=(0, 2))
    for name, value in _facts(view):
        table.add_row(Text(name, style="bold"), cell(value))
    console.print(table)
    if view.failed:
        console.print()
        print_failed(view.failed)
        if view.renewals is not None and view.renewals.failed + view.renewals.by_hand > len(view.failed):
            console.print(f"All of them: business-care deactivation {view.product_id} --failed", markup=False)


def print_failed(renewals: Sequence[FailedRenewal]) -> None:
    """One line a renewal that failed, or whose charge is to be given back by hand."""
    table = Table(box=None, header_style="bold")
    for name in ("Licence", "Why", "What now"):
        table.add_column(name, overflow="fold")
    for renewal in renewals:
        now = "can be tried again" if renewal.can_be_retried else "cancelled; give the charge back by hand"
        table.add_row(cell(renewal.licence_id), cell(renewal.code), now)
    Console().print(table if renewals else "No renewal failed.")


def _facts(view: DeactivationView) -> Iterator[tuple[str, str]]:
    yield (
        "product",
        f"{view.product_id} of {view.seller_id or '-'}" + (f", {view.product}" if view.product else ""),
    )
    yield "deactivation", f"{view.deactivation_id} ({view.kind})"
    yield "state", str(view.state)
    if view.outcome is not None:
        refused = f", {view.refused}" if view.refused else ""
        yield "outcome", f"{view.outcome}{refused}, {instant_shown(view.ended_at)}"
    yield "ordered", f"{instant_shown(view.ordered_at)} by {view.ordered_by.role}:{view.ordered_by.id}"
    if view.imposed:
        yield "imposed", "by an operator: only an operator reactivates it or makes it permanent"
    if view.in_effect_since is not None:
        yield "in effect since", instant_shown(view.in_effect_since)
    elif view.takes_effect_at is not None:
        yield "takes effect", instant_shown(view.takes_effect_at)
    if view.permanent_since is not None:
        yield "for good since", instant_shown(view.permanent_since)
    if view.until is not None:
        yield "planned end", instant_shown(view.until)
    if view.renewals is not None:
        yield from _renewals(view.renewals)
    possible = "; ".join(_possible(view))
    if possible:
        yield "possible now", possible


def _renewals(progress: CascadeProgress) -> Iterator[tuple[str, str]]:
    yield "renewals", f"{progress.done} of {progress.total} cancelled, {progress.left} left"
    if progress.opted_out:
        yield "opted out before", str(progress.opted_out)
    if progress.failed:
        yield "failed", f"{progress.failed}, to be tried again"
    if progress.in_flight:
        yield "in flight", f"{progress.in_flight}, whose charge is waited for"
    if progress.giving_back:
        yield "giving back", f"{progress.giving_back}, cancelled, whose charge is still to be given back"
    if progress.by_hand:
        yield "by hand", f"{progress.by_hand}, whose charge an operator gives back"
    if progress.left and progress.per_second:
        rate = f"{progress.per_second:,.0f} a second"
        yield "rate", f"{rate}, ends about {instant_shown(progress.estimated_end_at)}"


def _possible(view: DeactivationView) -> Iterator[str]:
    """The commands that the state, the kind and whoever switched it off leave open (R53, R54)."""
    for command in ALL_DEACTIVATION_COMMANDS:
        if command in POSSIBLE_WHEN_SWITCHED_OFF[view.state] and _makes_sense(view, command):
            operator_only = view.imposed or issubclass(command, OperatorCommand)
            who = "operator" if operator_only else "seller, operator"
            yield f"{command.NAME.replace('_', '-')} ({who})"


def _makes_sense(view: DeactivationView, command: type[Command]) -> bool:
    if command is MakePermanent:
        return view.kind is DeactivationKind.TEMPORARY
    if command is Impose:
        return not view.imposed
    if command is RetryFailed:
        return view.renewals is not None and view.renewals.failed > 0
    return command is not PaymentsResumed
