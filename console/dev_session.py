"""One session of `business-care dev`: everything is put in order, then it works until it is told to stop."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import typer
from temporalio.runtime import Runtime

from adapters.embedded_server import DevServer, dev_server
from adapters.encryption.converter import data_converter
from adapters.encryption.keys import Keyring
from adapters.encryption.uses import KeyUses
from adapters.logs import forwarding_runtime, logging_to
from adapters.records.migrations.run import upgrade
from adapters.records.opened import Records
from adapters.settings import Settings, SettingsRefused
from adapters.temporal_program import free_port
from business_care.calendar import MARKETPLACE_PLACE
from console.composition import settings
from console.encryption_check import demand_keys
from console.encryption_commands import origins_of
from console.ending import WrongUsage
from console.one_at_a_time import alone
from console.safety import refuse_what_is_unsafe
from console.serving import serve, stop_on_signals
from gateway.schedules import keep_schedules
from workflows.names import SEARCH_ATTRIBUTES

USUAL_PORT = 7233


@dataclass(frozen=True)
class DevSession:
    """Where the server answers; without `ui_port` there is no web interface."""

    port: int
    ui_port: int | None
    http_port: int | None = None

    async def run(self) -> None:
        """Work until Ctrl-C or a termination signal, then finish what is under way.

        Raises `AlreadyRunning`, `ServerNotStarted`, what the records raise, and `WrongUsage` for settings.
        """
        chosen = settings()
        database = chosen.dev_server_database
        stop, uses = stop_on_signals(), KeyUses()
        with alone(database):
            try:
                await upgrade(chosen.database_url)
                records = Records.open(chosen.database_url)
            except ValueError as refused:
                raise WrongUsage(str(refused)) from None
            Runtime.set_default(forwarding_runtime(chosen.metrics_address), error_if_already_set=False)
            logs = logging_to(chosen.log_format, file=chosen.log_file, level=chosen.log_level)
            async with records:
                with logs:
                    async with (
                        self._codec_server(chosen) as codec_endpoint,
                        dev_server(
                            SEARCH_ATTRIBUTES,
                            program=chosen.temporal_cli,
                            database=database,
                            port=self.port,
                            ui_port=self.ui_port,
                            http_port=self.http_port,
                            log_file=database.with_name("temporal.log"),
                            data_converter=data_converter(chosen.keyring, uses),
                            codec_endpoint=codec_endpoint,
                        ) as server,
                    ):
                        # The server has just been told how long it keeps closed requests.
                        await refuse_what_is_unsafe(server.client, chosen.database_url)
                        await demand_keys(records.keys, chosen.keyring, server.client)
                        await keep_schedules(server.client, MARKETPLACE_PLACE.timezone)
                        typer.echo(self._welcome(chosen, server))
                        try:
                            await serve(server.client, records, chosen, uses, stop)
                        except SettingsRefused as refused:
                            raise WrongUsage(str(refused)) from None
            typer.echo("Stopped. The data stay where they are; start it again to go on.")

    @asynccontextmanager
    async def _codec_server(self, chosen: Settings) -> AsyncIterator[str | None]:
        """Where the web interface has payloads unlocked, if there are keys: it shows them in clear text."""
        if not chosen.keyring or self.ui_port is None:
            yield None
            return
        from adapters.encryption.codec import EncryptionCodec
        from adapters.encryption.codec_server import CodecService, serving_codec

        service = CodecService(EncryptionCodec(chosen.keyring), frozenset(origins_of(self.ui_port)))
        async with serving_codec(service, free_port()) as address:
            yield address

    def _welcome(self, chosen: Settings, server: DevServer) -> str:
        opening = json.dumps(
            {
                "request_id": "R1",
                "licence_id": "L1",
                "opened_at": datetime.now(UTC).isoformat(timespec="seconds"),
            }
        )
        elsewhere = "" if self.port == USUAL_PORT else f"export TEMPORAL_ADDRESS={server.target}\n  "
        lines = [
            f"Temporal server    {server.target}, namespace {server.client.namespace}",
            f"web interface      {server.ui_url or 'not running'}",
            *([f"HTTP API           {server.http_url}"] if server.http_url else []),
            f"records            {_without_password(chosen.database_url)}",
            f"messages           {_locked(chosen.keyring)}",
            f"notices            {'by mail' if chosen.smtp else chosen.outbox_dir}",
            "",
            "In another terminal:",
            f"  {elsewhere}business-care db seed examples/records.yaml",
            f"  echo '{opening}' | business-care open -",
            '  business-care acknowledge R1 --by agent:A1@S1 --message "We are on it"',
            "  business-care explain R1",
            "",
            "Ctrl-C ends it; requests go on when it is started again.",
        ]
        return "\n".join(lines)


def _locked(keyring: Keyring) -> str:
    return f"locked with the key {keyring.locking.id}" if keyring.locking else "in clear text"


def _without_password(url: str) -> str:
    from sqlalchemy import make_url

    return make_url(url).render_as_string(hide_password=True)
