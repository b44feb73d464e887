"""What deploy/monitoring asks for is what a worker and the exporter really answer."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.observability.conftest import Exported
from tests.observability.watched import metrics_in

MONITORING = Path(__file__).parents[2] / "deploy" / "monitoring"
DASHBOARD = MONITORING / "grafana" / "dashboards" / "business-care.json"
PAGE = Path(__file__).parents[2] / "docs" / "observability.md"

OURS = re.compile(r"\b(?:business_care|temporal)_[a-z_]+\b")
RECORDED = re.compile(r"\bbusiness_care:[a-z_]+\b")
NEEDS_A_STANDSTILL = {"business_care_oldest_overdue_deadline_timestamp_seconds"}
"""Absent while nothing is overdue; tests/adapters/test_metrics.py looks at it."""


def rules() -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load((MONITORING / "rules.yml").read_text(encoding="utf-8"))["groups"]:
        yield from group["rules"]


def expressions() -> list[str]:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    asked = [target["expr"] for panel in panels for target in panel.get("targets", [])]
    return asked + [rule["expr"] for rule in rules()]


def names_in(exported: Exported) -> set[str]:
    metrics = metrics_in(exported.by_the_worker) + metrics_in(exported.from_the_records)
    return {sample.name for metric in metrics for sample in metric.samples}


async def test_every_metric_that_alerts_and_dashboard_name_is_exported(exported: Exported) -> None:
    asked = {name for expression in expressions() for name in OURS.findall(expression)}

    assert len(asked) > 20
    assert asked - names_in(exported) == set()


def test_every_rule_that_is_named_is_recorded() -> None:
    asked = {name for expression in expressions() for name in RECORDED.findall(expression)}

    assert asked == {rule["record"] for rule in rules() if "record" in rule}


async def test_every_label_that_is_asked_for_is_there(exported: Exported) -> None:
    metrics = metrics_in(exported.by_the_worker) + metrics_in(exported.from_the_records)
    there = {
        (sample.name, label) for metric in metrics for sample in metric.samples for label in sample.labels
    }
    selected = {
        (name, label)
        for expression in expressions()
        for name, labels in re.findall(r"([a-z_]+)\{([^}]*)\}", expression)
        for label in re.findall(r"([a-z_]+)=~?", labels)
        if name != "up"
    }

    assert selected
    assert selected - there == set()


async def test_the_page_explains_every_metric_of_the_service(exported: Exported) -> None:
    ours = {metric.name for metric in metrics_in(exported.from_the_records)}
    counters = {f"{m.name}_total" for m in metrics_in(exported.from_the_records) if m.type == "counter"}
    names = {name for name in ours if f"{name}_total" not in counters} | counters | NEEDS_A_STANDSTILL

    explained = set(
        re.findall(r"^\| `(business_care_[a-z_]+)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    )

    assert explained == names


def test_the_page_explains_every_alert() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [rule["alert"] for rule in rules() if "alert" in rule and f"`{rule['alert']}`" not in page] == []


async def test_nothing_exported_names_a_request_a_person_or_a_product(exported: Exported) -> None:
    metrics = metrics_in(exported.by_the_worker) + metrics_in(exported.from_the_records)
    values = {value for metric in metrics for sample in metric.samples for value in sample.labels.values()}

    assert values.isdisjoint(exported.request_ids)
    assert not [value for value in values if re.fullmatch(r"(?:care-request-)?[RCSLPA]\d+", value)]


def test_every_alert_says_what_it_means_and_what_to_do() -> None:
    alerts = [rule for rule in rules() if "alert" in rule]

    assert all(set(alert["annotations"]) == {"summary", "action"} for alert in alerts)
    assert {alert["labels"]["severity"] for alert in alerts} == {"critical", "warning", "info"}


def test_the_dashboard_asks_the_data_source_that_is_provisioned() -> None:
    provisioned = yaml.safe_load(
        (MONITORING / "grafana/provisioning/datasources/prometheus.yml").read_text(encoding="utf-8")
    )
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]

    asked = {panel["datasource"]["uid"] for panel in panels if "datasource" in panel}

    assert asked == {source["uid"] for source in provisioned["datasources"]}
    assert len({panel["id"] for panel in panels}) == len(panels)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("check", "config", "prometheus.yml"), id="the configuration and its rules are valid"),
        pytest.param(("test", "rules", "rules.test.yml"), id="alerts ring when they must, and only then"),
    ],
)
def test_prometheus_own_tool_finds_no_fault(words: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed here; the Debian package prometheus has it")

    told = subprocess.run([promtool, *words], cwd=MONITORING, capture_output=True, text=True, check=False)

    assert told.returncode == 0, told.stdout + told.stderr
