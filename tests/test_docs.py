"""The documents that people rely on say what the code does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from concierge.core.actor import Actor, Permission, Role
from concierge.core.config import Settings
from concierge.ui.registry import SCREENS, shown_to

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
VARIABLES = {str(f.validation_alias.choices[0]) for f in Settings.model_fields.values()}  # type: ignore[union-attr]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pinned(name: str) -> dict[str, str]:
    """Versions by name."""
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;]+)", read(name), re.MULTILINE))


def needed(names: Iterable[str]) -> dict[str, str]:
    """Versions of everything installed that these need, directly or not, with themselves."""
    found: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found:
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another system
        found[name] = distribution.version
        wanted = [Requirement(text) for text in distribution.requires or []]
        here = {"extra": ""}
        waiting += [w.name for w in wanted if w.marker is None or w.marker.evaluate(here)]
    return found


def test_everything_that_is_installed_for_us_is_pinned_once() -> None:
    ours = pinned("requirements.txt") | pinned("requirements-dev.txt")
    theirs = pinned("constraints.txt")
    assert not ours.keys() & theirs.keys()
    here = needed(ours)
    assert {name: (ours | theirs).get(name) for name in here} == here
    assert theirs.keys() <= here.keys(), "a constraint for what nobody needs"


def test_every_dependency_has_its_reason_and_every_reason_its_dependency() -> None:
    run, _, develop = read("docs/decisions/0012-dependencies.md").partition("### To develop")
    develop = develop.partition("## What lost")[0]

    def listed(part: str) -> set[str]:
        rows = re.findall(r"^\| (`.+?) \|", part, re.MULTILINE)
        return {name for row in rows for name in re.findall(r"`(.+?)`", row)}

    assert listed(run) == pinned("requirements.txt").keys()
    assert listed(develop) == pinned("requirements-dev.txt").keys()


@pytest.mark.parametrize("variable", sorted(VARIABLES))
def test_every_setting_is_in_the_readme_and_in_the_example_file(variable: str) -> None:
    assert f"`{variable}`" in read("README.md")
    assert re.search(rf"^#? ?{variable}=", read(".env.example"), re.MULTILINE)


def test_the_example_file_names_no_setting_that_does_not_exist() -> None:
    named = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", read(".env.example"), re.MULTILINE))
    assert named == VARIABLES


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_link_and_picture_inside_the_repository_leads_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (document.parent / target).exists(), f"{target} is not there"


def test_the_list_of_decisions_is_complete() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = {page.name for page in folder.glob("[0-9]*.md")}
    assert (
        set(re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", read("docs/decisions/README.md"))) == pages
    )


@pytest.mark.parametrize(
    "page", sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")), ids=lambda p: p.stem
)
def test_a_decision_says_why_what_lost_and_what_follows(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for heading in ("## Context", "## Decision", "## What lost", "## Consequences"):
        assert heading in text


def test_every_make_target_explains_itself_in_the_help() -> None:
    makefile = read("Makefile")
    [phony] = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    explained = set(re.findall(r"^(\w+):.*## ", makefile, re.MULTILINE))
    assert explained == set(phony.split())


def test_the_folders_in_the_readme_are_those_that_are_there() -> None:
    drawn = read("README.md").partition("## The folders")[2].partition("```")[2].partition("```")[0]
    inside = drawn.partition("\nconcierge/\n")[2].partition("\ndata/")[0]
    told = {name for line in inside.splitlines() for name in re.findall(r"(\w+)/(?=\s|$)", line)}
    there = {folder.parent.name for folder in (ROOT / "concierge").glob("*/__init__.py")}
    assert told == there
    for name in re.findall(r"^(\S+)  ", drawn, re.MULTILINE):
        assert (ROOT / name).exists(), f"{name} is not there"


@pytest.mark.parametrize("role", Role)
def test_the_readme_promises_each_role_the_screens_there_are(role: Role) -> None:
    table = read("README.md").partition("## Who sees what")[2].partition("\n## ")[0]
    [(sees, may)] = re.findall(rf"^\| {role.value} \| (.+?) \| (.+?) \|$", table, re.MULTILINE)
    screens = {s.path for s in shown_to(Actor.staff("somebody", {role})) if not s.default}
    if sees == "everything":
        assert screens == {s.path for s in SCREENS if not s.default}
    else:
        seen = re.sub(r"\bno \w+", "", sees).lower()
        assert {s.path for s in SCREENS if re.search(rf"\b{s.path}\b", seen)} == screens
    needed = {screen.permission for screen in SCREENS}
    for permission, promise in (
        (Permission.SCENARIOS_PLAY, "rehearse"),
        (Permission.RULES_DRAFT, "rules"),
        (Permission.OPERATIONS_READ, "operations"),
    ):
        assert (promise in may) <= (permission in needed), f"there is no screen for {promise}"
