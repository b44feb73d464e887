"""What operators see of a deactivation in the Temporal UI: search attributes and current details."""

from collections.abc import Iterator
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeUpdate

from business_care.day_words import minute
from business_care.deactivation.renewals import CascadeProgress
from business_care.deactivation.views import DeactivationView
from business_care.deactivation.words import DeactivationPhase
from workflows import names
from workflows.showing import changed

_WHAT_NOW = {
    DeactivationPhase.PLANNED: "revoke calls it off; the operator may impose it at once",
    DeactivationPhase.OFFLINE: "reactivate ends it, make_permanent makes it final",
    DeactivationPhase.RENEWALS_FAILED: "the operator looks why, then sends retry_failed",
}


def show(view: DeactivationView) -> None:
    """Bring search attributes and details up to date; attributes that hold already cost nothing."""
    updates = list(_updates(view))
    if updates:
        workflow.upsert_search_attributes(updates)
    workflow.set_current_details(details(view))


def _updates(view: DeactivationView) -> Iterator[SearchAttributeUpdate[Any]]:
    if view.seller_id is not None:
        yield from changed(names.CARE_SELLER, view.seller_id)
    yield from changed(names.CARE_PRODUCT, view.product_id)
    yield from changed(names.CARE_STATE, str(view.state))
    yield from changed(names.CARE_DUE_AT, view.next_due_at)
    yield from changed(names.CARE_OUTCOME, str(view.outcome) if view.outcome else None)


def details(view: DeactivationView) -> str:
    """A short list in Markdown (tables render badly there)."""
    lines = [f"- **{view.kind} deactivation**: {view.state}"]
    if view.imposed:
        lines.append("- **imposed** by an operator: only an operator ends it")
    if view.state is DeactivationPhase.PLANNED and view.takes_effect_at is not None:
        lines.append(f"- **takes effect**: {minute(view.takes_effect_at)}")
    if view.until is not None:
        lines.append(f"- **planned end**: {minute(view.until)}")
    if view.product is not None:
        lines.append(f"- **product**: {view.product}")
    if view.renewals is not None:
        lines += _renewals(view.renewals)
    lines += [f"- **failed**: licence {failed.licence_id} ({failed.code})" for failed in view.failed[:10]]
    if view.state in _WHAT_NOW:
        lines.append(f"- **what now**: {_WHAT_NOW[view.state]}")
    if view.outcome is not None:
        lines.append(f"- **outcome**: {view.outcome}" + (f" ({view.refused})" if view.refused else ""))
    return "\n".join(lines)


def _renewals(progress: CascadeProgress) -> Iterator[str]:
    yield f"- **renewals**: {progress.done} of {progress.total} cancelled, {progress.opted_out} had opted out"
    if progress.in_flight:
        yield f"- **charges in flight**: {progress.in_flight}"
    if progress.giving_back:
        yield f"- **charges to be given back**: {progress.giving_back}"
    if progress.failed or progress.by_hand:
        yield f"- **not done**: {progress.failed} failed, {progress.by_hand} to be given back by hand"
