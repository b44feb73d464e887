"""What a workflow stores at each step is there afterwards, once, whatever is repeated or comes late (R63)."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.records.book_tables import BOOKINGS
from adapters.records.money_tables import REFUND_INTENTS
from adapters.records.opened import OperatorDesk, Records
from adapters.records.request_tables import (
    APPLIED_COMMANDS,
    DEADLINE_PLANS,
    NOTICES,
    REJECTIONS,
    REQUEST_EVENTS,
    REQUESTS,
)
from adapters.records.seed import load
from business_care.events import EventName, Rejection
from business_care.notices import Notice
from business_care.refund import RefundStatus
from business_care.state import Outcome
from business_care.views import CareStateName, JournalView, StepRecord
from tests.adapters.care_world import (
    AGENT,
    OPENED_AT,
    a_file,
    a_notice,
    a_plan_record,
    a_refund_view,
    a_step,
    a_view,
    an_applied_command,
    an_event,
    an_opening,
)


async def journal(records: Records) -> JournalView:
    kept = await records.directory.journal("R1")
    assert kept is not None
    return kept


async def told(records: Records) -> list[Notice]:
    return [queued.notice for queued in await records.notices(OperatorDesk()).undelivered(100)]


def a_rejection(sha256: str = "a" * 64, code: str = "wrong_state") -> Rejection:
    return Rejection(at=OPENED_AT, message="fix", code=code, command_id="c9", sha256=sha256)


async def test_a_step_is_found_again_whole(records: Records) -> None:
    view = a_view(seq=1, state=CareStateName.AWAITING_ACKNOWLEDGEMENT)
    plan = a_plan_record()

    await records.care.store(
        a_step(
            view,
            events=(an_event(1),),
            notices=(a_notice(due="2031-03-04"),),
            applied=(an_applied_command(),),
            rejections=(a_rejection(),),
            plans=(plan,),
            opening=an_opening(),
        )
    )

    assert await records.directory.view("R1") == view
    assert (await journal(records)).events == (an_event(1),)
    assert (await journal(records)).rejections == (a_rejection(),)
    assert await told(records) == [a_notice(due="2031-03-04")]
    assert await records.directory.applied("R1", "c1") == an_applied_command()
    assert await records.directory.opening("R1") == an_opening()
    deadlines = await records.directory.deadlines("R1")
    assert deadlines is not None
    assert deadlines.acknowledgement is not None
    assert deadlines.acknowledgement.plan == plan.plan


async def test_a_request_with_the_longest_id_that_is_allowed_is_stored(records: Records) -> None:
    longest = "r" * 128
    opening = an_opening().model_copy(update={"request_id": longest})

    await records.care.store(
        a_step(a_view(longest), workflow_id=f"care-request-{longest}", events=(an_event(1),), opening=opening)
    )

    assert await records.directory.view(longest) == a_view(longest)


async def test_a_step_stored_twice_is_there_once(records: Records) -> None:
    step = a_step(
        events=(an_event(1),),
        notices=(a_notice(),),
        applied=(an_applied_command(),),
        rejections=(a_rejection(), a_rejection()),
        plans=(a_plan_record(),),
    )

    await records.care.store(step)
    before = await journal(records)
    await records.care.store(step)

    assert await journal(records) == before
    assert len(before.events) == 1
    assert len(before.rejections) == 2
    assert len(await told(records)) == 1


async def test_an_older_step_that_comes_late_fills_the_journal_and_leaves_the_view(records: Records) -> None:
    newer = a_view(seq=2, state=CareStateName.VERIFYING)
    await records.care.store(a_step(newer, events=(an_event(2, "fix"),)))

    await records.care.store(a_step(a_view(seq=1), events=(an_event(1),), notices=(a_notice(),)))

    assert await records.directory.view("R1") == newer
    assert [event.name for event in (await journal(records)).events] == ["opened", "fix"]
    assert len(await told(records)) == 1


async def test_a_view_without_a_new_event_replaces_the_one_before(records: Records) -> None:
    await records.care.store(a_step(a_view(seq=1, state=CareStateName.OPENING)))
    counted = a_view(seq=1, state=CareStateName.AWAITING_ACKNOWLEDGEMENT)

    await records.care.store(a_step(counted))

    assert await records.directory.view("R1") == counted


async def test_a_run_that_continues_another_goes_on_counting(records: Records) -> None:
    await records.care.store(a_step(a_view(seq=1), events=(an_event(1),)))

    await records.care.store(a_step(a_view(seq=2), run_id="run-2", events=(an_event(2, "fix"),)))

    assert [event.seq for event in (await journal(records)).events] == [1, 2]


async def test_a_run_that_begins_again_loses_nothing_and_shows_its_own_view(records: Records) -> None:
    await records.care.store(a_step(a_view(seq=1), events=(an_event(1),), notices=(a_notice("1-0-opened"),)))
    await records.care.store(
        a_step(a_view(seq=2), events=(an_event(2, "fix"),), notices=(a_notice("2-0-told", ref="v1"),))
    )
    again = an_event(1).model_copy(update={"at": OPENED_AT + timedelta(days=9)})
    late = a_view(seq=2, state=CareStateName.VERIFYING)

    await records.care.store(
        a_step(a_view(seq=1), run_id="run-2", events=(again,), notices=(a_notice("1-0-opened"),))
    )
    await records.care.store(
        a_step(late, run_id="run-2", events=(an_event(2, "fix"),), notices=(a_notice("2-0-told", ref="v2"),))
    )

    assert await records.directory.view("R1") == late
    assert [(event.seq, event.name) for event in (await journal(records)).events] == [
        (1, "opened"),
        (2, "fix"),
        (3, "opened"),
        (4, "fix"),
    ]
    assert [notice.data for notice in await told(records)] == [{}, {"ref": "v1"}, {"ref": "v2"}]


async def test_a_reset_run_that_repeats_its_steps_word_for_word_repeats_nothing(records: Records) -> None:
    step = a_step(a_view(seq=1), events=(an_event(1),), notices=(a_notice(),))
    await records.care.store(step)

    await records.care.store(step.model_copy(update={"run_id": "run-2"}))

    assert len((await journal(records)).events) == 1
    assert len(await told(records)) == 1


async def test_a_task_that_is_done_again_in_another_order_is_told_as_it_was_done_last(
    records: Records,
) -> None:
    """A worker died with a withdrawal in hand; when the run went on, a fix had come, and no withdrawal."""
    withdrawn = an_event(2, "withdraw").model_copy(update={"command_id": "c1"})
    await records.care.store(a_step(a_view(seq=1), events=(an_event(1),), notices=(a_notice("1-0-opened"),)))
    await records.care.store(
        a_step(
            a_view(seq=3, state=CareStateName.CLOSED, outcome=Outcome.WITHDRAWN),
            events=(withdrawn, an_event(3, "closed")),
            applied=(an_applied_command("c1"),),
            notices=(a_notice("2-0-withdrawn"),),
        )
    )
    verifying = a_view(seq=2, state=CareStateName.VERIFYING)
    later = withdrawn.at + timedelta(seconds=20)
    fixed = an_event(2, "fix").model_copy(update={"command_id": "c2", "at": later})

    await records.care.store(
        a_step(
            verifying,
            events=(fixed,),
            applied=(an_applied_command("c2"),),
            notices=(a_notice("2-0-fix_delivered"),),
        )
    )

    assert await records.directory.view("R1") == verifying
    assert await records.care.finished("R1") is None
    assert (await journal(records)).events == (an_event(1), fixed)
    assert await records.directory.applied("R1", "c1") is None
    assert await records.directory.applied("R1", "c2") == an_applied_command("c2")
    assert [notice.key for notice in await told(records)] == ["1-0-opened", "2-0-fix_delivered"]


async def test_a_command_that_is_done_again_is_recorded_with_the_answer_that_was_given(
    records: Records,
) -> None:
    def done(at: datetime) -> StepRecord:
        applied = an_applied_command("c1")
        answer = applied.answer.model_copy(update={"decided_at": at})
        event = an_event(1, "fix").model_copy(update={"command_id": "c1", "at": at})
        return a_step(
            a_view(seq=1),
            events=(event,),
            applied=(applied.model_copy(update={"answer": answer}),),
            notices=(a_notice("1-0-fix_delivered"),),
        )

    first, again = done(OPENED_AT), done(OPENED_AT + timedelta(seconds=20))
    await records.care.store(first)

    await records.care.store(again)
    await records.care.store(first)

    assert await records.directory.applied("R1", "c1") == again.applied[0]
    assert (await journal(records)).events == again.events
    assert len(await told(records)) == 1


@pytest.mark.parametrize("told_first", ["as many events", "more events"])
async def test_what_a_worker_taken_for_dead_stores_last_changes_nothing(
    records: Records, told_first: str
) -> None:
    """It had told of a withdrawal that was lost; the run went on, and an operator ordered the refund."""
    later = an_event(2).at + timedelta(seconds=20)
    manual = a_view(
        seq=3 if told_first == "as many events" else 2,
        state=CareStateName.REFUND_MANUAL,
        refund=a_refund_view(RefundStatus.MANUAL),
    )
    ordered = [
        an_event(seq, "order_refund").model_copy(update={"command_id": "c2", "at": later})
        for seq in range(2, manual.seq + 1)
    ]
    await records.care.store(a_step(a_view(seq=1), events=(an_event(1),), opening=an_opening()))
    living = a_step(
        manual,
        events=tuple(ordered),
        applied=(an_applied_command("c2"),),
        notices=(a_notice("2-0-refund_manual"),),
    )
    await records.care.store(living)
    before = await all_that_is_kept(records)
    withdrawn = an_event(2, "withdraw").model_copy(update={"command_id": "c1"})
    closed = an_event(3, "closed").model_copy(update={"at": withdrawn.at})

    await records.care.store(
        a_step(
            a_view(
                seq=3,
                state=CareStateName.CLOSED,
                outcome=Outcome.REFUNDED,
                refund=a_refund_view(RefundStatus.SUCCEEDED, "re_1"),
            ),
            events=(withdrawn, closed),
            applied=(an_applied_command("c1"),),
            notices=(a_notice("3-0-withdrawn"),),
            rejections=(a_rejection(),),
            plans=(a_plan_record(5),),
        )
    )

    assert await all_that_is_kept(records) == before
    assert await records.directory.view("R1") == manual
    await records.care.store(living)
    assert await all_that_is_kept(records) == before


async def all_that_is_kept(records: Records) -> list[list[tuple[object, ...]]]:
    tables = (REQUESTS, REQUEST_EVENTS, APPLIED_COMMANDS, REJECTIONS, DEADLINE_PLANS, NOTICES, BOOKINGS)
    by_hand = select(REFUND_INTENTS.c.status, REFUND_INTENTS.c.by_hand, REFUND_INTENTS.c.reference)
    async with records.database.reading() as connection:
        kept = [(await connection.execute(select(table))).all() for table in tables]
        return [[tuple(row) for row in rows] for rows in (*kept, (await connection.execute(by_hand)).all())]


async def test_who_has_read_it_already_is_not_told_again_when_it_is_done_anew(records: Records) -> None:
    fixed = an_event(2, "fix")
    await records.care.store(
        a_step(a_view(seq=2), events=(fixed,), notices=(a_notice("2-0-fix_delivered", ref="v1"),))
    )
    queue = records.notices(OperatorDesk())
    (sent,) = await queue.undelivered(1)
    await queue.mark_delivered(sent.notice_id, OPENED_AT)
    later = fixed.at + timedelta(seconds=20)

    await records.care.store(
        a_step(a_view(seq=2), events=(fixed.model_copy(update={"name": "reminder", "at": later}),))
    )
    await records.care.store(
        a_step(
            a_view(seq=3),
            events=(an_event(3, "fix").model_copy(update={"at": later}),),
            notices=(a_notice("3-0-fix_delivered", ref="v1"), a_notice("3-1-fix_delivered", ref="v2")),
        )
    )

    assert [notice.data for notice in await told(records)] == [{"ref": "v2"}]


async def test_who_has_read_what_never_happened_is_told_what_did(records: Records) -> None:
    event = an_event(1, "deadline_changed")
    await records.care.store(
        a_step(a_view(seq=1), events=(event,), notices=(a_notice("1-0-deadline_changed", due="Monday"),))
    )
    queue = records.notices(OperatorDesk())
    (sent,) = await queue.undelivered(1)
    await queue.mark_delivered(sent.notice_id, OPENED_AT)

    await records.care.store(
        a_step(
            a_view(seq=1),
            events=(event.model_copy(update={"at": event.at + timedelta(seconds=20)}),),
            notices=(a_notice("1-0-deadline_changed", due="Tuesday"),),
        )
    )

    assert [notice.data for notice in await told(records)] == [{"due": "Tuesday"}]


async def test_the_journal_shows_the_last_200_rejections_and_counts_the_others(records: Records) -> None:
    many = tuple(a_rejection(f"{number:064d}") for number in range(203))
    other = a_rejection("b" * 64, code="invalid_message")

    await records.care.store(
        a_step(rejections=(other, *many), rejections_dropped={"invalid_message": 1, "request_closed": 7})
    )

    kept = await journal(records)
    assert len(kept.rejections) == 200
    assert kept.rejections[-1] == many[-1]
    assert kept.rejections_dropped == {"invalid_message": 1, "wrong_state": 3, "request_closed": 7}


async def test_a_closed_request_is_found_with_its_outcome(records: Records) -> None:
    closed = a_view(state=CareStateName.CLOSED, outcome=Outcome.RESOLVED)

    await records.care.store(a_step(closed))

    assert await records.care.finished("R1") == closed


async def test_a_step_is_kept_whole_or_not_at_all(records: Records) -> None:
    await records.care.store(a_step(a_view(seq=1)))
    broken = a_step(a_view(seq=2), events=(an_event(2, "fix"),)).model_copy(
        update={"notices": (a_notice().model_copy(update={"key": None}),)}
    )

    with pytest.raises(Exception, match="records refused"):
        await records.care.store(broken)

    view = await records.directory.view("R1")
    assert view is not None
    assert view.seq == 1
    assert (await journal(records)).events == ()


async def test_fifty_steps_at_once_wait_for_each_other(records: Records) -> None:
    await load(records.database, a_file())
    steps = [
        a_step(a_view(f"R{number}", seq=1), events=(an_event(1),), notices=(a_notice(),))
        for number in range(50)
    ]

    await asyncio.gather(*(records.care.store(step) for step in steps))

    journals = [await records.directory.journal(f"R{number}") for number in range(50)]
    assert [len(kept.events) for kept in journals if kept] == [1] * 50


async def test_the_steps_of_one_request_stored_at_once_end_with_the_newest_view(records: Records) -> None:
    steps = [
        a_step(a_view(seq=number), events=(an_event(number, EventName.REMINDER),)) for number in range(1, 31)
    ]

    await asyncio.gather(*(records.care.store(step) for step in reversed(steps)))

    view = await records.directory.view("R1")
    assert view is not None
    assert view.seq == 30
    assert [event.seq for event in (await journal(records)).events] == list(range(1, 31))


async def test_a_deadline_s_moves_are_told_with_cause_and_author(records: Records) -> None:
    first = a_plan_record()
    moved_at = OPENED_AT + timedelta(hours=2)
    moved = a_plan_record(
        1, first.plan.last_day + timedelta(days=1), cause="operator_correction", at=moved_at, by=AGENT
    )

    await records.care.store(a_step(plans=(first,)))
    await records.care.store(a_step(plans=(moved,)))

    deadlines = await records.directory.deadlines("R1")
    assert deadlines is not None
    assert deadlines.acknowledgement is not None
    assert deadlines.acknowledgement.due == moved.due
    assert [
        (move.at, move.cause, move.by, move.previous_due, move.due)
        for move in deadlines.acknowledgement.revisions
    ] == [(moved_at, "operator_correction", AGENT, first.due, moved.due)]
