"""`payments reconcile`: our books against the payment provider's own list of our refunds."""

from typing import TYPE_CHECKING, Annotated

import typer

from console.answers import print_json
from console.ending import ExitCode, perform

if TYPE_CHECKING:
    from business_care.reconciliation import Reconciliation

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def reconcile(as_json: AsJson = False) -> None:
    """Compare our books with the payment provider's own list; exit code 1 if they differ.

    Nothing is changed: people look at each difference. No Temporal server is needed.
    """
    found = perform("comparing our books with the provider's list", _reconcile)
    if as_json:
        print_json(found)
    else:
        from console.reconciliation_tables import print_reconciliation

        print_reconciliation(found)
    if not found.is_equal:
        raise typer.Exit(ExitCode.REFUSED)


async def _reconcile() -> "Reconciliation":
    from adapters.payments import reconciling
    from adapters.payments.opened import opened_provider
    from console.composition import opened_records, settings
    from gateway.client import now

    async with opened_records() as records, opened_provider(records.database, settings()) as provider:
        return await reconciling.reconcile(records.database, provider, now())
