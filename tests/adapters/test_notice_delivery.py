"""The sender of notices: each once, one failure never stops the rest."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.mail.failures import MailNotTaken, MailRefused
from adapters.mail.folder import FolderMailbox
from adapters.notice_delivery import BATCH, deliver_forever, deliver_waiting
from business_care.errors import TemporarilyUnavailable
from business_care.notices import Notice, NoticeAbout, NoticeKind
from business_care.people import Recipient, Role
from business_care.ports import Mail, QueuedNotice

SENDER = "care@market.example"
SOON = timedelta(milliseconds=5)


@dataclass
class Queue:
    """Notices in memory; hands out those that were neither delivered nor failed."""

    notices: list[QueuedNotice]
    delivered: list[int] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)
    outages: int = 0
    marks_lost: int = 0

    async def undelivered(self, limit: int) -> Sequence[QueuedNotice]:
        if self.outages:
            self.outages -= 1
            raise TemporarilyUnavailable("the records do not answer")
        done = {*self.delivered, *self.failed}
        return [one for one in self.notices if one.notice_id not in done][:limit]

    async def mark_delivered(self, notice_id: int, at: datetime) -> None:
        if self.marks_lost:
            self.marks_lost -= 1
            raise TemporarilyUnavailable("the records do not answer")
        self.delivered.append(notice_id)

    async def mark_failed(self, notice_id: int, at: datetime, code: str) -> None:
        self.failed[notice_id] = code


@dataclass
class Letterbox:
    """Keeps the mails; fails for the requests that it is told to."""

    failures: dict[str, Exception] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)

    async def deliver(self, mail: Mail) -> None:
        await asyncio.sleep(0)
        if failure := self.failures.get(mail.key.partition("/")[0]):
            raise failure
        self.mails.append(mail)


def a_notice(number: int, address: str | None = "shop@customer.example") -> QueuedNotice:
    return QueuedNotice(
        notice_id=number,
        about=NoticeAbout.REQUEST,
        subject_id=f"R{number}",
        notice=Notice(
            key="3-0-question_asked",
            kind=NoticeKind.QUESTION_ASKED,
            to=Recipient(role=Role.CUSTOMER, id="C1"),
            at=datetime(2031, 3, 3, tzinfo=UTC),
            data={"question": "Which version?"},
        ),
        address=address,
        reader_name=None,
        language="en",
        timezone="Europe/Madrid",
    )


async def deliver_until(queue: Queue, letterbox: Letterbox, done: int) -> None:
    stop = asyncio.Event()
    sender = asyncio.create_task(deliver_forever(queue, letterbox, SENDER, stop, SOON))
    async with asyncio.timeout(10):
        while len(queue.delivered) + len(queue.failed) < done:  # noqa: ASYNC110 - the queue has no event
            await asyncio.sleep(0.001)
        stop.set()
        await sender


async def test_every_notice_is_delivered_once() -> None:
    queue, letterbox = Queue([a_notice(number) for number in range(3 * BATCH)]), Letterbox()

    await deliver_until(queue, letterbox, 3 * BATCH)

    assert sorted(queue.delivered) == list(range(3 * BATCH))
    assert len({mail.key for mail in letterbox.mails}) == len(letterbox.mails) == 3 * BATCH


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        pytest.param(MailNotTaken("smtp_450", "later"), "smtp_450", id="later"),
        pytest.param(MailRefused("smtp_550", "never"), "smtp_550", id="never"),
        pytest.param(ZeroDivisionError("a fault of ours"), "fault", id="a fault of ours"),
    ],
)
async def test_a_notice_that_fails_is_marked_and_the_others_go_on(failure: Exception, code: str) -> None:
    queue, letterbox = Queue([a_notice(1), a_notice(2), a_notice(3)]), Letterbox({"R2": failure})

    await deliver_until(queue, letterbox, 3)

    assert queue.failed == {2: code}
    assert sorted(queue.delivered) == [1, 3]


async def test_a_reader_without_an_address_is_told_of_as_such() -> None:
    queue = Queue([a_notice(1, address=None)])

    await deliver_waiting(queue, Letterbox(), SENDER)

    assert queue.failed == {1: "no_address"}


async def test_a_notice_that_nobody_worded_is_told_of_as_such() -> None:
    unworded = a_notice(1).notice.model_copy(update={"to": Recipient(role=Role.OPERATOR, id="operator")})
    queue = Queue([a_notice(1).model_copy(update={"notice": unworded})])

    await deliver_waiting(queue, Letterbox(), SENDER)

    assert queue.failed == {1: "no_text"}


async def test_records_that_do_not_answer_are_asked_again() -> None:
    queue, letterbox = Queue([a_notice(1)], outages=3), Letterbox()

    await deliver_until(queue, letterbox, 1)

    assert queue.delivered == [1]


async def test_a_mark_that_was_lost_writes_the_same_file_again(tmp_path: Path) -> None:
    queue = Queue([a_notice(1)], marks_lost=1)
    folder = FolderMailbox(tmp_path)

    await deliver_waiting(queue, folder, SENDER)
    await deliver_waiting(queue, folder, SENDER)

    assert queue.delivered == [1]
    assert len([entry.name for entry in tmp_path.iterdir()]) == 1  # noqa: ASYNC240 - a test may wait


async def test_mails_under_way_are_finished_before_the_sender_stops() -> None:
    stop = asyncio.Event()

    class Slow(Letterbox):
        async def deliver(self, mail: Mail) -> None:
            stop.set()
            await asyncio.sleep(0.05)
            await super().deliver(mail)

    queue, slow = Queue([a_notice(number) for number in range(6)]), Slow()

    await asyncio.wait_for(deliver_forever(queue, slow, SENDER, stop), 10)

    assert sorted(queue.delivered) == list(range(6))


async def test_while_deadlines_are_kept_notices_go_on_batch_by_batch_with_pauses() -> None:
    stop, pauses = asyncio.Event(), 0
    queue = Queue([a_notice(number) for number in range(3 * BATCH)])

    async def deadlines_come_first() -> bool:
        nonlocal pauses
        pauses += 1
        if len(queue.delivered) == 2 * BATCH:
            stop.set()
        return True

    sender = deliver_forever(queue, Letterbox(), SENDER, stop, SOON, gives_way=deadlines_come_first)
    await asyncio.wait_for(sender, 10)

    assert (pauses, len(queue.delivered)) == (2, 2 * BATCH)


async def test_an_idle_sender_stops_at_once() -> None:
    stop = asyncio.Event()
    sender = asyncio.create_task(
        deliver_forever(Queue([]), Letterbox(), SENDER, stop, poll_every=timedelta(hours=1))
    )
    await asyncio.sleep(0.01)

    stop.set()

    await asyncio.wait_for(sender, 1)
