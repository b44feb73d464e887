"""The life of a request as a workflow on DBOS: steps and waits are kept in PostgreSQL, in one process.

Written as its documentation advises: what has effects is a step, messages are received with a timeout.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

import asyncpg
from dbos import DBOS, SetWorkflowID

from benchmarks.rivals.asked import Rival, serve
from benchmarks.rivals.books import due_after, lateness, note, opened_books, pay_back

ACTS = "acts"
_pools: list[asyncpg.Pool] = []


@DBOS.step()
async def look_up(licence: str) -> tuple[str, str, datetime]:
    """Customer, seller, and how long care is paid."""
    row = await _pools[0].fetchrow("SELECT * FROM licences WHERE id = $1", licence)
    return row["customer"], row["seller"], row["care_until"]


@DBOS.step()
async def plan(start: datetime, business_days: int) -> datetime:
    """A deadline."""
    return due_after(start, business_days)


@DBOS.step()
async def write(request: str, what: str, *recipients: str) -> None:
    """A fact and its notices, in one transaction."""
    async with _pools[0].acquire() as connection, connection.transaction():
        await note(connection, request, what, *recipients)


@DBOS.step()
async def refund(request: str, licence: str, *recipients: str) -> None:
    """The money and what is told of it, in one transaction."""
    async with _pools[0].acquire() as connection, connection.transaction():
        await pay_back(connection, request, licence)
        await note(connection, request, "refunded", *recipients)


@DBOS.step()
async def now() -> datetime:
    """The clock, as a step: another run of the workflow reads the same."""
    return datetime.now(UTC)


@DBOS.workflow()
async def care_request(request: str, licence: str, opened_at: datetime, due: datetime | None) -> str:
    """From the opening to the end; `due` is a deadline that an operator has corrected."""
    customer, seller, care_until = await look_up(licence)
    if care_until < opened_at:
        await write(request, "not_entitled", customer)
        return "not_entitled"
    acknowledge_by = await plan(opened_at, 1)
    resolve_by = due or await plan(opened_at, 30)
    await write(request, "opened", customer, seller)
    if await _act_before(min(acknowledge_by, resolve_by)) is None:
        await write(request, "acknowledgement_missed", seller, "operator")
    else:
        await write(request, "acknowledged", customer)
    while (act := await _act_before(resolve_by)) is not None:
        if act != "fix":
            continue
        await write(request, "fixed", customer)
        window = await plan(await now(), 5)
        if await _act_before(window) != "reject_fix":
            await write(request, "resolved", customer, seller)
            return "resolved"
    await refund(request, licence, customer, seller)
    return "refunded"


async def _act_before(due: datetime) -> str | None:
    left = (due - await now()) / timedelta(seconds=1)
    act: str | None = await DBOS.recv_async(ACTS, timeout_seconds=max(left, 0))
    return act


class OnDbos(Rival):
    """Lives and deadlines on DBOS."""

    async def live(self, number: int) -> None:
        """A happy life."""
        request = f"R{number}"
        with SetWorkflowID(request):
            handle = await DBOS.start_workflow_async(
                care_request, request, f"L{number}", datetime.now(UTC), None
            )
        for act in ("acknowledge", "fix", "confirm_fix"):
            await DBOS.send_async(request, act, ACTS)
        await handle.get_result()

    async def open_due(self, number: int, due: datetime) -> None:
        """A request whose last deadline is this one."""
        with SetWorkflowID(f"R{number}"):
            await DBOS.start_workflow_async(care_request, f"R{number}", f"L{number}", datetime.now(UTC), due)

    async def late(self, due: datetime, wanted: int) -> list[float]:
        """How late each refund came."""
        return list(await lateness(_pools[0], "refunded", due, wanted))


async def _main(url: str) -> None:
    _pools.append(await opened_books(url))
    system = url.replace("postgresql:", "postgresql+psycopg:")
    DBOS(
        config={
            "name": "rival",
            "system_database_url": system,
            "log_level": "ERROR",
        }
    )
    DBOS.launch()
    await serve(OnDbos())


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
