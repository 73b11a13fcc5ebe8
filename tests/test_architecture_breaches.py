"""The architecture test sees what it says it sees: every breach is planted in a small house."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture import FLOORS, MODULE_LINES, PAGE_LINES, RULES, Breach, breaches

HOUSE = {
    "app.py": """
        import streamlit as st
        from starlette.routing import Route
        from concierge import demo, ui, web
        app = st.App("concierge/ui/main.py", routes=[])
        """,
    "pages/support/tickets.py": """
        import streamlit as st
        from concierge.ui import guards
        from concierge.tickets.models import TICKETS
        """,
    "concierge/__init__.py": "__version__ = '1'",
    "concierge/core/__init__.py": "",
    "concierge/core/clock.py": """
        from datetime import UTC, datetime
        def now():
            return datetime.now(UTC)
        """,
    "concierge/core/config.py": "import os\nHOME = os.environ['HOME']",
    "concierge/core/mongo.py": """
        from pymongo import MongoClient
        from concierge.core.clock import now
        AUDIT = CollectionSpec(name="auditLog", model=object)
        """,
    "concierge/core/embedded/server.py": "import time\ntime.sleep(0.1)",
    "concierge/events/__init__.py": "",
    "concierge/events/catalog.py": "OPENED = 'aurora_widget_open'",
    "concierge/accounts/__init__.py": "",
    "concierge/accounts/passwords.py": "from streamlit_authenticator import Hasher",
    "concierge/orders/__init__.py": "",
    "concierge/orders/models.py": "ORDERS = CollectionSpec(name='orders', model=object)",
    "concierge/orders/repository.py": """
        from bson import ObjectId
        from concierge.orders.models import ORDERS
        def joined(mongo):
            return mongo.collection(ORDERS).aggregate([{"$lookup": {"from": ORDERS.name}}])
        """,
    "concierge/orders/service.py": """
        from concierge.orders import repository
        from concierge.orders.repository import joined
        from . import models
        from ..core.clock import now
        """,
    "concierge/tickets/__init__.py": "",
    "concierge/tickets/models.py": """
        TICKETS = CollectionSpec(name="stylistTickets", model=object)
        """,
    "concierge/tickets/service.py": """
        from concierge.orders.service import joined
        MAIL = {"from": "concierge"}  # a key that is no stage of a query
        WORD = "orders"  # a collection's name, and an ordinary word
        """,
    "concierge/csat/__init__.py": "",
    "concierge/insights/__init__.py": "",
    "concierge/insights/funnel.py": "from pymongo import ASCENDING",
    "concierge/jobs/__init__.py": "import time\ntime.sleep(1)",
    "concierge/bootstrap.py": (
        "from concierge import demo\nfrom concierge.orders.repository import joined"
    ),
    "concierge/web/__init__.py": "from fastapi import APIRouter",
    "concierge/ui/__init__.py": "import streamlit",
    "concierge/demo/__init__.py": "from concierge.orders.service import joined",
    "concierge/cli/__init__.py": "from concierge import demo\nprint(demo)",
}


def build(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        lines = text.strip("\n").splitlines()
        indent = min((len(li) - len(li.lstrip()) for li in lines if li.strip()), default=0)
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(line[indent:] for line in lines) + "\n", encoding="utf-8")
    return root


def test_a_house_that_keeps_the_rules_has_no_breach(tmp_path: Path) -> None:
    assert breaches(build(tmp_path, HOUSE)) == []


PLANTED = [
    ("floors", "concierge/core/ids.py", "from concierge.events.catalog import OPENED", 1),
    ("floors", "concierge/orders/late.py", "x = 1\nimport concierge.tickets.models", 2),
    ("floors", "concierge/orders/local.py", "def f():\n    from concierge import tickets", 2),
    ("floors", "concierge/orders/relative.py", "from ..tickets import models", 1),
    ("floors", "concierge/orders/by_name.py", "import_module('concierge.tickets')", 1),
    ("floors", "concierge/csat/rating.py", "from concierge.tickets import models", 1),
    (
        "floors",
        "concierge/orders/typing.py",
        "if TYPE_CHECKING:\n    import concierge.bootstrap",
        2,
    ),
    ("floors", "concierge/__init__.py", "from concierge.core import clock", 1),
    ("floors", "concierge/web/pages.py", "import pages.support.tickets", 1),
    ("unknown_room", "concierge/lumber/__init__.py", "x = 1", 1),
    ("unknown_room", "concierge/attic.py", "x = 1", 1),
    ("repository", "concierge/tickets/queue.py", "import concierge.orders.repository", 1),
    ("repository", "concierge/tickets/queue.py", "from concierge.orders import repository", 1),
    ("repository", "concierge/web/api.py", "from concierge.orders.repository import joined", 1),
    ("repository", "pages/support/o.py", "from concierge.orders.repository import joined", 1),
    ("database", "concierge/orders/service.py", "from pymongo.errors import PyMongoError", 1),
    ("database", "concierge/orders/models.py", "import bson", 1),
    ("database", "concierge/insights/charts.py", "import pymongo", 1),
    ("database", "pages/support/tickets.py", "import pymongo", 1),
    ("streamlit", "concierge/web/gate.py", "from streamlit.proto import ForwardMsg_pb2", 1),
    ("streamlit", "concierge/orders/service.py", "import streamlit as st", 1),
    ("web_framework", "concierge/ui/main.py", "from starlette.requests import Request", 1),
    ("web_framework", "pages/support/tickets.py", "import fastapi", 1),
    ("authenticator", "concierge/web/login.py", "import streamlit_authenticator as stauth", 1),
    ("environment", "concierge/orders/service.py", "import os\nx = os.environ['A']", 2),
    ("environment", "concierge/orders/service.py", "from os import getenv\nx = getenv('A')", 2),
    ("environment", "pages/support/tickets.py", "import os as o\n\nx = o.environ.get('A')", 3),
    ("time", "concierge/orders/x.py", "from datetime import datetime\nx = datetime.now()", 2),
    ("time", "concierge/orders/x.py", "import datetime as dt\nx = dt.datetime.utcnow()", 2),
    ("time", "concierge/orders/x.py", "from datetime import date as d\nx = d.today()", 2),
    ("time", "concierge/orders/x.py", "import pandas as pd\nx = pd.Timestamp.now", 2),
    ("loose_page", "pages/tickets.py", "x = 1", 1),
    ("loose_page", "pages/__init__.py", "", 1),
    ("literal_app", "app.py", "import streamlit as st\napp = make_app(st)", 1),
    ("event_name", "concierge/web/api.py", "y = 1\nx = 'aurora_widget_open'", 2),
    ("collection_name", "concierge/orders/service.py", "x = 'stylistTickets'", 1),
    ("collection_name", "concierge/orders/repository.py", "x = 'auditLog'", 1),
    ("collection_name", "concierge/orders/repository.py", "x = CollectionSpec(name='sheets')", 1),
    ("collection_name", "concierge/orders/repository.py", "x = mongo.db['sheets']", 1),
    ("collection_name", "concierge/orders/repository.py", "x = mongo.collection('sheets')", 1),
    ("collection_name", "concierge/insights/rows.py", "x = {'$lookup': {'from': 'orders'}}", 1),
    ("length", "concierge/orders/long.py", "x = 1\n" * (MODULE_LINES + 1), MODULE_LINES + 1),
    ("length", "pages/support/long.py", "x = 1\n" * (PAGE_LINES + 1), PAGE_LINES + 1),
    ("print", "concierge/orders/service.py", "print('here')", 1),
    ("print", "pages/support/tickets.py", "print('here')", 1),
    ("sleep", "concierge/orders/service.py", "import time\ntime.sleep(1)", 2),
    ("sleep", "concierge/core/mongo.py", "from time import sleep as wait\nwait(1)", 2),
]


@pytest.mark.parametrize(("rule", "file", "text", "line"), PLANTED)
def test_a_planted_breach_is_reported_with_its_file_line_and_rule(
    tmp_path: Path, rule: str, file: str, text: str, line: int
) -> None:
    found = breaches(build(tmp_path, HOUSE | {file: text}))
    assert [(b.file, b.line, b.rule) for b in found] == [(file, line, rule)]


def test_every_rule_has_a_planted_breach() -> None:
    assert {rule for rule, *_ in PLANTED} == set(RULES)


ALLOWED = [
    ("concierge/orders/long.py", "x = 1\n" * MODULE_LINES),
    ("pages/support/long.py", "x = 1\n" * PAGE_LINES),
    ("concierge/orders/x.py", "def f(clock, datetime):\n    return clock.now()"),
    ("concierge/orders/x.py", "x = '''aurora_widget_open is written in the catalogue'''"),
    ("concierge/tickets/draft.py", "from concierge import __version__"),
    ("concierge/verify.py", "from concierge import bootstrap"),
]


@pytest.mark.parametrize(("file", "text"), ALLOWED)
def test_what_the_rules_allow_is_not_reported(tmp_path: Path, file: str, text: str) -> None:
    assert breaches(build(tmp_path, HOUSE | {file: text})) == []


def test_a_breach_reads_as_one_line_that_says_where_what_and_why() -> None:
    breach = Breach("concierge/orders/service.py", 3, "print", "prints")
    assert str(breach) == (
        "concierge/orders/service.py:3: [print] prints "
        "(standard output belongs to the command line)"
    )


def test_the_floors_are_numbered_from_the_ground_without_gaps() -> None:
    assert sorted(set(FLOORS.values())) == list(range(max(FLOORS.values()) + 1))
