"""Several devices write at the same moment: every write is complete, and none is lost."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from factories import create_leader

WRITERS = 8


def run_concurrently(calls):
    """Run every call in a thread of its own, all at the same moment."""
    barrier = Barrier(len(calls))

    def begin(call):
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(begin, calls))


def make_writer(app, leader, text, **headers):
    def put():
        body = {"answers": [{"key": "let-go", "score": 3, "text": text}]}
        day = "2026-01-05"
        return app.test_client().put(
            f"/api/v1/reflections/{day}", json=body, headers=leader.headers | headers
        )

    return put


def test_concurrent_creates_succeed_once(app, client):
    leader = create_leader(client)
    replies = run_concurrently(
        [make_writer(app, leader, f"from {n}", **{"If-None-Match": "*"}) for n in range(WRITERS)]
    )
    statuses = sorted(reply.status_code for reply in replies)
    assert statuses == [201] + [412] * (WRITERS - 1)
    [created] = [reply for reply in replies if reply.status_code == 201]
    for refused in (reply for reply in replies if reply.status_code == 412):
        assert refused.json["current"]["answers"] == created.json["answers"]
    assert leader.get("/reflections/2026-01-05/revisions").json["items"] == []


def test_concurrent_updates_of_one_version_succeed_once(app, client):
    leader = create_leader(client)
    etag = leader.writes("2026-01-05", ("let-go", 1, "first")).headers["ETag"]
    replies = run_concurrently(
        [make_writer(app, leader, f"from {n}", **{"If-Match": etag}) for n in range(8)]
    )
    assert sorted(reply.status_code for reply in replies) == [200] + [412] * (WRITERS - 1)


def test_unconditional_concurrent_writes_all_become_versions(app, client):
    leader = create_leader(client)
    texts = {f"from {n}" for n in range(WRITERS)}
    replies = run_concurrently([make_writer(app, leader, text) for text in sorted(texts)])
    assert sorted(reply.status_code for reply in replies) == [200] * (WRITERS - 1) + [201]
    stands = leader.get("/reflections/2026-01-05").json
    earlier = leader.get("/reflections/2026-01-05/revisions").json["items"]
    assert {day["answers"][0]["text"] for day in [stands, *earlier]} == texts
    assert [day["version"] for day in earlier] == list(range(WRITERS - 1, 0, -1))
