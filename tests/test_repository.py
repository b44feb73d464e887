"""What holds for the repository as a whole, whatever is in it."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements.lock"

# Each pattern has a letter in brackets, so that it does not find itself here.
MACHINE_PATH = re.compile(r"(?<![\w.\-/}])/(?:wor[k]|roo[t]|tm[p]|hom[e]|User[s])\b|\b[A-Z]:\\+User[s]\b")
REGISTRY = re.compile(
    r"\b(?:pyp[i]|pythonhoste[d]|npmj[s]|yarnpk[g]|crate[s]|golan[g]|debia[n]|ubunt[u])\.(?:org|com|io|net|dev)\b"
)


def files_of_the_repository() -> list[Path]:
    """Tracked files and new ones that are not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [file for name in listed.split("\0") if name and (file := ROOT / name).is_file()]


def lines_that_match(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{file.relative_to(ROOT)}:{number}"
        for file in files_of_the_repository()
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def locked_entries() -> list[str]:
    """One text for each package: its pin, its hashes, and who asked for it."""
    return re.split(r"^(?=[A-Za-z0-9])", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]


def locked() -> dict[str, Requirement]:
    pins = re.findall(r"^([A-Za-z0-9][^\s\\;]*==[^\s\\;]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    requirements = map(Requirement, pins)
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def declared() -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    lines += [line for extra in project["project"]["optional-dependencies"].values() for line in extra]
    return {canonicalize_name(requirement.name): requirement for requirement in map(Requirement, lines)}


def test_no_file_knows_the_machine_that_it_was_written_on() -> None:
    assert lines_that_match(MACHINE_PATH) == []


def test_no_file_names_the_place_that_packages_come_from() -> None:
    assert lines_that_match(REGISTRY) == []


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("File /hom" + "e/somebody/care/rules.py", id="a person's folder"),
        pytest.param('"stackTrace": "  File \\"/wor' + 'k/care/x.py\\""', id="a recorded stack trace"),
        pytest.param("cp x /tm" + "p/x", id="a temporary file"),
    ],
)
def test_a_machines_path_would_be_found(line: str) -> None:
    assert MACHINE_PATH.search(line)


def test_a_registrys_name_would_be_found() -> None:
    assert REGISTRY.search("see https://pyp" + "i.org/simple")


def test_the_lock_holds_no_address() -> None:
    assert "://" not in LOCK.read_text(encoding="utf-8")


def test_everything_locked_has_hashes() -> None:
    entries = locked_entries()

    without = [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry]

    assert len(entries) == len(locked())
    assert without == []


def test_the_lock_has_what_the_project_declares_in_versions_that_it_permits() -> None:
    pins = locked()

    unmet = [
        str(requirement)
        for name, requirement in declared().items()
        if name not in pins or not requirement.specifier.contains(next(iter(pins[name].specifier)).version)
    ]

    assert unmet == []


def test_the_lock_was_written_after_the_last_dependency_was_dropped() -> None:
    entries = locked_entries()

    asked_for = {
        canonicalize_name(re.split(r"[\[=]", entry)[0])
        for entry in entries
        if "business-care (pyproject.toml" in entry
    }

    assert asked_for == set(declared())


def test_every_target_of_the_makefile_is_explained_by_make_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split())

    explained = set(re.findall(r"^([a-z-]+):.*## \S", makefile, re.MULTILINE))

    assert explained == phony


def test_what_the_integration_server_runs_can_be_run() -> None:
    script = ROOT / ".ci" / "run"

    assert script.stat().st_mode & 0o111
