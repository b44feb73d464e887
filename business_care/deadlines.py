"""Deadlines: planned at the opening, and moved for a named cause only, every revision kept (R8)."""

from datetime import datetime

from business_care.commands import ClockName
from business_care.counting import DeadlinePlan
from business_care.events import EventName
from business_care.life import miss_acknowledgement, withdraw_breach
from business_care.notices import NoticeKind
from business_care.people import Actor
from business_care.state import (
    AcknowledgementStatus,
    Deadline,
    Phase,
    Revision,
    RevisionCause,
    TaskKind,
)
from business_care.turn import Turn
from business_care.values import known
from business_care.views import PlanRecord


def set_deadlines(turn: Turn, acknowledgement: DeadlinePlan, resolution: DeadlinePlan) -> None:
    """Both deadlines as they are told to the parties; reminders that have passed by now are left out."""
    first, second = Deadline.planned(acknowledgement), Deadline.planned(resolution)
    turn.acknowledgement(deadline=first, reminded=first.noon_of_last_day <= turn.now)
    ahead = tuple(reminder for reminder in second.reminders if reminder.at > turn.now)
    turn.resolution(phase=Phase.IN_PROGRESS, deadline=second.model_copy(update={"reminders": ahead}))
    for clock, deadline in ((ClockName.ACKNOWLEDGEMENT, first), (ClockName.RESOLUTION, second)):
        turn.keep_plan(
            PlanRecord(clock=clock, revision=0, due=deadline.due, cause="opening", plan=deadline.plan)
        )


def move_deadline(turn: Turn, clock: ClockName, due: datetime, by: Actor) -> None:
    """The operator's correction: only `due` moves, the plan still explains the first count (R8)."""
    deadline = known(turn.state.deadline(clock))
    if deadline.due == due:
        return
    corrected = deadline.model_copy(update={"corrected": True, "reminders": ()})
    _revise(turn, clock, corrected, due, RevisionCause.OPERATOR_CORRECTION, by)
    if clock is ClockName.ACKNOWLEDGEMENT:
        _judge_acknowledgement_again(turn, due)
    elif turn.state.resolution.phase is Phase.QUESTION_OVERDUE and turn.now < due:
        turn.end_tasks(TaskKind.QUESTION_OVERDUE)
        turn.resolution(phase=Phase.IN_PROGRESS)


def move_after_reopening(turn: Turn, plan: DeadlinePlan) -> None:
    """The first deadline counted again after the earliest reopening still to be counted: earlier, or as it
    was (R7).

    A count that the closure did not lengthen leaves a correction of the operator's alone. It is kept all the
    same: the days of overlapping closures come back only when the last of them has been cut short.
    """
    ack, deadline = turn.state.acknowledgement, known(turn.state.acknowledgement.deadline)
    reopening, *later = ack.reopenings
    turn.acknowledgement(reopenings=tuple(later))
    if ack.status is not AcknowledgementStatus.PENDING:
        return
    if plan.due >= min(deadline.due, deadline.plan.due):
        turn.acknowledgement(deadline=deadline.model_copy(update={"plan": plan}))
        return
    recounted = Deadline.planned(plan).model_copy(update={"revisions": deadline.revisions})
    turn.acknowledgement(reminded=recounted.noon_of_last_day <= turn.now)
    _revise(
        turn,
        ClockName.ACKNOWLEDGEMENT,
        recounted,
        plan.due,
        RevisionCause.EARLY_REOPENING,
        reopening.by,
        before=deadline,
    )


def _revise(
    turn: Turn,
    clock: ClockName,
    deadline: Deadline,
    due: datetime,
    cause: RevisionCause,
    by: Actor,
    before: Deadline | None = None,
) -> None:
    before = before or deadline
    revision = Revision(
        at=turn.now, cause=cause, by=by, previous_due=before.due, due=due, previous_plan=before.plan
    )
    revised = deadline.model_copy(update={"due": due, "revisions": (*before.revisions, revision)})
    region = turn.acknowledgement if clock is ClockName.ACKNOWLEDGEMENT else turn.resolution
    region(deadline=revised)
    turn.note(EventName.DEADLINE_CHANGED, "R8", clock=clock, cause=cause, previous=before.due, due=due)
    turn.keep_plan(
        PlanRecord(
            clock=clock,
            revision=len(revised.revisions),
            due=due,
            cause=cause,
            plan=revised.plan,
            at=turn.now,
            by=by,
        )
    )
    turn.tell_seller(NoticeKind.DEADLINE_CHANGED, clock=clock, due=due)
    turn.tell_customer(NoticeKind.DEADLINE_CHANGED, clock=clock, due=due)


def _judge_acknowledgement_again(turn: Turn, due: datetime) -> None:
    ack = turn.state.acknowledgement
    kept = ack.acted_at < due if ack.acted_at is not None else turn.now < due
    if kept and ack.breached_at is not None:
        withdraw_breach(turn, "R8")
    if not kept and ack.acted_at is not None and ack.breached_at is None:
        miss_acknowledgement(turn)
    if ack.acted_at is not None:
        turn.acknowledgement(status=AcknowledgementStatus.MET if kept else AcknowledgementStatus.MET_LATE)
    elif kept:
        turn.acknowledgement(status=AcknowledgementStatus.PENDING)
