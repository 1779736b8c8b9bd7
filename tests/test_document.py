"""The document's snippets, retyped, run as written and in order against a fresh database.

Whatever a snippet takes for granted (a user id, the imports that a reader adds) stands in
`TAKEN_FOR_GRANTED`; everything else comes from the snippet before. Garmin is the simulator.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from training_analyzer.db.repositories import get_garmin_credentials_repository
from training_analyzer.model import Sealed
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler, should_sync
from training_analyzer.services.runtime import default_runtime
from training_analyzer.simulator.account import Account
from training_analyzer.simulator.answer import Answer, Owner
from training_analyzer.simulator.server import SimulatorServer
from training_analyzer.simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from training_analyzer.model import Api

DOCUMENT = Path(__file__).resolve().parents[1] / "../shared/contract/GARMIN_SYNC.md"

ENCRYPTION: Final = """
from training_analyzer.services.encryption import EncryptionService

# Initialize with key from environment
encryption = EncryptionService()

# Encrypt credentials
encrypted_email = encryption.encrypt("user@example.com")
encrypted_password = encryption.encrypt("garmin_password")

# Decrypt when needed
email = encryption.decrypt(encrypted_email)
password = encryption.decrypt(encrypted_password)
"""

STORING: Final = """
from training_analyzer.db.repositories import get_garmin_credentials_repository
from training_analyzer.services.encryption import get_encryption_service

repo = get_garmin_credentials_repository()
encryption = get_encryption_service()

# Encrypt and store
creds = repo.save_credentials(
    user_id="usr_abc123",
    encrypted_email=encryption.encrypt(email),
    encrypted_password=encryption.encrypt(password),
    encryption_key_id="v1",
    garmin_user_id="garmin_12345",      # From Garmin API response
    garmin_display_name="JohnDoe"
)

# Retrieve and decrypt
creds = repo.get_credentials(user_id)
if creds and creds.is_valid:
    email = encryption.decrypt(creds.encrypted_email)
    password = encryption.decrypt(creds.encrypted_password)
"""

CONFIGURATION: Final = """
# Update sync configuration
config = repo.update_sync_config(
    user_id="usr_abc123",
    auto_sync_enabled=True,
    sync_frequency="daily",      # "hourly", "daily", "weekly"
    sync_time="06:00",           # Time for daily syncs (UTC)
    sync_activities=True,        # Sync activity data
    sync_wellness=True,          # Sync wellness data (sleep, stress)
    sync_fitness_metrics=True,   # Sync fitness metrics (VO2max, etc.)
    initial_sync_days=365,       # Days of history for first sync
    incremental_sync_days=7,     # Days to check on incremental syncs
    min_sync_interval_minutes=60 # Minimum time between syncs
)

# Get configuration
config = repo.get_sync_config(user_id)
"""

SCHEDULER: Final = """
from training_analyzer.services.garmin_scheduler import GarminSyncScheduler

# Initialize scheduler
scheduler = GarminSyncScheduler()

# Start the scheduler (typically in app startup)
scheduler.start()

# Stop the scheduler (in app shutdown)
scheduler.stop()

# Manually trigger sync for a user
scheduler.sync_user(user_id)

# Get next scheduled sync time
next_sync = scheduler.get_next_sync_time(user_id)
"""

HISTORY: Final = """
# Start a sync operation
sync_id = repo.start_sync(
    user_id="usr_abc123",
    sync_type="scheduled",  # "manual", "scheduled", "initial"
    sync_from_date=date(2024, 1, 1),
    sync_to_date=date.today()
)

# Complete the sync
repo.complete_sync(
    sync_id=sync_id,
    status="completed",     # "completed", "failed", "partial"
    activities_synced=15,
    wellness_days_synced=7,
    fitness_days_synced=7,
    error_message=None,     # Set if status is "failed" or "partial"
    error_details=None      # JSON with error details
)

# Get sync history
history = repo.get_sync_history(user_id, limit=10)
for entry in history:
    print(f"{entry.started_at}: {entry.status}")
    print(f"  Activities: {entry.activities_synced}")
    print(f"  Duration: {entry.duration_seconds}s")

# Get last successful sync
last_success = repo.get_last_successful_sync(user_id)
if last_success:
    print(f"Last sync: {last_success.completed_at}")
"""

VALIDATION: Final = """
# After attempting to use credentials
if login_failed:
    repo.update_validation_status(
        user_id,
        is_valid=False,
        validation_error="Invalid credentials or account locked"
    )
else:
    repo.update_validation_status(
        user_id,
        is_valid=True,
        validation_error=None
    )

# Check validation status
creds = repo.get_credentials(user_id)
if not creds.is_valid:
    print(f"Invalid since: {creds.last_validation_at}")
    print(f"Error: {creds.validation_error}")
"""

FINDING_USERS: Final = """
# Get all users with valid credentials and auto-sync enabled
users_to_sync = repo.get_all_auto_sync_users()

for user_id in users_to_sync:
    config = repo.get_sync_config(user_id)
    last_sync = repo.get_last_successful_sync(user_id)

    # Check if sync is needed based on config and last sync
    if should_sync(config, last_sync):
        scheduler.sync_user(user_id)
"""

SNIPPETS: Final = (
    ENCRYPTION,
    STORING,
    CONFIGURATION,
    SCHEDULER,
    HISTORY,
    VALIDATION,
    FINDING_USERS,
)
TAKEN_FOR_GRANTED: Final[dict[str, Any]] = {
    "user_id": "usr_abc123",
    "date": date,
    "login_failed": False,
    "should_sync": should_sync,
}
JOHN = Account(
    email="user@example.com",
    password="garmin_password",
    profile_id=12345,
    display_name="JohnDoe",
    full_name="John Doe",
    guid="11111111-1111-4111-8111-111111111111",
)


def empty_year(
    owner: Owner, _api: Api, path: str, _query: Mapping[str, str], _now: datetime
) -> Answer:
    """Answer as Garmin does for a person who has measured nothing."""
    if path == "/userprofile-service/socialProfile":
        return Answer(
            body={
                "profileId": owner.profile_id,
                "displayName": owner.display_name,
                "fullName": owner.full_name,
            }
        )
    return Answer(204)


@pytest.fixture
def garmin() -> Iterator[SimulatorServer]:
    """Give a Garmin in which John Doe has an account."""
    with SimulatorServer(World([JOHN], answer=empty_year)) as server:
        yield server


@pytest.fixture
def reader(
    monkeypatch: pytest.MonkeyPatch,
    database_url: str,
    encryption_key: str,
    garmin: SimulatorServer,
) -> Iterator[dict[str, Any]]:
    """Give the names of a reader who has set up the environment and typed nothing yet."""
    monkeypatch.setenv("CREDENTIAL_ENCRYPTION_KEY", encryption_key)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("GARMIN_SERVER_URL", garmin.url)
    monkeypatch.setenv("GARMIN_REQUESTS_PER_MINUTE", "6000")
    yield dict(TAKEN_FOR_GRANTED)
    default_runtime().close()
    get_garmin_credentials_repository().close()


def type_in(names: dict[str, Any], *snippets: str) -> None:
    """Run *snippets* as they stand, one after another, in the same *names*."""
    for snippet in snippets:
        exec(compile(snippet, "<GARMIN_SYNC.md>", "exec"), names)  # noqa: S102 - the document's own code


def test_snippets_are_the_documents() -> None:
    """What is run here is what the document says, character for character."""
    if not DOCUMENT.exists():
        pytest.skip("THE DOCUMENT IS NOT BESIDE THIS CHECKOUT: SNIPPETS WERE NOT COMPARED WITH IT")

    found = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)

    assert [snippet.strip() for snippet in SNIPPETS] == [snippet.strip() for snippet in found]


def test_every_snippet_runs_in_order(
    reader: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """A reader who types the document from top to bottom meets no error."""
    type_in(reader, *SNIPPETS)

    shown = capsys.readouterr().out
    assert "completed" in shown
    assert "Activities: 15" in shown
    assert "Last sync: " in shown


def test_encryption_snippet_gives_back_what_went_in(reader: dict[str, Any]) -> None:
    """E-mail and password come back, and neither stands in its token."""
    type_in(reader, ENCRYPTION)

    assert (reader["email"], reader["password"]) == ("user@example.com", "garmin_password")
    assert "garmin_password" not in reader["encrypted_password"]


def test_storing_snippet_stores_and_opens(reader: dict[str, Any]) -> None:
    """Stored credentials are valid, sealed, and open as the document writes it."""
    type_in(reader, ENCRYPTION, STORING)

    creds = reader["creds"]
    assert (creds.user_id, creds.encryption_key_id, creds.is_valid) == ("usr_abc123", "v1", True)
    assert (creds.garmin_user_id, creds.garmin_display_name) == ("garmin_12345", "JohnDoe")
    assert isinstance(creds.encrypted_password, Sealed)
    assert (reader["email"], reader["password"]) == ("user@example.com", "garmin_password")


def test_configuration_snippet_saves_the_defaults(reader: dict[str, Any]) -> None:
    """The document's call spells out its own table of defaults."""
    type_in(reader, ENCRYPTION, STORING, CONFIGURATION)

    assert reader["config"] == reader["repo"].update_sync_config("usr_abc123")


def test_scheduler_snippet_syncs_and_tells_the_next_time(
    reader: dict[str, Any], garmin: SimulatorServer
) -> None:
    """The manual sync really goes to Garmin, and the next one is at 06:00 UTC or soon after."""
    type_in(reader, ENCRYPTION, STORING, CONFIGURATION, SCHEDULER)

    assert garmin.count() > 0
    (run,) = reader["repo"].get_sync_history("usr_abc123")
    assert (run.status, run.sync_type, run.error_details) == ("completed", "initial", None)
    next_sync = reader["next_sync"]
    six = next_sync.replace(hour=6, minute=0, second=0, microsecond=0)
    assert next_sync > datetime.now(UTC)
    assert timedelta(0) <= next_sync - six <= timedelta(minutes=15)


def test_unbound_rows_become_bound(reader: dict[str, Any]) -> None:
    """Credentials stored by the snippets are bound to their owner once the product saves them."""
    type_in(reader, ENCRYPTION, STORING, CONFIGURATION, SCHEDULER)

    creds = reader["repo"].get_credentials("usr_abc123")

    assert reader["encryption"].is_bound(creds.encrypted_password)
    assert reader["encryption"].decrypt(creds.encrypted_password) == "garmin_password"


def test_validation_snippet_tells_what_is_wrong(
    reader: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """After a failed login the credentials stay, invalid, with since when and why."""
    type_in(reader, ENCRYPTION, STORING)
    reader["login_failed"] = True

    type_in(reader, VALIDATION)

    shown = capsys.readouterr().out
    assert re.search(r"Invalid since: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d.*\+00:00\n", shown)
    assert "Error: Invalid credentials or account locked" in shown
    assert reader["repo"].get_all_auto_sync_users() == []


def test_finding_users_snippet_syncs_who_is_due(
    reader: dict[str, Any], garmin: SimulatorServer
) -> None:
    """A user who was never synced is due, and the loop syncs them."""
    type_in(reader, ENCRYPTION, STORING, CONFIGURATION)
    reader["scheduler"] = GarminSyncScheduler()

    type_in(reader, FINDING_USERS)

    assert reader["users_to_sync"] == ["usr_abc123"]
    assert garmin.count() > 0
    assert reader["repo"].get_last_successful_sync("usr_abc123") is not None
