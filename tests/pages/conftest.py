"""Screens without a browser: each in a run of its own, over the real services.

    def test_something(open_screen):
        screen = open_screen(Role.AGENT, "tickets", view="mine")
        screen.button(key="claim-next").click().run()

`services` has an empty database but for the demo accounts; `demo_services` has the demo shop, is
made once a run, and is for looking, not for changing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from concierge import bootstrap
from concierge.accounts.demo import DEMO_PASSWORD
from concierge.accounts.models import COLLECTIONS as ACCOUNTS
from concierge.bootstrap import ALL_COLLECTIONS, Services
from concierge.core.actor import Role
from concierge.core.config import Settings
from concierge.core.folders import DATA_FOLDER
from concierge.core.ids import new_id
from concierge.core.mongo import Mongo
from concierge.demo import seed
from concierge.ui.components import SEAM
from concierge.ui.registry import screen as find_screen

MAIN = Path(__file__).resolve().parents[2] / "concierge" / "ui" / "main.py"
SECRET = "a secret for tests only, of 32 letters or more"
SECONDS = 30

OpenScreen = Callable[..., AppTest]


def _build(uri: str) -> Services:
    settings = Settings(
        _env_file=None,
        mongodb_uri=uri,
        demo_choice=True,
        secret_key=SECRET,
        db=f"t_{new_id()[:12]}",
    )
    services = bootstrap.build(settings, mongo=Mongo(uri, settings.db))
    services.mongo.apply(ALL_COLLECTIONS)
    services.accounts.ensure_demo_accounts()
    return services


def _drop(services: Services) -> None:
    services.events.stop()
    services.mongo.client.drop_database(services.mongo.db.name)
    services.mongo.close()


@pytest.fixture(scope="session")
def _prepared(mongo_uri: str) -> Iterator[Services]:
    services = _build(mongo_uri)
    yield services
    _drop(services)


@pytest.fixture(scope="session")
def _prepared_demo(mongo_uri: str) -> Iterator[Services]:
    services = _build(mongo_uri)
    seed.ensure(
        services,
        lambda clock: bootstrap.build(services.settings, clock, services.mongo),
        DATA_FOLDER,
    )
    yield services
    _drop(services)


@pytest.fixture
def services(_prepared: Services) -> Services:
    """Installed for the screens; all collections empty but those of accounts."""
    kept = {spec.name for spec in ACCOUNTS}
    for spec in ALL_COLLECTIONS:
        if spec.name not in kept:
            _prepared.mongo.collection(spec).delete_many({})
    bootstrap.install(_prepared)
    return _prepared


@pytest.fixture
def demo_services(_prepared_demo: Services) -> Services:
    """Installed for the screens; the demo shop, to look at."""
    bootstrap.install(_prepared_demo)
    return _prepared_demo


def sign_in(services: Services, username: str) -> dict[str, str]:
    """What the gate would put into `st.user` for a fresh sign-in."""
    user = services.accounts.login(username, DEMO_PASSWORD, f"test-{new_id()}").user
    return {
        "username": user.username,
        "login_id": user.login_id,
        "roles": ",".join(sorted(user.roles)),
    }


_signed_in: dict[tuple[str, str], dict[str, str]] = {}


@pytest.fixture
def open_screen(request: pytest.FixtureRequest) -> OpenScreen:
    """Opens a screen as a role: `open_screen(Role.AGENT, "tickets", view="mine")`.

    Works on `demo_services` when the test asks for them, else on `services`. A sign-in is made once
    for each role, as checking a password takes its time.
    """
    wanted = "demo_services" if "demo_services" in request.fixturenames else "services"
    services: Services = request.getfixturevalue(wanted)

    def open_(role: Role, path: str = "home", *, run: bool = True, **query: str) -> AppTest:
        key = (services.mongo.db.name, role.value)
        if key not in _signed_in or services.accounts.still(_signed_in[key]["login_id"]) is None:
            _signed_in[key] = sign_in(services, role.value)
        app = AppTest.from_file(str(MAIN), default_timeout=SECONDS)
        app.user = dict(_signed_in[key])
        found = find_screen(path)
        if not found.default:
            app.run()
            app.switch_page(relative(found.file))
        for name, value in query.items():
            app.query_params[name] = value
        if run:
            app.run()
            assert not app.exception, app.exception
        return app

    return open_


def relative(page: Path) -> str:
    """A page's file as `switch_page` wants it: from the main script's folder."""
    return Path(os.path.relpath(page, MAIN.parent)).as_posix()


def text_of(app: AppTest) -> str:
    """All words of a screen, as markdown."""
    parts = [*app.title, *app.header, *app.subheader, *app.markdown, *app.caption]
    parts += [*app.error, *app.warning, *app.info, *app.success]
    return "\n".join(str(part.value) for part in parts)


def words_of(app: AppTest) -> str:
    """All words of a screen, as people read them: without what keeps them from being markup."""
    return re.sub(r"\\([^\w\s])", r"\1", text_of(app).replace(SEAM, ""))
