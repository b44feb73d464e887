"""`db upgrade|seed`: the database of the records."""

from pathlib import Path
from typing import Annotated

import typer

from console.ending import WrongUsage, perform

app = typer.Typer(help="The database of the records: upgrade, seed.")


@app.command(epilog="Example: business-care db upgrade")
def upgrade() -> None:
    """Bring the database to the tables that this version expects; a second time it changes nothing."""
    perform("upgrading the records", _upgrade)
    typer.echo("The records are up to date.")


@app.command(epilog="Example: business-care db seed examples/records.yaml")
def seed(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A scenario file; its records are loaded.")],
) -> None:
    """Load the records and the policy of a file: sellers, products, licences, closures. Safe to repeat."""
    loaded = perform("loading the records", lambda: _seed(file))
    typer.echo(", ".join(f"{count} {what}" for what, count in loaded.items()) + " loaded.")


async def _upgrade() -> None:
    from adapters.records.migrations.run import upgrade as upgrade_database
    from console.composition import settings

    try:
        await upgrade_database(settings().database_url)
    except ValueError as refused:
        raise WrongUsage(str(refused)) from None


async def _seed(file: Path) -> dict[str, int]:
    from adapters.records.seed import load
    from console.composition import opened_records
    from console.scenario_file import read_seed
    from console.scenario_yaml import ScenarioRefused

    try:
        seed_file = read_seed(file)
    except ScenarioRefused as refused:
        raise WrongUsage(str(refused)) from None
    async with opened_records() as records:
        await load(records.database, seed_file.records, policy=seed_file.policy)
    return {
        what: len(getattr(seed_file.records, what))
        for what in ("sellers", "products", "bundles", "licences", "closures")
    }
