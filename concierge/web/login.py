"""The sign-in page and what it sends to; the same addresses answer JSON for programs."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from concierge import bootstrap
from concierge.accounts.demo import DEMO_PASSWORD
from concierge.accounts.errors import LinkUnusable
from concierge.accounts.passwords import SHORTEST
from concierge.accounts.views import LoggedIn, LoginResult
from concierge.core.errors import ConciergeError, Forbidden, InvalidInput, RateLimited
from concierge.web import cookies, html, problems
from concierge.web.api.deps import address
from concierge.web.safety import safe_next, same_origin

LARGEST_BODY = 10_000
_REASONS = {"out": "plain", "ended": "plain", "password": "good"}


@dataclass(frozen=True)
class Entered:
    username: str
    password: str
    next: str
    as_json: bool


async def signin_page(request: Request) -> Response:
    reason = request.query_params.get("reason", "")
    notice = ("", "")
    if reason in _REASONS:
        notice = (_REASONS[reason], html.texts().say(f"reason_{reason}"))
    token = cookies.read_token(request.scope)
    login = await _login_of(token)
    if login is not None and not notice[0]:
        notice = ("plain", html.texts().say("signed_in_already", name=login.name))
    response = await _form(safe_next(request.query_params.get("next")), notice=notice)
    if token and login is None:
        cookies.clear_token(response, request.scope)
    return response


async def sign_in(request: Request) -> Response:
    """`{username, password, next?}` as JSON or as a form. Sets the cookie."""
    as_json = _is_json(request)
    try:
        entered = await _entered(request, as_json)
    except InvalidInput as error:
        return problems.from_error(error)
    if not same_origin(request.headers):
        if as_json:
            return problems.from_error(Forbidden("signing in from another site"))
        notice = ("bad", html.texts().say("not_from_here"))
        return await _form("/", notice=notice, status=403)
    try:
        result = await asyncio.to_thread(
            bootstrap.current().accounts.login,
            entered.username,
            entered.password,
            address(request),
            request.headers.get("user-agent", ""),
        )
    except ConciergeError as error:
        return await _refused(entered, error)
    return _welcome(request, entered, result)


def _welcome(request: Request, entered: Entered, result: LoginResult) -> Response:
    response: Response
    if entered.as_json:
        user = result.user
        body = {
            "username": user.username,
            "name": user.name,
            "roles": sorted(user.roles),
            "next": entered.next,
        }
        response = JSONResponse(body)
    else:
        response = RedirectResponse(entered.next, status_code=303)
    response.headers["Cache-Control"] = "no-store"
    cookies.set_token(response, request.scope, result.token)
    return response


async def _refused(entered: Entered, error: ConciergeError) -> Response:
    if entered.as_json:
        return problems.from_error(error)
    headers = {}
    words = html.texts().say("wrong_credentials")
    if isinstance(error, RateLimited):
        minutes = -(-error.retry_after_seconds // 60)
        wait = (
            html.texts().say("rate_minute")
            if minutes == 1
            else html.texts().say("rate_minutes", count=minutes)
        )
        words = html.texts().say("rate_limited", minutes=wait)
        headers["Retry-After"] = str(error.retry_after_seconds)
    response = await _form(
        entered.next, notice=("bad", words), username=entered.username, status=error.status
    )
    response.headers.update(headers)
    return response


async def sign_out(request: Request) -> Response:
    """Ends the sign-in and every tab of it. A form goes to the sign-in page, a program gets 204."""
    if not same_origin(request.headers):
        return problems.from_error(Forbidden("signing out from another site"))
    token = cookies.read_token(request.scope)
    if token:
        await asyncio.to_thread(bootstrap.current().accounts.logout, token)
    response: Response
    if "text/html" in request.headers.get("accept", ""):
        response = RedirectResponse("/session/login?reason=out", status_code=303)
    else:
        response = Response(status_code=204)
    cookies.clear_token(response, request.scope)
    return response


async def sign_out_page(_: Request) -> Response:
    """For links: asks, as a link must not change anything."""
    body = html.fill("signout.html", **_said("signout_heading", "signout_lead", "signout_submit"))
    return html.page(html.texts().say("signout_heading"), body)


async def password_page(request: Request) -> Response:
    token = request.path_params["token"]
    try:
        owner = await asyncio.to_thread(bootstrap.current().accounts.link_owner, token)
    except LinkUnusable:
        return _link_unusable()
    return _password_form(owner.name, owner.username)


async def set_password(request: Request) -> Response:
    token = request.path_params["token"]
    if not same_origin(request.headers):
        return problems.from_error(Forbidden("setting a password from another site"))
    accounts = bootstrap.current().accounts
    try:
        form = await _form_values(request)
        owner = await asyncio.to_thread(accounts.link_owner, token)
        fault = ""
        if form.get("password") != form.get("again"):
            fault = html.texts().say("password_differs")
        else:
            try:
                await asyncio.to_thread(accounts.use_link, token, form.get("password", ""))
            except InvalidInput as error:
                fault = html.texts().say("password_fault", reason=error.reason)
    except LinkUnusable:
        return _link_unusable()
    if fault:
        return _password_form(owner.name, owner.username, fault=fault)
    response = RedirectResponse("/session/login?reason=password", status_code=303)
    cookies.clear_token(response, request.scope)
    return response


async def _form(
    next_path: str,
    *,
    notice: tuple[str, str] = ("", ""),
    username: str = "",
    status: int = 200,
) -> Response:
    bad = notice[0] == "bad"
    body = html.fill(
        "signin.html",
        **_said("signin_heading", "signin_lead", "username_label", "password_label"),
        signin_submit=html.escape(html.texts().say("signin_submit")),
        notice=_notice(*notice),
        next=html.escape(next_path),
        username=html.escape(username),
        focus_username="" if username else " autofocus",
        focus_password=" autofocus" if username else "",
        invalid=' aria-invalid="true" aria-describedby="notice"' if bad else "",
        demo=await _demo(next_path),
    )
    return html.page(html.texts().say("signin_title"), body, status=status)


async def _demo(next_path: str) -> str:
    services = bootstrap.current()
    if not services.settings.demo:
        return ""
    accounts = await asyncio.to_thread(services.accounts.demo_accounts)
    buttons = []
    for account in accounts:
        role = account.username if f"role_{account.username}" in html.texts() else None
        title = html.texts().say(f"role_{role}") if role else account.name
        hint = html.texts().say(f"role_{role}_hint") if role else ""
        buttons.append(
            f'<button class="role" type="submit" name="username" '
            f'value="{html.escape(account.username)}">'
            f"<strong>{html.escape(title)}</strong><span>{html.escape(hint)}</span></button>"
        )
    if not buttons:
        return ""
    return html.fill(
        "demo.html",
        **_said("demo_heading", "demo_hint"),
        next=html.escape(next_path),
        password=html.escape(DEMO_PASSWORD),
        buttons="\n".join(buttons),
    )


def _password_form(name: str, username: str, *, fault: str = "") -> Response:
    say = html.texts().say
    body = html.fill(
        "password.html",
        **_said("password_heading", "new_password_label", "again_label", "password_submit"),
        password_lead=html.escape(say("password_lead", name=name, username=username)),
        notice=_notice("bad" if fault else "", fault),
        username=html.escape(username),
        shortest=str(SHORTEST),
        rule=html.escape(say("password_rule", count=SHORTEST)),
        invalid=' aria-invalid="true"' if fault else "",
    )
    return html.page(say("password_title"), body, status=422 if fault else 200)


def _link_unusable() -> Response:
    say = html.texts().say
    return html.message(
        say("link_title"),
        say("link_text"),
        status=404,
        action=(say("to_sign_in"), "/session/login"),
    )


def _said(*keys: str) -> dict[str, str]:
    return {key: html.escape(html.texts().say(key)) for key in keys}


def _notice(tone: str, words: str) -> str:
    if not words:
        return ""
    role = "alert" if tone == "bad" else "status"
    return f'<p id="notice" class="notice {tone}" role="{role}">{html.escape(words)}</p>'


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip() == "application/json"


async def _form_values(request: Request) -> dict[str, str]:
    if int(request.headers.get("content-length") or 0) > LARGEST_BODY:
        raise InvalidInput("", "the request is too large")
    form = await request.form(max_files=0, max_fields=10)
    return {key: value for key, value in form.items() if isinstance(value, str)}


async def _entered(request: Request, as_json: bool) -> Entered:
    values: dict[str, str] = {}
    if as_json:
        try:
            loaded = json.loads(await _body(request))
        except ValueError as error:
            raise InvalidInput("", "the body is not JSON") from error
        if isinstance(loaded, dict):
            values = {key: value for key, value in loaded.items() if isinstance(value, str)}
    else:
        values = await _form_values(request)
    for field in ("username", "password"):
        if not values.get(field):
            raise InvalidInput(field, "is missing")
    return Entered(
        username=values["username"],
        password=values["password"],
        next=safe_next(values.get("next")),
        as_json=as_json,
    )


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise InvalidInput("", "the request is too large")
    return body


async def _login_of(token: str | None) -> LoggedIn | None:
    if not token:
        return None
    return await asyncio.to_thread(bootstrap.current().accounts.authenticate, token)


async def _style(_: Request) -> Response:
    return PlainTextResponse(
        html.stylesheet(), media_type="text/css", headers={"Cache-Control": "max-age=3600"}
    )


def routes() -> list[Mount]:
    """All of `/session`; what is not named here is a 404, not a screen."""
    inner = [
        Route("/login", signin_page, methods=["GET"]),
        Route("/login", sign_in, methods=["POST"]),
        Route("/logout", sign_out_page, methods=["GET"]),
        Route("/logout", sign_out, methods=["POST"]),
        Route("/password/{token}", password_page, methods=["GET"]),
        Route("/password/{token}", set_password, methods=["POST"]),
        Route("/site.css", _style, methods=["GET"]),
    ]
    return [Mount("/session", routes=inner)]
