"""docs/data-model.md says what the models say, and names queries that exist."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re

import pytest

import concierge
from concierge.bootstrap import ALL_COLLECTIONS
from concierge.core.schema import CollectionSpec, Index
from tools import docs_data_model as maker
from tools.docs_blocks import UNWRITTEN, blocks, by_hand, cells

TEXT = maker.PAGE.read_text(encoding="utf-8")
BLOCKS = blocks(TEXT)
QUERY = re.compile(r"`([A-Z]\w+)\.(\w+)`")
SERVED = re.compile(rf"{QUERY.pattern}|`verify` takes")


def test_the_made_parts_are_what_the_code_says() -> None:
    again = "run `python -m tools.docs_data_model`, and write the cells that are new"
    assert maker.render(TEXT) == TEXT, again


def test_every_cell_and_section_that_people_write_is_written() -> None:
    assert UNWRITTEN not in TEXT
    assert all(word for body in BLOCKS.values() for word in by_hand(body).values())


def test_there_is_a_section_for_each_collection_and_no_other() -> None:
    sections = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    assert sections == [spec.name for spec in ALL_COLLECTIONS]


@pytest.mark.parametrize("spec", ALL_COLLECTIONS, ids=lambda spec: spec.name)
def test_a_section_says_what_is_kept_and_how_long(spec: CollectionSpec) -> None:
    prose = TEXT.partition(f"\n## {spec.name}\n")[2].partition("<!-- made:")[0]
    assert len(prose.split()) > 8
    assert re.search(r"\b(goes?|stays?|leaves|disabled)\b", prose), "how long it is kept"


def test_every_query_that_an_index_serves_is_in_the_code() -> None:
    named = {match for body in BLOCKS.values() for match in QUERY.findall(body)}
    assert len(named) > 40
    classes = _classes()
    missing = [f"{c}.{m}" for c, m in sorted(named) if not hasattr(classes.get(c), m)]
    assert not missing


def test_an_index_that_serves_no_query_is_not_kept() -> None:
    """Unique ones keep things apart and expiring ones are the server's own; all others serve."""
    idle = [
        f"{spec.name}.{index.name}"
        for spec in ALL_COLLECTIONS
        for index in spec.indexes
        if not index.unique
        and index.ttl_seconds is None
        and not SERVED.search(by_hand(BLOCKS[f"{spec.name} indexes"])[f"`{index.name}`"])
    ]
    assert idle == []


def test_every_repository_is_named_beside_the_indexes_it_uses() -> None:
    named = {owner for body in BLOCKS.values() for owner, _ in QUERY.findall(body)}
    assert {name for name in _classes() if name.endswith("Repository")} <= named


def test_a_model_that_gained_a_field_makes_the_page_stale() -> None:
    now = maker.render(TEXT)
    gone = now.replace("| `rma` | text | the number the customer knows, `RMA-7K2M9QXA` |\n", "")
    assert gone != now
    again = maker.render(gone)
    [line] = set(again.splitlines()) - set(now.splitlines())
    assert cells(line) == ["`rma`", "text", UNWRITTEN]


def test_words_by_hand_stay_when_the_facts_change() -> None:
    now = maker.render(TEXT)
    changed = now.replace("| `turnSeq` | whole number |", "| `turnSeq` | text |")
    assert changed != now
    assert maker.render(changed) == now


def test_a_new_collection_gets_a_section_to_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    known = ALL_COLLECTIONS[0]
    fresh = CollectionSpec("fresh", known.model, (Index((("at", 1),), "at", ttl_seconds=172_800),))
    monkeypatch.setattr(maker, "ALL_COLLECTIONS", [*ALL_COLLECTIONS, fresh])
    made = maker.render(TEXT)
    section = made.partition("\n## fresh\n")[2]
    assert "| `at` | `at` | expires 2 days after `at` |" in section
    assert UNWRITTEN in section


def _classes() -> dict[str, type]:
    with_queries = re.compile(r"\.(repository|service|audit|idempotency|insights\.\w+)$")
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(concierge.__path__, "concierge.")
        if with_queries.search(module.name)
    ]
    return {
        name: kind
        for module in modules
        for name, kind in inspect.getmembers(module, inspect.isclass)
        if kind.__module__ == module.__name__
    }
