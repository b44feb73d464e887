"""Tells every request that it concerns when a seller reopens early, or when payments run again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from business_care.commands import ClosureEnded, PaymentsResumed
from business_care.deactivation.ports import DeactivationDirectory
from business_care.deactivation.views import DeactivationAnswer
from business_care.listing import PaymentState
from business_care.people import Actor, Role
from business_care.ports import RequestDirectory
from business_care.views import CommandAnswer
from gateway.closed import RequestAddressee
from gateway.deactivations import DeactivationAddressee
from gateway.delivering import Courier
from gateway.records_desk import RecordsDesk
from gateway.telling import ClosureEnding, PaymentsChange, RequestsTold, tell_each

GATEWAY = Actor(role=Role.SYSTEM, id="gateway")


@dataclass(frozen=True)
class Operations:
    """What is done to many requests at once: first in the records, then each running request is told."""

    desk: RecordsDesk
    courier: Courier[CommandAnswer]
    directory: RequestDirectory
    product_courier: Courier[DeactivationAnswer]
    deactivations: DeactivationDirectory

    async def end_closure(self, closure_id: str, notified_at: datetime, by: Actor) -> ClosureEnding:
        """End the closure, then tell every open request that it binds; repeating it does no harm (R7)."""
        closure = await self.desk.end_closure(closure_id, notified_at, by)
        reopened_at = closure.ended_notified_at or notified_at
        command = ClosureEnded(
            command_id=_ending_id(closure_id, reopened_at, by),
            by=by,
            closure_id=closure_id,
            notified_at=reopened_at,
        )
        bound = await self.desk.closures.bound_requests(closure_id)
        requests = await self._tell(bound, command)
        return ClosureEnding(closure=closure, requests=requests)

    async def resume_payments(self, seller_id: str | None, by: Actor) -> PaymentsChange:
        """Let automatic payments run again, and tell who waits for them to look at once (R44).

        A product that could not be told looks by itself within the hour.
        """
        switch = await self.desk.switch_payments(PaymentState.RESUMED, seller_id, by)
        command = PaymentsResumed(command_id=f"payments-resumed-{uuid4()}", by=GATEWAY)
        requests = await self._tell(await self.desk.switches.waiting_for_payment(seller_id), command)
        products = await self._tell_products(await self.deactivations.waiting_for_payment(seller_id), command)
        return PaymentsChange(switch=switch, requests=requests, products=products.told)

    async def _tell(
        self, request_ids: Sequence[str], command: ClosureEnded | PaymentsResumed
    ) -> RequestsTold:
        async def tell(request_id: str) -> None:
            await self.courier.tell(RequestAddressee(request_id, self.directory), command)

        return await tell_each(request_ids, tell)

    async def _tell_products(self, product_ids: Sequence[str], command: PaymentsResumed) -> RequestsTold:
        async def tell(product_id: str) -> None:
            await self.product_courier.tell(DeactivationAddressee(product_id, self.deactivations), command)

        return await tell_each(product_ids, tell)


def _ending_id(closure_id: str, notified_at: datetime, by: Actor) -> str:
    """The same id for the same reopening: telling it again is a duplicate, not a second act (R60)."""
    said = f"{closure_id}|{notified_at.isoformat()}|{by.model_dump_json()}"
    return f"closure-ended-{sha256(said.encode()).hexdigest()[:32]}"
