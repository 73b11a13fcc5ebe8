"""`funnel`, `doctor`, `config`."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from concierge.cli import checks
from concierge.orders.models import ORDERS
from tests.cli.command import Command, one_line
from tests.conftest import DATA


def test_the_funnel_has_steps_groups_incomplete_and_definition(shop_command: Command) -> None:
    shop_command.lines("chat", given=[{"text": "show me rings"}, {"text": "save the first one"}])
    found = shop_command.json("funnel", "--by", "intent")
    assert {"steps", "groups", "incomplete", "definition"} <= set(found)
    assert [step["count"] for step in found["steps"]] == [1, 1, 1, 1, 0]
    assert {"event", "count", "medianSecondsFromPrevious"} <= set(found["steps"][0])
    assert found["steps"][0]["event"] == "aurora_widget_open"
    assert [group["key"] for group in found["groups"]] == [{"intent": "product_search"}]
    assert found["incomplete"] == 1


def test_the_audit_is_set_beside_the_funnel(shop_command: Command) -> None:
    shop_command.lines("chat", given=[{"text": "show me rings"}])
    found = shop_command.json("funnel", "--audit", "--steps", "opened,understood,shown")
    assert [step["difference"] for step in found["audit"]["steps"]] == [0, 0, 0]
    assert "audit" not in shop_command.json("funnel")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--by", "mood"),
        ("--window", "soon"),
        ("--from", "yesterday"),
        ("--steps", "bought,opened"),
        ("--order", "backwards"),
    ],
)
def test_what_the_funnel_cannot_read_is_bad_input(command: Command, wrong: tuple[str, str]) -> None:
    result = command.run("funnel", *wrong)
    assert result.exit_code == 2
    assert one_line(result.stderr)


def test_the_configuration_is_shown_with_its_secrets_masked(command: Command) -> None:
    shown = command.json("config", CONCIERGE_SMTP_HOST="smtp.example.com")
    assert shown["CONCIERGE_SMTP_HOST"] == "smtp.example.com"
    assert shown["MONGODB_URI"] == shown["CONCIERGE_SECRET_KEY"] == "••• (set)"
    assert (command.services.settings.secret_key or "") not in str(shown)


def test_the_configuration_names_what_is_in_force_where_nothing_is_set(command: Command) -> None:
    shown = command.json("config", MONGODB_URI="", CONCIERGE_TIMEZONE="", PORT="8600")
    assert shown["MONGODB_URI"] == "own server"
    assert shown["CONCIERGE_DEMO"] is True
    assert shown["CONCIERGE_TIMEZONE"] == "America/New_York"
    assert shown["CONCIERGE_PUBLIC_URL"] == "http://127.0.0.1:8600"
    assert Path(shown["CONCIERGE_MONGOD"]).is_file()
    moved = command.json("config", CONCIERGE_TIMEZONE="Asia/Tokyo", CONCIERGE_DEMO="0")
    assert (moved["CONCIERGE_TIMEZONE"], moved["CONCIERGE_DEMO"]) == ("Asia/Tokyo", False)


def findings(answer: Any) -> dict[str, Any]:
    return {check["name"]: check for check in answer["checks"]}


def test_doctor_finds_nothing_wrong_where_all_is_well(command: Command) -> None:
    command.json("user", "add", "ada", "--role", "admin")
    answer = command.json("doctor")
    assert answer["ok"]
    found = findings(answer)
    assert {found[name]["state"] for name in found if name != "mail"} == {"ok"}
    assert {"server version", "transactions", "indexes", "clock", "disk", "secret"} <= set(found)


def test_doctor_names_a_missing_index_and_what_to_do(command: Command) -> None:
    command.services.mongo.collection(ORDERS).drop_index("orderNumber")
    result = command.run("doctor", "--json")
    assert result.exit_code == 1
    assert "orders.orderNumber" in result.stdout
    assert "python -m concierge init-db" in result.stdout
    command.json("init-db")
    assert command.json("doctor")["ok"]


def test_doctor_names_indexes_that_nothing_declares_and_leaves_them_alone(
    command: Command,
) -> None:
    orders = command.services.mongo.collection(ORDERS)
    orders.create_index([("currency", 1)], name="of_old")
    command.json("init-db")
    answer = command.json("doctor")
    assert answer["ok"], "nothing must be done at once"
    found = findings(answer)["indexes"]
    assert found["state"] == "warning"
    assert "1 more" in found["seen"]
    assert found["todo"].endswith("drop them: db.orders.dropIndex('of_old')")
    assert "of_old" in orders.index_information()
    orders.drop_index("of_old")
    assert findings(command.json("doctor"))["indexes"]["state"] == "ok"


def test_doctor_says_when_the_database_does_not_answer(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concierge.core.mongo import Mongo

    defaults = {**(Mongo.__init__.__kwdefaults__ or {}), "server_selection_timeout_ms": 200}
    monkeypatch.setattr(Mongo.__init__, "__kwdefaults__", defaults)
    result = command.run("doctor", MONGODB_URI="mongodb://127.0.0.1:9/?directConnection=true")
    assert result.exit_code == 1
    assert '"name":"database","state":"failed"' in result.stdout
    assert result.stderr == ""


def test_doctor_says_what_is_wrong_with_the_configuration(command: Command) -> None:
    result = command.run("doctor", CONCIERGE_TIMEZONE="Mars/Olympus")
    assert result.exit_code == 1
    assert "CONCIERGE_TIMEZONE: " in result.stdout


@pytest.mark.parametrize("name", ["chat", "mail", "link", "signin", "slip"])
def test_doctor_names_a_text_with_braces_that_nothing_fills(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    shutil.copytree(DATA, tmp_path / "edited")
    monkeypatch.setattr(checks, "DATA_FOLDER", tmp_path / "edited")
    path = tmp_path / "edited" / "texts" / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    broken = re.sub(r"(?m)^([^#{]*)\{[a-z_]+\}", r"\1{nobody_knows}", text, count=1)
    path.write_text(broken, encoding="utf-8")
    result = command.run("doctor", "--json")
    assert result.exit_code == 1
    [texts] = [check for check in json.loads(result.stdout)["checks"] if check["name"] == "texts"]
    assert texts["state"] == "failed"
    assert f"data/texts/{name}.yaml" in texts["seen"]
    assert "{nobody_knows}" in texts["seen"]


def test_doctor_minds_a_secret_that_others_can_read(command: Command) -> None:
    command.json("config", CONCIERGE_SECRET_KEY="")
    kept = command.folder / "secret_key"
    answer = findings(command.json("doctor", CONCIERGE_SECRET_KEY=""))
    assert answer["secret"]["state"] == "warning"
    kept.chmod(0o644)
    result = command.run("doctor", CONCIERGE_SECRET_KEY="")
    assert result.exit_code == 1
    assert f"chmod 600 {kept}" in result.stdout


def test_people_on_a_terminal_read_tables(
    shop_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop_command.json("user", "add", "ada", "--role", "admin", "--name", "Ada Example")
    for module in ("accounts", "figures", "files", "health", "proof", "setup"):
        monkeypatch.setattr(f"concierge.cli.{module}.for_machines", lambda as_json: as_json)
    shown = {
        ("user", "list"): "Ada Example",
        ("funnel",): "aurora_widget_open",
        ("config",): "CONCIERGE_TIMEZONE",
        ("doctor",): "transactions",
        ("init-db",): "collections",
        ("seed", "--orders", "3"): "orders: 3 created",
        ("export", "csat"): "csat.csv",
        ("verify", "--flow", "roles"): "✓ roles",
    }
    for arguments, word in shown.items():
        result = shop_command.run(*arguments)
        assert result.exit_code == 0, result.output
        assert word in result.stdout
        assert not result.stdout.startswith("{")
