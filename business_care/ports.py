"""What the software needs from the outside world, as protocols with business verbs.

Every method may raise `TemporarilyUnavailable`; what else it raises stands beside it. `at` is always the
instant of the act in the life of the request, given by the caller: no port reads a clock to decide anything.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from business_care.calendar import CalendarProfile, Closure, Place
from business_care.comparison import Comparison, OpenInRecords
from business_care.counting import DeadlinePlan
from business_care.digest import Digest
from business_care.listing import CommandLogEntry, PaymentSwitch, RequestFilter, SellerClosure
from business_care.notices import Notice, NoticeAbout
from business_care.planning import PlannedReminders
from business_care.provider_news import ChargebackNews, DisputeStanding
from business_care.reconciliation import MadeRefund
from business_care.refund import Money, RefundAnswer, RefundOrder
from business_care.request import CareRequestOpening, LicenceFacts
from business_care.values import Value
from business_care.views import AppliedCommand, DeadlinesView, JournalView, RequestView, StepRecord


class DeadlinePlanner(Protocol):
    """Counts business days in a seller's calendar (R2-R8). Raises `CalendarRefused` where a calendar can't
    be used."""

    def plan(
        self,
        opened_at: datetime,
        business_days: int,
        place: Place,
        profile: CalendarProfile,
        closures: Sequence[Closure] = (),
        remind_before: Sequence[int] = (),
    ) -> DeadlinePlan:
        """The deadline that lies `business_days` after the local day of `opened_at`."""
        ...

    def replan_after_reopening(
        self,
        plan: DeadlinePlan,
        place: Place,
        profile: CalendarProfile,
        closures: Sequence[Closure],
        closure_id: str,
        notified_at: datetime,
    ) -> DeadlinePlan:
        """The acknowledgement deadline counted again after an early reopening: never later than before
        (R7)."""
        ...

    def reminders(
        self, due: datetime, place: Place, profile: CalendarProfile, remind_before: Sequence[int]
    ) -> PlannedReminders:
        """The reminders of a deadline that was set by hand, counted back from `due`."""
        ...


class CareRecords(Protocol):
    """The records as the workflow's steps use them."""

    async def licence_facts(self, opening: CareRequestOpening) -> LicenceFacts:
        """The facts that judge the request, as they stand (R15, R31). Raises `RecordMissing` for an unknown
        licence."""
        ...

    async def finished(self, request_id: str) -> RequestView | None:
        """The last view of a request that is closed in the records, else None (fact of R63)."""
        ...

    async def store(self, step: StepRecord) -> None:
        """Store one step, all or nothing; storing it again, or storing an older one late, changes nothing
        (R63)."""
        ...

    async def end_care(self, licence_id: str, at: datetime) -> None:
        """End the care of a licence; a second time changes nothing (R43)."""
        ...

    async def cancel_renewal(self, licence_id: str, at: datetime) -> None:
        """Cancel the tacit renewal of a licence; a second time changes nothing (R43)."""
        ...


class Payments(Protocol):
    """Paying the price back once (R41, R42, R44)."""

    async def stopped(self, seller_id: str) -> bool:
        """Whether the kill switch is on, for all or for this seller (R44)."""
        ...

    async def pay_back(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        """Look for an existing refund of the licence first; else keep the intent, then ask the provider once.

        Safe to call again after any failure, under the same key: it looks before it pays (R41).
        """
        ...

    async def look_up(self, order: RefundOrder, at: datetime) -> RefundAnswer | None:
        """How the refund of the licence stands at the provider; None when there is none."""
        ...


class PaymentProvider(Protocol):
    """A payment service. Its words are translated into `RefundAnswer` at its own edge."""

    async def find_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer | None:
        """The refund made under this order's key, if there is one; tells the truth always."""
        ...

    async def create_refund(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        """Ask for the refund under the order's key. `TemporarilyUnavailable` may come before or after the
        effect."""
        ...

    def refunds_made(self, at: datetime) -> AsyncIterator[MadeRefund]:
        """Every refund of ours that the provider knows, as it stands at that instant, in any order.

        Ours are those that carry our key, licence and purpose; a key that was paid twice is listed twice.
        Listed page by page: there may be a million.
        """
        ...


class Mailbox(Protocol):
    """Delivers one notice. Delivering the same notice again must not reach the reader twice where that can
    be told."""

    async def deliver(self, mail: "Mail") -> None:
        """Hand the mail over for delivery."""
        ...


class Mail(Value):
    """A notice as a mail: addressed and worded in the reader's language."""

    key: str
    sender: str
    to: str
    subject: str
    body: str


class NoticeQueue(Protocol):
    """Notices that wait in the records until they are delivered."""

    async def undelivered(self, limit: int) -> "Sequence[QueuedNotice]":
        """The oldest notices that nobody delivered yet; for some minutes they are the caller's alone."""
        ...

    async def mark_delivered(self, notice_id: int, at: datetime) -> None:
        """Remember that a notice was delivered."""
        ...

    async def mark_failed(self, notice_id: int, at: datetime, code: str) -> None:
        """Count a failed attempt; the notice is tried again later."""
        ...


class QueuedNotice(Value):
    """A notice with all that its delivery needs. `address` and `language` come from the records (R62)."""

    notice_id: int
    about: NoticeAbout
    subject_id: str
    """The id of the request or of the deactivation that it is about."""
    notice: Notice
    address: str | None
    reader_name: str | None
    language: str
    timezone: str


class OpenRuns(Protocol):
    """What has not ended as far as the records know."""

    async def open_runs(self) -> Sequence[OpenInRecords]:
        """Every request and every deactivation that is open, in any order."""
        ...


class Comparing(Protocol):
    """Compares what is open in the records with what runs."""

    async def compare(self, at: datetime) -> Comparison:
        """Every difference that is still there when it is looked at a second time; `at` is now."""
        ...


class Digests(Protocol):
    """The operator's digest of everything that is open."""

    async def write_digest(self, at: datetime, differences: int | None) -> Digest:
        """Count as of `at`, and tell the operator: once a day, however often it is written.

        `differences` is how many the comparison with what runs has found; None where it could not be made.
        """
        ...


class RequestDirectory(Protocol):
    """The records as the gateway reads them; and what it keeps there of a provider's news."""

    async def view(self, request_id: str) -> RequestView | None:
        """The last stored view of a request, open or closed; None when the records don't know it."""
        ...

    async def deadlines(self, request_id: str) -> DeadlinesView | None:
        """The deadlines of a request with their explanation, as stored."""
        ...

    async def journal(self, request_id: str) -> JournalView | None:
        """The journal of a request, as stored."""
        ...

    async def list_requests(self, wanted: RequestFilter) -> Sequence[RequestView]:
        """The requests that match, the next deadline first; those without one last."""
        ...

    async def deadlines_waiting(self, now: datetime, at_most: int) -> int:
        """How many deadlines and windows of the last day should have been kept by `now`, and are not; counted
        no further than `at_most`."""
        ...

    async def refunds_waiting(self, since: datetime, at_most: int) -> int:
        """How many refunds that are due since then were not asked of the payment provider yet; counted no
        further than `at_most`."""
        ...

    async def applied(self, request_id: str, command_id: str) -> AppliedCommand | None:
        """A command that was accepted earlier, with its answer (R60)."""
        ...

    async def forgotten(self, request_id: str, command_id: str) -> AppliedCommand | None:
        """A command that was accepted so long ago that a running request does not remember it (R60):
        `MAX_APPLIED` others were accepted after it."""
        ...

    async def facts(self, opening: CareRequestOpening) -> LicenceFacts:
        """The facts of the licence. Raises `RecordMissing` for an unknown licence (R15)."""
        ...

    async def opening(self, request_id: str) -> CareRequestOpening | None:
        """How the request was opened, to tell a repeated start from another request under the same id."""
        ...

    async def opened(self, request_id: str) -> tuple[CareRequestOpening | None, RequestView | None]:
        """The same, and the last stored view, in one look."""
        ...

    async def waiting_for_settlement(self, licence_id: str) -> Sequence[str]:
        """The ids of the open requests whose refund was asked for and is not settled, the one that asked
        first at the front."""
        ...

    async def refund_has_failed(self, licence_id: str) -> bool:
        """Whether the provider has told that the refund of this licence's price failed (R42)."""
        ...

    async def paid_with(self, payment_ref: str) -> Sequence[str]:
        """The ids of the open requests on licences that were bought with a payment."""
        ...

    async def keep_dispute(self, news: ChargebackNews) -> DisputeStanding:
        """Remember how a dispute stands; while it is open or lost, no program pays back its payment."""
        ...

    async def prices_paid_with(self, payment_ref: str) -> Sequence[Money]:
        """What was paid for each licence that was bought with a payment, less what was given back before."""
        ...


class CommandLog(Protocol):
    """Every command that went through the gateway, with its answer (R61)."""

    async def note(self, entry: CommandLogEntry) -> None:
        """Keep one command and what was answered."""
        ...

    async def of_request(self, request_id: str) -> Sequence[CommandLogEntry]:
        """The commands of a request in the order in which they were answered."""
        ...

    async def of_product(self, product_id: str) -> Sequence[CommandLogEntry]:
        """The commands about a product in the order in which they were answered."""
        ...

    async def of_recovery(self, recovery_id: str) -> Sequence[CommandLogEntry]:
        """The commands to a recovery in the order in which they were answered."""
        ...


class Closures(Protocol):
    """Sellers' temporary closures (R7)."""

    async def announce(self, closure: SellerClosure) -> SellerClosure:
        """Keep a closure; the same id and content again changes nothing. Raises `RuleViolation` for another
        content, `RecordMissing` for an unknown seller."""
        ...

    async def end(self, closure_id: str, notified_at: datetime) -> SellerClosure:
        """Cut a closure short for later requests. Raises `RecordMissing` for an unknown one."""
        ...

    async def of_seller(self, seller_id: str | None) -> Sequence[SellerClosure]:
        """The closures of one seller, or of all, by start."""
        ...

    async def bound_requests(self, closure_id: str) -> Sequence[str]:
        """The ids of the open requests that the closure binds."""
        ...


class PaymentSwitches(Protocol):
    """The kill switch, for all or for one seller (R44)."""

    async def set_payments(self, switch: PaymentSwitch) -> None:
        """Stop or resume automatic payments."""
        ...

    async def payment_switches(self) -> Sequence[PaymentSwitch]:
        """Every switch that was ever set, as it stands."""
        ...

    async def waiting_for_payment(self, seller_id: str | None) -> Sequence[str]:
        """The ids of the requests whose refund is due and not yet paid, of one seller or of all."""
        ...
