"""What schemathesis cannot know of the API: who asks, and rules that no schema can say."""

import os
import re

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.specs.openapi.checks import positive_data_acceptance

RULES = (
    (r"local_date|from|to|cursor|.*_(on|date|until)", "which days have come, or come after which"),
    (r"month|period", "which months have begun"),
    (r"email|person_id|into", "who is there"),
    (r"password|keys\..*|endpoint", "which secrets are common, and which keys are on the curve"),
    (r"written_at", "what is before the day itself"),
    (r"(was\.)?answers\..*|behaviour|key|lean_on", "which behaviours a key has"),
    (r"quiet_to|quiet_from|times|weekdays", "that one time goes with another"),
    (r"reason|state|celebrated_how|target|actual|name|stepped_.*", "what goes with what"),
    (r"file|moods|mood_key|without_names", "what a file holds, and how a form says null"),
)
"""Fields that may be refused although they are as the schema says, and what it cannot say."""

CONDITIONS = {"If-Match", "If-None-Match"}


@schemathesis.check
def accepts_what_the_schema_allows(ctx, response, case):
    """Ask schemathesis's own check; 422 is right where a rule is broken that no schema can say."""
    try:
        return positive_data_acceptance(ctx, response, case)
    except RejectedPositiveData:
        if response.status_code == 412 and case.headers and CONDITIONS & set(case.headers):
            return None  # which version is stored
        if response.status_code != 422:
            raise
        errors = response.json().get("errors", {})
        if errors and all(_no_schema_says(*error) for error in errors.items()):
            return None
        raise


class TokenOfTheFuzzer:
    """The token that the fuzzer was given."""

    def get(self, case, ctx):
        return os.environ["FUZZER_TOKEN"]

    def set(self, case, data, ctx):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


if "FUZZER_TOKEN" in os.environ:
    schemathesis.auth()(TokenOfTheFuzzer)


def _no_schema_says(name, messages):
    """Tell whether what is refused is NUL, which a pattern for would slow down, or by a rule."""
    if messages == ["Remove the characters that aren’t text."]:
        return True
    return any(re.fullmatch(rule, name) for rule, _ in RULES)
