"""What documents claim to be there, and whether it is: commands, variables, paths, routes, links.

Each check takes a page's text and answers what in it is not true, as sentences. Only what is marked
as code counts: `spans` and fenced blocks.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typer

from concierge.bootstrap.services import detector
from concierge.cli.app import app as command_line
from concierge.core.actor import Permission
from concierge.core.config import Settings
from concierge.core.embedded.home import Home
from concierge.core.policies import Policies
from concierge.core.telemetry import REGISTRY
from concierge.events.catalog import EventName
from concierge.exchange.models import SESSION_ATTRIBUTE
from concierge.ui.registry import SCREENS
from concierge.web import gate, launch
from concierge.web.api.app import create_api

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
Check = Callable[[str], list[str]]

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_ELSEWHERE = ("/usr/", "/etc/", "/var/lib/", "/path/", "/srv/")
"""Where other systems keep their files: examples of a reader's own machine."""
_OF_STREAMLIT = {"/auth/*", "/_stcore", "/media", "/component", "/static"}
_PLACEHOLDER = re.compile(r"\{\w+\}|[A-Z][A-Z_]+|\*")
_SUFFIXES = (".py", ".sh", ".yaml", ".toml", ".md", ".txt", ".example", ".svg")


def code(text: str) -> list[str]:
    """Every span, and every line of every fenced block."""
    spans = _SPAN.findall(_FENCE.sub("", text))
    lines = [line for fence in _FENCE.findall(text) for line in fence.splitlines()[1:-1]]
    return spans + [line for line in lines if line.strip()]


def words(text: str) -> list[str]:
    """The words of all code, without quotes and what ends a sentence."""
    return [word.strip("\"'(),;:") for piece in code(text) for word in piece.split()]


# -- commands --------------------------------------------------------------------------------------


def wrong_commands(text: str) -> list[str]:
    """`python -m concierge X --option`, `python -m tools.X`, `make X`."""
    faults = []
    for piece in code(text):
        for said in re.findall(r"python -m concierge\b([^|;&>#]*)", piece):
            faults += _wrong_command(said.split())
        for module in re.findall(r"python -m tools\.(\w+)", piece):
            if not (ROOT / "tools" / f"{module}.py").is_file():
                faults.append(f"there is no tools.{module}")
        for target in re.findall(r"(?:^|[\s&;])make ([a-z]\w*)", piece):
            if target not in _targets():
                faults.append(f"make has no target {target}")
    return faults


def _wrong_command(said: list[str]) -> list[str]:
    command: Any = typer.main.get_command(command_line)
    path = "concierge"
    for word in said:
        if word.startswith("--"):
            name = word.partition("=")[0]
            if name not in {"--help", *(o for p in command.params for o in p.opts)}:
                return [f"{path} has no option {name}"]
        elif hasattr(command, "commands") and re.fullmatch(r"[a-z-]+,?", word):
            if (name := word.rstrip(",")) not in command.commands:
                return [f"{path} has no command {name}"]
            command = command.commands[name]
            path = f"{path} {name}"
    return []


@cache
def _targets() -> frozenset[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


# -- variables -------------------------------------------------------------------------------------


def wrong_variables(text: str) -> list[str]:
    """Settings anywhere, and whatever is set before a command."""
    named = set(re.findall(r"\b(?:CONCIERGE|MONGODB)_[A-Z_]+\b", text))
    for piece in code(text):
        named |= set(re.findall(r"(?:^|\s)([A-Z][A-Z_]+)=", piece))
    return [f"nothing reads {name}" for name in sorted(named) if name not in _variables()]


@cache
def _variables() -> frozenset[str]:
    """Settings, and what our scripts read."""
    settings = {str(f.validation_alias.choices[0]) for f in Settings.model_fields.values()}  # type: ignore[union-attr]
    scripts = [ROOT / "Makefile", *(ROOT / "tools").glob("*.sh")]
    read = "\n".join(path.read_text(encoding="utf-8") for path in scripts)
    return frozenset(settings | set(re.findall(r"\$[({]?([A-Z][A-Z_]+)", read)))


# -- paths -----------------------------------------------------------------------------------------


def wrong_paths(text: str) -> list[str]:
    """Files and folders of the repository, and of the data folder as `var/...`."""
    faults = []
    for word in words(text):
        path = word.rstrip(".")
        if _is_file_of_ours(path) and not _is_there(path):
            faults.append(f"there is no {path}")
    return faults


def _is_file_of_ours(word: str) -> bool:
    if not re.fullmatch(r"[\w.*/{}-]+", word) or word.startswith(("/", "-", "http")):
        return False
    top = word.removeprefix("./").split("/")[0]
    return (top in _top_level() and "/" in word) or word.endswith(_SUFFIXES)


def _is_there(path: str) -> bool:
    path = path.removeprefix("./").rstrip("/")
    if path.split("/")[0] == "var":
        return path in _data_folder()
    if "*" in path:
        return any(ROOT.glob(path))
    if (ROOT / path).exists():
        return True
    return any(f"/{name}".endswith(f"/{path}") for name in _tracked())


@cache
def _tracked() -> tuple[str, ...]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    return tuple(listed) or tuple(
        path.relative_to(ROOT).as_posix()
        for top in _top_level()
        for path in (ROOT / top).rglob("*")
    )


@cache
def _top_level() -> frozenset[str]:
    return frozenset(
        ("concierge", "data", "docs", "pages", "tests", "tools", "var", ".ci", ".streamlit")
    )


@cache
def _data_folder() -> frozenset[str]:
    """What the product makes in `./var`, read from the code that makes it."""
    folders = [Path("var"), Path("var/db-6.0")]
    home = Home(folders[1])
    made = [
        value
        for name in vars(Home)
        if not name.startswith("_") and isinstance(value := getattr(home, name), Path)
    ]
    written = {
        name
        for source in (ROOT / "concierge").rglob("*.py")
        for name in re.findall(r'data_dir / "(\w+)"', source.read_text(encoding="utf-8"))
    }
    return frozenset(map(str, [*folders, *made, *(Path("var") / name for name in written)]))


# -- routes ----------------------------------------------------------------------------------------


def wrong_routes(text: str) -> list[str]:
    """Addresses of screens, pages and the API; the chat's slash commands look the same."""
    faults = []
    for piece in code(text):
        for said in re.findall(r"(?:^|\s)(/[\w{}.*/-]*)", re.sub(r"https?://[^/\s]+", " ", piece)):
            if said.startswith(_ELSEWHERE) or said in _OF_STREAMLIT:
                continue
            if not any(_fits(said, route) for route in _routes()) and not _is_slash_command(said):
                faults.append(f"there is no {said}")
    return faults


def _is_slash_command(said: str) -> bool:
    """What a customer may type into the chat."""
    return detector().detect(said).layer == "command"


def _fits(said: str, route: str) -> bool:
    one, other = said.rstrip("/").split("/"), route.rstrip("/").split("/")
    if one[-1] == "*":
        one, other = one[:-1], other[: len(one) - 1]
    return len(one) == len(other) and all(
        a == b or _PLACEHOLDER.fullmatch(a) or _PLACEHOLDER.fullmatch(b)
        for a, b in zip(one, other, strict=True)
    )


@cache
def _routes() -> frozenset[str]:
    served = launch.create(
        end_frame=lambda _: b"", screens=frozenset(), port=8501, host="127.0.0.1"
    ).routes
    api = (f"/api{path}" for path in create_api().openapi()["paths"])
    policies = Policies.load(ROOT / "data")
    return frozenset(
        {
            *_walked(served, ""),
            *api,
            "/api/docs",
            "/api/openapi.json",
            *(screen.url for screen in SCREENS),
            *(f"/{screen.path}" for screen in SCREENS),
            policies.catalogue_url,
            policies.customizer_url,
            *(path for path in gate.OPEN_PATHS if path.startswith("/_stcore/")),
            "/app/static/*",
        }
    )


def _walked(routes: Any, before: str) -> Iterator[str]:
    for route in routes:
        path = before + getattr(route, "path", "")
        yield path
        yield from _walked(getattr(route, "routes", None) or (), path)


# -- names -----------------------------------------------------------------------------------------


def wrong_names(text: str) -> list[str]:
    """Events and metrics (`aurora_...`), what imports look for, keys of the policies, permissions,
    log events."""
    known = {event.value for event in EventName} | _metrics() | {SESSION_ATTRIBUTE}
    faults = [
        f"nothing is called {word}"
        for word in words(text)
        if re.fullmatch(r"aurora_[a-z_]+", word) and word not in known
    ]
    for word in words(text):
        section, _, rest = word.partition(".")
        if rest and section in Policies.model_fields and re.fullmatch(r"[a-z_.]+", rest):
            node: Any = Policies.load(ROOT / "data").model_dump()
            for part in word.split("."):
                if not isinstance(node, dict) or part not in node:
                    faults.append(f"the policies have no {word}")
                    break
                node = node[part]
        held = re.fullmatch(r"[A-Z]+_(USE|SEE|READ|WRITE|PLAY|DRAFT|PUBLISH|MANAGE)", word)
        if held and word not in Permission.__members__:
            faults.append(f"there is no permission {word}")
    return faults


@cache
def _metrics() -> frozenset[str]:
    names = {f"{metric.name}" for metric in REGISTRY.collect()}
    return frozenset(names | {f"{name}_total" for name in names})


def wrong_log_events(text: str) -> list[str]:
    """In the runbooks, `this.kind` of word is an event of the logs."""
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "concierge").rglob("*.py")
    )
    return [
        f"nothing logs {word}"
        for word in words(_FENCE.sub("", text))
        if re.fullmatch(r"[a-z]+\.[a-z_]+", word)
        and not word.endswith((*_SUFFIXES, ".log"))
        and word.partition(".")[0] not in Policies.model_fields
        and f'"{word}"' not in source
    ]


# -- links -----------------------------------------------------------------------------------------


def wrong_links(text: str, page: Path = ROOT / "README.md") -> list[str]:
    """Relative links lead to a file, and `#...` to a heading in it."""
    faults = []
    plain = _SPAN.sub("", _FENCE.sub("", text))
    for target in re.findall(r"\]\(([^)\s]+)\)", plain):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file) if file else page
        if not there.exists():
            faults.append(f"{target} leads nowhere")
        elif anchor and anchor not in _anchors(text if there == page else there.read_text("utf-8")):
            faults.append(f"{target} has no such heading")
    return faults


def _anchors(text: str) -> set[str]:
    """Headings as they are named in addresses."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def snippets(text: str) -> list[str]:
    """Blocks of Python that a reader is told to run."""
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
