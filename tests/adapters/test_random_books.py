"""Whatever happens to refunds, in any order and however often: the books balance, and pay once (R41, R42)."""

import asyncio
import shutil
from collections.abc import Callable, Coroutine
from contextlib import closing, suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from adapters.payments.once import OncePayments
from adapters.payments.reconciling import reconcile
from adapters.payments.simulated import SimulatedProvider
from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from adapters.records.seed import load
from adapters.records.seed_file import PaymentBehaviourEntry
from business_care.books import BookingKind
from business_care.errors import TemporarilyUnavailable
from business_care.reconciliation import DifferenceCode
from business_care.refund import RefundAnswer, RefundOrder, RefundStatus
from business_care.views import CareStateName
from tests.adapters.book_world import assert_sound, book_one
from tests.adapters.care_world import (
    OPENED_AT,
    a_file,
    a_licence,
    a_refund_view,
    a_step,
    a_view,
    an_order,
)
from tests.adapters.test_paying_once import CrashesBeforeItAsks, CrashesBeforeTheAnswerIsKept

LICENCES = ("L1", "L2", "L3")
WORDS = ("ok", "error", "timeout_before", "timeout_after_effect", "pending", "pending_then_failed", "refused")
licences = st.sampled_from(LICENCES)
requests = st.sampled_from(("R1", "R2"))
hours = st.sampled_from((0, 12, 30))


class CrashesBeforeItIsBooked(OncePayments):
    """A worker that dies in the transaction that keeps the provider's answer."""

    async def pay_back(self, order: RefundOrder, at: datetime) -> RefundAnswer:
        async def dies(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("adapters.payments.intents.book", dies)
            return await super().pay_back(order, at)


class Refunds(RuleBasedStateMachine):
    """Requests on three licences: paid, asked after, settled, paid by hand, charged back, all repeated."""

    def __init__(self, records: Records, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.records = records
        self.loop = loop
        self.seq = 0
        self.hours = 0

    @initialize(behave=st.fixed_dictionaries({key: st.lists(st.sampled_from(WORDS)) for key in LICENCES}))
    def sell(self, behave: dict[str, list[str]]) -> None:
        entries = tuple(
            PaymentBehaviourEntry.model_validate({"licence_id": key, "behave": tuple(words)})
            for key, words in behave.items()
        )
        sold = tuple(a_licence(key) for key in LICENCES)
        self.run(load(self.records.database, a_file(licences=sold, payment_provider=entries)))

    @rule(licence_id=licences, request_id=requests, later=hours)
    def pay(self, licence_id: str, request_id: str, later: int) -> None:
        self.hours += later
        self.ask(OncePayments, SimulatedProvider, licence_id, request_id)

    @rule(
        licence_id=licences,
        request_id=requests,
        crash=st.sampled_from(
            [
                (OncePayments, CrashesBeforeItAsks),
                (OncePayments, CrashesBeforeTheAnswerIsKept),
                (CrashesBeforeItIsBooked, SimulatedProvider),
            ]
        ),
    )
    def crash(
        self, licence_id: str, request_id: str, crash: tuple[type[OncePayments], type[SimulatedProvider]]
    ) -> None:
        self.ask(*crash, licence_id, request_id)

    @rule(licence_id=licences, request_id=requests, later=hours)
    def look(self, licence_id: str, request_id: str, later: int) -> None:
        self.hours += later
        payments = OncePayments(self.records.database, SimulatedProvider(self.records.database))
        self.run(payments.look_up(an_order(licence_id, request_id=request_id), self.now))

    @rule(
        licence_id=licences,
        request_id=requests,
        status=st.sampled_from((RefundStatus.MANUAL, RefundStatus.SUCCEEDED, RefundStatus.CHARGED_BACK)),
        again=st.booleans(),
    )
    def store(self, licence_id: str, request_id: str, status: RefundStatus, again: bool) -> None:
        """An operator takes over or has paid, the provider has told, or the bank has taken the money."""
        self.seq += 1
        view = a_view(
            f"{request_id}-{licence_id}",
            seq=self.seq,
            licence_id=licence_id,
            state=CareStateName.REFUND_MANUAL,
            refund=a_refund_view(status, f"told {self.seq}"),
        )
        for _ in range(1 + again):
            self.run(self.records.care.store(a_step(view)))

    @rule(licence_id=licences, reference=st.sampled_from(("re_1", "re_2")))
    def come_back(self, licence_id: str, reference: str) -> None:
        self.run(book_one(self.records, BookingKind.RETURNED_BY_PROVIDER, reference, licence_id=licence_id))

    @invariant()
    def the_books_are_sound(self) -> None:
        self.run(assert_sound(self.records))

    @invariant()
    def no_program_has_paid_twice(self) -> None:
        provider = SimulatedProvider(self.records.database)
        found = self.run(reconcile(self.records.database, provider, self.now))
        assert all(sums.debits == sums.credits for sums in found.currencies)
        twice = [one for one in found.differences if one.code is DifferenceCode.PAID_TWICE]
        assert all(one.kind is not BookingKind.PAID_BY_PROVIDER for one in twice)

    def whatever_the_provider_paid_is_booked_once_it_was_looked_at(self) -> None:
        provider = SimulatedProvider(self.records.database)
        for licence_id in LICENCES:
            payments = OncePayments(self.records.database, provider)
            self.run(payments.look_up(an_order(licence_id), self.now))
        found = self.run(reconcile(self.records.database, provider, self.now))
        assert DifferenceCode.MISSING_HERE not in [one.code for one in found.differences]

    def ask(
        self,
        payments: type[OncePayments],
        provider: Callable[..., SimulatedProvider],
        licence_id: str,
        request_id: str,
    ) -> None:
        database = self.records.database
        order = an_order(licence_id, request_id=request_id)
        with suppress(TemporarilyUnavailable, KeyboardInterrupt):
            self.run(payments(database, provider(database)).pay_back(order, self.now))

    @property
    def now(self) -> datetime:
        return OPENED_AT + timedelta(hours=self.hours)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.whatever_the_provider_paid_is_booked_once_it_was_looked_at()
        self.run(self.records.close())


@pytest.mark.timeout(600)  # a failure is brought down to its shortest story, which takes minutes
def test_the_books_balance_and_hold_one_payment_in_force_whatever_happens(tmp_path: Path) -> None:
    template, numbers = tmp_path / "template.db", count()
    with closing(asyncio.new_event_loop()) as loop:
        loop.run_until_complete(upgrade(f"sqlite:///{template}"))

        class FreshRefunds(Refunds):
            def __init__(self) -> None:
                copy = shutil.copy(template, tmp_path / f"{next(numbers)}.db")
                super().__init__(Records.open(f"sqlite:///{copy}"), loop)

        run_state_machine_as_test(FreshRefunds, settings=settings(max_examples=15, stateful_step_count=15))
