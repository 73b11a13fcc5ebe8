"""`/api/docs`: the OpenAPI description as one plain page, without a script or a foreign asset."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from concierge.web import html

_METHODS = ("get", "post", "put", "patch", "delete")


def add_to(application: FastAPI) -> None:
    """The page is made from the description on the first visit and kept."""
    made: list[str] = []

    async def docs(_: Request) -> Response:
        if not made:
            made.append(_render(application.openapi()))
        return html.page("API", made[0], wide=True)

    application.add_route("/docs", docs, include_in_schema=False)


def _render(description: dict[str, Any]) -> str:
    definitions = description.get("components", {}).get("schemas", {})
    parts = [
        f"<h1>{html.escape(description['info']['title'])} API</h1>",
        f'<p class="lead">Version {html.escape(description["info"]["version"])} · '
        '<a href="/api/openapi.json">openapi.json</a></p>',
        f"<p>{_prose(description['info'].get('description', ''))}</p>",
    ]
    parts.extend(
        _operation(method, f"/api{path}", operations[method])
        for path, operations in sorted(description["paths"].items())
        for method in _METHODS
        if method in operations
    )
    parts.append('<h2 id="shapes">Shapes</h2>')
    parts.extend(_shape(name, definitions[name]) for name in sorted(definitions))
    return "\n".join(parts)


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parts = [
        '<article class="card">',
        f"<h2><code>{method.upper()} {html.escape(path)}</code></h2>",
        f"<p>{html.escape(operation.get('summary', ''))}</p>",
    ]
    if operation.get("description"):
        parts.append(f"<p>{_prose(operation['description'])}</p>")
    parts.extend(_parameter(parameter) for parameter in operation.get("parameters", ()))
    bodies = operation.get("requestBody", {}).get("content", {}).values()
    parts.extend(f"<p>Takes {_type(body.get('schema', {}))}</p>" for body in bodies)
    for status, answer in sorted(operation.get("responses", {}).items()):
        shapes = [_type(c.get("schema", {})) for c in answer.get("content", {}).values()]
        parts.append(f"<p>{html.escape(status)}: {', '.join(shapes) or 'no content'}</p>")
    return "\n".join([*parts, "</article>"])


def _parameter(parameter: dict[str, Any]) -> str:
    name, place = html.escape(parameter["name"]), html.escape(parameter["in"])
    needed = ", required" if parameter.get("required") else ""
    return f"<p><code>{name}</code> in {place}, {_type(parameter.get('schema', {}))}{needed}</p>"


def _shape(name: str, schema: dict[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = [
        f"<tr><td><code>{html.escape(field)}</code></td><td>{_type(details)}</td>"
        f"<td>{'required' if field in required else ''}</td></tr>"
        for field, details in schema.get("properties", {}).items()
    ]
    table = f"<table>{''.join(rows)}</table>" if rows else f"<p>{_type(schema)}</p>"
    described = f"<p>{_prose(schema.get('description', ''))}</p>"
    return (
        f'<article class="card" id="{html.escape(name)}"><h3>{html.escape(name)}</h3>'
        f"{described}{table}</article>"
    )


def _type(schema: dict[str, Any]) -> str:
    """A type in a few words, with a link where it has a name."""
    if "$ref" in schema:
        name = html.escape(schema["$ref"].rsplit("/", 1)[1])
        return f'<a href="#{name}">{name}</a>'
    for combiner in ("anyOf", "oneOf", "allOf"):
        if combiner in schema:
            return " or ".join(_type(option) for option in schema[combiner])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join(f"<code>{html.escape(json.dumps(value))}</code>" for value in values)
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    kind = html.escape(schema.get("type", "anything"))
    return f"{kind} ({html.escape(schema['format'])})" if "format" in schema else kind


def _prose(text: str) -> str:
    """Paragraphs in order, and what stands in backticks as code."""
    pieces = html.escape(text).replace("\n\n", "<br>").split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(pieces))
