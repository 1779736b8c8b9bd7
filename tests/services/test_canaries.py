"""A life full of awkward secrets, and every place where one could come to lie."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from canaries import (
    CODE,
    EMAIL,
    ENCRYPTION_KEY,
    KEY,
    PASSWORD,
    PREVIOUS_KEY,
    TYPED,
    WRONG_CODE,
    WRONG_PASSWORD,
    forms,
    found_in,
)
from canary_sinks import SINKS, Scene
from pydantic import SecretStr
from services_stage import account

from training_analyzer.errors import GarminSyncError
from training_analyzer.model import Sealed, SecretContext
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler
from training_analyzer.services.vault import API_KEY, MFA_STATE, PERSONAL_JWT, TOKEN_BUNDLE
from training_analyzer.settings import Settings
from training_analyzer.simulator.oauth import DI_PATH

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from training_analyzer.services.runtime import Runtime
    from training_analyzer.simulator import SimulatorServer


@pytest.fixture
def settings(sqlite_url: str, garmin: SimulatorServer) -> Settings:
    """Give settings with two awkward keys."""
    return Settings(
        encryption_key=SecretStr(ENCRYPTION_KEY),
        encryption_key_id="v2",
        encryption_previous_keys={"v1": SecretStr(PREVIOUS_KEY)},
        database_url=sqlite_url,
        garmin_server_url=garmin.url,
        requests_per_minute=6000,
    )


@pytest.fixture
def scene(
    runtime: Runtime,
    garmin: SimulatorServer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Scene:
    """Give a service whose owner has chosen awkward secrets, and which tells all it can."""
    caplog.set_level(logging.DEBUG)
    eve = replace(account(garmin, "tom"), email=EMAIL, password=PASSWORD, mfa_code=CODE)
    garmin.world.put(eve)
    garmin.world.put(replace(account(garmin, "kay"), personal_key=KEY))
    return Scene(runtime, tmp_path, caplog, capfd)


class Life:
    """Goes through good times and bad with a scene, and remembers each secret it was given."""

    def __init__(self, scene: Scene, garmin: SimulatorServer, clock: Any) -> None:
        self.scene, self.garmin, self.clock = scene, garmin, clock
        self.secrets = set(TYPED)
        self.connections = scene.runtime.connections
        self.scheduler = GarminSyncScheduler(scene.runtime)

    def keep(self, call: Callable[[], object]) -> None:
        """Keep what *call* returns or raises, and every secret that is stored by then."""
        try:
            self.scene.values.append(call())
        except GarminSyncError as error:
            self.scene.errors.append(error)
        for user_id in ("eve", "kay"):
            for name in (TOKEN_BUNDLE, API_KEY, PERSONAL_JWT, MFA_STATE):
                self._remember(user_id, name)
            self.scene.values += [
                self.scene.runtime.credentials.get_credentials(user_id),
                self.scene.runtime.schedule.entry(user_id),
                self.connections.standing(user_id),
                self.connections.pending_login(user_id),
                self.connections.email_hint(user_id),
                *self.scene.runtime.credentials.get_sync_history(user_id),
            ]

    def _remember(self, user_id: str, name: str) -> None:
        opened = self.connections.vault.get(user_id, name)
        if opened is None:
            return
        self.scene.values.append(opened)
        text = opened.secret.reveal()
        if name == TOKEN_BUNDLE:
            bundle = json.loads(text)
            self.secrets |= {bundle["di_token"], bundle["di_refresh_token"]}
        elif name == MFA_STATE:
            state = json.loads(json.loads(text)["state"])
            self.secrets |= {cookie["value"] for cookie in state["cookies"]}
        else:
            self.secrets.add(text)

    def sync(self, user_id: str) -> None:
        """Sync, whatever comes of it."""
        self.clock.advance(days=2)
        self.keep(lambda: self.scheduler.sync_user(user_id, force=True))

    def good(self) -> None:
        """Connect in every way and sync."""
        known = self.scene.runtime.credentials
        self.keep(lambda: self.connections.connect_password("eve", EMAIL, PASSWORD))
        self.keep(lambda: self.connections.finish_mfa("eve", WRONG_CODE))
        self.keep(lambda: self.connections.finish_mfa("eve", CODE))
        self.keep(lambda: self.connections.connect_personal_key("kay", KEY))
        for user_id in ("eve", "kay"):
            span = {"initial_sync_days": 4, "incremental_sync_days": 2}
            self.keep(partial(known.update_sync_config, user_id, **span))
            self.sync(user_id)
        ticket = self.garmin.ticket(EMAIL)
        self.secrets.add(ticket)
        self.keep(lambda: self.connections.connect_ticket("eve", f"x?ticket={ticket}&y"))
        self.keep(lambda: self.connections.connect_ticket("eve", ticket))
        token = self.garmin.world.sign_in(EMAIL)
        self.secrets |= {token["di_token"], token["di_refresh_token"]}
        self.keep(lambda: self.connections.connect_token("eve", json.dumps(token)))
        self.keep(lambda: self.connections.connect_token("eve", json.dumps(token)))
        self.keep(lambda: self.connections.connect_token("eve", json.dumps(token)[:-9]))

    def bad(self) -> None:
        """Meet refusals that repeat what was sent, outages, and a stored secret that broke."""
        faults = self.garmin.faults
        echo = f"<html>{PASSWORD} {KEY} {CODE}".encode()
        self.keep(lambda: self.connections.connect_password("new", EMAIL, WRONG_PASSWORD))
        tellings: list[Callable[[], object]] = [
            lambda: faults.answer("/hrv-service", status=500, body=echo),
            lambda: faults.answer("/hrv-service", status=400, body={"message": PASSWORD}),
            lambda: faults.answer("/hrv-service", body=echo, content_type="application/json"),
            lambda: faults.answer(DI_PATH, status=503, body=echo),
            lambda: faults.reset("/"),
            lambda: faults.captcha(EMAIL),
        ]
        for tell in tellings:
            tell()
            self.sync("eve")
            self.keep(lambda: self.connections.connect_password("new", EMAIL, PASSWORD))
            self.clock.advance(days=1)
            faults.clear()
        self.keep(lambda: self.connections.connect_password("eve", EMAIL, PASSWORD))
        faults.rate_limit("/mobile/api/mfa")
        faults.rate_limit("/portal/api/mfa")
        self.keep(lambda: self.connections.finish_mfa("eve", CODE))
        faults.clear()
        faults.revoke_tokens()
        self.sync("eve")
        self.garmin.world.put(replace(account(self.garmin, "kay"), personal_key="GCDC_2"))
        self.sync("kay")
        self.keep(lambda: self.connections.connect_personal_key("kay", KEY))
        sealed = self.scene.runtime.encryption.encrypt(PASSWORD)
        moved = Sealed(f"gs1.v2.{sealed}", SecretContext("eve", "password"), "v2")
        self.keep(lambda: self.scene.runtime.encryption.decrypt(moved))
        self.scene.values += [self.scene.runtime.keys.verify(), self.scene.runtime.people.list()]
        self.scene.values.append(self.connections.disconnect("kay"))


def test_no_secret_lies_anywhere(scene: Scene, garmin: SimulatorServer, clock: Any) -> None:
    """Through every way in and every refusal, no secret is in any place in any form."""
    life = Life(scene, garmin, clock)

    life.good()
    life.bad()

    assert len(scene.errors) >= 10
    assert len(life.secrets) >= 20
    found = {name: found_in(collect(scene), life.secrets) for name, (collect, _) in SINKS.items()}
    assert found == {name: [] for name in SINKS}


@pytest.mark.parametrize(("sink", "form"), [(sink, n) for n, sink in enumerate(SINKS)])
def test_what_is_leaked_is_found(
    scene: Scene, garmin: SimulatorServer, clock: Any, sink: str, form: int
) -> None:
    """A leak into any of the places, in one of the forms, is found by the same search."""
    life = Life(scene, garmin, clock)
    life.keep(lambda: life.connections.connect_personal_key("kay", KEY))
    scene.runtime.credentials.update_sync_config("kay", initial_sync_days=1)
    life.sync("kay")
    collect, plant = SINKS[sink]
    assert found_in(collect(scene), [PASSWORD]) == []

    plant(scene, sorted(forms(PASSWORD))[form])

    assert found_in(collect(scene), [PASSWORD]) == [PASSWORD]
