"""The systemd units, judged by systemd's own tools where they are to be had."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from deploy_stage import ROOT
from typer.testing import CliRunner

from training_analyzer.cli import app
from training_analyzer.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "deploy/systemd"
UNITS = sorted(FOLDER.glob("*.service"))
PROGRAM = "/opt/garmin-sync/bin/garmin-sync"
WORST = 2.0


@pytest.fixture
def analyze() -> str:
    """Give the path of systemd-analyze; without it the test is skipped, loudly."""
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("NO SYSTEMD-ANALYZE: the units were not judged")
    return found


def installed(unit: Path, folder: Path) -> Path:
    """Copy *unit* with a program that is there."""
    copy = folder / unit.name
    copy.write_text(unit.read_text("utf-8").replace(PROGRAM, "/bin/true"), "utf-8")
    return copy


def run(*command: str) -> str:
    """Run *command*, which has to succeed, and return all that it said."""
    done = subprocess.run(  # noqa: S603 - fixed words
        command,
        check=False,
        timeout=60,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_units_are_understood(analyze: str, tmp_path: Path) -> None:
    """The tools of systemd know every line of every unit."""
    copies = [str(installed(unit, tmp_path)) for unit in [*UNITS, *FOLDER.glob("*.timer")]]

    # The sandboxes of CI have no manager to ask for the units of others.
    assert run(analyze, "verify", "--man=no", *copies) == ""


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_are_closed(analyze: str, tmp_path: Path, unit: Path) -> None:
    """The exposure of each service is, for systemd, OK or better."""
    said = run(analyze, "security", "--offline=true", "--no-pager", str(installed(unit, tmp_path)))

    found = re.search(r"Overall exposure level for .*: ([\d.]+) ", said)
    assert found
    assert float(found[1]) < WORST


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_run_commands_that_exist(unit: Path) -> None:
    """Each unit runs a command of ours; what it sets is a setting; its secrets are credentials."""
    text = unit.read_text("utf-8")
    settings = {str(field.validation_alias) for field in Settings.model_fields.values()}
    (words,) = re.findall(rf"{PROGRAM} ((?:[a-z]+ ?)+)", text)
    variables = dict(re.findall(r"^Environment=([A-Z_]+)=(\S+)$", text, re.MULTILINE))
    credentials = re.findall(r"^LoadCredential=([a-z-]+):/etc/garmin-sync/\1$", text, re.MULTILINE)

    assert CliRunner().invoke(app, [*words.split(), "--help"]).exit_code == 0
    variables.pop("PYTHONUNBUFFERED", None)
    assert {name.removesuffix("_FILE") for name in variables} <= settings
    files = [value for name, value in variables.items() if name.endswith("_FILE")]
    assert sorted(files) == sorted(f"%d/{name}" for name in credentials)
    assert variables["CREDENTIAL_ENCRYPTION_KEY_FILE"] == "%d/encryption-key"
