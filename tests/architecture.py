"""The rules of the house, read from the source with `ast`; `breaches` is a pure function.

A rule that stands in the way of a better house is changed here, with a decision record
(docs/decisions/0003-slices-on-floors.md), not worked around.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FLOORS: dict[str, int] = {
    "core": 0,
    # what is said, understood and counted
    "detection": 1,
    "replies": 1,
    "events": 1,
    # things of the shop
    "orders": 2,
    "catalog": 2,
    "customers": 2,
    "sessions": 2,
    "accounts": 2,
    "notifications": 2,
    "flags": 2,
    "rules": 2,
    # what customers do with them
    "tickets": 3,
    "returns": 3,
    "csat": 3,
    "shortlists": 3,
    "subscriptions": 3,
    # what changes several slices at once
    "workflows": 4,
    "chat": 5,
    "insights": 5,
    "exchange": 5,
    "jobs": 5,
    "rehearsal": 6,
    "demo": 6,
    "bootstrap": 7,
    # the ways in; `pages/` belongs to ui
    "web": 8,
    "ui": 8,
    "verify": 8,
    "cli": 9,
    # the two entry points: `streamlit run app.py` and `python -m concierge`
    "__main__": 10,
    "app": 10,
}
"""A room (a package or module directly in `concierge/`) and its floor. Imports run downwards."""

MODULE_LINES = 400
PAGE_LINES = 120

RULES: dict[str, str] = {
    "floors": "imports run downwards only; two rooms of one floor do not know each other",
    "unknown_room": "every room has its floor in FLOORS",
    "repository": "a repository is its slice's own, and bootstrap's",
    "database": "pymongo and bson only in core, repositories and insights' read models",
    "streamlit": "streamlit only in app.py, pages/ and concierge/ui/",
    "web_framework": "fastapi and starlette only in app.py and concierge/web/",
    "authenticator": "streamlit_authenticator only in concierge/accounts/passwords.py",
    "environment": "the environment is read in concierge/core/config.py alone",
    "time": "the time is asked of a Clock; only concierge/core/clock.py asks the machine",
    "loose_page": "no file directly in pages/: Streamlit would serve it before sign-in",
    "literal_app": "app.py says `app = st.App(...)`: Streamlit finds it by reading the source",
    "event_name": "event names are written in concierge/events/catalog.py alone",
    "collection_name": "a collection's name is written in its slice's models.py alone",
    "length": f"modules up to {MODULE_LINES} lines, pages up to {PAGE_LINES}",
    "print": "standard output belongs to the command line",
    "sleep": "only the embedded server and the jobs may wait by sleeping",
}


@dataclass(frozen=True, order=True)
class Breach:
    """`file` is relative to the root, with slashes; `rule` is a key of `RULES`."""

    file: str
    line: int
    rule: str
    detail: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: [{self.rule}] {self.detail} ({RULES[self.rule]})"


@dataclass(frozen=True)
class Source:
    """One module: its place in the house and its syntax tree."""

    file: str
    tree: ast.Module
    lines: int

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.file.removesuffix(".py").split("/"))

    @property
    def room(self) -> str | None:
        """`tickets` for `concierge/tickets/sla.py`; None for `concierge/__init__.py`."""
        if self.parts[0] == "concierge":
            return None if self.parts[1] == "__init__" else self.parts[1]
        return "ui" if self.parts[0] == "pages" else "app"

    @property
    def package(self) -> tuple[str, ...]:
        return self.parts[:-1]

    def inside(self, *places: str) -> bool:
        """Whether the file is one of `places`; a place that ends in `/` is a folder."""
        return any(
            self.file.startswith(place) if place.endswith("/") else self.file == place
            for place in places
        )


@dataclass(frozen=True)
class Import:
    """`path` is absolute and as long as it is written: `concierge.core.errors.NotFound`.

    The module then knows `bound_path` by the name `bound_as`.
    """

    line: int
    path: str
    bound_as: str = ""
    bound_path: str = ""

    @property
    def top(self) -> str:
        return self.path.partition(".")[0]


def breaches(root: Path) -> list[Breach]:
    """Every breach in the tree under `root`, sorted by file and line."""
    sources = _sources(root)
    events = _event_names(sources)
    collections = _distinct_collection_names(sources)
    found: set[Breach] = set(_loose_pages(root))
    for source in sources:
        imports = list(_imports(source))
        found.update(_floors(source, imports))
        found.update(_repositories(source, imports))
        found.update(_libraries(source, imports))
        found.update(_names_of_the_machine(source, imports))
        found.update(_written_names(source, events, collections))
        found.update(_length(source))
        found.update(_literal_app(source))
    return sorted(found)


def _sources(root: Path) -> list[Source]:
    paths = [*root.glob("app.py"), *root.glob("concierge/**/*.py"), *root.glob("pages/**/*.py")]
    sources = []
    for path in sorted(paths):
        text = path.read_text(encoding="utf-8")
        file = path.relative_to(root).as_posix()
        sources.append(Source(file, ast.parse(text, filename=file), len(text.splitlines())))
    return sources


def _imports(source: Source) -> Iterator[Import]:
    """Imports anywhere in the module: inside functions and for type checking as well."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                # `import os.path` binds `os`; `import os.path as p` binds `os.path`.
                top = alias.name.partition(".")[0]
                bound = (alias.asname, alias.name) if alias.asname else (top, top)
                yield Import(node.lineno, alias.name, *bound)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = source.package[: len(source.package) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            for alias in node.names:
                path = f"{base}.{alias.name}"
                yield Import(node.lineno, path, alias.asname or alias.name, path)
        elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"}:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield Import(node.lineno, first.value)


def _floors(source: Source, imports: list[Import]) -> Iterator[Breach]:
    room = source.room
    if room is None:
        own_floor = -1  # the package's own __init__ stands under everything
    elif room not in FLOORS:
        yield Breach(source.file, 1, "unknown_room", f"'{room}' has no floor")
        return
    else:
        own_floor = FLOORS[room]
    for imported in imports:
        parts = imported.path.split(".")
        if parts[0] == "pages":
            target = "ui"
        elif parts[0] == "concierge" and len(parts) > 1:
            target = parts[1]
        else:
            continue
        if target == room or target not in FLOORS:
            continue  # a name of concierge/__init__, or an unknown room that is reported itself
        if FLOORS[target] >= own_floor:
            detail = (
                f"{room or 'concierge'} (floor {own_floor}) imports {target} "
                f"(floor {FLOORS[target]})"
            )
            yield Breach(source.file, imported.line, "floors", detail)


def _repositories(source: Source, imports: list[Import]) -> Iterator[Breach]:
    for imported in imports:
        parts = imported.path.split(".")
        foreign = parts[0] == "concierge" and len(parts) > 2 and parts[1] != source.room
        if foreign and "repository" in parts[2:4] and source.room != "bootstrap":
            yield Breach(source.file, imported.line, "repository", f"imports {imported.path}")


_READ_MODEL = re.compile(r"concierge/insights/(?!models\.py$|charts\.py$).+")
_REPOSITORY = re.compile(r"concierge/.+/repository\.py")


def _libraries(source: Source, imports: list[Import]) -> Iterator[Breach]:
    at_the_database = (
        source.inside("concierge/core/")
        or bool(_REPOSITORY.fullmatch(source.file))
        or bool(_READ_MODEL.fullmatch(source.file))
    )
    web = source.inside("app.py", "concierge/web/")
    allowed = {
        "pymongo": ("database", at_the_database),
        "bson": ("database", at_the_database),
        "gridfs": ("database", at_the_database),
        "streamlit": ("streamlit", source.inside("app.py", "pages/", "concierge/ui/")),
        "fastapi": ("web_framework", web),
        "starlette": ("web_framework", web),
        "streamlit_authenticator": (
            "authenticator",
            source.inside("concierge/accounts/passwords.py"),
        ),
    }
    for imported in imports:
        rule, fine = allowed.get(imported.top, ("", True))
        if not fine:
            yield Breach(source.file, imported.line, rule, f"imports {imported.path}")


_ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv", "os.unsetenv"}
_MACHINE_TIME = {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "pandas.Timestamp.now",
    "pandas.Timestamp.utcnow",
    "pandas.Timestamp.today",
}


def _names_of_the_machine(source: Source, imports: list[Import]) -> Iterator[Breach]:
    """Uses of the environment, the machine's clock, `time.sleep` and `print`, under any alias."""
    bound = {imported.bound_as: imported.bound_path for imported in imports}
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Name | ast.Attribute):
            continue
        path = _dotted(node, bound)
        if path in _ENVIRONMENT and not source.inside("concierge/core/config.py"):
            yield Breach(source.file, node.lineno, "environment", f"uses {path}")
        elif path in _MACHINE_TIME and not source.inside("concierge/core/clock.py"):
            yield Breach(source.file, node.lineno, "time", f"uses {path}")
        elif path == "time.sleep" and not (
            source.room == "jobs"
            or source.inside("concierge/core/embedded/", "concierge/core/embedded.py")
        ):
            yield Breach(source.file, node.lineno, "sleep", "uses time.sleep")
        elif path == "print" and isinstance(node, ast.Name) and source.room != "cli":
            yield Breach(source.file, node.lineno, "print", "prints")


def _dotted(node: ast.expr, bound: dict[str, str]) -> str:
    """`dt.now` as `datetime.datetime.now` when `dt` was imported so; else as it is written."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([bound.get(node.id, node.id), *reversed(names)])


def _event_names(sources: list[Source]) -> frozenset[str]:
    return frozenset(
        text
        for source in sources
        if source.file == "concierge/events/catalog.py"
        for _, text in _strings(source)
        if re.fullmatch(r"aurora_[a-z]+(_[a-z]+)*", text)
    )


def _distinct_collection_names(sources: list[Source]) -> frozenset[str]:
    """Declared names that mean nothing else. `orders` is also a word, `auditLog` is not."""
    declared = (_declared_name(node) for s in sources for node in _calls(s, "CollectionSpec"))
    return frozenset(name for name in declared if name and name != name.lower())


def _declared_name(spec: ast.Call) -> str | None:
    values = [k.value for k in spec.keywords if k.arg == "name"] or spec.args[:1]
    if values and isinstance(values[0], ast.Constant) and isinstance(values[0].value, str):
        return values[0].value
    return None


_COLLECTION_CALLS = {"collection", "get_collection", "create_collection", "drop_collection"}
_COLLECTION_STAGES = {"from", "coll", "into", "$out", "$merge", "$unionWith"}


def _written_names(
    source: Source, events: frozenset[str], collections: frozenset[str]
) -> Iterator[Breach]:
    declares = source.inside("concierge/core/") or source.parts[-1] == "models"
    for line, text in _strings(source):
        if text in events and source.file != "concierge/events/catalog.py":
            yield Breach(source.file, line, "event_name", f"writes '{text}'")
        if text in collections and not declares:
            yield Breach(source.file, line, "collection_name", f"writes '{text}'")
    if declares:
        return
    for call in _calls(source, "CollectionSpec"):
        name = _declared_name(call) or "a collection"
        yield Breach(source.file, call.lineno, "collection_name", f"declares '{name}'")
    for line, text in _collection_positions(source):
        yield Breach(source.file, line, "collection_name", f"opens '{text}' by a written name")


def _collection_positions(source: Source) -> Iterator[tuple[int, str]]:
    """Literals where only a collection's name can stand: `db["x"]`, `collection("x")`, `$lookup`.

    Stages count only where the database is spoken to; a mail's "from" is another matter.
    """
    speaks_to_it = bool(_REPOSITORY.fullmatch(source.file) or _READ_MODEL.fullmatch(source.file))
    for node in ast.walk(source.tree):
        value: ast.expr | None = None
        if isinstance(node, ast.Subscript) and _last_name(node.value) in {"db", "database"}:
            value = node.slice
        elif isinstance(node, ast.Call) and _called(node) in _COLLECTION_CALLS and node.args:
            value = node.args[0]
        elif isinstance(node, ast.Dict) and speaks_to_it:
            for key, item in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in _COLLECTION_STAGES:
                    value = item
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.lineno, value.value


def _strings(source: Source) -> Iterator[tuple[int, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def _calls(source: Source, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _called(node) == name:
            yield node


def _called(node: ast.Call) -> str:
    return _last_name(node.func)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _length(source: Source) -> Iterator[Breach]:
    limit = PAGE_LINES if source.inside("pages/") else MODULE_LINES
    if source.lines > limit:
        yield Breach(source.file, limit + 1, "length", f"has {source.lines} lines")


def _loose_pages(root: Path) -> Iterator[Breach]:
    for path in root.glob("pages/*"):
        if path.is_file():
            yield Breach(path.relative_to(root).as_posix(), 1, "loose_page", "lies in pages/")


def _literal_app(source: Source) -> Iterator[Breach]:
    if source.file != "app.py":
        return
    for node in source.tree.body:
        if (
            isinstance(node, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == "app" for target in node.targets)
            and isinstance(node.value, ast.Call)
            and ast.unparse(node.value.func) == "st.App"
        ):
            return
    yield Breach(source.file, 1, "literal_app", "does not say `app = st.App(...)`")
