"""The shape of deploy/kubernetes: what can be told of it without a cluster."""

import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from temporalio.envconfig import ClientConfigProfile

from adapters.settings import Settings, load_settings, variable_of
from tests.deployment.files import DOCKERFILE, ROOT, checker
from workflows.names import TASK_QUEUE

FOLDER = ROOT / "deploy" / "kubernetes"
KUSTOMIZATION = FOLDER / "kustomization.yaml"
OF_THE_CLUSTER_ITSELF = ["namespace.yaml", "config.yaml", "jobs.yaml", "worker.yaml"]
KEDAS = "scaling.yaml"
NAMESPACE = "business-care"

Manifest = dict[str, Any]


def manifests(*files: str) -> list[Manifest]:
    texts = [(FOLDER / file).read_text(encoding="utf-8") for file in files]
    return [manifest for text in texts for manifest in yaml.safe_load_all(text)]


ALL = manifests(*OF_THE_CLUSTER_ITSELF, KEDAS)


def one(kind: str) -> Manifest:
    (found,) = (manifest for manifest in ALL if manifest["kind"] == kind)
    return found


def pods() -> dict[str, Manifest]:
    """What runs: the pods of the jobs and that of the workers, by what they are for."""
    running = [manifest for manifest in ALL if manifest["kind"] in ("Job", "Deployment")]
    return {
        manifest["metadata"]["labels"]["app.kubernetes.io/component"]: manifest["spec"]["template"]["spec"]
        for manifest in running
    }


def container(component: str) -> Manifest:
    (only,) = pods()[component]["containers"]
    return dict(only)


def test_the_manifests_are_what_kubernetes_allows() -> None:
    program = checker("kubernetes-validate")

    said = subprocess.run(
        [program, "--strict", "--no-warn", *(FOLDER / file for file in OF_THE_CLUSTER_ITSELF)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 0, said.stdout + said.stderr


def test_one_command_applies_everything_that_needs_nothing_but_the_cluster() -> None:
    kustomization = yaml.safe_load(KUSTOMIZATION.read_text(encoding="utf-8"))

    files = {file.name for file in FOLDER.glob("*.yaml")}

    assert kustomization["resources"] == OF_THE_CLUSTER_ITSELF
    assert files == {*OF_THE_CLUSTER_ITSELF, KEDAS, KUSTOMIZATION.name}


def test_everything_is_in_the_namespace_that_asks_for_restricted_rights() -> None:
    namespace = one("Namespace")["metadata"]

    places = {manifest["metadata"].get("namespace") for manifest in ALL if manifest["kind"] != "Namespace"}

    assert places == {namespace["name"]} == {NAMESPACE}
    assert namespace["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("component", pods())
def test_what_runs_has_the_version_of_the_package(component: str) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

    assert container(component)["image"] == f"business-care:{version}"


def test_jobs_which_can_never_be_changed_carry_the_version_in_their_name() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

    jobs = {manifest["metadata"]["name"] for manifest in ALL if manifest["kind"] == "Job"}

    assert jobs == {f"{what}-{version.replace('.', '-')}" for what in ("records", "schedules")}


def test_jobs_run_the_commands_that_prepare_an_installation() -> None:
    commands = {component: container(component).get("command") for component in pods()}

    assert commands == {
        "records": ["business-care", "db", "upgrade"],
        "schedules": ["business-care", "schedules"],
        "worker": None,
    }


@pytest.mark.parametrize("component", pods())
def test_what_runs_is_not_root_writes_into_memory_alone_and_has_no_token_of_the_cluster(
    component: str,
) -> None:
    pod, only = pods()[component], container(component)

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert f"USER {pod['securityContext']['runAsUser']}:" in DOCKERFILE.read_text(encoding="utf-8")
    assert pod["automountServiceAccountToken"] is False
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    writable = [mount["name"] for mount in only["volumeMounts"] if not mount.get("readOnly")]
    kinds = {volume["name"]: volume for volume in pod["volumes"]}
    assert [kinds[name]["emptyDir"]["medium"] for name in writable] == ["Memory"]


@pytest.mark.parametrize("component", pods())
def test_what_the_image_writes_it_can_write(component: str) -> None:
    folder = next(
        mount["mountPath"] for mount in container(component)["volumeMounts"] if mount["name"] == "run"
    )

    image = DOCKERFILE.read_text(encoding="utf-8")

    assert f"BUSINESS_CARE_ALIVE_FILE={folder}/" in image
    assert f"TMPDIR={folder} " in image


@pytest.mark.parametrize("component", pods())
def test_what_runs_asks_for_memory_and_is_bounded_in_it(component: str) -> None:
    resources = container(component)["resources"]

    assert {"cpu", "memory"} <= set(resources["requests"])
    assert set(resources["limits"]) == {"memory"}


def test_a_worker_has_more_memory_than_it_keeps_workflows_in() -> None:
    kept = int(one("ConfigMap")["data"]["BUSINESS_CARE_CACHE_MEMORY_MIB"])

    asked_for = container("worker")["resources"]["requests"]["memory"]

    assert int(asked_for.removesuffix("Mi")) >= kept + 200


@pytest.mark.parametrize("component", pods())
def test_settings_come_from_the_map_and_secrets_from_files(component: str) -> None:
    only, pod = container(component), pods()[component]
    settings = one("ConfigMap")

    mounted = {mount["mountPath"]: mount["name"] for mount in only["volumeMounts"]}
    secrets = mounted[settings["data"]["BUSINESS_CARE_SECRETS_DIR"]]
    kinds = {volume["name"]: volume for volume in pod["volumes"]}

    assert only["envFrom"] == [{"configMapRef": {"name": settings["metadata"]["name"]}}]
    assert "env" not in only
    assert kinds[secrets]["secret"]["secretName"] == "business-care"
    assert set(mounted.values()) == set(kinds)


def test_every_variable_of_ours_is_a_setting_that_exists_and_can_be_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = {name: value for name, value in one("ConfigMap")["data"].items() if "BUSINESS_CARE" in name}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BUSINESS_CARE_SECRETS_DIR", str(tmp_path))
    (tmp_path / "BUSINESS_CARE_DATABASE_PASSWORD").write_text("s3cret")
    monkeypatch.chdir(tmp_path)

    settings = load_settings()

    assert set(given) <= {variable_of(setting) for setting in Settings.model_fields}
    assert "business_care:s3cret@" in settings.database_url


def test_the_connection_to_temporal_is_read_as_it_is_written() -> None:
    given = {name: value for name, value in one("ConfigMap")["data"].items() if name.startswith("TEMPORAL_")}

    profile = ClientConfigProfile.load(disable_file=True, override_env_vars=given)

    assert given == {"TEMPORAL_ADDRESS": profile.address, "TEMPORAL_NAMESPACE": profile.namespace}


def test_a_worker_may_finish_what_it_has_begun_before_it_is_killed() -> None:
    grace = int(one("ConfigMap")["data"]["BUSINESS_CARE_GRACEFUL_SHUTDOWN_SECONDS"])

    assert pods()["worker"]["terminationGracePeriodSeconds"] >= grace + 10


def test_a_worker_is_asked_for_its_signs_of_life_by_the_script_of_the_image() -> None:
    worker = container("worker")

    asked = [worker[probe]["exec"]["command"][0] for probe in worker if probe.endswith("Probe")]

    assert len(asked) == 3
    assert set(asked) == {"business-care-is-alive"}
    assert f"/{asked[0]}\n" in DOCKERFILE.read_text(encoding="utf-8")


def test_a_worker_is_ended_later_than_it_is_thought_unready() -> None:
    worker = container("worker")

    unready, dead = worker["readinessProbe"]["exec"]["command"], worker["livenessProbe"]["exec"]["command"]

    assert unready == ["business-care-is-alive"]
    assert int(dead[1]) > 20


def test_one_worker_is_left_whatever_is_done_to_the_nodes() -> None:
    deployment, budget = one("Deployment")["spec"], one("PodDisruptionBudget")["spec"]

    assert budget["selector"] == deployment["selector"]
    assert deployment["selector"]["matchLabels"] == deployment["template"]["metadata"]["labels"]
    assert 1 <= budget["minAvailable"] < deployment["replicas"]
    assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_workers_are_scaled_by_what_waits_in_their_own_task_queue() -> None:
    scaled, settings = one("ScaledObject")["spec"], one("ConfigMap")["data"]

    (trigger,) = scaled["triggers"]

    assert scaled["scaleTargetRef"] == {"name": one("Deployment")["metadata"]["name"]}
    assert scaled["minReplicaCount"] == one("Deployment")["spec"]["replicas"]
    assert trigger["metadata"]["taskQueue"] == TASK_QUEUE
    assert trigger["metadata"]["namespace"] == settings["TEMPORAL_NAMESPACE"]
    assert trigger["metadata"]["endpoint"] == settings["TEMPORAL_ADDRESS"]
