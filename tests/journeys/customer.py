"""A customer of the shop, by the interface the shop's own pages use."""

from __future__ import annotations

from typing import Any

import httpx2

from concierge.core.ids import new_id
from tests.server import RunningApp


class ShopVisitor:
    """One widget session over HTTP. Use as a context manager: it holds a connection."""

    def __init__(self, app: RunningApp) -> None:
        self._client = httpx2.Client(base_url=app.url, timeout=30)
        opened = self.post("/api/concierge/sessions", {}).json()
        self.session_id = str(opened["sessionId"])
        self._client.headers["Authorization"] = f"Bearer {opened['token']}"

    def __enter__(self) -> ShopVisitor:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def post(
        self, path: str, body: dict[str, Any], *, key: str | None = None, check: bool = True
    ) -> httpx2.Response:
        answer = self._client.post(path, json=body, headers={"Idempotency-Key": key or new_id()})
        assert not check or answer.is_success, f"{answer.status_code} {answer.text}"
        return answer

    def says(
        self, text: str, *, request_id: str | None = None, check: bool = True
    ) -> httpx2.Response:
        body = {"text": text, "requestId": request_id or new_id()}
        return self.post("/api/concierge/messages", body, check=check)

    def heard(self) -> list[str]:
        """Every line of the conversation, oldest first."""
        answer = self._client.get("/api/concierge/messages", params={"after": 0})
        answer.raise_for_status()
        return [str(line["text"]) for line in answer.json()["messages"]]

    def asks_for_a_human(self, name: str, message: str, *, urgent: bool = False) -> str:
        """The ticket's number."""
        body = {
            "name": name,
            "email": f"{name.split()[0].lower()}@example.com",
            "message": message,
            "urgent": urgent,
        }
        return str(self.post("/api/support/stylist", body).json()["ticketId"])
