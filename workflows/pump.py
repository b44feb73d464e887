"""The loop that stores what a workflow decided: handlers and clocks change its state, and wait here."""

from typing import Any

from temporalio import workflow

from workflows.journal import Journal


class Pump:
    """One pump a workflow. It stores what is new in one step, again and again, until it is stopped."""

    def __init__(self, journal: Journal[Any, Any]) -> None:
        self._journal = journal
        self._stopped = False

    def stop(self) -> None:
        """End as soon as everything is stored."""
        self._stopped = True

    async def until_stored(self) -> None:
        """Wait until the records have all that has happened so far."""
        mark = self._journal.mark
        await workflow.wait_condition(lambda: self._journal.is_stored(mark))

    async def keep_up(self) -> None:
        """Store what is new, again and again, until stopped."""
        # An earlier run may have handed on what was still to be prepared.
        await self.prepare()
        while True:
            await workflow.wait_condition(lambda: self._journal.has_news or self._stopped)
            if not self._journal.has_news:
                return
            await self.prepare()
            self._journal.stored(await self.store_news())

    @property
    def is_idle(self) -> bool:
        """Whether everything is stored."""
        return self._journal.is_stored(self._journal.mark)

    async def prepare(self) -> None:
        """Find out what has to be known before a step is whole; by itself nothing has to."""

    async def store_news(self) -> int:
        """Store what is new; the mark up to which it is stored."""
        raise NotImplementedError
