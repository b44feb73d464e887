"""What operators look for in the Temporal UI: queries over search attributes, each under a name."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from urllib.parse import quote, urlencode

from temporalio.client import Client

from business_care.deactivation.words import DeactivationPhase
from business_care.values import Identifier, Value
from business_care.views import NOT_SETTLED, WAITING_FOR_OPERATOR
from gateway.failures import asking
from gateway.running import RUNNING_HERE
from workflows import names

PATIENCE = timedelta(seconds=10)

_WAITING = (*WAITING_FOR_OPERATOR, DeactivationPhase.RENEWALS_FAILED)
_RUNNING = "ExecutionStatus = 'Running'"


class Search(Value):
    """A query of the Temporal server's, and what it finds."""

    name: str
    finds: str
    query: str


def searches(now: datetime, zone: tzinfo, seller_id: Identifier | None = None) -> tuple[Search, ...]:
    """Every search; those with dates are about `now`, and about today in `zone`.

    With a seller, all but the broken workflows are narrowed to him, and one finds everything of his.
    """
    narrowed = "" if seller_id is None else f" AND {_is(names.CARE_SELLER.name, seller_id)}"
    about_requests = _narrowable(now, zone)
    return (
        *(search.model_copy(update={"query": search.query + narrowed}) for search in about_requests),
        _BROKEN,
    )


class Found(Search):
    """How many runs a search finds, and where the Temporal UI shows them."""

    count: int
    url: str


async def counted(client: Client, wanted: Sequence[Search], interface: str) -> tuple[Found, ...]:
    """What each search finds just now; the web interface answers at the address `interface`.

    Raises `StepFailed` when the server does not answer.
    """
    found = []
    async with asking("the server's list of runs", PATIENCE):
        for search in wanted:
            count = (await client.count_workflows(search.query)).count
            url = _url(search, interface, client.namespace)
            found.append(Found(**search.model_dump(), count=count, url=url))
    return tuple(found)


def _url(search: Search, interface: str, namespace: str) -> str:
    path = f"/namespaces/{quote(namespace, safe='')}/workflows"
    return f"{interface.rstrip('/')}{path}?{urlencode({'query': search.query})}"


def _narrowable(now: datetime, zone: tzinfo) -> Iterator[Search]:
    request = f"WorkflowType = '{names.CARE_REQUEST}'"
    due = names.CARE_DUE_AT.name
    today = now.astimezone(zone).date()
    # A deadline is the first instant of the day after the last one (R2). The embedded server's list compares
    # instants as texts of different lengths: one that is equal could fall on either side.
    behind_midnight = datetime.combine(today, time(0, 0, 1), zone)
    behind_the_next = datetime.combine(today + timedelta(days=1), time(0, 0, 1), zone)
    yield Search(
        name="due_today",
        finds="requests whose next deadline ends today",
        query=(
            f"{_RUNNING} AND {request} AND {due} >= '{_utc(behind_midnight)}' "
            f"AND {due} < '{_utc(behind_the_next)}'"
        ),
    )
    yield Search(
        name="overdue",
        finds="requests whose next deadline has passed, and which have not acted on it yet",
        query=f"{_RUNNING} AND {request} AND {due} < '{_utc(now)}'",
    )
    yield Search(
        name="breached",
        finds="open requests with a broken promise",
        query=f"{_RUNNING} AND {request} AND {names.CARE_BREACHED.name} = true",
    )
    yield Search(
        name="waiting_for_operator",
        finds="what goes on when an operator acts: disputes, questions, held and manual refunds, renewals",
        query=f"{_RUNNING} AND {_is_one_of(names.CARE_STATE.name, _WAITING)}",
    )
    yield Search(
        name="refunds_not_settled",
        finds="money that is owed and has not arrived",
        query=f"{_RUNNING} AND {_is_one_of(names.CARE_STATE.name, NOT_SETTLED)}",
    )
    yield Search(
        name="open",
        finds="everything that runs: requests, deactivations, recoveries",
        query=RUNNING_HERE,
    )


_BROKEN = Search(
    name="broken_workflows",
    finds="runs whose code fails again and again: look at the last deploy",
    # A run that was terminated keeps the attribute for as long as the server keeps the run.
    query=f"{_RUNNING} AND TemporalReportedProblems IS NOT NULL",
)


def _is(attribute: str, value: str) -> str:
    doubled = value.replace("'", "''")
    return f"{attribute} = '{doubled}'"


def _is_one_of(attribute: str, values: tuple[str, ...]) -> str:
    return f"{attribute} IN ({', '.join(repr(str(value)) for value in values)})"


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
