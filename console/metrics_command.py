"""`business-care metrics`: the service in figures for Prometheus, until it is told to stop."""

from typing import Annotated

import typer

from console.ending import WrongUsage, undertake


def metrics(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where it answers; it asks nobody for a password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: one that is free.")] = 9464,
) -> None:
    """Answer Prometheus with the service in figures: GET /metrics. Ctrl-C ends it.

    The records are read, no server is needed. One such program is enough, however many workers there are.
    """
    undertake(lambda: _answer(host, port))


async def _answer(host: str, port: int) -> None:
    from datetime import UTC, datetime

    from adapters.logs import logging_to
    from adapters.settings import SettingsRefused
    from adapters.wanted_extras import need_extra
    from console.composition import opened_records, settings
    from console.serving import stop_on_signals

    try:
        need_extra("metrics", "prometheus_client", "aiohttp")
    except SettingsRefused as refused:
        raise WrongUsage(str(refused)) from None
    from adapters.metrics.exporter import Exporter, exporting

    chosen, stop = settings(), stop_on_signals()
    with logging_to(chosen.log_format, file=chosen.log_file, level=chosen.log_level):
        async with opened_records() as records:
            exporter = Exporter(lambda: records.figures.at(datetime.now(UTC)))
            async with exporting(exporter, host, port) as address:
                typer.echo(f"Metrics at {address}; Ctrl-C ends it.")
                await stop.wait()
