"""What is open as far as the records know, so that it can be compared with what runs."""

from datetime import timedelta

from adapters.records.opened import Records
from business_care.comparison import OpenInRecords
from business_care.state import Outcome
from business_care.views import CareStateName
from tests.adapters.care_world import OPENED_AT, a_step, a_view


async def test_requests_are_open_until_they_have_an_outcome(records: Records) -> None:
    due = OPENED_AT + timedelta(days=1)
    await records.care.store(a_step(a_view("R1", next_due_at=due), workflow_id="care-request-R1"))
    closed = a_view("R2", state=CareStateName.CLOSED, outcome=Outcome.RESOLVED)
    await records.care.store(a_step(closed, workflow_id="care-request-R2"))

    assert await records.runs.open_runs() == [OpenInRecords(workflow_id="care-request-R1", next_due_at=due)]
