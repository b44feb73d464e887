"""Follows the renewals of a product that is retired, until they are over or wait for the operator."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Protocol

import typer

from business_care.deactivation.renewals import CascadeProgress
from business_care.deactivation.views import DeactivationView
from business_care.deactivation.words import DeactivationPhase, SaleState
from console.ending import ExitCode, complain, undertake

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

LOOK_SECONDS = 0.25
LINE_SECONDS = 2.0
"""How often somebody who reads lines is told how far it is; on a terminal a bar moves with every look."""
QUIET_SECONDS = 30.0
"""After so long without any news, and without a charge that is waited for, perhaps no worker is there."""

_MOVES_ON = frozenset({DeactivationPhase.ORDERED, DeactivationPhase.REACTIVATING, DeactivationPhase.RETIRING})


class Shown(Protocol):
    """Where it is shown how far the renewals are."""

    def tell(self, view: DeactivationView, progress: CascadeProgress, *, is_quiet: bool) -> None:
        """This is how they stand; `is_quiet` when there has been no news for long."""
        ...


def follow_renewals(product_id: str) -> None:
    """Watch the renewals, and end the command as failed if some wait for the operator."""
    end_if_some_failed(watch_renewals(product_id))


def watch_renewals(product_id: str) -> DeactivationView:
    """Show how far the renewals are until nothing moves by itself any more; the view by then.

    Breaking it off leaves them alone. The records are read, no server is needed.
    """
    try:
        return undertake(lambda: _watch(product_id))
    except KeyboardInterrupt:
        complain(
            f"{product_id} goes on by itself; to look again: business-care deactivation {product_id} --follow"
        )
        raise


def end_if_some_failed(view: DeactivationView) -> None:
    """End the command as failed if renewals wait for the operator."""
    if view.state is DeactivationPhase.RENEWALS_FAILED:
        complain(f"to let them be tried again: business-care retry-failed {view.product_id} --by operator:ID")
        raise typer.Exit(ExitCode.FAILED)


async def _watch(product_id: str) -> DeactivationView:
    from console.composition import opened_deactivations

    async with opened_deactivations() as recorded:
        news = _News()
        with _shown() as shown:
            while True:
                view = await recorded.status(product_id)
                progress = await recorded.progress(product_id)
                shown.tell(view, progress, is_quiet=news.are_missing(view, progress))
                if _is_at_rest(view):
                    return view if view.renewals is None else view.model_copy(update={"renewals": progress})
                await asyncio.sleep(LOOK_SECONDS)


class _News:
    """Whether anything has moved of late."""

    def __init__(self) -> None:
        self._last: object = None
        self._at = monotonic()

    def are_missing(self, view: DeactivationView, progress: CascadeProgress) -> bool:
        """Take note of how it stands, and tell whether it has stood so for long, for no good reason."""
        if self._last != (view, progress):
            self._last, self._at = (view, progress), monotonic()
        return monotonic() - self._at >= QUIET_SECONDS and not (progress.in_flight or progress.giving_back)


def _is_at_rest(view: DeactivationView) -> bool:
    """Whether it has ended, or waits for somebody or for a planned instant."""
    if view.state is DeactivationPhase.OFFLINE:
        return view.product is SaleState.OFFLINE
    return view.state not in _MOVES_ON


@contextmanager
def _shown() -> Iterator[Shown]:
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        yield _Bar(bar)


class _Bar:
    """A bar for a person at a terminal."""

    def __init__(self, bar: "Progress") -> None:
        self._bar = bar
        self._task: TaskID = bar.add_task("", total=None, detail="")

    def tell(self, view: DeactivationView, progress: CascadeProgress, *, is_quiet: bool) -> None:
        self._bar.update(
            self._task,
            description=_standing(view),
            total=progress.total if _is_begun(progress) else None,
            completed=progress.total - progress.left,
            detail=_detail(progress, is_quiet=is_quiet),
            visible=_is_begun(progress) or not _is_at_rest(view),
        )


class _Lines:
    """A line from time to time for whoever reads a log."""

    def __init__(self) -> None:
        self._last = ""
        self._told_at = -LINE_SECONDS

    def tell(self, view: DeactivationView, progress: CascadeProgress, *, is_quiet: bool) -> None:
        line = _standing(view)
        if _is_begun(progress):
            line = f"{line}: {progress.total - progress.left} of {progress.total} renewals"
        line = f"{line}  {_detail(progress, is_quiet=is_quiet)}".rstrip()
        due = monotonic() - self._told_at >= LINE_SECONDS
        if line == self._last or not (due or _is_at_rest(view)):
            return
        self._last, self._told_at = line, monotonic()
        complain(line)


def _is_begun(progress: CascadeProgress) -> bool:
    """Whether it is known how many renewals there are."""
    return progress.total > 0 or progress.as_of is not None


def _standing(view: DeactivationView) -> str:
    return f"{view.product_id} {view.outcome or view.state}".replace("_", " ")


def _detail(progress: CascadeProgress, *, is_quiet: bool) -> str:
    parts = []
    if is_quiet:
        parts.append("nothing moves; is a worker running? (business-care doctor)")
    if progress.failed:
        parts.append(f"{progress.failed} failed")
    if progress.in_flight:
        parts.append(f"{progress.in_flight} charges in flight")
    if progress.giving_back:
        parts.append(f"{progress.giving_back} charges to be given back")
    if progress.by_hand:
        parts.append(f"{progress.by_hand} to be given back by hand")
    if progress.left and progress.per_second and not is_quiet:
        parts.append(f"{progress.per_second:,.0f} a second")
        seconds = round(progress.left / progress.per_second)
        parts.append(f"about {timedelta(seconds=seconds)} left")
    return ", ".join(parts)
