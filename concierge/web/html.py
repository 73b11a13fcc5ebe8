"""Our own few pages outside the screens: sign-in, password, and words when something is away.

No script, no asset of another host; a policy of their own says so.
"""

from __future__ import annotations

import html as _html
import importlib.util
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse, Response

from concierge.core.errors import ConciergeError
from concierge.core.folders import DATA_FOLDER
from concierge.core.telemetry import current_request_id
from concierge.core.texts import Texts

_TEMPLATES = Path(__file__).with_name("templates")
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_FONTS = {"Source Sans": "SourceSansVF-Upright", "Source Serif": "SourceSerifVariable-Roman"}


def escape(value: object) -> str:
    return _html.escape(str(value), quote=True)


@cache
def texts(name: str = "signin") -> Texts:
    return Texts.load(DATA_FOLDER, name)


def read_texts() -> None:
    """All that pages say, read before the first is asked for; raises `ConfigError`."""
    for name in ("signin", "link"):
        texts(name)


@cache
def _template(name: str) -> Template:
    return Template((_TEMPLATES / name).read_text(encoding="utf-8"))


def fill(name: str, **values: str) -> str:
    """A template with values that are markup already: escape what came from outside."""
    return _template(name).substitute(values)


def page(
    title: str,
    body: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    wide: bool = False,
) -> HTMLResponse:
    """A whole page around `body`, which is markup."""
    shown = fill(
        "base.html",
        title=escape(title),
        body=body,
        brand=escape(texts().say("brand")),
        layout="wide" if wide else "narrow",
    )
    response = HTMLResponse(shown, status_code=status, headers=dict(headers or {}))
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


def message(
    title: str,
    text: str,
    *,
    status: int = 200,
    action: tuple[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A page that says one thing; `action` is a link's words and address."""
    link = f'<a class="button" href="{escape(action[1])}">{escape(action[0])}</a>' if action else ""
    request_id = current_request_id()
    reference = (
        f'<p class="reference">{escape(texts().say("reference", request_id=request_id))}</p>'
        if request_id and status >= 400
        else ""
    )
    body = fill(
        "message.html", title=escape(title), text=escape(text), link=link, reference=reference
    )
    return page(title, body, status=status, headers=headers)


def trouble(error: ConciergeError) -> Response:
    """An error as a page: what happened, what to do, and the request id. Reloads by itself."""
    return message(
        error.title,
        str(error),
        status=error.status,
        action=(texts().say("try_again"), ""),
        headers={"Retry-After": "2", "Refresh": "5"},
    )


@cache
def stylesheet() -> str:
    """The pages' style, with the fonts that Streamlit ships."""
    found = importlib.util.find_spec("streamlit")
    folder = Path(found.origin or "").parent / "static" / "static" / "media" if found else Path()
    faces = [
        f'@font-face{{font-family:"{family}";font-weight:200 900;font-display:swap;'
        f'src:url("/static/media/{file.name}") format("woff2")}}'
        for family, stem in _FONTS.items()
        for file in sorted(folder.glob(f"{stem}*.woff2"))[:1]
    ]
    return "\n".join(faces) + "\n" + (_TEMPLATES / "site.css").read_text(encoding="utf-8")
