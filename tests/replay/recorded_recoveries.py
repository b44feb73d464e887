"""The kinds of recovery that are recorded: each is lived once, and replayed for ever."""

from collections.abc import Awaitable, Callable

from tests.lives.poison import NO_JSON
from tests.lives.recovering import FIRST_REMINDER, LivingRecovery
from tests.lives.world import A_MOMENT, World


async def recovery_paid_by_hand(world: World) -> LivingRecovery:
    recovery = await LivingRecovery.begun(world)
    await recovery.handle.signal("record_refund", NO_JSON)
    await recovery.until_journal(lambda journal: len(journal.rejections) == 1)
    await recovery.reaches(FIRST_REMINDER + A_MOMENT)
    await recovery.record()
    return recovery


async def recovery_continued(world: World) -> LivingRecovery:
    recovery = await LivingRecovery.begun(world)
    for number in range(12):
        await recovery.handle.signal("record_refund", NO_JSON)
        await recovery.until_journal(lambda journal: len(journal.rejections) > number)  # noqa: B023 -- waited for here
    await recovery.record()
    return recovery


RECORDED: dict[str, Callable[[World], Awaitable[LivingRecovery]]] = {
    "recovery_paid_by_hand": recovery_paid_by_hand
}
