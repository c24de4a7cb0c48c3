"""What the OpenAPI document says beyond what apispec reads off the schemas by itself."""

from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class Converter(OpenAPIConverter):
    """Also says of which members a body needs one at least (`Meta.says_one_of`)."""

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """Return the JSON Schema of a marshmallow schema."""
        described: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        names = getattr(schema.Meta, "says_one_of", ())
        if names:
            described["anyOf"] = [{"required": [name]} for name in names]
        return described


class Plugin(MarshmallowPlugin):
    """The marshmallow plugin with our converter."""

    Converter = Converter


def join_forms(operation: dict[str, Any], components: dict[str, Any]) -> None:
    """Let a call that takes a file and fields take them as one form, which is how they are sent."""
    content = operation.get("requestBody", {}).get("content", {})
    if MULTIPART not in content or FORM not in content:
        return
    fields = content.pop(FORM)["schema"]
    file = content[MULTIPART]["schema"]
    joined = [_found(schema, components) for schema in (file, fields)]
    content[MULTIPART]["schema"] = {
        "type": "object",
        "properties": {k: v for schema in joined for k, v in schema["properties"].items()},
        "required": [name for schema in joined for name in schema.get("required", [])],
    }


def _found(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = components["schemas"][name] if name else schema
    return found
