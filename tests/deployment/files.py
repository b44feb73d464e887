"""The files of a deployment, and the optional programs that look at them."""

import os
import re
import shutil
from pathlib import Path
from typing import Any, TypedDict, cast

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
CHECKERS = ROOT / ".tools" / "checkers" / "bin"

OUR_IMAGE = "business-care"


class Service(TypedDict, total=False):
    """The parts of a service in docker-compose.yml that are looked at here."""

    image: str
    profiles: list[str]
    restart: str
    command: list[str]
    ports: list[str]
    environment: dict[str, str]
    volumes: list[str]
    tmpfs: list[str]
    secrets: list[str]
    depends_on: dict[str, dict[str, str]]
    healthcheck: dict[str, Any]
    read_only: bool
    cap_drop: list[str]
    security_opt: list[str]
    stop_grace_period: str


def compose() -> dict[str, Any]:
    """The whole file, its anchors resolved and its variables left as they are written."""
    return cast("dict[str, Any]", yaml.safe_load(COMPOSE.read_text(encoding="utf-8")))


def services() -> dict[str, Service]:
    return cast("dict[str, Service]", compose()["services"])


def is_ours(service: Service) -> bool:
    return service["image"].partition(":")[0] == OUR_IMAGE


def with_defaults(text: str) -> str:
    """What Compose makes of `${NAME:-default}` where nobody has set anything."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def checker(name: str) -> str:
    """An optional program, from `make checkers` or the search path; skips the test where there is none."""
    found = shutil.which(name, path=f"{CHECKERS}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} is not here; `make checkers` brings it")
    return found
