"""The order in which several workers share the tests out: the longest first, so that none waits at the end.

xdist itself begins with the files that have the most tests. Here those with the fewest take longest.
"""

import pytest
from xdist.scheduler import LoadFileScheduling

LONGEST = (
    # One after the other a file that mostly waits for processes, and one that keeps a processor busy.
    "tests/chaos/test_chaos.py",
    "tests/rules/test_random_lives.py",
    "tests/browser/test_temporal_ui.py",
    "tests/gateway/test_bad_commands.py",
    "tests/lives/test_recovery.py",
    "tests/lives/test_stampede.py",
    "tests/replay/test_replay.py",
    "tests/console/test_demo.py",
    "tests/lives/test_simulate_examples.py",
    "tests/privacy/test_canaries.py",
    "tests/console/test_dev.py",
    "tests/lives/test_simulate_products.py",
    "tests/privacy/test_missing_keys.py",
    "tests/gateway/test_bad_starts.py",
    "tests/lives/test_kills_in_a_cascade.py",
    "tests/console/test_safe_start.py",
    "tests/lives/test_close_races.py",
    "tests/chaos/test_controls.py",
    "tests/lives/test_bundles_race.py",
    "tests/console/test_usage.py",
    "tests/lives/test_simulate.py",
    "tests/adapters/test_renewals.py",
    "tests/gateway/test_recounting.py",
    "tests/observability/test_monitoring.py",
    "tests/observability/test_tracing.py",
    "tests/gateway/test_refund_through_stripe.py",
)
"""Files of more than ten seconds, as a whole run told; a new one that takes so long belongs here."""

SHARED_OUT = frozenset({"tests/rules/test_random_lives.py"})
"""Files whose tests share no fixture, so that several workers may run them."""


class LongestFirst(LoadFileScheduling):  # type: ignore[misc]  # xdist ships no types
    """A file to one worker, but for those that are shared out, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if _file(nodeid) in SHARED_OUT else _file(nodeid)


def in_order(items: list[pytest.Item]) -> None:
    """Bring the longest files to the front; the others, and the tests of each file, stay in their order."""
    places = {file: place for place, file in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(_file(item.nodeid), len(places)))


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]
