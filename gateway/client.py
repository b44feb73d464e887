"""The typed client for everything that callers do with care requests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from uuid import uuid4

from temporalio.client import Client

from business_care.commands import Command
from business_care.deactivation.ports import DeactivationDirectory
from business_care.deactivation.views import DeactivationAnswer
from business_care.errors import RuleViolation
from business_care.listing import CommandLogEntry, PaymentState, PaymentSwitch, RequestFilter, SellerClosure
from business_care.people import Actor
from business_care.ports import Closures, CommandLog, DeadlinePlanner, PaymentSwitches, RequestDirectory
from business_care.provider_news import ChargebackNews, RefundNews
from business_care.recovery.ports import RecoveryDirectory
from business_care.request import CareRequestOpening
from business_care.views import CommandAnswer, DeadlinesView, JournalView, OpenedAnswer, RequestView
from gateway.closed import RequestAddressee
from gateway.delivering import Courier
from gateway.opening import Reception
from gateway.operating import Operations
from gateway.precedence import Crowd, Precedence
from gateway.raw_command import RawCommand
from gateway.reading import Reader, RecordedRequests
from gateway.records_desk import RecordsDesk
from gateway.recoveries import RecoveryGateway
from gateway.settling import NewsTold, Settling
from gateway.starting import Starter
from gateway.telling import ClosureEnding, PaymentsChange

PATIENCE = timedelta(seconds=30)


def now() -> datetime:
    """The clock of callers that have no other."""
    return datetime.now(UTC)


def new_command_id() -> str:
    """An id for a command whose sender gave none."""
    return str(uuid4())


@dataclass(frozen=True)
class CareGateway:
    """Opens requests, sends commands, reads what became of them, and acts on many at once.

    Every method raises `RuleViolation` where a rule says no, and `StepFailed` where the question could not be
    put: `gateway.failures`, or what the records raise. `clock` tells the instant of arrival, in UTC; with a
    `planner`, new requests can be searched for by their first deadline at once; `patience` is how long an
    answer is waited for.
    """

    client: Client
    directory: RequestDirectory
    commands: CommandLog
    closures: Closures
    switches: PaymentSwitches
    deactivations: DeactivationDirectory
    recoveries: RecoveryDirectory
    clock: Callable[[], datetime] = now
    planner: DeadlinePlanner | None = None
    patience: timedelta = PATIENCE

    async def open_request(self, opening: CareRequestOpening) -> OpenedAnswer:
        """Start the request and return both due instants; asked again, it answers as the request stands.

        Raises:
            RuleViolation: `unknown_licence` (R15); `request_id_reused` for another opening under the same id;
            `opened_at_out_of_range` for one more than two minutes ahead.
        """
        return await self._reception.open(opening)

    async def open_later(self, opening: CareRequestOpening, delay: timedelta) -> None:
        """Start a request whose instants may lie ahead: it takes its first step after `delay`.

        Raises:
            RuleViolation: `unknown_licence`, `request_id_reused`.
        """
        await self._reception.open_later(opening, delay)

    async def send(self, request_id: str, command: Command | RawCommand) -> CommandAnswer:
        """Send a command and wait for its answer; a closed request is answered for by the records (R60, R61).

        The command is kept with its answer or its refusal. Sending the same command again is safe. A refund
        that settles as failed when it counts as paid already begins a recovery, which the refusal names
        (R42).

        Raises:
            RuleViolation: the code of the rule that says no; `unknown_request`.
        """
        try:
            return await self._courier.ask(RequestAddressee(request_id, self.directory), command)
        except RuleViolation as refused:
            raise await self._settling.begin_if_late(request_id, command, refused) from None

    async def send_as_signal(self, request_id: str, command: Command | RawCommand) -> CommandAnswer | None:
        """Hand a command over without waiting: None comes back, and how it was judged stands in the journal.

        A closed request is answered for by the records, as in `send`.
        """
        try:
            return await self._courier.tell(RequestAddressee(request_id, self.directory), command)
        except RuleViolation as refused:
            raise await self._settling.begin_if_late(request_id, command, refused) from None

    async def hear_of_refund(self, news: RefundNews) -> NewsTold:
        """Take what the payment provider tells of a refund by itself to whom it concerns; twice is once.

        A failure that comes when the request has closed begins a recovery (R42).
        """
        return await self._settling.hear_of_refund(news)

    async def hear_of_chargeback(self, news: ChargebackNews) -> NewsTold:
        """Take what the customer's bank does to a payment to every open request that it bought (R44)."""
        return await self._settling.hear_of_chargeback(news)

    @property
    def recovery(self) -> RecoveryGateway:
        """Refunds that failed after their request had closed (R42)."""
        return RecoveryGateway(self.client, self.recoveries, self.commands, self.clock, self.patience)

    async def status(self, request_id: str, *, as_recorded: bool = False) -> RequestView:
        """The whole view, told by the running request, or by the records once it is closed.

        With `as_recorded` the request is not asked: the records may be a step behind.

        Raises:
            RuleViolation: `unknown_request`.
        """
        return await self._reader.status(request_id, as_recorded=as_recorded)

    async def deadlines(self, request_id: str, *, as_recorded: bool = False) -> DeadlinesView:
        """Both deadlines, with every day of the count explained (R8); read like the status."""
        return await self._reader.deadlines(request_id, as_recorded=as_recorded)

    async def journal(self, request_id: str, *, as_recorded: bool = False) -> JournalView:
        """Everything that happened, rejected commands included (R63); read like the status."""
        return await self._reader.journal(request_id, as_recorded=as_recorded)

    async def commands_of(self, request_id: str) -> Sequence[CommandLogEntry]:
        """Every command that went through a gateway to the request, with its answer or its refusal (R61)."""
        return await self.commands.of_request(request_id)

    async def list_requests(self, wanted: RequestFilter) -> Sequence[RequestView]:
        """The requests that match, from the records; the next deadline first."""
        return await self.directory.list_requests(wanted)

    async def announce_closure(self, closure: SellerClosure) -> SellerClosure:
        """Keep a temporary closure of a seller; the same one again changes nothing (R7).

        Raises:
            RuleViolation: `unknown_seller`; `bad_closure` for another closure under the same id.
        """
        return await self._desk.announce_closure(closure)

    async def end_closure(self, closure_id: str, notified_at: datetime, by: Actor) -> ClosureEnding:
        """End a closure early, and tell every open request that it binds to count again (R7).

        Raises:
            RuleViolation: `role_not_allowed`, `unknown_closure`, `occurred_at_out_of_range`.
        """
        return await self._operations.end_closure(closure_id, notified_at, by)

    async def list_closures(self, seller_id: str | None = None) -> Sequence[SellerClosure]:
        """The closures of one seller, or of all, by their first day."""
        return await self._desk.list_closures(seller_id)

    async def stop_payments(self, seller_id: str | None, by: Actor) -> PaymentSwitch:
        """Stop automatic payments of all sellers or one: refunds wait (R44). Raises `role_not_allowed`."""
        return await self._desk.switch_payments(PaymentState.STOPPED, seller_id, by)

    async def resume_payments(self, seller_id: str | None, by: Actor) -> PaymentsChange:
        """Let automatic payments run again, and wake refunds that wait, of renewal charges too (R44).

        Raises `role_not_allowed`.
        """
        return await self._operations.resume_payments(seller_id, by)

    async def list_payment_switches(self) -> Sequence[PaymentSwitch]:
        """Every kill switch that was ever set, as it stands."""
        return await self._desk.list_payment_switches()

    @property
    def _reception(self) -> Reception:
        starter = Starter(self.client, self.planner)
        return Reception(starter, self.directory, self.clock, self.patience, self._precedence)

    @property
    def _settling(self) -> Settling:
        # A provider's news come by the hundred too, and nobody waits for their answers.
        in_turn: Courier[CommandAnswer] = Courier(self.client, self.commands, self.clock, self.patience)
        return Settling(in_turn, self.directory, self.recovery, self.clock)

    @property
    def _courier(self) -> Courier[CommandAnswer]:
        return Courier(self.client, self.commands, self.clock, self.patience, self._precedence)

    @cached_property
    def _precedence(self) -> Precedence:
        return Precedence(self.client, Crowd(self.directory, self.clock))

    @property
    def _reader(self) -> Reader:
        return Reader(self.client, RecordedRequests(self.directory), self.patience)

    @property
    def _desk(self) -> RecordsDesk:
        return RecordsDesk(self.closures, self.switches, self.clock)

    @property
    def _operations(self) -> Operations:
        products: Courier[DeactivationAnswer] = Courier(self.client, self.commands, self.clock, self.patience)
        return Operations(self._desk, self._courier, self.directory, products, self.deactivations)
