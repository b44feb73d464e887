"""Many deadlines that end at one instant: how late they are kept, and how long people wait meanwhile.

Half of them are first deadlines, half second ones, which lead to refunds; `benchmarks/stampede.py` says what
hot and cold mean. Each on an embedded server of its own, with a worker process and records in SQLite.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.stampede import Plan, Stampede, stampede
from benchmarks.stampede_curves import quantile
from benchmarks.suite.measured import Figure, Limit
from benchmarks.suite.scale import Scale

PROMISED = 1_000
"""For so many at once there is a limit; for more there is a figure."""
KEPT_WITHIN_SECONDS = {False: 10.0, True: 20.0}
"""99 of 100 deadlines, hot and cold."""
ANSWERED_WITHIN_SECONDS = 2.0
"""99 of 100 commands."""
NEVER = Limit(at_most=0)


async def measured(scale: Scale) -> Sequence[Figure]:
    """Each size, hot and cold."""
    figures: list[Figure] = []
    for requests in scale.due_at_once:
        for cold in (False, True):
            plan = Plan(requests, cold)
            with TemporaryDirectory(prefix="business-care-bench-") as folder:
                figures.extend(_figures(plan, await stampede(Path(folder), plan)))
    return figures


def _figures(plan: Plan, came_to: Stampede) -> Sequence[Figure]:
    reached, twice = came_to.reached, came_to.twice
    of = f"{plan.requests:,} deadlines, {'cold' if plan.cold else 'hot'}"

    def seconds(name: str, value: float, at_most: float | None = None) -> Figure:
        limit = Limit(at_most=at_most) if at_most is not None and plan.requests <= PROMISED else None
        return Figure(f"{of}: {name}", "s", (value,), limit)

    def number(name: str, value: int, limit: Limit | None = NEVER) -> Figure:
        return Figure(f"{of}: {name}", "", (value,), limit)

    return [
        seconds("half are kept", reached.kept.at(0.5)),
        seconds("99 of 100 are kept", reached.kept.at(0.99), KEPT_WITHIN_SECONDS[plan.cold]),
        seconds("all are kept", reached.kept.at(1)),
        seconds("half of the refunds are paid", reached.paid.at(0.5)),
        seconds("99 of 100 refunds are paid", reached.paid.at(0.99)),
        seconds("all refunds are paid", reached.paid.at(1)),
        seconds("all notices are delivered", reached.told),
        seconds("half of people's commands are answered within", quantile(came_to.answered, 0.5)),
        seconds(
            "99 of 100 commands are answered within",
            quantile(came_to.answered, 0.99),
            ANSWERED_WITHIN_SECONDS,
        ),
        number("steps done again", twice.steps),
        number("workflow tasks too late or failed", twice.tasks_too_late + twice.tasks_failed),
        number(
            "breaches, payments and notices beyond the first", twice.breaches + twice.refunds + twice.notices
        ),
        number("workflow tasks handed on before they were begun", twice.tasks_handed_on, None),
    ]
