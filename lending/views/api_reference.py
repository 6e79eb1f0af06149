"""The API's schema for programs, and the same as a page for people. Nothing on it comes from outside."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.views import SpectacularAPIView

Schema = Mapping[str, Any]


class ApiSchema(SpectacularAPIView):
    """OpenAPI 3, as JSON."""

    renderer_classes = [OpenApiJsonRenderer]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. name: with its place, as in schedule[].date.  values: those it may have, when they are listed."""

    name: str
    kind: str
    required: bool
    default: str
    values: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be asked at one address. example: JSON that can be sent as it stands."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    fields: tuple[Field, ...]
    answers: tuple[Answer, ...]
    example: str


@require_safe
def api_reference(request: HttpRequest) -> HttpResponse:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    return render(
        request, "lending/api_reference.html", {"operations": list(operations(schema)), "info": schema["info"]}
    )


def operations(schema: Schema) -> Iterator[Operation]:
    for path, methods in schema["paths"].items():
        for method, found in methods.items():
            body = found.get("requestBody", {}).get("content", {}).get("application/json", {})
            examples = [example["value"] for example in body.get("examples", {}).values()]
            yield Operation(
                id=found["operationId"],
                method=method.upper(),
                path=path,
                summary=found.get("summary", ""),
                description=found.get("description", ""),
                fields=tuple(asked(schema, found, body)),
                answers=tuple(
                    Answer(status, tuple(fields_of(schema, content["schema"])))
                    for status, answer in found["responses"].items()
                    for content in answer.get("content", {}).values()
                ),
                example=json.dumps(examples[0], indent=2) if examples else "",
            )


def asked(schema: Schema, found: Schema, body: Schema) -> Iterator[Field]:
    """The parameters of the address, then the fields of what is sent."""
    for parameter in found.get("parameters", []):
        about = resolved(schema, parameter["schema"])
        yield field(
            parameter["name"], about | {"description": parameter.get("description", "")}, parameter.get("required")
        )
    if body:
        yield from fields_of(schema, body["schema"])


def fields_of(schema: Schema, about: Schema, place: str = "") -> Iterator[Field]:
    """The fields of an object, with those inside it below them."""
    about = resolved(schema, about)
    for name, raw in about.get("properties", {}).items():
        inner = resolved(schema, raw)
        listed = resolved(schema, inner.get("items", {}))
        yield field(f"{place}{name}", inner, name in about.get("required", ()))
        if inner.get("properties"):
            yield from fields_of(schema, inner, f"{place}{name}.")
        elif listed.get("properties"):
            yield from fields_of(schema, listed, f"{place}{name}[].")


def field(name: str, about: Schema, required: object) -> Field:
    kind = about.get("format") if about.get("format") in ("date", "decimal") else about.get("type", "object")
    return Field(
        name=name,
        kind={"decimal": "decimal as text", "array": "list"}.get(str(kind), str(kind)),
        required=bool(required),
        default=str(about["default"]) if "default" in about else "",
        values=tuple(str(value) for value in about.get("enum", ())),
        says=about.get("description", ""),
    )


def resolved(schema: Schema, about: Schema) -> dict[str, Any]:
    """A schema with what it refers to put in its place; what it says itself comes first."""
    merged: dict[str, Any] = {name: value for name, value in about.items() if name not in ("$ref", "allOf", "oneOf")}
    if "$ref" in about:
        merged = resolved(schema, schema["components"]["schemas"][about["$ref"].rpartition("/")[2]]) | merged
    for part in (*about.get("allOf", ()), *about.get("oneOf", ())[:1]):
        merged = resolved(schema, part) | merged
    return merged
