"""Whom commands to a product are for: its deactivation, that runs or that the records remember."""

from dataclasses import dataclass
from datetime import datetime

from business_care.commands import Command
from business_care.deactivation.judgement import judge
from business_care.deactivation.party import demand_own_product
from business_care.deactivation.ports import DeactivationDirectory
from business_care.deactivation.views import AppliedToDeactivation, DeactivationAnswer
from business_care.errors import ErrorCode, RuleViolation
from business_care.judgement import demand_role
from gateway.failures import NotRunning
from gateway.raw_command import RawCommand, Subject
from gateway.requests import demand_product_id
from workflows.names import product_deactivation_id


@dataclass(frozen=True)
class DeactivationAddressee:
    """The deactivation of a product that commands are for."""

    product_id: str
    directory: DeactivationDirectory

    def __post_init__(self) -> None:
        """Refuse what no product can be called."""
        demand_product_id(self.product_id)

    @property
    def subject(self) -> Subject:
        """The product."""
        return Subject(product_id=self.product_id)

    @property
    def workflow_id(self) -> str:
        """Where it runs."""
        return product_deactivation_id(self.product_id)

    @property
    def answer_type(self) -> type[DeactivationAnswer]:
        """What it answers with."""
        return DeactivationAnswer

    async def answer_to_forgotten(self, command: RawCommand, now: datetime) -> DeactivationAnswer | None:  # noqa: ARG002 -- as the courier asks
        """A deactivation takes a few commands, and remembers all of them."""
        return None

    async def answer_from_records(self, command: RawCommand, now: datetime) -> DeactivationAnswer:
        """What the last deactivation answers: a repeated command as the first time, all others a refusal.

        Raises:
            RuleViolation: in the order of judgement; `deactivation_ended` names the outcome.
            `unknown_product`, `unknown_deactivation`.
            NotRunning: it has not ended, so it ought to have answered itself.
        """
        given = command.read()
        demand_role(given)
        latest = await self.directory.latest(self.product_id)
        if latest is None:
            raise await self.nothing_known(given)
        if latest.outcome is None:
            raise not_running(self.product_id, latest.deactivation_id)
        stored = await self.directory.stored(latest.deactivation_id)
        if stored is None:  # pragma: no cover - the same row of the records
            raise await self.nothing_known()
        earlier = await self.directory.applied(self.product_id, given.command_id)
        applied = {} if earlier is None else {given.command_id: earlier}
        outcome = judge(stored.state, given, now, applied)
        if not isinstance(
            outcome, AppliedToDeactivation
        ):  # pragma: no cover - the table of the rules forbids it
            raise AssertionError("a deactivation that has ended takes no command")
        return outcome.answer_again()

    async def nothing_known(self, asked_by: Command | None = None) -> RuleViolation:
        """Why there is nothing: the product is not known, or not the sender's, or was never switched off."""
        product = await self.directory.product(self.product_id)
        if product is None:
            return unknown_product(self.product_id)
        if asked_by is not None:
            demand_own_product(product, asked_by)
        return RuleViolation(
            ErrorCode.UNKNOWN_DEACTIVATION, f"product {self.product_id} was never switched off"
        )


def unknown_product(product_id: str) -> RuleViolation:
    """The records know no such product."""
    return RuleViolation(ErrorCode.UNKNOWN_PRODUCT, f"product_id: there is no product {product_id}")


def not_running(product_id: str, deactivation_id: str) -> NotRunning:
    """The records say that it stands, but it has no run: it was terminated, or its server lost it."""
    return NotRunning(
        f"deactivation {deactivation_id} of product {product_id} stands in the records, but nothing runs for "
        "it; order it again under the same id to go on"
    )
