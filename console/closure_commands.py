"""`closure announce|end|list`: sellers' temporary closures."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from business_care.people import Actor
from console import given
from console.answers import instant_shown, print_json
from console.ending import end_if_not_told, perform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from business_care.listing import SellerClosure
    from gateway.telling import ClosureEnding

app = typer.Typer(help="Sellers' temporary closures: announce, end early, list.")

ClosureId = Annotated[
    str,
    typer.Argument(parser=given.identifier, metavar="CLOSURE_ID", help="Which closure.", show_default=False),
]
Notice = Annotated[
    datetime | None,
    typer.Option(
        "--notified-at",
        parser=given.instant,
        metavar=given.INSTANT_FORM,
        help="When customers were told; now if left out.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command(
    epilog="Example: business-care closure announce K1 --seller S1 --from 2031-08-04 --to 2031-08-15"
)
def announce(
    closure_id: ClosureId,
    seller: Annotated[
        str, typer.Option(parser=given.identifier, metavar="ID", help="Who closes.", show_default=False)
    ],
    first_day: Annotated[
        date,
        typer.Option(
            "--from", parser=given.day, metavar=given.DAY_FORM, help="First closed day.", show_default=False
        ),
    ],
    last_day: Annotated[
        date,
        typer.Option(
            "--to", parser=given.day, metavar=given.DAY_FORM, help="Last closed day.", show_default=False
        ),
    ],
    notified_at: Notice = None,
    as_json: AsJson = False,
) -> None:
    """Announce a closure: whole local days, both included. It binds requests opened after its notice."""
    from business_care.listing import SellerClosure
    from gateway.client import now

    closure = SellerClosure(
        id=closure_id, seller_id=seller, start=first_day, end=last_day, notified_at=notified_at or now()
    )

    async def keep() -> SellerClosure:
        from console.composition import opened_desk

        async with opened_desk() as desk:
            return await desk.announce_closure(closure)

    _print(perform("announcing the closure", keep), as_json=as_json)


@app.command(epilog="Example: business-care closure end K1 --by seller:S1")
def end(
    closure_id: ClosureId,
    by: Annotated[
        Actor,
        typer.Option(
            parser=given.actor,
            metavar=given.ACTOR_FORM,
            help="Who acts: agent, seller, operator, system.",
            show_default=False,
        ),
    ],
    notified_at: Notice = None,
    as_json: AsJson = False,
) -> None:
    """End a closure early: every open request that it binds counts its first deadline again."""

    async def cut() -> "ClosureEnding":
        from console.composition import opened_gateway
        from gateway.client import now

        async with opened_gateway() as gateway:
            return await gateway.end_closure(closure_id, notified_at or now(), by)

    ending = perform("ending the closure, and telling its requests", cut)
    _print(ending if as_json else ending.closure, as_json=as_json)
    if not as_json:
        typer.echo(f"{len(ending.requests.told)} open requests were told")
    end_if_not_told(ending.requests)


@app.command(name="list", epilog="Example: business-care closure list --seller S1")
def list_closures(
    seller: Annotated[
        str | None, typer.Option(parser=given.identifier, metavar="ID", help="Of one seller.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List closures by their first day."""

    async def read() -> "Sequence[SellerClosure]":
        from console.composition import opened_desk

        async with opened_desk() as desk:
            return await desk.list_closures(seller)

    closures = perform("reading the records", read)
    if as_json:
        print_json(closures)
        return
    for closure in closures:
        _print(closure, as_json=False)
    if not closures:
        typer.echo("No closure is known.")


def _print(closure: "SellerClosure | ClosureEnding", *, as_json: bool) -> None:
    from business_care.listing import SellerClosure

    if as_json or not isinstance(closure, SellerClosure):
        print_json(closure)
        return
    ended = instant_shown(closure.ended_notified_at)
    if closure.end < closure.start:
        days = f"from {closure.start} called off by the notice of {ended}"
    else:
        reopened = f", reopened by the notice of {ended}" if closure.ended_notified_at else ""
        days = f"{closure.start} to {closure.end}{reopened}"
    typer.echo(f"{closure.id}  {closure.seller_id}  {days}, announced {instant_shown(closure.notified_at)}")
