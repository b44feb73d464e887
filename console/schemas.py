"""`schemas`: the JSON Schema of everything that callers send and get, and the AsyncAPI document."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files are written.")],
) -> None:
    """Write the JSON Schema of every message and every answer into a folder, and what is said to whom."""
    files = schema_files()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    typer.echo(f"{len(files)} files written to {folder}")


def schema_files() -> dict[str, str]:
    """The text of each file by its name."""
    from importlib.metadata import version

    from console.asyncapi import FILE, asyncapi_text

    schemas_of_models = {
        f"{folder}/{name}.json": _text(f"{folder}/{name}.json", model, mode)
        for folder, name, model, mode in _public_models()
    }
    return {**schemas_of_models, FILE: asyncapi_text(version("business-care"))}


def _public_models() -> Iterator[tuple[str, str, "type[BaseModel]", Literal["validation", "serialization"]]]:
    from adapters.billing.refunded import OpenRenewal
    from business_care import listing, views
    from business_care.commands import COMMANDS
    from business_care.comparison import Comparison
    from business_care.deactivation import renewals
    from business_care.deactivation import views as deactivation_views
    from business_care.deactivation.commands import DEACTIVATION_COMMANDS
    from business_care.reconciliation import Reconciliation
    from business_care.recovery import views as recovery_views
    from business_care.recovery.state import RecoveryStart
    from business_care.request import CareRequestOpening
    from console.encryption_check import KeyStanding
    from console.refusals import Refusal
    from gateway.inspection import Finding
    from gateway.recounting import OtherDeadline
    from gateway.searches import Found
    from gateway.telling import ClosureEnding, PaymentsChange

    yield "messages", "open", CareRequestOpening, "validation"
    yield "messages", "recovery_start", RecoveryStart, "validation"
    for name, command in {**COMMANDS, **DEACTIVATION_COMMANDS}.items():
        yield "messages", name, command, "validation"
    for name, model in (
        ("opened", views.OpenedAnswer),
        ("command", views.CommandAnswer),
        ("status", views.RequestView),
        ("deadlines", views.DeadlinesView),
        ("journal", views.JournalView),
        ("deactivation", deactivation_views.DeactivationView),
        ("deactivation_command", deactivation_views.DeactivationAnswer),
        ("deactivation_journal", deactivation_views.DeactivationJournalView),
        ("progress", renewals.CascadeProgress),
        ("failed_renewal", renewals.FailedRenewal),
        ("recovery", recovery_views.RecoveryView),
        ("recovery_command", recovery_views.RecoveryAnswer),
        ("recovery_journal", recovery_views.RecoveryJournalView),
        ("refusal", Refusal),
        ("logged_command", listing.CommandLogEntry),
        ("closure", listing.SellerClosure),
        ("closure_ending", ClosureEnding),
        ("payment_switch", listing.PaymentSwitch),
        ("payments_change", PaymentsChange),
        ("comparison", Comparison),
        ("other_deadline", OtherDeadline),
        ("reconciliation", Reconciliation),
        ("open_renewal", OpenRenewal),
        ("finding", Finding),
        ("search", Found),
        ("key_standing", KeyStanding),
    ):
        yield "answers", name, model, "serialization"


def _text(name: str, model: "type[BaseModel]", mode: Literal["validation", "serialization"]) -> str:
    schema = {"$schema": DIALECT, "$id": name, **model.model_json_schema(mode=mode)}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
