"""Bad input, classes 1 to 12: what is wrong with a body, for every operation that has one."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from bad_stage import CANARY, Stage, bodies, refused, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

type Body = dict[str, object]
# Where no body at all is a request, too.
MAY_BE_EMPTY = {
    "POST /api/v1/garmin/sync/trigger",
    "POST /api/v1/admin/invitations",
    "POST /api/v1/admin/encryption/rotate",
}
WRONG: tuple[object, ...] = (1.5, {"": CANARY})
TEN_MEGABYTES = b'{"x": "' + CANARY.encode() * 10**6 + b'"}'


@pytest.fixture(scope="module")
def stage(
    migrated_file: Path, tmp_path_factory: pytest.TempPathFactory, encryption_key: str
) -> Iterator[Stage]:
    """Give one application for all of these tests: none of them changes anything."""
    file = tmp_path_factory.mktemp("bodies") / "garmin-sync.db"
    shutil.copy(migrated_file, file)
    with staged(file, encryption_key) as made:
        yield made


@pytest.fixture
def operations(stage: Stage) -> Iterator[dict[str, Body]]:
    """Give an example of each body; afterwards nothing is stored, and no value anywhere."""
    before = stage.stored()
    yield bodies(stage.app)
    assert stage.stored() == before
    assert CANARY.encode() not in stage.everything()


def _text(body: Body) -> str:
    return json.dumps(dict.fromkeys(body, CANARY) | {"canary": CANARY})


WHOLE: dict[str, tuple[Callable[[Body], bytes | str], tuple[int, ...]]] = {
    "01_empty": (lambda _: b"", (422,)),
    "02_invalid_utf8": (lambda _: b'{"a": "\xff\xfe' + CANARY.encode() + b'"}', (400,)),
    "03_truncated": (lambda body: _text(body)[:-1], (400,)),
    "03_no_object": (lambda _: f'"{CANARY}"', (422,)),
    "03_null": (lambda _: "null", (422,)),
    "03_list": (lambda _: f'["{CANARY}"]', (422,)),
    "03_two_values": (lambda body: _text(body) * 2, (400,)),
    "04_duplicate_keys": (
        lambda body: json.dumps(body)[:-1] + ", " + json.dumps(body)[1:],
        (400,),
    ),
    "04_duplicate_deep": (lambda _: f'{{"a": {{"b": 1, "b": "{CANARY}"}}}}', (400,)),
    "05_nan": (lambda body: json.dumps(dict.fromkeys(body, float("nan"))), (422,)),
    "05_infinity": (lambda body: json.dumps(dict.fromkeys(body, float("-inf"))), (422,)),
    "06_2_to_63": (lambda body: json.dumps(dict.fromkeys(body, 2**63)), (422,)),
    "06_below_2_to_63": (lambda body: json.dumps(dict.fromkeys(body, -(2**63) - 1)), (422,)),
    "06_1e400": (lambda body: _text(body).replace(f'"{CANARY}"', "1e400"), (422,)),
    "06_5000_digits": (lambda body: _text(body).replace(f'"{CANARY}"', "9" * 5000), (400,)),
    "07_depth_10000": (lambda _: '{"a":' * 10_000 + "1" + "}" * 10_000, (400,)),
    "07_depth_10000_list": (lambda _: "[" * 10_000 + "]" * 10_000, (400,)),
    "08_ten_megabytes": (lambda _: TEN_MEGABYTES, (413,)),
    "09_extra_fields": (
        lambda body: json.dumps(
            {**body, "is_admin": True, "user_id": CANARY, "encryption_key_id": CANARY}
        ),
        (422,),
    ),
}


@pytest.mark.parametrize("bad", WHOLE)
def test_bad_input(bad: str, stage: Stage, operations: dict[str, Body]) -> None:
    """A body that is none is refused by every operation, with no word of it in the answer."""
    make, statuses = WHOLE[bad]

    for operation, body in operations.items():
        if bad == "01_empty" and operation in MAY_BE_EMPTY:
            continue
        refused(stage.ask(operation, make(body)), *statuses)


@pytest.mark.parametrize("bad", ["10_null_in_each_field", "11_wrong_type_in_each_field"])
def test_bad_input_in(bad: str, stage: Stage, operations: dict[str, Body]) -> None:
    """A field that holds what it cannot is named, and its value is not."""
    values = (None,) if bad.startswith("10") else WRONG
    unknown = {"canary": CANARY}

    for operation, body in operations.items():
        for name in body:
            for value in values:
                # What a field may hold is no reason to do it: an unknown one is beside it.
                answer = stage.ask(operation, json.dumps({**body, name: value, **unknown}))
                refused(answer, 422)
                wrong = {
                    error["field"].partition(f"/{name}")[1] for error in answer.json()["errors"]
                }
                assert f"/{name}" in wrong or not isinstance(value, float | dict), answer.text


@pytest.mark.parametrize(
    ("bad", "headers", "statuses"),
    [
        ("12_form", {"Content_Type": "application/x-www-form-urlencoded"}, (415,)),
        ("12_multipart", {"Content_Type": "multipart/form-data; boundary=x"}, (415,)),
        ("12_text", {"Content_Type": "text/plain"}, (415,)),
        ("12_no_type", {"Content_Type": ""}, (415,)),
        ("12_look_alike", {"Content_Type": "application/jsonp"}, (415,)),
        ("12_charset", {"Content_Type": "application/json; charset=utf-16"}, (415,)),
        ("12_gzip", {"Content_Encoding": "gzip"}, (415,)),
    ],
)
def test_bad_input_as(
    bad: str,
    headers: dict[str, str],
    statuses: tuple[int, ...],
    stage: Stage,
    operations: dict[str, Body],
) -> None:
    """A body that is not said to be plain JSON is not read."""
    assert bad.startswith("12")

    for operation, body in operations.items():
        refused(stage.ask(operation, _text(body), **headers), *statuses)
