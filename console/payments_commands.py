"""`payments stop|resume|list|reconcile`: the kill switch of automatic payments; whether the books agree."""

from typing import TYPE_CHECKING, Annotated

import typer

from business_care.people import Actor
from console import given
from console.answers import instant_shown, print_json
from console.ending import end_if_not_told, perform
from console.reconciling import reconcile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from business_care.listing import PaymentSwitch
    from gateway.telling import PaymentsChange

app = typer.Typer(help="Automatic payments: stop, resume, list, reconcile.")

Seller = Annotated[
    str | None,
    typer.Option(parser=given.identifier, metavar="ID", help="Of one seller; of all if left out."),
]
By = Annotated[
    Actor | None,
    typer.Option(
        parser=given.actor,
        metavar=given.ACTOR_FORM,
        help="Who acts: operator, system; operator:console if left out.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command(epilog="Example: business-care payments stop --seller S1 --by operator:O1")
def stop(seller: Seller = None, by: By = None, as_json: AsJson = False) -> None:
    """Stop automatic payments: refunds wait as due, deadlines run on. No Temporal server is needed."""

    async def switch() -> "PaymentSwitch":
        from business_care.listing import PaymentState
        from console.composition import opened_desk

        if seller is not None:
            await _demand_known(seller)
        async with opened_desk() as desk:
            return await desk.switch_payments(PaymentState.STOPPED, seller, by or given.AT_THE_CONSOLE)

    _print(perform("stopping payments", switch), as_json=as_json)


@app.command(epilog="Example: business-care payments resume --seller S1 --by operator:O1")
def resume(seller: Seller = None, by: By = None, as_json: AsJson = False) -> None:
    """Let automatic payments run again; refunds that wait look at once, and so do products that owe some."""

    async def switch() -> "tuple[PaymentsChange, Sequence[PaymentSwitch]]":
        from console.composition import opened_gateway

        if seller is not None:
            await _demand_known(seller, or_switched=True)
        async with opened_gateway() as gateway:
            change = await gateway.resume_payments(seller, by or given.AT_THE_CONSOLE)
            return change, await gateway.list_payment_switches()

    change, switches = perform("resuming payments, and telling who waits", switch)
    if as_json:
        print_json(change)
    else:
        _print(change.switch, as_json=False)
        typer.echo(f"{len(change.requests.told)} waiting requests were told")
        if change.products:
            typer.echo(f"{len(change.products)} products whose charges wait were told")
        _print_still_stopped(switches)
    end_if_not_told(change.requests)


@app.command(name="list", epilog="Example: business-care payments list --json")
def list_switches(as_json: AsJson = False) -> None:
    """List every switch that was ever set, as it stands."""

    async def read() -> "Sequence[PaymentSwitch]":
        from console.composition import opened_desk

        async with opened_desk() as desk:
            return await desk.list_payment_switches()

    switches = perform("reading the records", read)
    if as_json:
        print_json(switches)
        return
    for switch in switches:
        _print(switch, as_json=False)
    if not switches:
        typer.echo("Automatic payments were never stopped.")


app.command(epilog="Example: business-care payments reconcile --json")(reconcile)


async def _demand_known(seller: str, *, or_switched: bool = False) -> None:
    """Raise `unknown_seller`: a mistyped id would look like success, while nobody's payments stop or run.

    What was switched once can be switched back, whoever is known by now.
    """
    from adapters.records.places import find_seller
    from business_care.errors import ErrorCode, RecordMissing, RuleViolation
    from console.composition import opened_records

    async with opened_records() as records:
        switches = await records.switches.payment_switches() if or_switched else ()
        if any(switch.seller_id == seller for switch in switches):
            return
        try:
            async with records.database.reading() as connection:
                await find_seller(connection, seller)
        except RecordMissing:
            raise RuleViolation(ErrorCode.UNKNOWN_SELLER, f"seller_id: there is no seller {seller}") from None


def _print_still_stopped(switches: "Sequence[PaymentSwitch]") -> None:
    """One seller's switch does not open what is stopped for all, nor the other way round."""
    from business_care.listing import PaymentState

    for switch in switches:
        if switch.state is PaymentState.STOPPED:
            typer.echo(f"still stopped: {switch.seller_id or 'all sellers'}")


def _print(switch: "PaymentSwitch", *, as_json: bool) -> None:
    from business_care.listing import PaymentState

    if as_json:
        print_json(switch)
        return
    word = "stopped" if switch.state is PaymentState.STOPPED else "running"
    whose = switch.seller_id or "all sellers"
    typer.echo(f"{whose}: {word} since {instant_shown(switch.at)}, by {switch.by.role}:{switch.by.id}")
