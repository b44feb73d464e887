"""The shape of docker-compose.yml: what can be told of it without a container engine."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.envconfig import ClientConfigProfile

from adapters.records.database import POOL_SIZE
from adapters.settings import Settings, load_settings, variable_of
from tests.deployment.files import (
    COMPOSE,
    ROOT,
    Service,
    checker,
    compose,
    is_ours,
    services,
    with_defaults,
)

OURS = [name for name, service in services().items() if is_ours(service)]
ONE_SHOTS = {"temporal-schema", "temporal-namespace", "records"}


def test_the_file_is_what_the_specification_of_compose_allows() -> None:
    said = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"),
            str(COMPOSE),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 0, said.stdout + said.stderr


def test_compose_itself_reads_the_file_with_every_profile() -> None:
    program = checker("docker-compose")

    said = subprocess.run(
        [program, "--file", str(COMPOSE), "--profile", "*", "config", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (said.returncode, said.stderr) == (0, "")


def test_the_service_stands_on_a_database_a_server_and_workers() -> None:
    images = {name: service["image"].partition(":")[0] for name, service in services().items()}

    assert {name: images[name] for name in images if not services()[name].get("profiles")} == {
        "postgres": "postgres",
        "temporal-schema": "temporalio/admin-tools",
        "temporal": "temporalio/server",
        "temporal-namespace": "temporalio/admin-tools",
        "temporal-ui": "temporalio/ui",
        "records": "business-care",
        "schedules": "business-care",
        "worker": "business-care",
    }


@pytest.mark.parametrize("name", services())
def test_every_image_is_pinned_by_version_and_what_others_made_by_digest(name: str) -> None:
    service = services()[name]

    pinned = r"[\w/-]+:v?\d+\.\d+(\.\d+)?(-\w+)?"
    assert re.fullmatch(pinned if is_ours(service) else rf"{pinned}@sha256:[0-9a-f]{{64}}", service["image"])


def test_server_and_tools_are_of_the_version_that_every_test_runs_on() -> None:
    program = Path(sys.executable).parent / "temporal"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    tested = re.search(r"Server ([\d.]+), UI ([\d.]+)", said)
    assert tested is not None
    server, ui = tested.groups()

    versions = {
        name: service["image"].partition(":")[2].partition("@")[0]
        for name, service in services().items()
        if name.startswith("temporal")
    }

    assert versions == {
        "temporal-schema": server,
        "temporal": server,
        "temporal-namespace": server,
        "temporal-ui": ui,
    }


def test_the_number_of_history_shards_is_decided_before_the_first_start() -> None:
    assert str(services()["temporal"]["environment"]["NUM_HISTORY_SHARDS"]) == "512"


@pytest.mark.parametrize("name", services())
def test_no_port_is_open_to_other_machines(name: str) -> None:
    ports = services()[name].get("ports", [])

    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_the_server_has_one_address_to_tell_its_parts() -> None:
    assert "networks" not in compose()["services"]["temporal"]


def test_the_databases_are_open_to_containers_alone() -> None:
    assert "ports" not in services()["postgres"]


@pytest.mark.parametrize(
    ("name", "needed", "condition"),
    [
        (name, needed, how["condition"])
        for name, service in services().items()
        for needed, how in service.get("depends_on", {}).items()
    ],
)
def test_who_is_waited_for_says_when_it_is_ready(name: str, needed: str, condition: str) -> None:
    awaited = services()[needed]

    if needed in ONE_SHOTS:
        assert condition == "service_completed_successfully", name
        assert awaited["restart"].startswith("on-failure")
    else:
        assert condition == "service_healthy", name
        assert awaited["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


@pytest.mark.parametrize("name", services())
def test_every_variable_of_ours_is_a_setting_that_exists(name: str) -> None:
    known = {variable_of(setting) for setting in Settings.model_fields}
    written = {
        variable for variable in services()[name].get("environment", {}) if "BUSINESS_CARE" in variable
    }

    assert written <= known


def test_every_variable_of_ours_that_a_person_may_set_is_a_setting_that_exists() -> None:
    known = {variable_of(setting) for setting in Settings.model_fields}

    wanted = set(re.findall(r"\$\{(BUSINESS_CARE_\w+)", COMPOSE.read_text(encoding="utf-8")))

    assert wanted
    assert wanted <= known


@pytest.mark.parametrize("name", OURS)
def test_every_variable_of_temporal_says_where_the_server_is(name: str) -> None:
    given = {
        variable: with_defaults(str(value))
        for variable, value in services()[name]["environment"].items()
        if variable.startswith("TEMPORAL_")
    }

    profile = ClientConfigProfile.load(disable_file=True, override_env_vars=given)

    assert given == {"TEMPORAL_ADDRESS": profile.address, "TEMPORAL_NAMESPACE": profile.namespace}
    assert profile.address == "temporal:7233"


@pytest.mark.parametrize("name", OURS)
def test_the_settings_of_a_new_installation_can_be_used(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    subprocess.run([ROOT / "deploy" / "new-secrets.sh", tmp_path], check=True, capture_output=True)
    for variable, value in services()[name]["environment"].items():
        monkeypatch.setenv(variable, with_defaults(str(value)))
    monkeypatch.setenv("BUSINESS_CARE_SECRETS_DIR", str(tmp_path / "care"))
    monkeypatch.chdir(tmp_path)

    settings = load_settings()

    password = (tmp_path / "care" / "BUSINESS_CARE_DATABASE_PASSWORD").read_text().strip()
    assert settings.database_url == (
        f"postgresql+asyncpg://business_care:{password}@postgres:5432/business_care"
    )


def test_no_secret_is_written_down_or_stands_in_the_environment_of_a_container() -> None:
    secret = re.compile(r"PASSWORD(?!_FILE)|PWD|SECRET(?!S_DIR)|TOKEN|_KEY")

    shown = [
        f"{name}: {variable}"
        for name, service in services().items()
        for variable in service.get("environment", {})
        if secret.search(variable)
    ]

    assert shown == []


def test_every_secret_is_a_file_that_the_script_makes(tmp_path: Path) -> None:
    subprocess.run([ROOT / "deploy" / "new-secrets.sh", tmp_path], check=True, capture_output=True)
    needed = {secret for service in services().values() for secret in service.get("secrets", [])}

    files = {name: secret["file"] for name, secret in compose()["secrets"].items()}

    assert set(files) == needed
    assert all((tmp_path / file.removeprefix("./secrets/")).is_file() for file in files.values())


@pytest.mark.parametrize("name", services())
def test_a_container_gets_no_rights_that_it_does_not_need(name: str) -> None:
    service = services()[name]

    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", OURS)
def test_ours_can_write_into_a_folder_in_memory_and_into_a_volume_and_nowhere_else(name: str) -> None:
    service = services()[name]

    writable = [volume.split(":")[1] for volume in service["volumes"] if not volume.endswith(":ro")]

    assert service["read_only"] is True
    assert writable == ["/var/lib/business-care"]
    assert service["environment"]["BUSINESS_CARE_OUTBOX_DIR"].startswith(f"{writable[0]}/")
    assert [entry.partition(":")[0] for entry in service["tmpfs"]] == ["/run/business-care"]


def test_a_worker_may_finish_what_it_has_begun_before_it_is_killed() -> None:
    grace = Settings.model_fields["graceful_shutdown_seconds"].default

    given = re.fullmatch(r"(\d+)s", services()["worker"]["stop_grace_period"])

    assert given is not None
    assert timedelta(seconds=int(given[1])) >= timedelta(seconds=grace + 10)


def _sources(service: Service) -> list[str]:
    return [volume.split(":")[0] for volume in service.get("volumes", [])]


@pytest.mark.parametrize("name", services())
def test_every_file_that_a_container_mounts_is_there(name: str) -> None:
    mounted = [path for path in _sources(services()[name]) if path.startswith(".")]

    made_once = {"./secrets/care"}
    assert [path for path in mounted if path not in made_once and not (ROOT / path).exists()] == []


def test_whatever_is_kept_is_kept_in_a_volume_with_a_name() -> None:
    kept = {source for service in services().values() for source in _sources(service) if "/" not in source}

    assert kept == set(compose()["volumes"])
    assert "postgres-data" in kept


def test_there_are_connections_for_the_server_and_for_as_many_workers_as_kubernetes_scales_to() -> None:
    of_the_server, workers = 4 * (20 + 10), 8

    allowed = re.search(r"max_connections=(\d+)", " ".join(services()["postgres"]["command"]))

    assert allowed is not None
    assert int(allowed[1]) >= of_the_server + workers * POOL_SIZE


def test_every_container_keeps_a_bounded_log() -> None:
    bounds = {name: service.get("logging") for name, service in compose()["services"].items()}

    assert {
        name for name, logging in bounds.items() if not logging or "max-size" not in logging["options"]
    } == set()


def test_secrets_are_never_committed() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "--quiet", "secrets/temporal_db_password"],
        cwd=ROOT,
        env=os.environ,
        check=False,
    )

    assert ignored.returncode == 0
