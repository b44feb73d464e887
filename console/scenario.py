"""A scenario: the records of a small marketplace, its requests, and what people do, in order of time."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from adapters.records.seed_file import RecordsFile
from business_care.deactivation.commands import Deactivate
from business_care.deactivation.words import DeactivationKind
from business_care.listing import PaymentState
from business_care.people import Actor
from business_care.policy import Policy
from business_care.request import CareRequestOpening
from business_care.values import Identifier, Instant, Text, Value


@dataclass(frozen=True)
class CommandEntry:
    """Something that somebody does: a command to a request, sent at `at` as `said`, for the request to judge.

    `index` is its place in the list `do`; `said` is what stood in the file, readable or not.
    """

    index: int
    at: datetime
    request_id: str
    command: str
    said: object
    as_signal: bool = False


@dataclass(frozen=True)
class DeactivationCommandEntry:
    """A command to the deactivation of a product."""

    index: int
    at: datetime
    product_id: str
    command: str
    said: object
    as_signal: bool = False


@dataclass(frozen=True)
class PaymentsEntry:
    """The operator stops or resumes automatic payments, of one seller or of all (R44)."""

    index: int
    at: datetime
    state: PaymentState
    seller_id: str | None = None


Entry = CommandEntry | DeactivationCommandEntry | PaymentsEntry


class Deactivation(Value):
    """A product is taken off the market, for a time or for good (R50); `at` is when it takes effect."""

    id: Identifier | None = None
    product_id: Identifier
    kind: DeactivationKind
    at: Instant
    ordered_at: Instant | None = None
    by: Actor
    until: Instant | None = None
    reason: Text | None = None


@dataclass(frozen=True)
class OrderEntry:
    """A deactivation with its id, and with the instant at which it is ordered.

    `repeats` tells that an earlier one has the same id: the same order, delivered once more.
    """

    index: int
    at: datetime
    deactivation_id: str
    deactivation: Deactivation
    repeats: bool = False

    @property
    def product_id(self) -> str:
        """The product that is ordered off the market."""
        return self.deactivation.product_id

    def message(self, occurred_at: datetime) -> Deactivate:
        """The order as it is sent."""
        said = self.deactivation
        return Deactivate(
            command_id=self.deactivation_id,
            by=said.by,
            occurred_at=occurred_at,
            product_id=said.product_id,
            kind=said.kind,
            takes_effect_at=said.at,
            until=said.until,
            reason=said.reason,
        )


@dataclass(frozen=True)
class Scenario:
    """All that a file says. `until` is where the play ends."""

    records: RecordsFile
    policy: Policy
    requests: tuple[CareRequestOpening, ...]
    do: tuple[Entry, ...]
    until: datetime
    deactivations: tuple[Deactivation, ...] = ()
    title: str | None = None

    @property
    def instants(self) -> tuple[tuple[str, datetime], ...]:
        """Every instant at which something is said to happen, with its key in the file."""
        return (
            *((f"requests[{i}].opened_at", request.opened_at) for i, request in enumerate(self.requests)),
            *((f"do[{entry.index}].at", entry.at) for entry in self.do),
            *((f"deactivations[{i}].at", entry.at) for i, entry in enumerate(self.deactivations)),
            *(
                (f"deactivations[{i}].ordered_at", entry.ordered_at)
                for i, entry in enumerate(self.deactivations)
                if entry.ordered_at is not None
            ),
        )

    @cached_property
    def orders(self) -> tuple[OrderEntry, ...]:
        """The deactivations as they are ordered, in the order of the file.

        One without an id is called after its product; one that does not say when it was ordered was ordered
        when the scenario begins.
        """
        begins_at = min((at for _, at in self.instants), default=self.until)
        of_product: Counter[str] = Counter()
        ids: set[str] = set()
        orders = []
        for index, entry in enumerate(self.deactivations):
            of_product[entry.product_id] += 1
            deactivation_id = entry.id or f"{entry.product_id}-{of_product[entry.product_id]}"
            at = entry.ordered_at or begins_at
            orders.append(OrderEntry(index, at, deactivation_id, entry, repeats=deactivation_id in ids))
            ids.add(deactivation_id)
        return tuple(orders)

    @cached_property
    def products_in_play(self) -> tuple[str, ...]:
        """The products that are ordered off, or that a command is sent about, in the order of the file."""
        named = [order.product_id for order in self.orders]
        named += [entry.product_id for entry in self.do if isinstance(entry, DeactivationCommandEntry)]
        return tuple(dict.fromkeys(named))

    @cached_property
    def seller_of_product(self) -> dict[str, str]:
        """The seller of each product."""
        return {product.id: product.seller_id for product in self.records.products}

    @cached_property
    def product_of_licence(self) -> dict[str, str]:
        """The product of each licence."""
        return {licence.id: licence.product_id for licence in self.records.licences}
