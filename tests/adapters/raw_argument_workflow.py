"""A workflow as ours are made: one raw value for its start and for each message, judged by itself."""

import asyncio
from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError


def as_text(raw: RawValue) -> str:
    encoding = raw.payload.metadata.get("encoding", b"").decode()
    return f"{encoding}:{raw.payload.data.decode(errors='replace')}"


@workflow.defn(name="KeepsWhatItHears")
class KeepsWhatItHears:
    @workflow.init
    def __init__(self, raw: RawValue) -> None:
        self._heard = [f"start {as_text(raw)}"]
        self._done = False

    @workflow.run
    async def run(self, _raw: RawValue) -> list[str]:
        await workflow.wait_condition(lambda: self._done)
        await asyncio.sleep(0.01)  # a timer: the replay has something to disagree with
        return self._heard

    @workflow.signal(name="note")
    def note_signal(self, raw: RawValue) -> None:
        self._heard.append(f"signal {as_text(raw)}")

    @workflow.update(name="note")
    def note(self, raw: RawValue) -> str:
        self._heard.append(f"update {as_text(raw)}")
        return as_text(raw)

    @note.validator
    def refuse_no_text(self, raw: RawValue) -> None:
        if "refuse me" in as_text(raw):
            raise ApplicationError("refused", type="invalid_message")

    @workflow.update(name="opened")
    def opened(self, raw: RawValue) -> str:
        return as_text(raw)

    @workflow.signal(name="finish")
    def finish(self, _raw: RawValue) -> None:
        self._done = True

    @workflow.signal(dynamic=True)
    def unknown(self, name: str, arguments: Sequence[RawValue]) -> None:
        self._heard.append(f"unknown {name} {len(arguments)}")

    @workflow.query
    def heard(self) -> list[str]:
        return self._heard
