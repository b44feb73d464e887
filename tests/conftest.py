"""Settings that hold for every test."""

import signal

from hypothesis import HealthCheck, settings

# The same examples on every machine and in every run: a red test stays red until somebody has mended it.
# No deadline, because two workers share two cores. To look further: pytest --hypothesis-profile=explore
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
