"""Ending one sign-in ends every tab of it, wherever it is ended."""

from __future__ import annotations

import httpx2
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from concierge.core.actor import Actor, Role
from concierge.core.ids import new_id
from concierge.ui import tabs
from tests.server import RunningApp
from tests.web.conftest import open_page
from tests.web.database import services_of

ADMIN = Actor.staff("admin", {Role.ADMIN})


def test_the_frame_is_the_one_streamlit_pages_understand() -> None:
    message = ForwardMsg()
    message.ParseFromString(tabs.go_to("/session/login?reason=out"))
    assert message.WhichOneof("type") == "auth_redirect"
    assert message.auth_redirect.url == "/session/login?reason=out"
    # The bytes as the page's own script reads them: field 24, in it field 1.
    assert tabs.go_to("/x") == bytes([24 << 3 & 0x7F | 0x82, 0x01, 4, 10, 2]) + b"/x"


def test_signing_out_in_one_tab_ends_the_others_and_nobody_elses(
    running_app: RunningApp, agent: httpx2.Client
) -> None:
    with (
        running_app.client("agent") as elsewhere,
        open_page(running_app, agent) as one,
        open_page(running_app, agent) as two,
        open_page(running_app, elsewhere) as other,
    ):
        agent.post("/session/logout")
        for page in (one, two):
            assert page.sent_to(5) == ("/session/login?reason=out", 4401)
        assert other.is_open()


def test_a_sign_in_that_ends_in_another_process_ends_its_tabs_too(
    running_app: RunningApp,
) -> None:
    with services_of(running_app) as services:
        username = f"gone-{new_id()[:8]}"
        services.accounts.create(ADMIN, username=username, name="Gone Example", roles=[Role.PM])
        services.accounts.set_password(ADMIN, username, "a good long sentence")
        with (
            running_app.client(username, "a good long sentence") as client,
            open_page(running_app, client) as page,
        ):
            services.accounts.disable(ADMIN, username)
            assert page.sent_to(12) == ("/session/login?reason=ended", 4401)
            assert client.get("/", headers={"Accept": "text/html"}).status_code == 303


def test_a_sign_out_in_another_process_is_told_as_one_and_so_it_is_to_a_page_that_comes_back(
    running_app: RunningApp, agent: httpx2.Client
) -> None:
    (token,) = agent.cookies.values()
    with services_of(running_app) as services, open_page(running_app, agent) as page:
        services.accounts.logout(token)
        assert page.sent_to(12) == ("/session/login?reason=out", 4401)
    with open_page(running_app, agent) as again:
        assert again.sent_to(5) == ("/session/login?reason=out", 4401)
