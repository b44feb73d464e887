"""The arrows of the house that import-linter and ruff cannot draw.

import-linter takes packages, not single files, and knows a library only as a whole; ruff can permit the clock
only together with the environment (both are TID251).
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("business_care", "activities", "workflows", "adapters", "gateway", "console")
COMPOSITION = ("worker", "starter")

# What neither rules nor workflows may reach although it is in the standard library.
CLOCKS_AND_CHANCE = {"random", "secrets", "time", "zoneinfo"}
MACHINE = {"ctypes", "logging", "os", "platform", "signal", "subprocess", "sys"}
FILES = {"glob", "io", "pathlib", "shelve", "shutil", "sqlite3", "tempfile"}
NETWORK = {"http", "select", "selectors", "socket", "ssl", "urllib"}
CONCURRENCY = {"asyncio", "concurrent", "multiprocessing", "threading"}
IMPURE = CLOCKS_AND_CHANCE | MACHINE | FILES | NETWORK | CONCURRENCY

CALLS_TO_THE_MACHINE = frozenset({"open", "print", "input", "exec", "eval"})


def files_of(layer: str) -> list[Path]:
    return sorted((ROOT / layer).rglob("*.py"))


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def imports_of(file: Path) -> Iterator[str]:
    """Every module that a file imports; for `from a import b` both `a` and `a.b`."""
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def top_of(module: str) -> str:
    return module.partition(".")[0]


def here(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_says_in_a_sentence_who_lives_there(layer: str) -> None:
    front_door = ROOT / layer / "__init__.py"

    docstring = ast.get_docstring(parsed(front_door))

    assert docstring


POLICED = {
    "business_care": {"pydantic", "pydantic_core"},
    # The loop that workflows run on is Temporal's own and replays alike.
    "workflows": {"asyncio", "activities", "pydantic", "temporalio"},
}
"""What replays, and may import besides itself, the rules and the pure parts of the standard library."""


@pytest.mark.parametrize(("layer", "known"), POLICED.items())
def test_what_replays_imports_pure_parts_of_the_standard_library_only(layer: str, known: set[str]) -> None:
    allowed = (sys.stdlib_module_names - IMPURE) | known | {"business_care", layer}

    strangers = {
        (here(file), module)
        for file in files_of(layer)
        for module in imports_of(file)
        if top_of(module) not in allowed
    }

    assert strangers == set()


@pytest.mark.parametrize("layer", POLICED)
def test_what_replays_neither_reads_a_file_nor_writes_to_the_terminal(layer: str) -> None:
    calls = {
        (here(file), node.lineno)
        for file in files_of(layer)
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in CALLS_TO_THE_MACHINE
    }

    assert calls == set()


def test_only_adapters_read_the_environment() -> None:
    others = [file for layer in LAYERS if layer != "adapters" for file in files_of(layer)]
    others += [ROOT / f"{name}.py" for name in COMPOSITION]

    readers = {
        (here(file), node.lineno)
        for file in others
        for node in ast.walk(parsed(file))
        if (isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv"})
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and {alias.name for alias in node.names} & {"environ", "environb", "getenv"}
        )
    }

    assert readers == set()


def test_the_composition_is_imported_by_nobody() -> None:
    importers = {
        (here(file), module)
        for layer in LAYERS
        for file in files_of(layer)
        for module in imports_of(file)
        if top_of(module) in COMPOSITION
    }

    assert importers == set()


@pytest.mark.parametrize("name", COMPOSITION)
def test_the_composition_calls_adapters_instead_of_partners_libraries(name: str) -> None:
    partners = {"holidays", "structlog", "sqlalchemy", "alembic", "aiosmtplib", "pydantic_settings"}
    partners |= {"stripe", "aiohttp"}

    imported = {top_of(module) for module in imports_of(ROOT / f"{name}.py")}

    assert imported & partners == set()


def test_workflows_and_activities_hold_no_client_of_the_server() -> None:
    callers = {
        (here(file), module)
        for layer in ("business_care", "activities", "workflows")
        for file in files_of(layer)
        for module in imports_of(file)
        if module == "temporalio.client" or module.startswith("temporalio.client.")
    }

    assert callers == set()
