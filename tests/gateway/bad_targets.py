"""What bad inputs are sent to: one run of each kind for each way in, shared by all rows of the tables."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from business_care.commands import AskCustomer, OrderRefund, Withdraw
from business_care.people import Actor
from gateway.raw_command import RawCommand
from tests.gateway.bad_inputs import (
    AGENT,
    ANOTHER_CUSTOMER,
    ANOTHER_SELLER,
    ANOTHER_SELLERS_AGENT,
    CUSTOMER,
    OPERATOR,
    SELLER,
    SYSTEM,
    Bad,
)
from tests.gateway.bad_senders import Target
from tests.gateway.callers import OPERATOR as THE_OPERATOR
from tests.gateway.marketplace import Licence, Marketplace
from tests.gateway.product_callers import a_product_off_sale, settled

FIRST = {"command_id": "first", "question": "Which theme?"}
"""What every request is asked before anything bad comes: a command id that is used."""

A_QUESTION = Bad("a question", "", message="ask_customer", said={"question": "Which theme?"})
THE_FIRST_AGAIN = Bad("the first command again", "", message="ask_customer", said=FIRST)
A_LOOK = Bad("payments resumed", "", message="payments_resumed", by=SYSTEM)
THE_ORDER_AGAIN = Bad(
    "the order again",
    "",
    message="deactivate",
    by=SELLER,
    said={"command_id": "{order}", "product_id": "{id}", "kind": "temporary"},
)

STRANGERS = {
    ANOTHER_SELLERS_AGENT: {"role": "agent", "id": "A1", "seller_id": "S-elsewhere"},
    ANOTHER_SELLER: {"role": "seller", "id": "S-elsewhere"},
    ANOTHER_CUSTOMER: {"role": "customer", "id": "C-elsewhere"},
    OPERATOR: {"role": "operator", "id": "O1"},
    SYSTEM: {"role": "system", "id": "billing"},
}


class Kind(StrEnum):
    """Where a run stands when the bad input comes."""

    OPEN = "open"
    REFUND_BY_HAND = "refund-by-hand"
    CLOSED = "closed"
    OFF_SALE = "off-sale"


INPUTS_TO_ONE_RUN = 40
"""After so many bad inputs a new run takes the next: a long journal makes looking into it slow."""


@dataclass
class Targets:
    """Makes the runs that bad inputs are sent to."""

    market: Marketplace
    _made: dict[tuple[Kind, str], list[Target]] = field(default_factory=dict)
    _taken: Counter[tuple[Kind, str]] = field(default_factory=Counter)

    async def of(self, kind: Kind, sender: str) -> Target:
        """The run of a kind that takes what this sender sends next."""
        made = self._made.setdefault((kind, sender), [])
        if self._taken[kind, sender] == INPUTS_TO_ONE_RUN * len(made):
            made.append(await self._make(kind))
        self._taken[kind, sender] += 1
        return made[-1]

    async def _make(self, kind: Kind) -> Target:
        match kind:
            case Kind.OPEN:
                return await self._request(A_QUESTION)
            case Kind.REFUND_BY_HAND:
                return await self._refund_by_hand()
            case Kind.CLOSED:
                return await self._closed()
            case Kind.OFF_SALE:
                return await self._off_sale()

    async def _request(self, good: Bad, *, pays: str = "ok") -> Target:
        """A request of this morning, of which the customer has been asked something."""
        licence = await self.market.licence(pays=[pays])
        opening = self.market.opening(licence.id, at=datetime.now(UTC) - timedelta(minutes=10))
        gateway = self.market.gateway(now=datetime.now(UTC))
        opened = await gateway.open_request(opening)
        first = AskCustomer.model_validate({**FIRST, "by": licence.agent})
        await gateway.send(opened.request_id, first)
        return Target(opened.request_id, self.market.run(opened.request_id), _parties(licence), good)

    async def _refund_by_hand(self) -> Target:
        """A request whose refund the payment provider has refused for good."""
        target = await self._request(A_LOOK, pays="refused")
        gateway = self.market.gateway()
        await gateway.send(target.id, OrderRefund(command_id="order", by=THE_OPERATOR, reason="Goodwill"))
        async with asyncio.timeout(60):
            while (await gateway.status(target.id)).state != "refund_manual":  # noqa: ASYNC110 -- nobody tells us
                await asyncio.sleep(0.02)
        return target

    async def _closed(self) -> Target:
        """A request that its customer has taken back."""
        target = await self._request(THE_FIRST_AGAIN)
        customer = Actor.model_validate(target.parties[CUSTOMER])
        withdrawal = Withdraw(command_id="last", by=customer, reason="Found it")
        await self.market.gateway().send(target.id, withdrawal)
        await target.run.result()
        return target

    async def _off_sale(self) -> Target:
        """A product that its seller has switched off for a while."""
        products = self.market.products()
        product = await a_product_off_sale(products, self.market)
        await settled(products, product)
        seller = {"role": "seller", "id": product.seller.id}
        parties = {
            **STRANGERS,
            SELLER: seller,
            AGENT: {"role": "agent", "id": "A1", "seller_id": product.seller.id},
            CUSTOMER: STRANGERS[ANOTHER_CUSTOMER],
        }
        run = self.market.deactivation(product.id)
        return Target(product.id, run, parties, THE_ORDER_AGAIN, {"{order}": product.order_id})


def raw_command(target: Target, bad: Bad) -> RawCommand:
    """The input as our client sends it."""
    return RawCommand(bad.message, target.body(bad))


def _parties(licence: Licence) -> dict[str, dict[str, str]]:
    own = {AGENT: licence.agent, SELLER: licence.seller, CUSTOMER: licence.customer}
    return {**STRANGERS, **{who: actor.model_dump(exclude_none=True) for who, actor in own.items()}}
