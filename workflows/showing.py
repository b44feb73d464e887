"""What operators see of a request in the Temporal UI: search attributes and current details, ids and codes
only."""

from collections.abc import Iterator
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from business_care.briefing import briefing
from business_care.presenting import is_breached, next_due_at, state_name
from business_care.state import CareState
from workflows import names


def show(state: CareState) -> None:
    """Bring search attributes and details up to date; attributes that hold already cost nothing."""
    updates = list(_updates(state))
    if updates:
        workflow.upsert_search_attributes(updates)
    workflow.set_current_details(briefing(state))


def _updates(state: CareState) -> Iterator[SearchAttributeUpdate[Any]]:
    facts, refusal, outcome = state.facts, state.resolution.refusal, state.resolution.outcome
    if facts is not None:
        yield from changed(names.CARE_SELLER, facts.seller_id)
        yield from changed(names.CARE_PRODUCT, facts.product_id)
    yield from changed(names.CARE_STATE, str(state_name(state)))
    yield from changed(names.CARE_BREACHED, is_breached(state))
    yield from changed(names.CARE_DUE_AT, next_due_at(state))
    yield from changed(names.CARE_GROUND, str(refusal.ground) if refusal else None)
    yield from changed(names.CARE_OUTCOME, str(outcome) if outcome else None)


def changed(key: SearchAttributeKey[Any], value: Any) -> Iterator[SearchAttributeUpdate[Any]]:
    """The update that brings an attribute to a value; none where it holds already."""
    shown = workflow.info().typed_search_attributes.get(key)
    if shown == value:
        return
    yield key.value_unset() if value is None else key.value_set(value)
