"""`business-care webhooks`: hears what the payment provider tells by itself, until it is told to stop."""

from typing import Annotated

import typer

from console.ending import WrongUsage, undertake


def webhooks(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where it listens; put a proxy with TLS before it.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: one that is free.")] = 8420,
) -> None:
    """Hear how refunds ended and what banks dispute, from Stripe: POST /stripe. Ctrl-C ends it.

    It needs the signing secret of the endpoint (BUSINESS_CARE_STRIPE_WEBHOOK_SECRET), the records and the
    Temporal server.
    """
    undertake(lambda: _hear(host, port))


async def _hear(host: str, port: int) -> None:
    from functools import partial

    from adapters.logs import logging_to
    from adapters.payments.news import told_to
    from adapters.payments.opened import need_stripe
    from adapters.settings import SettingsRefused, variable_of
    from console.composition import opened_gateway, settings
    from console.serving import stop_on_signals

    chosen = settings()
    secret = chosen.stripe_webhook_secret
    if secret is None:
        raise WrongUsage(
            f"{variable_of('stripe_webhook_secret')} is missing: without it nothing can be trusted"
        )
    try:
        need_stripe()
    except SettingsRefused as refused:
        raise WrongUsage(str(refused)) from None
    from adapters.payments.stripe_webhooks import news_in
    from adapters.webhook_receiver import PATH, WebhookReceiver, receiving

    stop = stop_on_signals()
    with logging_to(chosen.log_format, file=chosen.log_file, level=chosen.log_level):
        async with opened_gateway() as gateway:
            read = partial(news_in, secret=secret.get_secret_value())
            receiver = WebhookReceiver(read, told_to(gateway))
            async with receiving(receiver, host, port) as heard_at:
                typer.echo(f"Hearing Stripe at http://{host}:{heard_at}{PATH}; Ctrl-C ends it.")
                await stop.wait()
