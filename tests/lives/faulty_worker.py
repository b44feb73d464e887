"""A worker with a fault, which a check that is worth something must find.

`python -m tests.lives.faulty_worker FAULT`: settings and everything else are those of the worker.
"""

import os
import sys
from datetime import datetime
from enum import StrEnum

import worker
from adapters.payments.simulated import SimulatedProvider
from business_care.commands import Fix
from business_care.possible import POSSIBLE, REFUND_SITUATIONS
from business_care.refund import RefundAnswer, RefundAnswerKind, RefundOrder


class Fault(StrEnum):
    OPEN_DOOR = "open_door"
    """A fix is taken although the refund has begun."""
    EMPTY_HAND = "empty_hand"
    """The provider calls a refund paid, and no money moves."""


def plant(fault: Fault) -> None:
    match fault:
        case Fault.OPEN_DOOR:
            for situation in REFUND_SITUATIONS:
                POSSIBLE[situation] |= {Fix}
        case Fault.EMPTY_HAND:
            SimulatedProvider.create_refund = only_say_so  # type: ignore[assignment, method-assign]


async def only_say_so(_self: SimulatedProvider, _order: RefundOrder, _at: datetime) -> RefundAnswer:
    return RefundAnswer(kind=RefundAnswerKind.SUCCEEDED, reference="nothing")


if __name__ == "__main__":
    plant(Fault(sys.argv[1]))
    code = worker.main()
    sys.stdout.flush()
    # The SDK's threads can crash an interpreter that takes its time to end.
    os._exit(code)
