"""Every command, variable, path, route, name and link in the documents exists."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from concierge.bootstrap import Services
from concierge.cli import running
from tests.docs import claims
from tests.docs.claims import PAGES, ROOT, Check

CHECKS: tuple[Check, ...] = (
    claims.wrong_commands,
    claims.wrong_variables,
    claims.wrong_paths,
    claims.wrong_routes,
    claims.wrong_names,
)
RUNBOOKS = sorted((ROOT / "docs" / "runbooks").glob("*.md"))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_names_is_there(page: Path, check: Check) -> None:
    assert check(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_to_a_page_and_a_heading(page: Path) -> None:
    assert claims.wrong_links(page.read_text(encoding="utf-8"), page) == []


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: page.stem)
def test_what_a_runbook_looks_for_in_the_logs_is_logged(page: Path) -> None:
    assert claims.wrong_log_events(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "snippet",
    [
        pytest.param(snippet, id=f"{page.stem}-{number}")
        for page in PAGES
        for number, snippet in enumerate(claims.snippets(page.read_text(encoding="utf-8")), 1)
    ],
)
def test_a_snippet_of_python_runs(
    shop: Services, monkeypatch: pytest.MonkeyPatch, snippet: str
) -> None:
    monkeypatch.setattr(running, "services", lambda: contextlib.nullcontext(shop))
    exec(compile(snippet, "snippet", "exec"), {})


def test_every_guide_is_reached_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for folder in ("guides", "runbooks"):
        for page in (ROOT / "docs" / folder).glob("*.md"):
            assert f"](docs/{folder}/{page.name})" in readme
    for name in ("data-model", "roles"):
        assert f"](docs/{name}.md)" in readme


@pytest.mark.parametrize(
    ("check", "planted", "fault"),
    [
        (claims.wrong_commands, "`python -m concierge repair`", "has no command repair"),
        (claims.wrong_commands, "`python -m concierge user forget NAME`", "no command forget"),
        (claims.wrong_commands, "`python -m concierge seed --twice`", "has no option --twice"),
        (claims.wrong_commands, "```sh\npython -m concierge import tea FILE\n```", "command tea"),
        (claims.wrong_commands, "`PORT=8502 make tea`", "make has no target tea"),
        (claims.wrong_commands, "`python -m tools.kettle`", "there is no tools.kettle"),
        (claims.wrong_variables, "Set CONCIERGE_TEA to 1.", "nothing reads CONCIERGE_TEA"),
        (claims.wrong_variables, "```sh\nTEA_POT=1 make run\n```", "nothing reads TEA_POT"),
        (claims.wrong_paths, "`data/tea.yaml`", "there is no data/tea.yaml"),
        (claims.wrong_paths, "`kettle.py`", "there is no kettle.py"),
        (claims.wrong_paths, "`var/db-6.0/tea.json`", "there is no var/db-6.0/tea.json"),
        (claims.wrong_routes, "`GET /api/tea`", "there is no /api/tea"),
        (claims.wrong_routes, "`/c/{token}/tea`", "there is no /c/{token}/tea"),
        (claims.wrong_routes, "`http://127.0.0.1:8501/tea`", "there is no /tea"),
        (claims.wrong_names, "`aurora_tea_poured`", "nothing is called aurora_tea_poured"),
        (claims.wrong_names, "`returns.tea_days`", "the policies have no returns.tea_days"),
        (claims.wrong_names, "`TEA_READ`", "there is no permission TEA_READ"),
        (claims.wrong_log_events, "`tea.poured`", "nothing logs tea.poured"),
        (claims.wrong_links, "[tea](docs/tea.md)", "docs/tea.md leads nowhere"),
        (claims.wrong_links, "[tea](docs/events.md#tea)", "has no such heading"),
    ],
)
def test_a_planted_untruth_is_found(check: Check, planted: str, fault: str) -> None:
    [found] = check(planted)
    assert fault in found


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (claims.wrong_commands, "`python -m concierge COMMAND`"),
        (claims.wrong_commands, "`python -m concierge user add NAME --role agent`"),
        (claims.wrong_commands, "`make test ARGS='tests/core'`"),
        (claims.wrong_variables, "`PORT=8502 make run` with CONCIERGE_DATA_DIR"),
        (claims.wrong_paths, "`data/texts/`, `models.py`, `workflows/low_rating.py`, `app.py`"),
        (claims.wrong_paths, "`var/db-6.0/mongod.log`, `var/secret_key`, `data/texts/*.yaml`"),
        (claims.wrong_routes, "`POST /session/login`, `/c/{token}`, `/api/docs`, `/rings under 5`"),
        (claims.wrong_routes, "`http://127.0.0.1:8501/readyz`, `/usr/bin/mongod`, `/tickets`"),
        (claims.wrong_names, "`aurora_widget_open`, `aurora_errors_total`, `csat.low_at_most`"),
        (claims.wrong_links, "[events](docs/events.md#the-one-shape), [us](https://example.com/x)"),
    ],
)
def test_a_truth_is_left_alone(check: Check, said: str) -> None:
    assert check(said) == []
