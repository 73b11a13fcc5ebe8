"""Where a request came from is what the connection says, unless a named proxy says more."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from concierge import bootstrap
from concierge.accounts.demo import DEMO_PASSWORD
from concierge.bootstrap import Services
from concierge.web.proxies import Proxies

CHAIN = "203.0.113.9, 198.51.100.7"
"""What a client sent itself, and what the proxy has seen."""


def seen(services: Services, peer: str, *trusted: str) -> tuple[str, str]:
    """Address and scheme that the product is told of."""
    settings = services.settings.model_copy(update={"trusted_proxies": trusted})
    told: list[tuple[str, str]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        told.append((scope["client"][0], scope["scheme"]))

    class Current:
        def __init__(self) -> None:
            self.settings = settings

    headers = [(b"x-forwarded-for", CHAIN.encode()), (b"x-forwarded-proto", b"https")]
    scope = {"type": "http", "scheme": "http", "client": (peer, 4000), "headers": headers}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "current", Current)
        with ThreadPoolExecutor(1) as apart:  # here the browser's own loop may be running
            proxies = Proxies(app)
            apart.submit(lambda: asyncio.run(proxies(scope, None, None))).result()
    return told[0]


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "192.0.2.1"])
def test_unless_a_proxy_is_named_the_connection_alone_counts(services: Services, peer: str) -> None:
    assert seen(services, peer) == (peer, "http")


@pytest.mark.parametrize("named", ["192.0.2.1", "192.0.2.0/24"])
def test_a_named_proxy_is_believed_what_it_has_seen_and_no_more(
    services: Services, named: str
) -> None:
    assert seen(services, "192.0.2.1", named) == ("198.51.100.7", "https")
    assert seen(services, "127.0.0.1", named) == ("127.0.0.1", "http"), "another is not"


def test_the_running_server_believes_no_local_peer(visitor: httpx2.Client) -> None:
    answer = visitor.post(
        "/session/login",
        json={"username": "agent", "password": DEMO_PASSWORD},
        headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": CHAIN},
    )
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"].lower()
    assert "secure" not in cookie
    assert "__host-" not in cookie
