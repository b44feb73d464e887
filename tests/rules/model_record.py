"""What the model remembers of a request, and what a clock or the payment provider does to it."""

from dataclasses import dataclass, field

from tests.rules.model_calendar import end_of_count

Message = dict[str, object]
ClosedDays = tuple[tuple[str, int, int], ...]
"""Closures by id, first and last day."""


class Refused(Exception):
    """A rule says no; the only argument is its code."""


@dataclass(frozen=True)
class Terms:
    """What a request is judged by: the numbers of its policy and the facts of its licence."""

    verification: int = 5
    dispute: int = 10
    acknowledge: int = 1
    resolve: int = 30
    grace: int = 15 * 60
    backdating: int = 24 * 3_600
    refund_missed_acknowledgement: bool = False
    owed: int = 4_000
    shop: str = "same"
    version: str = "listed"
    closed_days: ClosedDays = ()


@dataclass
class Record:
    """One request."""

    terms: Terms
    opened: int
    kind: str
    now: int = 0
    ack: str = "pending"
    ack_due: int = 0
    ack_counted: int = 0
    acted: int | None = None
    breach: bool = False
    drawn: bool = False
    phase: str = "in_progress"
    due: int = 0
    missed: bool = False
    window: int | None = None
    refusal: tuple[str, frozenset[str]] | None = None
    overturned: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)
    asked: bool = False
    refund: str | None = None
    cause: str | None = None
    held: bool = False
    ordered: bool = False
    bank: str | None = None
    """How far a chargeback has come."""
    told_as_failed: bool = False
    """The provider told that the refund failed before anybody took it over for another reason."""
    outcome: str | None = None
    waits: set[str] = field(default_factory=set)
    revisions: int = 0
    reopened: dict[str, int] = field(default_factory=dict)
    seen: dict[str, Message] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ack_due = self.ack_counted = end_of_count(self.opened, self.terms.acknowledge, self.closed())
        self.due = end_of_count(self.opened, self.terms.resolve)

    def closed(self) -> set[int]:
        """The days on which the seller is closed, as far as it has not reopened early (R7)."""
        return {
            day
            for closure_id, first, last in self.terms.closed_days
            for day in range(first, min(last, self.reopened.get(closure_id, last)) + 1)
        }

    # --- what happens by itself ---------------------------------------------------------------------------

    def pass_time(self, now: int) -> None:
        """Everything due by now happens, the earliest first (R11, R12, R24, R21, R32)."""
        self.now = now
        while self.outcome is None and self.refund is None:
            happens = min(self._ahead(), default=(now + 1, 0, ""))
            if happens[0] > now:
                break
            getattr(self, f"_{happens[2]}")()

    def _ahead(self) -> list[tuple[int, int, str]]:
        grace = self.terms.grace
        ahead = []
        if self.ack == "pending":
            ahead.append((self.ack_due, 0, "first_promise_broken"))
        elif self.ack != "met" and self.terms.refund_missed_acknowledgement and not self.drawn:
            ahead.append((self.ack_due + grace, 0, "first_promise_refunded"))
        if self.phase == "in_progress":
            ahead.append((self.due + grace, 1, "second_promise_broken"))
        if self.window is not None:
            ahead.append((self.window + grace, 2, "silence"))
        return ahead

    def _first_promise_broken(self) -> None:
        self.ack, self.breach = "breached", True

    def _first_promise_refunded(self) -> None:
        self.drawn = True
        if self.kind == "anomaly":
            self._owe("acknowledgement_missed")

    def _second_promise_broken(self) -> None:
        self._fail("resolution_missed")

    def _silence(self) -> None:
        self._end("resolved" if self.phase == "verifying" else "refused")

    def _fail(self, cause: str) -> None:
        if self.kind == "question":
            self.phase = "question_overdue"
            self.waits.add("question_overdue")
        else:
            self.missed = True
            self._owe(cause)

    def _owe(self, cause: str) -> None:
        self.cause = cause
        self.phase, self.window = "in_progress", None
        self.waits -= {"dispute", "question_overdue"}
        if self.terms.owed == 0:
            self.refund = "nothing_to_pay"
            self._end("refunded")
        else:
            self.refund = self._due_or_held()

    def _due_or_held(self) -> str:
        return "held" if (self.held and not self.ordered) or self.bank == "opened" else "due"

    def _end(self, outcome: str) -> None:
        if self.ack == "pending":
            self.breach = self.now >= self.ack_due
            self.ack = "breached" if self.breach else "not_due"
        self.phase, self.window, self.asked, self.outcome = "closed", None, False, outcome
        self.waits.clear()

    # --- the payment --------------------------------------------------------------------------------------

    def pay(self) -> None:
        """From here on money may move."""
        self.refund = "pending"

    def provider_says(self, answer: str) -> None:
        """An answer counts while the refund is pending (R42)."""
        if self.refund != "pending":
            return
        if answer == "succeeded":
            self._money_moved("succeeded")
        elif answer in {"failed", "refused"}:
            self._by_hand()

    def follow_up(self) -> None:
        """Care and renewal have ended, the parties are told (R43)."""
        self._end("refunded")

    def _money_moved(self, status: str) -> None:
        self.refund = status
        self.waits.clear()

    def _by_hand(self) -> None:
        self.refund = "manual"
        self.waits.add("manual_refund")

    # --- what several commands do ------------------------------------------------------------

    def _acted(self, at: int) -> None:
        self.acted = at if self.acted is None else min(at, self.acted)
        self.breach = self.acted >= self.ack_due
        self.ack = "met_late" if self.breach else "met"
        self.drawn = self.drawn and self.breach

    def _work_goes_on(self, at: int, cause: str) -> None:
        self.phase, self.window, self.refusal = "in_progress", None, None
        self.waits.discard("dispute")
        if at >= self.due:
            self._fail(cause)

    def _look_at_holds(self) -> None:
        if self.refund in {"due", "held"}:
            self.refund = self._due_or_held()


def refuse_if(broken: object, code: str) -> None:
    if broken:
        raise Refused(code)


def blank(text: object) -> bool:
    return not (isinstance(text, str) and text.strip())
