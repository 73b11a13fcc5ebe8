"""`import` and `export`."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path

import pytest

from tests.cli.command import Command, one_line

FIXTURES = Path(__file__).resolve().parents[1] / "exchange" / "fixtures"
REPORT = {"read", "created", "updated", "unchanged", "rejected"}


def test_an_import_reports_and_a_second_one_changes_nothing(command: Command) -> None:
    file = str(FIXTURES / "shopify_products.csv")
    first = command.json("import", "products", file)
    assert set(first) == REPORT
    assert first["created"] > 0
    assert all(set(r) == {"line", "key", "field", "reason"} for r in first["rejected"])
    second = command.json("import", "products", file, "--format", "shopify-csv")
    assert (second["created"], second["updated"]) == (0, 0)
    assert second["unchanged"] == first["created"]
    assert command.services.catalog.count() == first["created"]


def test_orders_are_imported_from_both_shops(command: Command) -> None:
    for name in ("shopify_orders.csv", "woocommerce_orders.json"):
        assert command.json("import", "orders", str(FIXTURES / name))["created"] > 0


def test_a_file_of_another_kind_is_refused_whole_with_2(command: Command, tmp_path: Path) -> None:
    wrong = FIXTURES / "shopify_orders.csv"
    result = command.run("import", "products", str(wrong))
    assert result.exit_code == 2
    assert "shopify_orders.csv" in one_line(result.stderr)
    assert (result.stdout, command.services.catalog.count()) == ("", 0)
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert command.run("import", "orders", str(empty)).exit_code == 2
    assert command.run("import", "orders", str(tmp_path / "missing.csv")).exit_code == 2
    assert command.run("import", "orders", str(wrong), "--format", "etsy").exit_code == 2


def test_exports_go_into_files_that_only_their_owner_reads(shop_command: Command) -> None:
    shop_command.lines("chat", given=[{"text": "hi, I am Ada"}])
    answer = shop_command.json("export", "conversations,tickets,csat,orders")
    files = {kind: Path(path) for kind, path in answer["files"].items()}
    assert list(files) == ["conversations", "tickets", "csat", "orders"]
    assert all(path.is_relative_to(shop_command.folder) for path in files.values())
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o600}
    orders = list(csv.DictReader(io.StringIO(files["orders"].read_text(encoding="utf-8"))))
    assert len(orders) == shop_command.services.orders.count()
    talk = list(csv.DictReader(io.StringIO(files["conversations"].read_text(encoding="utf-8"))))
    assert "hi, I am Ada" in {row["text"] for row in talk}


def test_one_export_goes_to_standard_output_and_two_do_not(shop_command: Command) -> None:
    result = shop_command.run("export", "orders", "--out", "-", "--format", "json")
    assert result.exit_code == 0
    assert len(json.loads(result.stdout)) == shop_command.services.orders.count()
    assert shop_command.run("export", "orders,csat", "--out", "-").exit_code == 2


def test_an_unknown_export_is_bad_input(command: Command) -> None:
    result = command.run("export", "orders,gossip")
    assert result.exit_code == 2
    assert "'gossip' is not among" in one_line(result.stderr)
    assert command.run("export", "orders", "--format", "xml").exit_code == 2


def test_a_folder_that_cannot_be_written_ends_with_1(command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = command.run("export", "csat", "--out", str(tmp_path / "file" / "below"))
    assert result.exit_code == 1
    assert "cannot be written" in one_line(result.stderr)


def test_one_kind_goes_into_the_file_that_is_named(shop_command: Command, tmp_path: Path) -> None:
    for name, begins in (("mine.csv", "orderNumber"), ("mine.json", "[")):
        file = tmp_path / name
        answer = shop_command.json("export", "orders", "--out", str(file))
        assert answer["files"] == {"orders": str(file)}
        assert file.read_text(encoding="utf-8-sig").startswith(begins)


@pytest.mark.parametrize(("kinds", "more"), [("orders,csat", []), ("orders", ["--format", "json"])])
def test_a_file_for_two_kinds_or_for_another_format_is_refused(
    shop_command: Command, tmp_path: Path, kinds: str, more: list[str]
) -> None:
    file = tmp_path / "mine.csv"
    assert shop_command.run("export", kinds, "--out", str(file), *more).exit_code == 2
    assert list(tmp_path.glob("mine*")) == []
