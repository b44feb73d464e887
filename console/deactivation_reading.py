"""`deactivation`: how a product that was switched off stands, and what happened to it."""

from typing import TYPE_CHECKING, Annotated

import typer

from business_care.deactivation.commands import RetryFailed
from business_care.people import Actor
from console import given
from console.answers import print_json
from console.deactivation_commands import send_to_product
from console.ending import perform
from console.message_options import message_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from business_care.deactivation.renewals import FailedRenewal
    from business_care.deactivation.views import DeactivationJournalView, DeactivationView
    from business_care.listing import CommandLogEntry
    from gateway.products import ProductGateway
    from gateway.recorded_deactivations import RecordedDeactivations

ProductId = Annotated[
    str,
    typer.Argument(parser=given.identifier, metavar="PRODUCT_ID", help="Which product.", show_default=False),
]


def deactivation(
    product_id: ProductId,
    follow: Annotated[
        bool, typer.Option("--follow", help="Show how far the renewals are, until they are over.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Let the renewals that failed be tried once more.")
    ] = False,
    by: Annotated[
        Actor | None,
        typer.Option(
            parser=given.actor,
            metavar=given.ACTOR_FORM,
            help="Who lets them be tried: operator; operator:console if left out.",
        ),
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="List every renewal that failed.")] = False,
    journal: Annotated[bool, typer.Option("--journal", help="Tell everything that happened.")] = False,
    commands: Annotated[
        bool, typer.Option("--commands", help="List every command that was sent, with its answer.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how the deactivation of a product stands, and what can be done about it.

    The one that stands is shown, or else the last one. For `--failed`, `--commands` and `--follow` the
    records are read, no server is needed.
    """
    if (failed, journal, commands, follow or retry_failed).count(True) > 1:
        raise typer.BadParameter("--failed, --journal and --commands are given one at a time, and alone")
    if by is not None and not retry_failed:
        raise typer.BadParameter("--by says who lets the renewals be tried again: give --retry-failed too")
    if failed:
        _list_failed(product_id, as_json=as_json)
    elif journal:
        _tell_journal(product_id, as_json=as_json)
    elif commands:
        _list_commands(product_id, as_json=as_json)
    else:
        if retry_failed:
            said = {"by": by or given.AT_THE_CONSOLE}
            send_to_product(product_id, message_of(RetryFailed, said, quietly=as_json))
        _show(product_id, follow=follow, as_json=as_json)


def _show(product_id: str, *, follow: bool, as_json: bool) -> None:
    from console.following import end_if_some_failed, watch_renewals

    if follow:
        view = watch_renewals(product_id)
    else:
        view = perform(f"asking {product_id}", lambda: _status(product_id))
    if as_json:
        print_json(view)
    else:
        from console.deactivation_tables import print_deactivation

        print_deactivation(view)
    if follow:
        end_if_some_failed(view)


def _list_failed(product_id: str, *, as_json: bool) -> None:
    async def read() -> "Sequence[FailedRenewal]":
        from console.composition import opened_deactivations

        async with opened_deactivations() as recorded:
            return await recorded.failed_renewals(product_id)

    renewals = perform("reading the records", read)
    if as_json:
        print_json(renewals)
        return
    from console.deactivation_tables import print_failed

    print_failed(renewals)


def _tell_journal(product_id: str, *, as_json: bool) -> None:
    told = perform(f"asking {product_id}", lambda: _journal(product_id))
    if as_json:
        print_json(told)
        return
    from console.request_tables import print_journal

    print_journal(told)


def _list_commands(product_id: str, *, as_json: bool) -> None:
    async def read() -> "Sequence[CommandLogEntry]":
        from console.composition import opened_records

        async with opened_records() as records:
            return await records.commands.of_product(product_id)

    entries = perform("reading the records", read)
    if as_json:
        print_json(entries)
        return
    from console.request_tables import print_commands

    print_commands(entries)


async def _status(product_id: str) -> "DeactivationView":
    """The view, with the renewals as the records count them: page by page, and not slice by slice."""
    from console.asking import ask_product

    async def told(by: "ProductGateway | RecordedDeactivations") -> "DeactivationView":
        view = await by.status(product_id)
        if view.renewals is None:
            return view
        return view.model_copy(update={"renewals": await by.progress(product_id)})

    return await ask_product(told, told)


async def _journal(product_id: str) -> "DeactivationJournalView":
    from console.asking import ask_product

    return await ask_product(
        lambda gateway: gateway.journal(product_id), lambda recorded: recorded.journal(product_id)
    )
