"""One person, one athlete in memory, and syncs of the two: for tests of activities in full."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from services_stage import rows

from training_analyzer.db.repositories.breakers import BreakersRepository
from training_analyzer.db.repositories.garmin_data import GarminDataRepository
from training_analyzer.db.repositories.leases import LeasesRepository
from training_analyzer.db.repositories.passes import PassesRepository
from training_analyzer.db.repositories.reading import ReadingRepository
from training_analyzer.db.repositories.schedule import ScheduleRepository
from training_analyzer.db.tables import metadata
from training_analyzer.planning import Span, Wish
from training_analyzer.planning.asked import NOTHING_SPECIAL
from training_analyzer.services.breakers import Breakers
from training_analyzer.services.metrics import Metrics
from training_analyzer.services.reading import Reading
from training_analyzer.services.sync import Limits, SyncService
from training_analyzer.simulator.athletes import demo_athletes
from training_analyzer.simulator.memory import SimulatedGarmin
from training_analyzer.simulator.training import activities_on

if TYPE_CHECKING:
    from datetime import date

    from fake_clock import FakeClock

    from training_analyzer.db import Database
    from training_analyzer.db.repositories import GarminCredentialsRepository
    from training_analyzer.model import SyncOutcome
    from training_analyzer.services.encryption import EncryptionService
    from training_analyzer.simulator.training import Activity

USER = "usr_full"
DAYS = 21
TABLES = ("activities", "activity_files", "activity_laps", "activity_tracks")


class Stage:
    """A connected person who wants three weeks of activities alone, or else what *wants* says."""

    def __init__(
        self,
        database: Database,
        repo: GarminCredentialsRepository,
        encryption: EncryptionService,
        clock: FakeClock,
        number: int = 0,
        **wants: Any,
    ) -> None:
        self.database = database
        self.clock = clock
        self.athlete = demo_athletes(7, clock.now.date())[number]
        self.garmin = SimulatedGarmin(self.athlete, now=clock.now)
        self.reading = Reading(ReadingRepository(database))
        self._repo = repo
        repo.save_credentials(USER, encryption.encrypt("me"), encryption.encrypt("secret"))
        least = {
            "initial_sync_days": DAYS,
            "sync_wellness": False,
            "sync_fitness_metrics": False,
        }
        repo.update_sync_config(USER, **least | wants)

    def sync(
        self, garmin: SimulatedGarmin | None = None, *, only: date | None = None
    ) -> SyncOutcome:
        """Sync once, now, over the athlete or over *garmin*; *only* one day, if told so."""
        asked = garmin or self.garmin
        asked.now = self.clock.now

        def open_connection(_user_id: str, *, session_is_dead: bool, actor: str) -> SimulatedGarmin:
            assert not session_is_dead
            assert actor
            return asked

        service = SyncService(
            credentials=self._repo,
            schedule=ScheduleRepository(self.database),
            leases=LeasesRepository(self.database),
            breakers=Breakers(BreakersRepository(self.database), self.clock),
            metrics=Metrics(),
            data=GarminDataRepository(self.database),
            passes=PassesRepository(self.database),
            open_connection=open_connection,
            owner="tests",
            limits=Limits(),
            now=self.clock,
        )
        wish = Wish(span=Span(only, only)) if only else NOTHING_SPECIAL
        return service.sync(USER, force=True, wish=wish)

    def later(self, **span: float) -> None:
        """Let time pass, a day unless told otherwise."""
        self.clock.advance(**(span or {"days": 1}))

    def known(self, *, manual: bool = False) -> list[Activity]:
        """Return the finished activities of the last two weeks, newest first, as they are."""
        today = self.clock.now.date()
        days = [today - timedelta(days=n) for n in range(1, 14)]
        found = [one for day in days for one in reversed(activities_on(self.athlete, day))]
        return [one for one in found if one.is_manual is manual]

    def triathlon(self) -> Activity:
        """Return the athlete's latest multisport."""
        today = self.clock.now.date()
        days = (today - timedelta(days=n) for n in range(1, 365))
        return next(one for day in days for one in activities_on(self.athlete, day) if one.legs)

    def of(self, activity_id: int, table: str = "activities") -> list[dict[str, Any]]:
        """Return the stored rows of one activity."""
        return [row for row in self.all(table) if row["activity_id"] == activity_id]

    def one(self, activity_id: int, table: str = "activities") -> dict[str, Any]:
        """Return the only stored row of one activity."""
        (row,) = self.of(activity_id, table)
        return row

    def all(self, table: str = "activities") -> list[dict[str, Any]]:
        """Return every stored row of a table."""
        columns = [column.name for column in metadata.tables[table].columns]
        return [
            dict(zip(columns, row, strict=True)) for row in rows(self.database, USER, table)[table]
        ]


class CountedGarmin(SimulatedGarmin):
    """An athlete in memory that also keeps which files and pages were asked for."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.athlete, now=stage.clock.now)
        self.files: list[int] = []
        self.pages: list[int] = []
        self.dies_at: int | None = None
        self.fails: dict[int, Exception] = {}

    def download(self, activity_id: int) -> bytes | None:
        """Return the file, or die of it."""
        self.files.append(activity_id)
        if activity_id == self.dies_at:
            raise KeyboardInterrupt
        if activity_id in self.fails:
            self.requests += 1
            raise self.fails[activity_id]
        return super().download(activity_id)

    def detail(self, activity_id: int) -> Any:
        """Return the page."""
        self.pages.append(activity_id)
        return super().detail(activity_id)
