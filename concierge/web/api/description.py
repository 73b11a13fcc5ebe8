"""The API's description, as programs read it: what FastAPI derives, and what it cannot know."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from concierge.web.problems import SHAPE


def describe(application: FastAPI) -> None:
    """Problems under their own media type; the framework's own shape of a fault is not ours."""
    derive = application.openapi

    def described() -> dict[str, Any]:
        if application.openapi_schema is None:
            document = derive()
            for operations in document["paths"].values():
                for operation in operations.values():
                    _correct(operation["responses"])
            for name in ("HTTPValidationError", "ValidationError"):
                document["components"]["schemas"].pop(name, None)
        return application.openapi_schema or derive()

    application.openapi = described  # type: ignore[method-assign]


def _correct(responses: dict[str, dict[str, Any]]) -> None:
    for status, answer in responses.items():
        shapes = answer.get("content", {}).values()
        names = {
            str(shape.get("schema", {}).get("$ref", "")).rsplit("/", 1)[-1] for shape in shapes
        }
        if names & {"Problem", "HTTPValidationError"}:
            responses[status] = {**answer, "content": SHAPE}
