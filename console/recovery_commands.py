"""`recovery list|show|record|resume`: refunds that failed after their request had closed."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from business_care.people import Actor
from console import given
from console.answers import print_json
from console.command_help import OPTIONS
from console.ending import perform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from business_care.recovery.views import RecoveryAnswer, RecoveryJournalView, RecoveryView

app = typer.Typer(
    help="Refunds that failed after their request had closed: list, show, record how they were paid.",
)

LicenceId = Annotated[
    str,
    typer.Argument(parser=given.identifier, metavar="LICENCE_ID", help="Whose refund.", show_default=False),
]
Number = Annotated[
    int | None, typer.Option(min=1, help="Which one of the licence; the last one if left out.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command(name="list", epilog="Example: business-care recovery list --open")
def list_recoveries(
    open_only: Annotated[bool, typer.Option("--open", help="Those that wait for the operator only.")] = False,
    as_json: AsJson = False,
) -> None:
    """List refunds that failed late, those that wait longest first. No Temporal server is needed."""

    async def read() -> "Sequence[RecoveryView]":
        from console.composition import opened_records

        async with opened_records() as records:
            return await records.recoveries.all(open_only=open_only)

    recoveries = perform("reading the records", read)
    if as_json:
        print_json(recoveries)
        return
    from console.recovery_tables import print_recoveries

    print_recoveries(recoveries)


@app.command(epilog="Example: business-care recovery show L1")
def show(
    licence_id: LicenceId,
    number: Number = None,
    journal: Annotated[bool, typer.Option("--journal", help="Tell everything that happened.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is owed, since when, and how it was paid. No Temporal server is needed."""

    async def read() -> "RecoveryView | RecoveryJournalView":
        from console.composition import opened_records
        from gateway.recoveries import RecordedRecoveries

        async with opened_records() as records:
            recorded = RecordedRecoveries(records.recoveries)
            if journal:
                return await recorded.journal(licence_id, number)
            return await recorded.status(licence_id, number)

    found = perform("reading the records", read)
    if as_json:
        print_json(found)
        return
    from console.recovery_tables import print_found

    print_found(found)


@app.command(epilog='Example: business-care recovery record L1 --by operator:O1 --reference "SEPA 2031-77"')
def record(
    licence_id: LicenceId,
    by: Annotated[
        Actor,
        typer.Option(
            parser=given.actor, metavar=given.ACTOR_FORM, help="Who paid: operator.", show_default=False
        ),
    ],
    number: Number = None,
    amount: Annotated[int | None, typer.Option(help=OPTIONS["amount"])] = None,
    currency: Annotated[str | None, typer.Option(help=OPTIONS["currency"])] = None,
    paid_at: Annotated[
        datetime | None,
        typer.Option(parser=given.instant, metavar=given.INSTANT_FORM, help=OPTIONS["paid_at"]),
    ] = None,
    reference: Annotated[str | None, typer.Option(help=OPTIONS["reference"])] = None,
    occurred_at: Annotated[
        datetime | None,
        typer.Option(
            "--at",
            parser=given.instant,
            metavar=given.INSTANT_FORM,
            help="When it occurred; now if left out.",
        ),
    ] = None,
    command_id: Annotated[
        str | None, typer.Option(metavar="ID", help="Sent again under the same id, it is applied once.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Record how the refund was paid by hand, which ends the recovery."""
    from business_care.commands import RecordRefund
    from console.message_options import message_of

    said = {
        "by": by,
        "amount": amount,
        "currency": currency,
        "paid_at": paid_at,
        "reference": reference,
        "occurred_at": occurred_at,
        "command_id": command_id,
    }
    message = message_of(RecordRefund, said, quietly=as_json)

    async def send() -> "RecoveryAnswer":
        from console.composition import opened_gateway

        async with opened_gateway() as gateway:
            return await gateway.recovery.record(licence_id, message, number)

    answer = perform(f"recording the payment for licence {licence_id}", send)
    if as_json:
        print_json(answer)
    else:
        again = " (it was applied before; nothing changed)" if answer.duplicate else ""
        typer.echo(f"{answer.command} accepted{again}; recovery {answer.recovery_id} is {answer.state}")


@app.command(epilog="Example: business-care recovery resume L1")
def resume(licence_id: LicenceId, number: Number = None, as_json: AsJson = False) -> None:
    """Start the workflow of a recovery again that waits in the records, if it was terminated by hand."""

    async def start() -> "RecoveryView":
        from console.composition import opened_gateway

        async with opened_gateway() as gateway:
            return await gateway.recovery.resume(licence_id, number)

    recovery = perform(f"resuming the recovery of licence {licence_id}", start)
    if as_json:
        print_json(recovery)
    else:
        typer.echo(f"recovery {recovery.recovery_id} is {recovery.state}")
