"""A console command for each message about a product that is switched off, or is to be."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import typer

from business_care.commands import Command
from business_care.deactivation.commands import (
    Deactivate,
    Impose,
    MakePermanent,
    RetryFailed,
)
from business_care.deactivation.words import DeactivationKind
from console.answers import print_json
from console.ending import perform
from console.message_options import app_of, common_options, message_of, own_options, subject, switch

if TYPE_CHECKING:
    from business_care.deactivation.views import DeactivationAnswer

_PRODUCT = subject("product_id", "PRODUCT_ID", "Which product.")
_FOLLOW = switch("follow", "--follow", "Show how far the renewals are, until they are over.")
_KINDS = (
    switch("permanent", "--permanent", "For good: nobody buys it any more, and no renewal is charged."),
    switch("temporary", "--temporary", "For a while: nobody buys it, and all else goes on."),
)
_MAY_END_RENEWALS = frozenset({Deactivate, MakePermanent, Impose, RetryFailed})


def product_app(name: str, command: type[Command]) -> typer.Typer:
    """The command of a message about a product, as it was spelled."""
    is_order = command is Deactivate
    own = own_options(command, besides=("product_id", "kind") if is_order else ())
    options = [_PRODUCT, *(_KINDS if is_order else ()), *own, *common_options(command)]
    if command in _MAY_END_RENEWALS:
        options.append(_FOLLOW)
    return app_of(name, command, _orderer() if is_order else _sender(command), options)


def send_to_product(
    product_id: str, message: Command, *, as_signal: bool = False
) -> "DeactivationAnswer | None":
    """Send a message about a product; the answer, or None for one that was only handed over."""

    async def send() -> "DeactivationAnswer | None":
        from console.composition import opened_product_gateway

        async with opened_product_gateway() as gateway:
            match (message, as_signal):
                case Deactivate(), True:
                    return await gateway.deactivate_by_signal(message)
                case Deactivate(), False:
                    return await gateway.deactivate(message)
                case _, True:
                    return await gateway.send_as_signal(product_id, message)
                case _:
                    return await gateway.send(product_id, message)

    return perform(f"sending {message.NAME} to {product_id}", send)


def _orderer() -> Callable[..., None]:
    """The function behind `deactivate`: the product and the kind are asked in ways of their own."""

    def order(
        product_id: str,
        *,
        permanent: bool,
        temporary: bool,
        signal: bool,
        as_json: bool,
        follow: bool,
        **said: object,
    ) -> None:
        if permanent is temporary:
            raise typer.BadParameter("give one of --permanent and --temporary")
        kind = DeactivationKind.PERMANENT if permanent else DeactivationKind.TEMPORARY
        ordered = {**said, "product_id": product_id, "kind": kind}
        _send(Deactivate, product_id, ordered, as_signal=signal, as_json=as_json, follow=follow)

    return order


def _sender(command: type[Command]) -> Callable[..., None]:
    """The function behind a command to a deactivation that stands."""

    def send(product_id: str, *, signal: bool, as_json: bool, follow: bool = False, **said: object) -> None:
        _send(command, product_id, said, as_signal=signal, as_json=as_json, follow=follow)

    return send


def _send(
    command: type[Command],
    product_id: str,
    said: Mapping[str, object],
    *,
    as_signal: bool,
    as_json: bool,
    follow: bool,
) -> None:
    if as_signal and follow:
        raise typer.BadParameter("--follow starts from the answer, which --signal does not wait for")
    message = message_of(command, said, quietly=as_json)
    answer = send_to_product(product_id, message, as_signal=as_signal)
    if as_json:
        print_json(answer or message)
    elif answer is not None:
        from console.deactivation_tables import print_answer

        print_answer(answer)
    else:
        look = f"business-care deactivation {product_id} --journal"
        typer.echo(f"{command.NAME} handed over; what came of it: {look}")
    if follow:
        from console.following import follow_renewals

        follow_renewals(product_id)
