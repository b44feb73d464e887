"""The image: what goes into it, who it runs as, and how it says that it is well."""

import json
import re
import subprocess
import tomllib

from tests.deployment.files import DOCKERFILE, ROOT, checker, services

INSTRUCTION = re.compile(r"^([A-Z]+) ((?:[^\n\\]|\\\n|\\.)*)$", re.MULTILINE)


def instructions() -> list[tuple[str, str]]:
    """Every instruction with its words, comments left out."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return INSTRUCTION.findall(text)


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for keyword, words in instructions():
        if keyword == "FROM":
            found.append([])
        found[-1].append((keyword, words))
    return found


def test_hadolint_has_nothing_to_say() -> None:
    program = checker("hadolint")

    said = subprocess.run([program, "--no-color", DOCKERFILE], capture_output=True, text=True, check=False)

    assert (said.returncode, said.stdout) == (0, "")


def test_the_image_is_built_from_files_that_its_context_has() -> None:
    copied = {
        source
        for keyword, words in instructions()
        if keyword == "COPY" and "--from" not in words
        for source in words.split()[:-1]
        if not source.startswith("--")
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

    installed = re.findall(r"'\.\[(.*)\]'", DOCKERFILE.read_text(encoding="utf-8"))

    assert [set(extras.split(",")) for extras in installed] == [set(project["optional-dependencies"])]


def test_both_stages_stand_on_the_same_image_pinned_by_version_and_digest() -> None:
    bases = {words.removesuffix(" AS build") for keyword, words in instructions() if keyword == "FROM"}

    assert len(stages()) == 2
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}", bases.pop())


def test_nothing_is_installed_or_compiled_in_the_final_image() -> None:
    _, final = stages()

    ran = [words for keyword, words in final if keyword == "RUN"]

    assert not [words for words in ran if re.search(r"\b(pip|uv|apt-get|gcc|make)\b", words)]


def test_the_final_image_runs_as_a_user_who_is_not_root() -> None:
    _, final = stages()

    users = [words for keyword, words in final if keyword == "USER"]

    assert users == ["10001:10001"]


def test_what_runs_is_started_without_a_shell_that_would_keep_signals_from_it() -> None:
    _, final = stages()

    started = [words for keyword, words in final if keyword in ("CMD", "ENTRYPOINT")]

    assert [json.loads(words) for words in started] == [["python", "-m", "worker"]]


def test_the_health_of_a_worker_is_the_script_that_the_tests_run() -> None:
    _, final = stages()
    script = [words for keyword, words in final if keyword == "COPY" and "is-alive.sh" in words]

    checked = [words for keyword, words in final if keyword == "HEALTHCHECK"]

    name = script[0].rpartition("/")[2]
    assert len(checked) == 1
    assert checked[0].endswith(f'CMD ["{name}"]')


def test_only_a_worker_is_asked_for_a_workers_signs_of_life() -> None:
    ours = {
        name: service for name, service in services().items() if service["image"].startswith("business-care:")
    }

    left_to_the_image = {name for name, service in ours.items() if "healthcheck" not in service}

    assert left_to_the_image == {"worker"}


def test_image_and_package_have_the_same_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

    label = re.findall(r'org\.opencontainers\.image\.version="(.*?)"', DOCKERFILE.read_text(encoding="utf-8"))
    used = {
        service["image"].partition(":")[2]
        for service in services().values()
        if service["image"].startswith("business-care:")
    }

    assert label == [version]
    assert used == {version}
