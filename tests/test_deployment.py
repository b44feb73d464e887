"""The shape of the example deployment, and the one script of it that can be run without containers."""

import asyncio
import os
import re
import sys
import tomllib
from pathlib import Path
from typing import TypedDict, cast

import pytest
import yaml
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from adapters.embedded_server import DYNAMIC_CONFIG

ROOT = Path(__file__).parent.parent


class Service(TypedDict, total=False):
    """The parts of a service in docker-compose.yml that are looked at here."""

    image: str
    build: dict[str, str]
    ports: list[str]
    environment: dict[str, str]
    volumes: list[str]
    depends_on: dict[str, dict[str, str]]


def services() -> dict[str, Service]:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return cast("dict[str, Service]", compose["services"])


def test_the_service_stands_on_a_database_a_server_and_a_worker() -> None:
    images = {name: service["image"].partition(":")[0] for name, service in services().items()}

    assert images == {
        "postgres": "postgres",
        "temporal-schema": "temporalio/admin-tools",
        "temporal": "temporalio/server",
        "temporal-namespace": "temporalio/admin-tools",
        "temporal-ui": "temporalio/ui",
        "records": "business-care",
        "worker": "business-care",
    }


@pytest.mark.parametrize("name", services())
def test_no_port_is_open_to_other_machines(name: str) -> None:
    ports = services()[name].get("ports", [])

    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", ["records", "worker"])
def test_the_worker_is_told_its_database_and_its_server(name: str) -> None:
    environment = services()[name]["environment"]

    assert set(environment) == {"BUSINESS_CARE_DATABASE_URL", "TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}


def test_no_password_is_written_down() -> None:
    passwords = [
        str(value)
        for service in services().values()
        for key, value in service.get("environment", {}).items()
        if "PASSWORD" in key or "PWD" in key
    ]

    assert passwords
    assert [value for value in passwords if not re.fullmatch(r"\$\{\w+:\?[\w ]+\}", value)] == []


@pytest.mark.parametrize("name", services())
def test_every_file_that_a_container_mounts_is_there(name: str) -> None:
    mounted = [volume.split(":")[0] for volume in services()[name].get("volumes", [])]

    assert [path for path in mounted if path.startswith(".") and not (ROOT / path).exists()] == []


def test_every_service_waits_for_services_that_exist() -> None:
    known = services()

    awaited = {other for service in known.values() for other in service.get("depends_on", {})}

    assert awaited <= set(known)


def test_the_image_is_built_from_files_that_its_context_has() -> None:
    copied = {
        source
        for line in (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    }
    let_in = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }

    assert copied == let_in
    assert [source for source in copied if not (ROOT / source).exists()] == []


def test_the_image_has_everything_that_the_settings_can_ask_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    image = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")

    installed = re.findall(r"'\.\[(.*)\]'", image)

    assert [set(extras.split(",")) for extras in installed] == [set(project["optional-dependencies"])]


async def namespace_script(address: str) -> int:
    """Run the script as its container would: the tool on the path, its server in the environment."""
    tool = Path(sys.executable).parent
    process = await asyncio.create_subprocess_exec(
        "sh",
        str(ROOT / "deploy" / "temporal" / "create-namespace.sh"),
        env={
            "PATH": f"{tool}:{os.environ['PATH']}",
            "TEMPORAL_ADDRESS": address,
            "TEMPORAL_NAMESPACE": "care",
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await process.wait()


async def test_the_namespace_script_gives_a_server_what_the_service_needs_however_often_it_runs() -> None:
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(Path(sys.executable).parent / "temporal"), dev_server_log_level="error"
    ) as server:
        address = server.client.service_client.config.target_host

        exits = [await namespace_script(address), await namespace_script(address)]

        client = await Client.connect(address, namespace="care")
        attributes = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace="care")
        )

    assert exits == [0, 0]
    assert {name for name in attributes.custom_attributes if name.startswith("Care")} == {
        "CareState",
        "CareSeller",
        "CareProduct",
        "CareOutcome",
        "CareGround",
        "CareDueAt",
        "CareBreached",
    }


def test_the_server_of_the_deployment_has_the_limits_that_messages_are_tried_against() -> None:
    configured = yaml.safe_load((ROOT / "deploy/temporal/dynamic-config.yaml").read_text(encoding="utf-8"))

    settings = {name: str(constrained[0]["value"]) for name, constrained in configured.items()}

    embedded = dict(setting.split("=") for setting in DYNAMIC_CONFIG)
    assert settings == {name: value for name, value in embedded.items() if not name.startswith("frontend.")}
