"""Exports of JSON as they come in over the API."""

from pathlib import Path

import pytest
from factories import create_leader
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

SAMPLES = Path(__file__).parents[1] / "samples"


def import_file(leader, path):
    with path.open("rb") as file:
        boundary, body = encode_multipart({"file": FileStorage(file, path.name)})
    return leader.client.post(
        "/api/v1/imports",
        data=body,
        headers=leader.headers,
        content_type=f'multipart/form-data; boundary="{boundary}"',
    )


@pytest.mark.parametrize(
    ("name", "created", "failed"),
    [
        ("d1-bare.json", 1, []),
        ("d1-gmt-zones.zip", 11, []),
        ("d1-object-char.zip", 4, [f"Journal.json, entry {number}" for number in (2, 3, 6)]),
        ("d1-one-broken.zip", 1, ["photos/meta.json"]),
        ("d1-richtext-only.zip", 3, ["Journal.json, entry 3"]),
        ("d1-two-journals-mac.zip", 1, []),
        ("journey-classic.zip", 13, []),
        ("journey-newer.zip", 3, []),
        ("diarium.zip", 1, []),
    ],
)
def test_sample_comes_in_once(client, name, created, failed):
    leader = create_leader(client, time_zone="Europe/Berlin")
    first = import_file(leader, SAMPLES / name)
    assert first.status_code == 200, first.json
    assert first.json["created"] == created
    assert [failure["where"] for failure in first.json["failed"]] == failed
    again = import_file(leader, SAMPLES / name)
    assert (again.json["created"], again.json["skipped"]) == (0, created)
