"""Delivers the notices that wait in the records, outside the workflows (R63)."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from adapters.logs import get_logger
from adapters.mail.failures import MailNotTaken, MailRefused
from adapters.mail.texts_of import NoticeUnworded
from adapters.mail.wording import worded
from business_care.errors import StepFailed
from business_care.ports import Mailbox, NoticeQueue, QueuedNotice

BATCH: Final = 20
AT_ONCE: Final = 4
"""A batch at the mailbox's longest, 20 mails of 30 s four at a time, ends within the queue's five minutes."""

POLL_EVERY: Final = timedelta(seconds=1)
GIVING_WAY: Final = 5
"""So many pauses follow a batch while something more urgent is under way."""
LONGEST_PAUSE: Final = timedelta(minutes=1)

GivesWay = Callable[[], Awaitable[bool]]
"""Whether something is under way that is more urgent than notices. Raises nothing."""

_log = get_logger("notices")


async def nobody_waits() -> bool:
    """Nothing is more urgent."""
    return False


async def deliver_forever(
    queue: NoticeQueue,
    mailbox: Mailbox,
    sender: str,
    stop: asyncio.Event,
    poll_every: timedelta = POLL_EVERY,
    gives_way: GivesWay = nobody_waits,
) -> None:
    """Deliver what waits, look again, until `stop` is set; mails that are under way are finished first.

    A notice that fails is marked, with its reason as a code, and the queue says when to try it again; the
    others go on. When the records themselves do not answer, the pauses grow up to a minute.

    Each notice is delivered once as long as nothing dies between its delivery and its mark in the records. If
    this process dies in between, or the records can't be written just then, the notice is delivered a second
    time: into the folder, that is the same file again; by SMTP, a second mail with the same Message-ID. No
    notice is lost that way: a deadline that nobody was told of is worse than one that was told twice.

    While `gives_way` says so, long pauses follow every batch: what is more urgent has the processor and the
    records nearly for itself, and yet the notices go on.
    """
    pause = poll_every
    while not stop.is_set():
        try:
            taken = await deliver_waiting(queue, mailbox, sender)
        except StepFailed:
            _log.warning("notices.queue_unavailable", exc_info=True, seconds=pause.total_seconds())
            await _pause(stop, pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            continue
        pause = poll_every
        if await gives_way():
            await _pause(stop, GIVING_WAY * poll_every)
        elif taken < BATCH:
            await _pause(stop, poll_every)


async def deliver_waiting(queue: NoticeQueue, mailbox: Mailbox, sender: str) -> int:
    """Deliver one batch of what waits; answers how many notices were taken up, delivered or failed.

    Raises what the queue raises when the records do not answer; no single notice makes it fail.
    """
    waiting: Sequence[QueuedNotice] = await queue.undelivered(BATCH)
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(queued: QueuedNotice) -> None:
        async with gate:
            await _deliver(queued, queue, mailbox, sender)

    async with asyncio.TaskGroup() as group:
        for queued in waiting:
            group.create_task(one(queued))
    return len(waiting)


async def _deliver(queued: QueuedNotice, queue: NoticeQueue, mailbox: Mailbox, sender: str) -> None:
    log = _log.bind(
        about=queued.about,
        subject_id=queued.subject_id,
        notice=queued.notice.key,
        kind=queued.notice.kind,
    )
    failure = await _failure_of(queued, mailbox, sender)
    try:
        if failure is None:
            await queue.mark_delivered(queued.notice_id, datetime.now(UTC))
            log.info("notice.delivered")
        else:
            log.warning("notice.failed", code=failure)
            await queue.mark_failed(queued.notice_id, datetime.now(UTC), failure)
    except StepFailed:
        # The queue hands the notice out again after a while.
        log.warning("notice.not_marked", exc_info=True)


async def _failure_of(queued: QueuedNotice, mailbox: Mailbox, sender: str) -> str | None:
    """Deliver one notice; the code of what went wrong, if anything did."""
    if queued.address is None:
        return "no_address"
    try:
        await mailbox.deliver(worded(queued, sender, queued.address))
    except (MailNotTaken, MailRefused) as failure:
        return failure.code
    except NoticeUnworded:
        return "no_text"
    except Exception:  # noqa: BLE001 - a fault of ours in one notice must not keep the others from their readers
        _log.exception("notice.fault", notice_id=queued.notice_id)
        return "fault"
    return None


async def _pause(stop: asyncio.Event, pause: timedelta) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), pause.total_seconds())
