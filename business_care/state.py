"""The life of a care request as one immutable value with three regions: acknowledgement, resolution,
refund."""

from enum import StrEnum

from business_care.commands import ClockName, RefusalGround, UpdateKind
from business_care.counting import DeadlinePlan, Reminder
from business_care.people import Actor
from business_care.policy import Policy
from business_care.refund import Refund
from business_care.request import CareRequestOpening, LicenceFacts, RequestKind
from business_care.values import Identifier, Instant, Text, Value


class AcknowledgementStatus(StrEnum):
    """How the first promise stands; wire format."""

    PENDING = "pending"
    MET = "met"
    MET_LATE = "met_late"
    BREACHED = "breached"
    NOT_DUE = "not_due"


class Phase(StrEnum):
    """How the second promise stands."""

    OPENING = "opening"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    REFUSED = "refused"
    DISPUTED = "disputed"
    QUESTION_OVERDUE = "question_overdue"
    CLOSED = "closed"


MAY_STILL_BE_MISSED = frozenset({Phase.IN_PROGRESS, Phase.VERIFYING})
"""While the second deadline binds: a fix that is being verified may still be rejected."""


class Outcome(StrEnum):
    """How a request ended; wire format."""

    RESOLVED = "resolved"
    SETTLED = "settled"
    REFUSED = "refused"
    REFUNDED = "refunded"
    WITHDRAWN = "withdrawn"
    NOT_ENTITLED = "not_entitled"
    CLOSED_BY_OPERATOR = "closed_by_operator"


class RevisionCause(StrEnum):
    """The only causes for which a told deadline moves (R8)."""

    EARLY_REOPENING = "early_reopening"
    OPERATOR_CORRECTION = "operator_correction"


class Revision(Value):
    """One move of a deadline, with the plan that it replaced (R8)."""

    at: Instant
    cause: RevisionCause
    by: Actor
    previous_due: Instant
    due: Instant
    previous_plan: DeadlinePlan


class Deadline(Value):
    """A deadline told to the parties: `due` is in force, `plan` explains it day by day (R8)."""

    due: Instant
    plan: DeadlinePlan
    noon_of_last_day: Instant
    reminders: tuple[Reminder, ...] = ()
    revisions: tuple[Revision, ...] = ()
    corrected: bool = False
    """The operator moved it: the plan explains the first count, and the reminders are to be planned anew."""

    @classmethod
    def planned(cls, plan: DeadlinePlan) -> "Deadline":
        """The deadline that a plan gives."""
        return cls(due=plan.due, plan=plan, noon_of_last_day=plan.last_day_noon, reminders=plan.reminders)


class Reopening(Value):
    """An early reopening whose new acknowledgement deadline is still to be counted (R7)."""

    closure_id: Identifier
    notified_at: Instant
    by: Actor


class Acknowledgement(Value):
    """The first region. `acted_at` is the earliest act of a person; a breach stands while `breached_at` is
    set."""

    status: AcknowledgementStatus = AcknowledgementStatus.PENDING
    deadline: Deadline | None = None
    acted_at: Instant | None = None
    breached_at: Instant | None = None
    reminded: bool = False
    consequence_drawn: bool = False
    """What a missed deadline leads to has been decided; a later change of kind does not decide it again
    (R26)."""
    reopenings: tuple[Reopening, ...] = ()


class WindowKind(StrEnum):
    """The two windows in which the customer has the word (R9)."""

    VERIFICATION = "verification"
    DISPUTE = "dispute"


class Window(Value):
    """A window counted in business days from `opened_at`; without a plan it is still being counted (R9)."""

    kind: WindowKind
    opened_at: Instant
    plan: DeadlinePlan | None = None
    reminded: bool = False


class DeliveredFix(Value):
    """The fix that is being verified."""

    reference: Text
    delivered_at: Instant


class OfferedUpdate(Value):
    """An update that the customer may accept (R23)."""

    kind: UpdateKind
    reference: Text
    offered_at: Instant


class Refusal(Value):
    """A refusal: standing, or overturned earlier (R32)."""

    ground: RefusalGround
    evidence: tuple[Text, ...]
    refused_at: Instant


class Wait(Value):
    """An interval of waiting for the customer; it pauses nothing (R20)."""

    since: Instant
    until: Instant | None = None


class Resolution(Value):
    """The second region."""

    phase: Phase = Phase.OPENING
    deadline: Deadline | None = None
    fix: DeliveredFix | None = None
    window: Window | None = None
    refusal: Refusal | None = None
    overturned: tuple[Refusal, ...] = ()
    offers: tuple[OfferedUpdate, ...] = ()
    waits: tuple[Wait, ...] = ()
    missed_at: Instant | None = None
    outcome: Outcome | None = None
    closed_at: Instant | None = None

    @property
    def waiting_for_customer(self) -> bool:
        """Whether a question to the customer is open (R20)."""
        return bool(self.waits) and self.waits[-1].until is None


class TaskKind(StrEnum):
    """What waits for the operator (R28)."""

    DISPUTE = "dispute"
    QUESTION_OVERDUE = "question_overdue"
    MANUAL_REFUND = "manual_refund"
    HOLD = "hold"


class OperatorTask(Value):
    """Something that waits for the operator since an instant; reminded again and again until done (R28)."""

    kind: TaskKind
    since: Instant
    counted_from: Instant
    reminder: DeadlinePlan | None = None


class CareState(Value):
    """A care request, whole."""

    opening: CareRequestOpening
    kind: RequestKind
    facts: LicenceFacts | None = None
    licence_unknown: bool = False
    acknowledgement: Acknowledgement = Acknowledgement()
    resolution: Resolution = Resolution()
    refund: Refund = Refund()
    tasks: tuple[OperatorTask, ...] = ()
    seq: int = 0
    """The number of events so far."""

    @property
    def is_closed(self) -> bool:
        """Whether the request has its outcome."""
        return self.resolution.outcome is not None

    @property
    def policy(self) -> Policy:
        """The policy frozen into the request when it opened."""
        return self.facts.policy if self.facts else Policy()

    def deadline(self, clock: ClockName) -> Deadline | None:
        """The deadline of one of the two clocks, once it is planned."""
        return (
            self.acknowledgement.deadline if clock is ClockName.ACKNOWLEDGEMENT else self.resolution.deadline
        )


def opened_state(opening: CareRequestOpening) -> CareState:
    """The state of a request before anything was looked up."""
    return CareState(opening=opening, kind=opening.kind)
