"""What a request takes is measured on real requests; `python -m benchmarks.sizes` does it with many."""

from benchmarks.sizes import measured, table
from tests.lives.test_budget import EVENTS


async def test_what_requests_take_is_measured_at_each_step_of_their_lives() -> None:
    opened, acknowledged, closed = await measured(4)

    assert 0 < opened.history_bytes < acknowledged.history_bytes < closed.history_bytes
    assert 0 < opened.server_bytes < closed.server_bytes
    assert 0 < opened.records_bytes < closed.records_bytes
    assert opened.state_transitions < acknowledged.state_transitions < closed.state_transitions
    assert closed.events == EVENTS
    assert len(table([opened, acknowledged, closed]).splitlines()) == 5
