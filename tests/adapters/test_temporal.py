"""The connection to Temporal: the profiles of its own tool, and errors that say what to do."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.embedded_server import DevServer, dev_server
from adapters.temporal import ConnectionSettingsRefused, ServerUnreachable, connect


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[DevServer]:
    async with dev_server() as running:
        yield running


async def test_the_variables_say_where_the_server_is(server: DevServer) -> None:
    client = await connect({"TEMPORAL_ADDRESS": server.target, "TEMPORAL_NAMESPACE": "default"})

    assert client.service_client.config.target_host == server.target


async def test_a_profile_of_temporals_own_tool_is_used(server: DevServer, tmp_path: Path) -> None:
    profiles = tmp_path / "temporal.toml"
    profiles.write_text(f'[profile.care]\naddress = "{server.target}"\nnamespace = "default"\n')

    client = await connect({"TEMPORAL_CONFIG_FILE": str(profiles), "TEMPORAL_PROFILE": "care"})

    assert client.service_client.config.target_host == server.target


async def test_no_server_is_an_error_that_says_how_to_start_one() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]

        with pytest.raises(
            ServerUnreachable, match=f"no Temporal server answers at 127.0.0.1:{port}; start one"
        ):
            await connect({"TEMPORAL_ADDRESS": f"127.0.0.1:{port}"})


async def test_a_namespace_that_is_not_there_is_named(server: DevServer) -> None:
    with pytest.raises(ConnectionSettingsRefused, match="has no namespace elsewhere"):
        await connect({"TEMPORAL_ADDRESS": server.target, "TEMPORAL_NAMESPACE": "elsewhere"})


async def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(ConnectionSettingsRefused, match="Profile 'elsewhere' not found"):
        await connect({"TEMPORAL_PROFILE": "elsewhere"})


async def test_a_profile_file_that_cannot_be_read_is_not_repeated(tmp_path: Path) -> None:
    profiles = tmp_path / "temporal.toml"
    profiles.write_text("[profile.care]\napi_key = s3cret\n")

    with pytest.raises(ConnectionSettingsRefused, match="TOML parse error at line 2") as refused:
        await connect({"TEMPORAL_CONFIG_FILE": str(profiles), "TEMPORAL_PROFILE": "care"})

    assert "s3cret" not in str(refused.value)
