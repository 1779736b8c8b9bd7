"""Exports: every table, every value, nobody else's, and nothing half-written."""

from __future__ import annotations

import csv
import importlib
import json
import tracemalloc
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select
from stored_rows import CURVE, fill, typed_tables

from training_analyzer.arrays import pack
from training_analyzer.db.repositories.exporting import ExportRepository
from training_analyzer.db.tables import activities, activity_tracks, daily_summaries, metadata
from training_analyzer.errors import ExportImpossible
from training_analyzer.services.export_formats import ExportFormat
from training_analyzer.services.exporting import ORIGINALS, Exports

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from training_analyzer.db import Database


@pytest.fixture
def exports(database: Database) -> Exports:
    """Give the exports of a database, of each kind in turn, that holds two people's rows."""
    fill(database, "u")
    fill(database, "v", first=50)
    return Exports(ExportRepository(database))


def stored(database: Database, name: str) -> list[dict[str, Any]]:
    """Return the rows of `u` in a table as an export should show them, curves as columns."""
    table = metadata.tables[name]
    query = select(table).where(table.c.user_id == "u").order_by(*table.primary_key.columns)
    with database.read() as db:
        rows = [dict(row._mapping) for row in db.execute(query)]
    for row in rows:
        row.pop("content", None)
        if row.pop("points_zstd", None) is not None:
            row["points"] = CURVE
    return rows


def iso(value: Any) -> Any:
    """Return an instant as its text; anything else as it is."""
    return f"{value:%Y-%m-%dT%H:%M:%S}.250Z" if isinstance(value, datetime) else value


def test_json_lines_hold_every_value(database: Database, exports: Exports, tmp_path: Path) -> None:
    """Each line of a JSONL file is the row that is stored, curves unpacked, null for NULL."""
    done = exports.export("u", ExportFormat.JSONL, tmp_path / "out")

    assert {table.table for table in done.tables} == {table.name for table in typed_tables()}
    for table in done.tables:
        lines = (tmp_path / "out" / table.file).read_text("utf-8").splitlines()
        wanted = [
            {name: iso(value) for name, value in row.items()}
            for row in stored(database, table.table)
        ]
        assert [json.loads(line) for line in lines] == wanted, table.table
        assert table.rows == len(wanted) > 0


def test_csv_holds_every_value_but_curves(
    database: Database, exports: Exports, tmp_path: Path
) -> None:
    """Each line of a CSV file is the row that is stored; a NULL is an empty cell."""
    done = exports.export("u", ExportFormat.CSV, tmp_path)

    for table in done.tables:
        with (tmp_path / table.file).open(encoding="utf-8", newline="") as file:
            found = list(csv.DictReader(file))
        wanted = stored(database, table.table)
        for row in wanted:
            row.pop("points", None)
        assert found == [
            {name: "" if value is None else str(iso(value)) for name, value in row.items()}
            for row in wanted
        ], table.table


def test_parquet_has_real_types(database: Database, exports: Exports, tmp_path: Path) -> None:
    """Instants are timestamps, days dates, integers 64 bits, and every value is the stored one."""
    parquet = importlib.import_module("pyarrow.parquet")

    done = exports.export("u", ExportFormat.PARQUET, tmp_path)

    for table in done.tables:
        wanted = stored(database, table.table)
        for row in wanted:
            if row.get("calendar_date"):
                row["calendar_date"] = date.fromisoformat(row["calendar_date"])
            if "points" in row:
                row["points"] = json.dumps(CURVE, separators=(",", ":"))
        assert parquet.read_table(tmp_path / table.file).to_pylist() == wanted, table.table
    types = parquet.read_schema(tmp_path / "activities.parquet")
    assert str(types.field("start_utc").type) == "timestamp[ms, tz=UTC]"
    assert str(types.field("activity_id").type) == "int64"
    assert str(types.field("distance_m").type) == "double"


def test_a_table_without_rows_is_a_file_without_rows(database: Database, tmp_path: Path) -> None:
    """Somebody without data gets every file, with the names of the columns and no row."""
    exports = Exports(ExportRepository(database))

    done = exports.export("nobody", ExportFormat.CSV, tmp_path)

    assert done.rows == 0
    for table in done.tables:
        assert len((tmp_path / table.file).read_text("utf-8").splitlines()) == 1


def test_no_cell_of_a_csv_file_is_a_formula(
    database: Database, clock: Callable[[], datetime], tmp_path: Path
) -> None:
    """A name that a spreadsheet would run gets an apostrophe; negative numbers stay numbers."""
    names = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "a=1"]
    with database.write() as db:
        for number, name in enumerate(names):
            always = {"api": "account", "first_seen_at": clock(), "changed_at": clock()}
            values = {
                "user_id": "u",
                "activity_id": number,
                "name": name,
                "start_longitude_deg": -9.5,
            }
            db.execute(activities.insert().values(always | values))

    Exports(ExportRepository(database)).export("u", ExportFormat.CSV, tmp_path)

    with (tmp_path / "activities.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == [f"'{name}" for name in names[:-1]] + ["a=1"]
    assert {row["start_longitude_deg"] for row in rows} == {"-9.5"}


def test_an_empty_text_is_not_a_missing_one(
    database: Database, clock: Callable[[], datetime], tmp_path: Path
) -> None:
    """In CSV an empty text is two quotes and NULL is nothing."""
    stamps = {"api": "account", "first_seen_at": clock(), "changed_at": clock()}
    values = {"user_id": "u", "calendar_date": "2026-01-01", "stress_qualifier": ""}
    with database.write() as db:
        db.execute(daily_summaries.insert().values(stamps | values))

    Exports(ExportRepository(database)).export("u", ExportFormat.CSV, tmp_path)

    header, line = (tmp_path / "daily_summaries.csv").read_text("utf-8").splitlines()
    place = header.split(",").index('"stress_qualifier"')
    assert line.split(",")[place - 1 : place + 1] == ["", '""']


def test_what_is_there_is_not_replaced_unasked(exports: Exports, tmp_path: Path) -> None:
    """A file of the same name stops the export before anything is written."""
    (tmp_path / "sleep_nights.csv").write_text("mine")

    with pytest.raises(ExportImpossible, match=r"sleep_nights\.csv.*--force"):
        exports.export("u", ExportFormat.CSV, tmp_path)

    assert [path.name for path in tmp_path.glob("*.csv")] == ["sleep_nights.csv"]
    assert (tmp_path / "sleep_nights.csv").read_text() == "mine"
    exports.export("u", ExportFormat.CSV, tmp_path, overwrite=True)
    assert (tmp_path / "sleep_nights.csv").read_text() != "mine"


def test_all_files_show_one_moment(database: Database, exports: Exports, tmp_path: Path) -> None:
    """What is stored while an export runs is in none of its files."""
    before = len(stored(database, "weigh_ins"))
    came: list[int] = []

    def meanwhile(_: object) -> None:
        if not came:
            came.append(1)
            fill(database, "u", first=70)

    done = exports.export("u", ExportFormat.CSV, tmp_path, watch=meanwhile)

    assert {table.rows for table in done.tables if table.table == "weigh_ins"} == {before}
    assert len(stored(database, "weigh_ins")) > before


def test_a_broken_off_export_leaves_nothing(exports: Exports, tmp_path: Path) -> None:
    """An export that ends half-way leaves the folder as it was."""

    def stop(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exports.export("u", ExportFormat.JSONL, tmp_path / "out", watch=stop)

    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_that_cannot_be_is_told(exports: Exports, tmp_path: Path) -> None:
    """A file where the folder should be is told in one sentence."""
    (tmp_path / "out").write_text("")

    with pytest.raises(ExportImpossible, match="cannot be written"):
        exports.export("u", ExportFormat.CSV, tmp_path / "out")


def test_parquet_without_its_library_is_told(database: Database, tmp_path: Path) -> None:
    """Without pyarrow the error names the package to install, and nothing is made."""

    def load(name: str) -> ModuleType:
        raise ModuleNotFoundError(name)

    with pytest.raises(ExportImpossible, match=r"training-analyzer\[parquet\]"):
        Exports(ExportRepository(database), load).export(
            "u", ExportFormat.PARQUET, tmp_path / "out"
        )

    assert not (tmp_path / "out").exists()


def test_original_files_get_names_of_our_own(
    database: Database, exports: Exports, tmp_path: Path
) -> None:
    """`originals` writes each version's file; no text of Garmin's becomes a path."""
    done = exports.export("u", ExportFormat.CSV, tmp_path, originals=True)

    found = {path.name: path.read_bytes() for path in (tmp_path / ORIGINALS).iterdir()}
    assert done.original_files == len(found) == 3
    assert set(found.values()) == {b"file 1", b"file 2", b"file 3"}
    assert all(name.endswith(".bin") for name in found)
    assert {row["activity_id"] for row in stored(database, "activity_files")} == {
        int(name.partition("-")[0]) for name in found
    }


def test_only_the_owner_can_read_an_export(exports: Exports, tmp_path: Path) -> None:
    """New folders and files are for nobody else's eyes."""
    exports.export("u", ExportFormat.PARQUET, tmp_path / "out", originals=True)

    modes = {path: path.stat().st_mode & 0o777 for path in (tmp_path / "out").rglob("*")}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("form", ExportFormat)
def test_memory_does_not_grow_with_the_data(
    database: Database, clock: Callable[[], datetime], tmp_path: Path, form: ExportFormat
) -> None:
    """Sixty tracks of a megabyte are never in memory together, whatever they are written as."""
    track = pack({"value": ["x" * 1_000_000]})
    always = {"user_id": "u", "api": "account", "first_seen_at": clock(), "changed_at": clock()}
    always |= {"point_count": 1, "columns": "value", "points_zstd": track}
    with database.write() as db:
        db.execute(activity_tracks.insert(), [always | {"activity_id": n} for n in range(60)])
    exports = Exports(ExportRepository(database))
    exports.export("nobody", form, tmp_path / "warm")

    tracemalloc.start()
    try:
        done = exports.export("u", form, tmp_path / "out")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert done.rows == 60
    assert peak < 30 * 1024 * 1024
