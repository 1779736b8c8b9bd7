"""Answers are compressed for who takes it, and entity tags stay strong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from web_stage import API

if TYPE_CHECKING:
    from web_stage import Person

GZIP = {"Accept-Encoding": "gzip"}
PLAIN = {"Accept-Encoding": "identity"}
ASKED = f"{API}/coverage?from=2025-03-01&to=2026-02-28"


def test_each_form_has_its_own_tag_and_both_are_known_again(ana: Person) -> None:
    """The compressed form is smaller, says so, and its tag is not that of the plain one."""
    packed = ana.client.get(ASKED, headers=GZIP)
    plain = ana.client.get(ASKED, headers=PLAIN)

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.json() == plain.json()
    assert packed.headers["etag"] == plain.headers["etag"][:-1] + '-gzip"'
    for first, headers in ((packed, GZIP), (plain, PLAIN)):
        again = ana.client.get(ASKED, headers=headers | {"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.headers["etag"]) == (304, first.headers["etag"])


def test_a_tag_of_a_compressed_answer_guards_a_change(ana: Person) -> None:
    """What was read compressed is changed on the condition that it still is that."""
    read = ana.client.get(f"{API}/sync-config", headers=GZIP)
    tag = read.headers["etag"].removesuffix('"').removesuffix("-gzip") + '-gzip"'

    first = ana.client.put(
        f"{API}/sync-config", json={"sync_time": "07:00"}, headers={"If-Match": tag}
    )
    second = ana.client.put(
        f"{API}/sync-config", json={"sync_time": "08:00"}, headers={"If-Match": tag}
    )

    assert (first.status_code, second.status_code) == (200, 412)


def test_changes_and_small_answers_are_not_compressed(ana: Person) -> None:
    """A secret that is shown once never goes through a compressor."""
    made = ana.client.post("/api/v1/api-keys", json={"name": "x" * 60, "scopes": ["sync:read"]})
    small = ana.client.get("/healthz", headers=GZIP)

    assert made.status_code == 201
    assert "content-encoding" not in made.headers
    assert "content-encoding" not in small.headers
