"""`encryption new-key|status|forget` and `codec-server`: keys of payloads, and the server that unlocks."""

from typing import TYPE_CHECKING, Annotated

import typer

from console import given
from console.answers import print_json
from console.ending import WrongUsage, end_with, perform, undertake

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.encryption_check import KeyStanding

app = typer.Typer(help="The keys that lock messages: make one, see which are needed, forget a lost one.")


@app.command(name="new-key", epilog="Example: business-care encryption new-key --id k2031")
def new_key(
    key_id: Annotated[str, typer.Option("--id", metavar="ID", help="Stands beside all that it locks.")],
) -> None:
    """Print a fresh key as the settings take it. It is kept nowhere: put it where your secrets are."""
    from adapters.encryption.keys import KeysRefused, new_key_line

    try:
        typer.echo(new_key_line(key_id))
    except KeysRefused as refused:
        end_with(WrongUsage(f"--id: {refused}"))


@app.command(epilog="Example: business-care encryption status --json")
def status(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Which keys were ever in use, which are at hand, and which may be retired."""
    found = perform("looking at the keys", _standings)
    if as_json:
        print_json(found)
    else:
        _print(found)


@app.command(epilog="Example: business-care encryption forget k2031")
def forget(
    key_id: Annotated[
        str,
        typer.Argument(parser=given.identifier, metavar="ID", help="Of a key that is lost for good."),
    ],
) -> None:
    """Let workers start without a key that is lost. What it has locked stays locked, and waits for ever."""
    if not perform("forgetting the key", lambda: _forget(key_id)):
        end_with(WrongUsage("ID: no such key was ever in use; `encryption status` lists those that were"))
    typer.echo("Forgotten. Terminate the workflows that wait for it, and open their requests again.")


def codec_server(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where it answers.")] = 8234,
    host: Annotated[str, typer.Option(help="The interface; any other than the loopback needs a guard.")] = (
        "127.0.0.1"
    ),
    ui_origin: Annotated[
        list[str] | None,
        typer.Option(help="Of the Temporal UI, as the browser shows it; may be given several times."),
    ] = None,
) -> None:
    """Unlock payloads for the Temporal UI and its command line, until Ctrl-C."""
    undertake(lambda: _serve(host, port, ui_origin or list(origins_of(8233))))


def origins_of(ui_port: int) -> tuple[str, str]:
    """The two ways in which a browser on this machine names the web interface."""
    return f"http://127.0.0.1:{ui_port}", f"http://localhost:{ui_port}"


async def _serve(host: str, port: int, origins: "Sequence[str]") -> None:
    from adapters.encryption.codec import EncryptionCodec
    from adapters.encryption.codec_server import CodecService, serving_codec
    from console.composition import settings
    from console.serving import stop_on_signals

    chosen = settings()
    if not chosen.keyring:
        raise WrongUsage("there is nothing to unlock with: set BUSINESS_CARE_ENCRYPTION_KEYS")
    token = chosen.codec_server_token
    service = CodecService(
        EncryptionCodec(chosen.keyring), frozenset(origins), token.get_secret_value() if token else None
    )
    stop = stop_on_signals()
    async with serving_codec(service, port, host) as address:
        typer.echo(f"Codec server at {address}, for pages of {', '.join(origins)}. Ctrl-C ends it.")
        await stop.wait()


async def _forget(key_id: str) -> bool:
    from console.composition import opened_records, settings

    if key_id in settings().keyring.by_id:
        raise WrongUsage("ID: this key is at hand, so it is not lost; take it out of the settings first")
    async with opened_records() as records:
        return await records.keys.forget(key_id)


async def _standings() -> "Sequence[KeyStanding]":
    from adapters.encryption.converter import data_converter
    from adapters.settings import temporal_environment
    from adapters.temporal import connect
    from console.composition import opened_records, settings
    from console.encryption_check import standings

    keyring = settings().keyring
    client = await connect(temporal_environment(), data_converter=data_converter(keyring))
    async with opened_records() as records:
        return await standings(records.keys, keyring, client)


def _print(found: "Sequence[KeyStanding]") -> None:
    if not found:
        typer.echo("No key was ever in use.")
    for key in found:
        typer.echo(f"{key.key_id}: {key.in_words()}")
