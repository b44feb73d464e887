"""Tells many requests the same thing: some at a time, and one that fails never stops the rest."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from business_care.errors import ErrorCode, RuleViolation, StepFailed
from business_care.listing import PaymentSwitch, SellerClosure
from business_care.values import Identifier, Value

AT_A_TIME = 10

_NOTHING_TO_TELL = frozenset({ErrorCode.REQUEST_CLOSED, ErrorCode.UNKNOWN_REQUEST})


class NotTold(Value):
    """A request that could not be told, and why. Telling it again does no harm."""

    request_id: Identifier
    code: str
    message: str


class RequestsTold(Value):
    """Which requests were told, and which could not be."""

    told: tuple[Identifier, ...] = ()
    not_told: tuple[NotTold, ...] = ()


class ClosureEnding(Value):
    """A closure that ended early, and the open requests that count their first deadline again (R7)."""

    closure: SellerClosure
    requests: RequestsTold


class PaymentsChange(Value):
    """A kill switch as it stands now, and who waited and looks at it again (R44)."""

    switch: PaymentSwitch
    requests: RequestsTold
    products: tuple[Identifier, ...] = ()
    """Products that were told too: charges of theirs wait to be given back (R56)."""


async def tell_each(request_ids: Sequence[str], tell: Callable[[str], Awaitable[object]]) -> RequestsTold:
    """Tell every request, ten at a time. One that has closed meanwhile needs to be told nothing."""
    turn = asyncio.Semaphore(AT_A_TIME)

    async def tell_one(request_id: str) -> NotTold | None:
        async with turn:
            try:
                await tell(request_id)
            except RuleViolation as violation:
                if violation.code not in _NOTHING_TO_TELL:
                    return NotTold(request_id=request_id, code=violation.code, message=violation.message)
            except StepFailed as failure:
                code = getattr(failure, "code", "not_told")
                return NotTold(request_id=request_id, code=code, message=str(failure))
        return None

    failures = await asyncio.gather(*(tell_one(request_id) for request_id in request_ids))
    not_told = tuple(failure for failure in failures if failure is not None)
    missed = {failure.request_id for failure in not_told}
    return RequestsTold(
        told=tuple(request_id for request_id in request_ids if request_id not in missed), not_told=not_told
    )
