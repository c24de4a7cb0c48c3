"""A call that takes a body changes nothing without one."""

import pytest


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/json", 400),
        (b"", None, 400),
        (b"{}", None, 415),
        (b"{}", "application/json", 422),
        (b"null", "application/json", 422),
        (b"[]", "application/json", 422),
        (b'{"unknown": 1}', "application/json", 422),
    ],
)
def test_empty_body_leaves_the_day_unchanged(leader, body, kind, status):
    day = leader.today()
    leader.writes(day, ("let-go", 4, "Left it with Mira."), note="Kept.")
    before = leader.get(f"/reflections/{day}").json
    headers = leader.headers | ({"Content-Type": kind} if kind else {})
    for path in (f"/api/v1/reflections/{day}", f"/api/v1/reflections/{day}/merge"):
        method = "POST" if path.endswith("merge") else "PUT"
        reply = leader.client.open(path, method=method, data=body, headers=headers)
        assert reply.status_code == status, reply.text
        assert reply.mimetype == "application/problem+json"
    assert leader.get(f"/reflections/{day}").json == before


@pytest.mark.parametrize("content_type", ["application/json", None])
def test_every_endpoint_with_a_body_rejects_a_missing_one(app, leader, content_type):
    document = leader.get("/openapi.json").json
    headers = leader.headers | ({"Content-Type": content_type} if content_type else {})
    taking = [
        (method, path)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict)
        and operation.get("requestBody", {}).get("required")
        and "application/json" in operation["requestBody"]["content"]
    ]
    assert len(taking) > 20
    for method, path in taking:
        parts = {"local_date": leader.today(), "month": leader.today()[:7], "key": "lead"}
        concrete = path
        while "{" in concrete:
            start, end = concrete.index("{"), concrete.index("}")
            value = parts.get(concrete[start + 1 : end], "019e0000-0000-7000-8000-000000000000")
            concrete = concrete[:start] + value + concrete[end + 1 :]
        reply = leader.client.open(concrete, method=method.upper(), headers=headers)
        assert reply.status_code in {400, 429}, (method, path, reply.text)
    assert leader.get("/me").json["name"] == "Mira Adler"
