"""The compose files, as far as they can be judged without a daemon."""

from __future__ import annotations

import re
from typing import Any

import pytest
from deploy_stage import COMPOSE, ROOT, compose, services
from typer.testing import CliRunner

from training_analyzer.cli import app
from training_analyzer.settings import Settings

EVERY = [
    pytest.param(name, service, id=f"{name}-{service}")
    for name in COMPOSE
    for service in services(name)
]
OURS = [(name, service) for name in COMPOSE for service in services(name) if service != "db"]
POSTGRES = "compose.postgres.yml"


@pytest.mark.parametrize(("name", "service"), EVERY)
def test_every_container_is_closed(name: str, service: str) -> None:
    """Nothing can write its own program, gain rights, or run away with the machine."""
    found = services(name)[service]

    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert "cap_add" not in found
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert any(line.startswith("/tmp:") for line in found["tmpfs"])  # noqa: S108 - a container's
    assert not found.get("privileged")
    assert found.get("user") != "root"


@pytest.mark.parametrize(("name", "service"), OURS)
def test_our_containers_run_commands_that_exist(name: str, service: str) -> None:
    """Each command is one of ours, with time to end its syncs."""
    found = services(name)[service]

    assert CliRunner().invoke(app, [*found["command"], "--help"]).exit_code == 0
    assert found["stop_grace_period"] == "15s"
    assert (found["init"], found["image"]) == (True, "garmin-sync:local")


@pytest.mark.parametrize(("name", "service"), OURS)
def test_settings_are_ours_and_secrets_are_files(name: str, service: str) -> None:
    """Each variable is a setting; keys and passwords come as mounted files alone."""
    found = services(name)[service]
    variables = {str(field.validation_alias) for field in Settings.model_fields.values()}

    for variable, value in found["environment"].items():
        assert variable.removesuffix("_FILE") in variables
        if variable.endswith("_FILE"):
            assert value.removeprefix("/run/secrets/") in found["secrets"]
        else:
            assert variable in {"PUBLIC_URL", "HOST", "PORT"}


@pytest.mark.parametrize("name", COMPOSE)
def test_secrets_lie_where_git_and_images_do_not_look(name: str) -> None:
    """The files with secrets are in a folder that neither git nor an image takes in."""
    files = {each["file"] for each in compose(name)["secrets"].values()}

    assert files
    assert all(re.fullmatch(r"\./secrets/[a-z-]+", file) for file in files)
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


@pytest.mark.parametrize("name", COMPOSE)
def test_only_this_machine_is_served(name: str) -> None:
    """No port is open to other machines, and PostgreSQL has none at all."""
    ports = {service: found.get("ports", []) for service, found in services(name).items()}

    assert {service for service, open_ in ports.items() if open_} == {"serve"}
    assert ports["serve"] == ["127.0.0.1:8000:8000"]


def test_schema_comes_before_whoever_uses_it() -> None:
    """PostgreSQL answers first, then the schema is brought up to date once, then all start."""
    found = services(POSTGRES)

    def waits_for(service: str) -> dict[str, str]:
        return {other: on["condition"] for other, on in found[service]["depends_on"].items()}

    assert found["migrate"]["command"] == ["db", "upgrade"]
    assert found["migrate"]["restart"] == "no"
    assert waits_for("migrate") == {"db": "service_healthy"}
    for service in ("serve", "worker"):
        assert waits_for(service)["migrate"] == "service_completed_successfully"
    assert found["worker"]["deploy"]["replicas"] == 2


def test_database_is_reached_by_the_program_alone() -> None:
    """PostgreSQL's only network leads nowhere else, and its password is a file."""
    found: dict[str, Any] = services(POSTGRES)["db"]

    assert found["networks"] == ["database"]
    assert compose(POSTGRES)["networks"]["database"]["internal"] is True
    assert found["environment"]["POSTGRES_PASSWORD_FILE"] == "/run/secrets/postgres-password"
    assert "POSTGRES_PASSWORD" not in found["environment"]


def test_health_of_each_is_looked_at() -> None:
    """PostgreSQL has a check of its own; server and workers are asked where they listen."""
    found = services(POSTGRES)

    assert found["db"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    assert "healthcheck" not in found["serve"] | found["worker"]
    _, option, port = found["worker"]["command"]
    assert (option, port) == ("--metrics-port", found["worker"]["environment"]["PORT"])
    assert found["worker"]["environment"]["HOST"] == "127.0.0.1"
