"""The worker: carries the workflows of every care request, and delivers their notices.

Start it with `python -m worker`. Settings come from the environment and `.env` (see `.env.example`), the
connection to Temporal from the same profile files and variables as the `temporal` command. It stops on Ctrl-C
or a termination signal, after what is under way is finished.
"""

import asyncio
import os
import sys

from adapters.alive_file import forget
from adapters.encryption.converter import data_converter
from adapters.encryption.uses import KeyUses
from adapters.logs import forwarding_runtime, get_logger, logging_to
from adapters.records.migrations.standing import is_current
from adapters.records.opened import Records
from adapters.settings import (
    Settings,
    SettingsRefused,
    load_settings,
    temporal_environment,
    unknown_variables,
)
from adapters.temporal import connect
from adapters.traced import traced
from business_care.errors import StepFailed
from console.encryption_check import demand_keys
from console.safety import refuse_what_is_unsafe
from console.serving import serve, stop_on_signals
from workflows.names import TASK_QUEUE

DONE, FAILED, WRONG_SETTINGS = 0, 1, 2

log = get_logger("worker")


async def work(settings: Settings) -> None:
    """Connect, work until a signal comes, and leave in order."""
    forget(settings.alive_file)
    if not await is_current(settings.database_url):
        raise StepFailed("the records are not up to date: run `business-care db upgrade` first")
    stop = stop_on_signals()
    uses = KeyUses()
    runtime = forwarding_runtime(settings.metrics_address)
    with traced(settings.tracing_endpoint) as interceptors:
        client = await connect(
            temporal_environment(),
            data_converter=data_converter(settings.keyring, uses),
            interceptors=interceptors,
            runtime=runtime,
        )
        await refuse_what_is_unsafe(client, settings.database_url)
        async with Records.open(settings.database_url) as records:
            await demand_keys(records.keys, settings.keyring, client)
            log.info("worker.started", task_queue=TASK_QUEUE, namespace=client.namespace)
            await serve(client, records, settings, uses, stop)
    log.info("worker.stopped")


def main() -> int:
    """Run the worker: 0 after an orderly stop, 1 when it could not work, 2 for unusable settings."""
    try:
        settings = load_settings()
    except SettingsRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return WRONG_SETTINGS
    code = DONE
    with logging_to(settings.log_format, file=settings.log_file, level=settings.log_level):
        for name in unknown_variables():
            log.warning("settings.unknown_variable", variable=name)
        try:
            asyncio.run(work(settings))
        except* SettingsRefused as refused:
            code = WRONG_SETTINGS
            for refusal in refused.exceptions:
                sys.stderr.write(f"{refusal}\n")
        except* StepFailed as failed:
            code = FAILED
            for error in failed.exceptions:
                log.error("worker.failed", exc_info=error)
                sys.stderr.write(f"{error}\n")
    return code


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # The SDK's threads can crash an interpreter that takes its time to end.
    os._exit(code)
