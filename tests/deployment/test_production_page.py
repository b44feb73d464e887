"""What docs/production.md and docs/sizing.md name is there, and is called so."""

import re

import pytest

from adapters.settings import Settings, variable_of
from tests.deployment.files import ROOT, services
from tests.lives.test_budget import BILLABLE_ACTIONS, EVENTS, WORKFLOW_TASKS

PAGES = ["production.md", "sizing.md"]


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_every_variable_that_a_page_names_is_a_setting(name: str) -> None:
    named = set(re.findall(r"BUSINESS_CARE_[A-Z_]+", page(name)))

    assert named
    assert named <= {variable_of(setting) for setting in Settings.model_fields}


@pytest.mark.parametrize("name", PAGES)
def test_every_file_that_a_page_leads_to_is_there(name: str) -> None:
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", page(name))]

    assert links
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []


def test_every_service_of_the_compose_file_is_explained() -> None:
    table = page("production.md").split("| service |")[1].split("\n\n")[0]

    assert [name for name in services() if f"`{name}`" not in table] == []


def test_commands_that_need_an_engine_or_a_cluster_are_marked_as_not_run() -> None:
    blocks = page("production.md").split("```")
    unmarked = [
        block
        for before, block in zip(blocks[0::2], blocks[1::2], strict=False)
        if re.search(r"^\s*(docker|kubectl) ", block, re.MULTILINE)
        and "not run" not in before.rpartition("\n\n")[0][-120:].lower()
    ]

    assert unmarked == []


def test_the_costs_of_a_happy_life_are_those_of_the_budget() -> None:
    costs = re.search(
        r"costs (\d+) events, (\d+) where .*?, (\d+) workflow tasks, .*?(\d+) billable",
        page("sizing.md"),
        re.DOTALL,
    )

    assert costs is not None
    assert tuple(map(int, costs.groups())) == (EVENTS, EVENTS + 1, WORKFLOW_TASKS, BILLABLE_ACTIONS)
