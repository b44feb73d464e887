"""`renewals`: refunded licences for which something is still open at the billing service."""

from typing import TYPE_CHECKING, Annotated

import typer

from console.answers import instant_shown, print_json
from console.ending import WrongUsage, perform
from console.harmless import harmless

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.billing.refunded import OpenRenewal


def renewals(
    retry: Annotated[bool, typer.Option("--retry", help="Ask the billing service again first.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List refunded licences whose renewal, or a charge of it, is still open at the billing service.

    No Temporal server is needed.
    """
    doing = "asking the billing service again" if retry else "reading the records"
    found = perform(doing, _try_again if retry else _read)
    if as_json:
        print_json(found)
        return
    for one in found:
        since = instant_shown(one.since)
        typer.echo(harmless(f"{one.licence_id}: {one.status}, {one.code}, since {since}"))
    if not found:
        typer.echo("Nothing is open.")


async def _read() -> "Sequence[OpenRenewal]":
    from adapters.billing.refunded import open_renewals
    from console.composition import opened_records

    async with opened_records() as records:
        return await open_renewals(records.database)


async def _try_again() -> "Sequence[OpenRenewal]":
    from adapters.billing.opened import refunded_renewals
    from adapters.payments.once import OncePayments
    from adapters.payments.opened import opened_provider
    from console.composition import opened_records, settings
    from gateway.client import now

    chosen = settings()
    async with opened_records() as records, opened_provider(records.database, chosen) as paying:
        payments = OncePayments(records.database, paying)
        refunded = refunded_renewals(records.database, chosen.billing_provider, payments)
        if refunded is None:
            raise WrongUsage("no billing service is set, so there is nobody to ask again")
        return await refunded.try_again(now())
