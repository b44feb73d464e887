"""Calls that begin one after the other, so that who has to do with them can bear it."""

import asyncio


class Throttle:
    """Lets calls begin one after the other, evenly spaced, in the order in which they came."""

    def __init__(self, per_second: float) -> None:
        self._apart = 1 / per_second
        self._free_at = 0.0

    async def turn(self) -> None:
        """Wait until this call may begin."""
        now = asyncio.get_running_loop().time()
        begins = max(now, self._free_at)
        self._free_at = begins + self._apart
        await asyncio.sleep(begins - now)
