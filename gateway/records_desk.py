"""What callers do with the records alone: payments can be stopped while no server is up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from business_care.commands import ClosureEnded
from business_care.demands import CLOCK_TOLERANCE
from business_care.errors import ErrorCode, RecordMissing, RuleViolation
from business_care.judgement import demand_role
from business_care.listing import PaymentState, PaymentSwitch, SellerClosure
from business_care.people import MARKETPLACE_SIDE, SELLER_SIDE, Actor
from business_care.ports import Closures, PaymentSwitches


@dataclass(frozen=True)
class RecordsDesk:
    """Sellers' closures and the kill switch, with the rules of who may change them."""

    closures: Closures
    switches: PaymentSwitches
    clock: Callable[[], datetime]

    async def announce_closure(self, closure: SellerClosure) -> SellerClosure:
        """Keep the closure; it binds requests that are opened after its notice (R7).

        Raises:
            RuleViolation: `unknown_seller`, `bad_closure`.
        """
        try:
            return await self.closures.announce(closure)
        except RecordMissing:
            raise RuleViolation(
                ErrorCode.UNKNOWN_SELLER, f"seller_id: there is no seller {closure.seller_id}"
            ) from None

    async def end_closure(self, closure_id: str, notified_at: datetime, by: Actor) -> SellerClosure:
        """Cut the closure short for later requests; the earliest notice stands (R7).

        Raises:
            RuleViolation: `role_not_allowed`, `unknown_closure`, `occurred_at_out_of_range`.
        """
        await self._demand_may_end(closure_id, notified_at, by)
        return await self.closures.end(closure_id, notified_at)

    async def list_closures(self, seller_id: str | None) -> Sequence[SellerClosure]:
        """The closures of one seller, or of all, by their first day."""
        return await self.closures.of_seller(seller_id)

    async def switch_payments(self, state: PaymentState, seller_id: str | None, by: Actor) -> PaymentSwitch:
        """Stop or resume automatic payments, of all sellers or of one (R44).

        Raises:
            RuleViolation: `role_not_allowed`.
        """
        if by.role not in MARKETPLACE_SIDE:
            raise RuleViolation(
                ErrorCode.ROLE_NOT_ALLOWED,
                f"by.role: {by.role} may not {state} payments; "
                f"allowed: {', '.join(sorted(MARKETPLACE_SIDE))}",
            )
        switch = PaymentSwitch(state=state, seller_id=seller_id, at=self.clock(), by=by)
        await self.switches.set_payments(switch)
        return switch

    async def list_payment_switches(self) -> Sequence[PaymentSwitch]:
        """Every kill switch that was ever set, as it stands."""
        return await self.switches.payment_switches()

    async def _demand_may_end(self, closure_id: str, notified_at: datetime, by: Actor) -> None:
        demand_role(ClosureEnded(command_id="end", by=by, closure_id=closure_id, notified_at=notified_at))
        known = {closure.id: closure for closure in await self.closures.of_seller(None)}
        closure = known.get(closure_id)
        if closure is None:
            raise RuleViolation(ErrorCode.UNKNOWN_CLOSURE, f"closure_id: there is no closure {closure_id}")
        if by.role in SELLER_SIDE and not by.acts_for_seller(closure.seller_id):
            raise RuleViolation(
                ErrorCode.UNKNOWN_CLOSURE, f"by: {by.role} {by.id} has no closure {closure_id}"
            )
        latest = self.clock() + CLOCK_TOLERANCE
        if notified_at > latest:
            raise RuleViolation(
                ErrorCode.OCCURRED_AT_OUT_OF_RANGE,
                f"notified_at: {notified_at.isoformat()} was given; allowed until {latest.isoformat()}",
            )
