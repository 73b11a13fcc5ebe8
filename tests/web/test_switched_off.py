"""The switches of the customers' concierge, and who may call it from other sites."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from concierge import bootstrap
from concierge.bootstrap import Services
from concierge.core.privacy import Hasher
from concierge.web.api.app import create_api
from concierge.web.api.concierge import switched_on

Api = Callable[..., TestClient]


@pytest.fixture
def api_with(shop: Services) -> Api:
    """The API over services whose settings are changed."""

    def made(**changes: object) -> TestClient:
        settings = shop.settings.model_copy(update=changes)
        built = bootstrap.build(settings, shop.clock, shop.mongo)
        bootstrap.install(built)
        return TestClient(create_api())

    return made


def test_a_concierge_that_is_off_opens_nothing_and_says_where_to_go(api_with: Api) -> None:
    answer = api_with(enabled=False).post("/concierge/sessions").json()
    assert answer["enabled"] is False
    assert answer["sessionId"] == answer["token"] == ""
    assert "not here at the moment" in answer["greeting"]


def test_a_running_session_finds_the_concierge_off(api_with: Api) -> None:
    token = api_with().post("/concierge/sessions").json()["token"]
    refused = api_with(enabled=False).post(
        "/concierge/messages",
        json={"text": "hello", "requestId": "r1"},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert refused.status_code == 503
    assert refused.json()["code"] == "unavailable"


def test_the_rollout_takes_its_share_and_only_grows(shop: Services, hasher: Hasher) -> None:
    def chosen(percent: int) -> set[str]:
        settings = shop.settings.model_copy(update={"rollout_percent": percent})
        return {a for a in addresses if switched_on(settings, hasher, a)}

    addresses = [f"192.0.2.{n}" for n in range(256)]
    none, some, more, every = (chosen(percent) for percent in (0, 25, 50, 100))
    assert none == set()
    assert some < more < every
    assert 30 < len(some) < 100
    assert len(every) == 256


def test_only_allowed_sites_may_call_from_a_page(api_with: Api) -> None:
    api = api_with(allowed_origins=("https://shop.example.com",))
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    allowed = api.options(
        "/concierge/sessions", headers={"Origin": "https://shop.example.com", **asked}
    )
    assert allowed.headers["access-control-allow-origin"] == "https://shop.example.com"
    assert "access-control-allow-credentials" not in allowed.headers
    other = api.options("/concierge/sessions", headers={"Origin": "https://evil.example", **asked})
    assert "access-control-allow-origin" not in other.headers


def test_without_the_setting_no_other_site_is_answered(api_with: Api) -> None:
    answer = api_with().post("/concierge/sessions", headers={"Origin": "https://shop.example.com"})
    assert answer.status_code == 201
    assert "access-control-allow-origin" not in answer.headers


def test_one_address_cannot_open_sessions_without_end(
    api_with: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("concierge.web.api.concierge.SESSIONS_PER_HOUR", 3)
    api = api_with()
    codes = [api.post("/concierge/sessions").status_code for _ in range(4)]
    assert codes == [201, 201, 201, 429]
