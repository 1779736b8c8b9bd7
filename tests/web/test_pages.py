"""What holds for every page: broken forms, missing files, the policy, the weight."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import screens
from web_stage import Person, arrive, connect, sync

from training_analyzer.services.activities import Wanted
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.web.app import create_app
from training_analyzer.web.pages.rendering import STATIC, WEB

if TYPE_CHECKING:
    from fastapi import FastAPI

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer


@pytest.mark.parametrize(
    "path", ["/sign-in", "/connect/password", "/connect/token", "/settings/sync"]
)
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"email=%ff%00&password=%ed%a0%80&token=%00"),
        ("application/x-www-form-urlencoded", b"\xff\xfe=&&&=%%%"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(2000))),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("multipart/form-data", b"--x"),
        ("application/json", b'{"email": 1}'),
        ("", b"x"),
    ],
)
def test_a_broken_form_is_no_fault_of_ours(ana: Person, path: str, kind: str, body: bytes) -> None:
    """Whatever arrives as a form, the answer is a page and never a 500."""
    answer = ana.client.post(path, content=body, headers={"Content-Type": kind})

    assert 400 <= answer.status_code < 500
    assert "<h1" in answer.text


def test_the_page_works_without_the_vendor_files(runtime: Runtime) -> None:
    """Without htmx no page names it; with it, it and its streams stand beside our own script."""
    names = {}
    for has_files in (True, False):
        if has_files and not (STATIC / "vendor/htmx.min.js").is_file():
            continue
        app = create_app(runtime, GarminSyncScheduler(runtime), has_vendor_files=has_files)
        person = arrive(app, runtime, f"Ana{has_files}")
        page = person.client.get("/").text
        scripts = re.findall(r'<script src="([^"?]+)', page)
        assert all(person.client.get(script).status_code == 200 for script in scripts)
        names[has_files] = [Path(script).name for script in scripts]

    assert names[False] == ["app.js"]
    whole = ["htmx.min.js", "hx-sse.min.js", "app.js"]
    assert names.get(True, whole) == whole


@pytest.mark.parametrize("path", sorted((WEB / "templates").iterdir()), ids=lambda p: str(p.name))
def test_templates_hold_nothing_that_the_policy_blocks(path: Path) -> None:
    """No inline style or script, no handler, no address of elsewhere, no evaluated htmx.

    ASVS 1.3.2.
    """
    text = path.read_text("utf-8")

    found = re.findall(
        r"""\sstyle=|<style|<script(?![^>]*\s(?:src=|type="application/json"))|\son\w+=|hx-on|hx-vals="js|hx-confirm="js"""
        r"""|hx-trigger="[^"]*\[|(?:src|href|action)="(?:https?:)?//""",
        text,
    )
    assert found == []


def test_pages_are_light(
    app: FastAPI, runtime: Runtime, ana: Person, garmin: SimulatorServer
) -> None:
    """Every page with a month of data, its styles, scripts and icons stays under 250 kB."""
    connect(ana, garmin, "ada")
    sync(app, ana)
    hook = {"url": "https://example.test/hook", "events": ["*"]}
    names = {
        "activity": runtime.activities.page(ana.user_id, Wanted(), limit=1)[0]["activity_id"],
        "webhook": runtime.webhooks.add(ana.user_id, hook).webhook.webhook_id,
        "person": ana.user_id,
    }
    weights: dict[str, int] = {}
    files: dict[str, int] = {}
    for address in (*screens.SIGNED_IN.values(), *screens.STATES.values(), "/runs/999999"):
        page = ana.client.get(address.format(**names)).text
        linked = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page))
        files |= {file: len(ana.client.get(file).content) for file in linked - files.keys()}
        weights[address] = len(page.encode()) + sum(files[file] for file in linked)

    assert len(files) > 10
    assert {address: weight for address, weight in weights.items() if weight >= 250_000} == {}
