"""Parts of the OpenAPI document that apispec does not derive from the schemas."""

from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"

CONDITIONS = {
    "If-Match": "The ETag that was seen, or * for whatever is there",
    "If-None-Match": "* to write only where nothing is there",
}


class Converter(OpenAPIConverter):
    """A converter that also names the members of which one is required (`Meta.says_one_of`)."""

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """Return the JSON Schema of a marshmallow schema."""
        described: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        names = getattr(schema.Meta, "says_one_of", ())
        if names:
            described["anyOf"] = [{"required": [name]} for name in names]
        return described


class Plugin(MarshmallowPlugin):
    """The marshmallow plugin with this converter."""

    Converter = Converter


def join_forms(operation: dict[str, Any], components: dict[str, Any]) -> None:
    """Document a call that takes a file and fields as one multipart form.

    flask-smorest lists the file among the parameters, which OpenAPI 3 does not allow.
    """
    parameters = operation.get("parameters", [])
    files = [given for given in parameters if given.get("in") == "formData"]
    if not files:
        return
    operation["parameters"] = [given for given in parameters if given not in files]
    named = operation["requestBody"]["content"].pop(FORM)["schema"]["$ref"].rpartition("/")[2]
    fields = components["schemas"][named]
    operation["requestBody"]["content"][MULTIPART] = {
        "schema": {
            "type": "object",
            "properties": {file["name"]: file["schema"] for file in files} | fields["properties"],
            "required": [file["name"] for file in files] + fields.get("required", []),
        }
    }


def add_condition_headers(operation: dict[str, Any], statuses: set[str]) -> None:
    """Document the headers of conditional requests (RFC 9110, 13.1) if a call supports them."""
    if "412" not in statuses:
        return
    for name, text in CONDITIONS.items():
        operation.setdefault("parameters", []).append(
            {"in": "header", "name": name, "description": text, "schema": {"type": "string"}}
        )
    for status in ("200", "201"):
        if status in operation["responses"]:
            operation["responses"][status]["headers"] = {
                "ETag": {"description": "The version's name", "schema": {"type": "string"}}
            }
