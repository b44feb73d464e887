"""Reads how a run starts: a new request, or one that an earlier run hands on."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import ValidationError
from temporalio.common import RawValue

from business_care.errors import ErrorCode, RuleViolation
from business_care.reading import read_message
from business_care.request import CareRequestOpening
from workflows.life import CarriedStart, Life
from workflows.payloads import KeyMissing, demand_unlocked, json_of

_NOBODY = CareRequestOpening(
    request_id="unreadable", licence_id="unreadable", opened_at=datetime(1970, 1, 1, tzinfo=UTC)
)
"""Stands in for a start that can't be read, for the one task in which its run fails."""

_CARRIED = b'{"carried":'


@dataclass(frozen=True)
class Start:
    """How a run starts; with a violation it ends at once, so that a corrected start works under the same id
    (R61)."""

    life: Life
    violation: RuleViolation | None = None
    key_missing: KeyMissing | None = None
    """The run waits for a worker that can unlock its start: failed, a duty would be lost."""


def read_start(raw: RawValue) -> Start:
    """Read the one argument of a run. Never raises: a bare exception here would stop the workflow for
    good."""
    try:
        demand_unlocked(raw, "the start")
        text = json_of(raw)
        if text.startswith(_CARRIED):
            carried = CarriedStart.model_validate_json(text).carried
            return Start(Life.continued(carried))
        return Start(Life.begun(read_message(CareRequestOpening, text)))
    except KeyMissing as missing:
        return Start(Life.begun(_NOBODY), key_missing=missing)
    except RuleViolation as violation:
        return Start(Life.begun(_NOBODY), violation)
    except ValidationError:
        unreadable = RuleViolation(
            ErrorCode.INVALID_MESSAGE, "the state carried on from an earlier run is unreadable"
        )
        return Start(Life.begun(_NOBODY), unreadable)
