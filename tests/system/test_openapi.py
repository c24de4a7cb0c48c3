"""The API does what its own OpenAPI document says, whatever it is sent.

`bench/fuzz_api.py 10000` sends it more, with every check that schemathesis has.
"""

import pytest
import schemathesis
from api_fuzzing import accepts_what_the_schema_allows
from factories import create_leader
from hypothesis import given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance


@pytest.fixture
def api(app):
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


@pytest.fixture
def fuzzer(client):
    return create_leader(client, name="Fuzzer")


def test_every_call_answers_as_documented(api, fuzzer):
    for result in api.get_all_operations():
        operation = result.ok()

        @settings(max_examples=12)
        @given(operation.as_strategy())
        def answers(case):
            case.call_and_validate(
                # The client in this process does not decompress, as others do.
                headers=fuzzer.headers | {"Accept-Encoding": "identity"},
                excluded_checks=[positive_data_acceptance],
                additional_checks=[accepts_what_the_schema_allows],  # it knows more rules
            )

        answers()


def test_the_document_is_openapi_3_1_and_names_every_call_of_the_contract(client):
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    calls = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, item in document["paths"].items()
        for method in item
        if method in {"get", "put", "post", "patch", "delete"}
    }
    day = "/reflections/{local_date}"
    assert calls >= {
        ("POST", "/accounts"),
        ("POST", "/tokens"),
        ("GET", "/tokens"),
        ("DELETE", "/tokens/{token_id}"),
        ("GET", "/me"),
        ("PATCH", "/me"),
        ("DELETE", "/me"),
        ("GET", "/keys"),
        ("GET", "/prompts/today"),
        ("GET", "/questions"),
        ("POST", "/questions"),
        ("PATCH", "/questions/{question_id}"),
        ("DELETE", "/questions/{question_id}"),
        ("PUT", day),
        ("GET", day),
        ("DELETE", day),
        ("GET", f"{day}/revisions"),
        ("GET", "/reflections"),
        ("GET", "/streak"),
        ("GET", "/summaries/{period}"),
        ("POST", "/imports"),
    }
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in {"get", "put", "post", "patch", "delete"}:
                assert operation["summary"], (method, path)
