"""`show`, `explain`, `journal`, `commands` and `list`: what people and programs read of requests."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from console import given
from console.answers import print_json
from console.ending import perform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from business_care.listing import CommandLogEntry
    from business_care.views import DeadlinesView, JournalView, RequestView

RequestId = Annotated[
    str,
    typer.Argument(parser=given.identifier, metavar="REQUEST_ID", help="Which request.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

MAX_LISTED = 10_000


def _states() -> list[str]:
    # Not an enum in the signature: every command would pay for importing what requests look like.
    from business_care.views import CareStateName

    return [state.value for state in CareStateName]


def _demand_state(given_state: str | None) -> str | None:
    if given_state is not None and given_state not in _states():
        raise typer.BadParameter(f"{given_state} was given; allowed are {', '.join(_states())}")
    return given_state


def _demand_limit(given_limit: int) -> int:
    if not 1 <= given_limit <= MAX_LISTED:
        raise typer.BadParameter(f"{given_limit} was given; allowed is 1 to {MAX_LISTED}")
    return given_limit


def show(request_id: RequestId, as_json: AsJson = False) -> None:
    """Show how a request stands: both promises, the refund, and what waits for the operator."""
    if as_json:
        print_json(perform(f"asking {request_id}", lambda: _status(request_id)))
        return
    from console.request_tables import print_request

    view, deadlines = perform(f"asking {request_id}", lambda: _status_and_deadlines(request_id))
    print_request(view, deadlines)


def explain(request_id: RequestId, as_json: AsJson = False) -> None:
    """Explain the deadlines of a request, day by day: what counted, what was left out and why."""
    deadlines = perform(f"asking {request_id}", lambda: _deadlines(request_id))
    if as_json:
        print_json(deadlines)
        return
    from console.request_tables import print_explanation

    print_explanation(deadlines)


def journal(request_id: RequestId, as_json: AsJson = False) -> None:
    """Tell everything that happened to a request, messages that were refused included."""
    told = perform(f"asking {request_id}", lambda: _journal(request_id))
    if as_json:
        print_json(told)
        return
    from console.request_tables import print_journal

    print_journal(told)


def commands(request_id: RequestId, as_json: AsJson = False) -> None:
    """List every command that was sent to a request through a gateway, with its answer or why it was refused.

    The records are read, no server is needed.
    """

    async def read() -> "Sequence[CommandLogEntry]":
        from console.composition import opened_records

        async with opened_records() as records:
            return await records.commands.of_request(request_id)

    entries = perform("reading the records", read)
    if as_json:
        print_json(entries)
        return
    from console.request_tables import print_commands

    print_commands(entries)


def list_requests(
    seller: Annotated[
        str | None, typer.Option(parser=given.identifier, metavar="ID", help="Of one seller.")
    ] = None,
    product: Annotated[
        str | None, typer.Option(parser=given.identifier, metavar="ID", help="About one product.")
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(
            metavar="STATE",
            callback=_demand_state,
            autocompletion=_states,
            help="In one state, such as refund_due.",
        ),
    ] = None,
    open_only: Annotated[bool, typer.Option("--open", help="Open ones only.")] = False,
    breached: Annotated[bool, typer.Option("--breached", help="With a broken promise only.")] = False,
    due_before: Annotated[
        datetime | None,
        typer.Option(parser=given.instant, metavar=given.INSTANT_FORM, help="With a deadline before that."),
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", callback=_demand_limit, help="At most that many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List requests, the next deadline first. The records are read, no server is needed."""
    from business_care.listing import RequestFilter
    from business_care.views import CareStateName

    wanted = RequestFilter(
        seller_id=seller,
        product_id=product,
        state=CareStateName(state) if state else None,
        open_only=open_only,
        breached_only=breached,
        due_before=due_before,
        limit=limit,
    )

    async def read() -> "Sequence[RequestView]":
        from console.composition import opened_records

        async with opened_records() as records:
            return await records.directory.list_requests(wanted)

    views = perform("reading the records", read)
    if as_json:
        print_json(views)
        return
    from console.request_tables import print_list

    print_list(views)


async def _status(request_id: str) -> "RequestView":
    from console.asking import ask

    return await ask(lambda gateway: gateway.status(request_id), lambda recorded: recorded.status(request_id))


async def _deadlines(request_id: str) -> "DeadlinesView":
    from console.asking import ask

    return await ask(
        lambda gateway: gateway.deadlines(request_id), lambda recorded: recorded.deadlines(request_id)
    )


async def _journal(request_id: str) -> "JournalView":
    from console.asking import ask

    return await ask(
        lambda gateway: gateway.journal(request_id), lambda recorded: recorded.journal(request_id)
    )


async def _status_and_deadlines(request_id: str) -> "tuple[RequestView, DeadlinesView]":
    from console.asking import ask
    from gateway.client import CareGateway
    from gateway.reading import RecordedRequests

    async def live(gateway: CareGateway) -> "tuple[RequestView, DeadlinesView]":
        return await gateway.status(request_id), await gateway.deadlines(request_id)

    async def recorded(requests: RecordedRequests) -> "tuple[RequestView, DeadlinesView]":
        return await requests.status(request_id), await requests.deadlines(request_id)

    return await ask(live, recorded)
