"""Dashboard, alerts and reference speak of the metrics that there are."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from training_analyzer.db import Database, open_database
from training_analyzer.db.clock import utc_now
from training_analyzer.db.repositories.breakers import BreakersRepository
from training_analyzer.db.repositories.queue import QueueRepository
from training_analyzer.model import RunStatus, SyncOutcome
from training_analyzer.services.metrics import Metrics
from training_analyzer.services.samples import Samples
from training_analyzer.services.watching import Watching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = re.compile(r"\bgarmin_sync_\w+")
LABELS = re.compile(r"\b(?:by|without) \(([^)]*)\)|[{,](\w+)(?:=|!=|=~)\"")
# What Prometheus adds to each series, and the bucket's bound.
ADDED = {"job", "instance", "le"}
DURATION = re.compile(r"[0-9]+[smhd]")


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """Give an empty database."""
    opened = open_database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def series(database: Database) -> dict[str, set[str]]:
    """Return each name that a process exports once everything has happened, with its labels."""
    metrics = Metrics()
    metrics.run_ended(SyncOutcome(sync_id=1, status=RunStatus.COMPLETED), 1)
    metrics.window_done(1)
    metrics.request("account", 429, 1)
    breakers = BreakersRepository(database)
    watching = Watching(QueueRepository(database), breakers, None, utc_now)
    metrics.sample(Samples(watching))
    found: dict[str, set[str]] = {}
    for family in metrics.registry.collect():
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return {name: labels for name, labels in found.items() if not name.endswith("_created")}


@pytest.fixture
def dashboard(root: Path) -> dict[str, Any]:
    """Return the dashboard for Grafana."""
    document: dict[str, Any] = json.loads((root / "deploy/grafana/garmin-sync.json").read_text())
    return document


@pytest.fixture
def rules(root: Path) -> list[dict[str, Any]]:
    """Return the alerts."""
    document = yaml.safe_load((root / "deploy/prometheus/alerts.yml").read_text())
    (group,) = document["groups"]
    return list(group["rules"])


def complaints(expression: str, series: dict[str, set[str]]) -> list[str]:
    """Return what is wrong with a query: unknown names or labels, brackets left open."""
    names = set(NAME.findall(expression))
    known = ADDED.union(*(series.get(name, set()) for name in names))
    grouped = [group or single for group, single in LABELS.findall(expression)]
    labels = {label.strip() for group in grouped for label in group.split(",")}
    wrong = [f"no metric {name}" for name in names - set(series)]
    wrong += [f"no label {label}" for label in labels - known]
    wrong += [f"open {one}" for one, end in ("()", "[]", "{}") if _differ(expression, one, end)]
    return wrong + ([] if names else ["no metric at all"])


def _differ(text: str, one: str, end: str) -> bool:
    return text.count(one) != text.count(end)


@pytest.mark.parametrize(
    "broken",
    [
        "max(garmin_sync_due_user)",
        "sum by (person) (garmin_sync_due_users)",
        'garmin_sync_runs_total{state="x"}',
        "max(garmin_sync_due_users",
        "up == 0",
    ],
)
def test_the_check_bites(series: dict[str, set[str]], broken: str) -> None:
    """A wrong metric, a wrong label and an open bracket are all found."""
    assert complaints(broken, series)


def test_every_panel_asks_for_what_there_is(
    dashboard: dict[str, Any], series: dict[str, set[str]]
) -> None:
    """Each query of the dashboard uses only metrics and labels that a process exports."""
    targets = [
        (panel["title"], target["expr"])
        for panel in dashboard["panels"]
        for target in panel.get("targets", ())
    ]

    wrong = {title: complaints(expression, series) for title, expression in targets}

    assert len(targets) >= 30
    assert {title: found for title, found in wrong.items() if found} == {}


def test_the_dashboard_can_be_imported(dashboard: dict[str, Any]) -> None:
    """It has what Grafana needs: ids of their own, places inside the grid, its own data source."""
    panels = dashboard["panels"]
    places = [panel["gridPos"] for panel in panels]
    asking = [panel for panel in panels if panel["type"] != "row"]

    assert dashboard["schemaVersion"] >= 36
    assert dashboard["uid"] == "garmin-sync"
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({(place["x"], place["y"]) for place in places}) == len(panels)
    assert all(place["x"] + place["w"] <= 24 for place in places)
    assert {panel["datasource"]["uid"] for panel in asking} == {"${datasource}"}
    assert {each["name"] for each in dashboard["templating"]["list"]} == {"datasource", "job"}
    assert all(panel["title"] and panel["description"] for panel in asking)


def test_every_metric_has_a_panel(dashboard: dict[str, Any], series: dict[str, set[str]]) -> None:
    """Nothing is counted that nobody would see."""
    shown = set(NAME.findall(json.dumps(dashboard)))
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in series}

    assert {name for name in families if not {name, f"{name}_bucket"} & shown} == set()


def test_every_alert_can_fire(rules: list[dict[str, Any]], series: dict[str, set[str]]) -> None:
    """Each alert has a sound query, a time, a severity and a sentence."""
    for rule in rules:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert complaints(rule["expr"], series) == [], rule["alert"]
        assert re.search(r"(==|>) [0-9.]+|absent\(", rule["expr"])
        assert DURATION.fullmatch(rule.get("for", "1m"))
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert rule["annotations"]["summary"].endswith(".")


def test_every_alert_and_metric_is_explained(
    rules: list[dict[str, Any]],
    series: dict[str, set[str]],
    reference: dict[str, str],
    root: Path,
) -> None:
    """Each metric stands in the reference, each alert in the how-to, and no others do."""
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in series}
    described = set(re.findall(r"^\| `(garmin_sync_\w+)`", reference["metrics"], re.MULTILINE))
    how_to = (root / "docs/how-to/watch-it.md").read_text("utf-8")

    assert described == families
    assert re.findall(r"^\| `(GarminSync\w+)`", how_to, re.MULTILINE) == [
        rule["alert"] for rule in rules
    ]
