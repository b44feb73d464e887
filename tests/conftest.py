"""Settings that hold for every test."""

import signal

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from tests.longest_first import LongestFirst, in_order

# The same examples on every machine and in every run: a red test stays red until somebody has mended it.
# No deadline, because several workers share two cores. To look further: pytest --hypothesis-profile=explore
settings.register_profile("house", derandomize=True, deadline=None, print_blob=True)
settings.register_profile(
    "explore",
    deadline=None,
    max_examples=5_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")

# A shell's background job ignores interruptions, and hands that on to the programs that the tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    in_order(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LongestFirst:
    # The order is ours already; xdist would bring it into that of the number of tests.
    config.option.loadscopereorder = False
    return LongestFirst(config, log)
