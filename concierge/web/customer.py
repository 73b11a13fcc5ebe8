"""`/c/{token}`: a customer's way back to one conversation or ticket, by a signed link.

The page works without a script; with it, new words appear by themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from concierge import bootstrap
from concierge.core.errors import ConciergeError, InvalidInput, RateLimited
from concierge.core.formatting import datetime_text
from concierge.core.ids import new_id
from concierge.sessions.errors import SessionNotFound
from concierge.tickets.models import Status
from concierge.web import html
from concierge.web.api.deps import address
from concierge.web.html import escape, fill
from concierge.web.safety import same_origin
from concierge.workflows.linked import Line, Linked

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_CLASSES = {"customer": "mine", "concierge": "theirs", "agent": "human", "system": "theirs"}
WRONG_LINKS_PER_MINUTE = 60
WORDS_BY_LINK = (60, 10 * 60)
"""Replies and ratings from one address, and within how many seconds: an office shares one."""


def routes() -> list[BaseRoute]:
    return [
        Route("/c/{token}", show, methods=["GET"]),
        Route("/c/{token}/messages", messages, methods=["GET"]),
        Route("/c/{token}/reply", reply, methods=["POST"]),
        Route("/c/{token}/rate", rate, methods=["POST"]),
        Route("/c/{token}/stop", stop, methods=["POST"]),
        Route("/c/{token}/label/{rma}", label, methods=["GET"]),
    ]


async def show(request: Request) -> Response:
    """The conversation, a box to answer, and the question how it went."""
    token = request.path_params["token"]
    try:
        linked = await asyncio.to_thread(_view, request, token, 0)
    except SessionNotFound:
        return _gone()
    return _page(token, linked, notice=request.query_params.get("done", ""))


async def messages(request: Request) -> Response:
    """What was said since, as markup to append; `next` is where to go on."""
    token = request.path_params["token"]
    try:
        after = max(0, int(request.query_params.get("after", "0")))
    except ValueError as error:
        raise InvalidInput("after", "must be a number") from error
    linked = await asyncio.to_thread(_view, request, token, after)
    last = linked.lines[-1].number if linked.lines else after
    return JSONResponse(
        {
            "html": _bubbles(linked.lines),
            "next": last,
            "resolved": linked.status is Status.RESOLVED,
        },
        headers={"Cache-Control": "no-store"},
    )


async def reply(request: Request) -> Response:
    form = await request.form()
    text, key = str(form.get("text", ""))[:5_000], _key(form.get("key"))

    def write(token: str) -> None:
        _count_words(request)
        bootstrap.current().linked.reply(token, text, key)

    return await _change(request, "sent", write)


async def rate(request: Request) -> Response:
    form = await request.form()
    rating, notes = str(form.get("rating", "")), str(form.get("notes", ""))[:2_000]
    key = _key(form.get("key"))

    def write(token: str) -> None:
        _count_words(request)
        bootstrap.current().linked.rate(token, rating, notes, key)

    return await _change(request, "rated", write)


async def stop(request: Request) -> Response:
    return await _change(
        request, "stopped", lambda token: bootstrap.current().linked.stop_updates(token, new_id())
    )


async def label(request: Request) -> Response:
    """The return slip to print, for who holds its link or the conversation's."""
    token, rma = request.path_params["token"], request.path_params["rma"]
    try:
        slip = await asyncio.to_thread(bootstrap.current().linked.slip, token, rma)
    except ConciergeError:
        return _gone()
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"
    return Response(slip, media_type="text/html", headers={"Content-Security-Policy": policy})


async def _change(request: Request, done: str, act: Callable[[str], None]) -> Response:
    """Does it and shows the page again, so that a reload repeats nothing."""
    token = request.path_params["token"]
    if not same_origin(request.headers):
        return _gone()
    try:
        await asyncio.to_thread(act, token)
    except SessionNotFound:
        return _gone()
    except ConciergeError as error:
        try:
            linked = await asyncio.to_thread(_view, request, token, 0)
        except SessionNotFound:
            return _gone()
        page = _page(token, linked, fault=str(error), status=error.status)
        if isinstance(error, RateLimited):
            page.headers["Retry-After"] = str(error.retry_after_seconds)
        return page
    return RedirectResponse(f"/c/{token}?done={done}", status_code=303)


def _view(request: Request, token: str, after: int) -> Linked:
    """Only links that are none count: many customers may look on from behind one address."""
    services = bootstrap.current()
    try:
        return services.linked.view(token, after)
    except SessionNotFound:
        services.limiter.hit("link", address(request), WRONG_LINKS_PER_MINUTE, 60)
        raise


def _count_words(request: Request) -> None:
    bootstrap.current().limiter.hit("link-words", address(request), *WORDS_BY_LINK)


def _page(
    token: str, linked: Linked, *, notice: str = "", fault: str = "", status: int = 200
) -> Response:
    texts = html.texts("link")
    said = f"done_{notice}"
    words = fault or (texts.say(said) if said in texts else "")
    shown = (
        f'<p class="notice {"bad" if fault else "good"}" role="status">{escape(words)}</p>'
        if words
        else ""
    )
    values = {"token": escape(token), "key": new_id()}
    agent = linked.agent_name or texts.say("somebody")
    parts = [
        fill(
            "rate.html",
            **values,
            question=escape(texts.say("rate_question", agent=agent)),
            options=_options(linked.score),
            notes_label=escape(texts.say("rate_notes")),
            submit=escape(texts.say("rate_submit" if linked.score is None else "rate_change")),
        )
        if linked.ask
        else "",
        fill(
            "reply.html",
            **values,
            label=escape(texts.say("reply_label")),
            submit=escape(texts.say("reply_submit")),
        )
        if linked.ticket_id
        else "",
        fill(
            "stop.html",
            **values,
            text=escape(texts.say("updates_text", order_number=linked.updates_for)),
            submit=escape(texts.say("updates_stop")),
        )
        if linked.updates_for
        else "",
    ]
    last = linked.lines[-1].number if linked.lines else 0
    heading = texts.say("heading_updates" if linked.only_updates else "heading")
    body = fill(
        "conversation.html",
        heading=escape(heading),
        lead=escape(_lead(linked)),
        notice=shown,
        bubbles=_bubbles(linked.lines),
        last=str(last),
        token=escape(token),
        forms="".join(parts),
    )
    response = html.page(heading, body, status=status, wide=True)
    response.headers["Content-Security-Policy"] = POLICY
    # Not to another host, as the address holds the link; to our own, as a form's origin is checked.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _lead(linked: Linked) -> str:
    texts = html.texts("link")
    if linked.only_updates:
        return texts.say("lead_updates" if linked.updates_for else "lead_updates_off")
    if linked.ticket_id is None:
        return texts.say("lead_plain")
    key = "lead_resolved" if linked.status is Status.RESOLVED else "lead_open"
    return texts.say(key, ticket_id=linked.ticket_id)


def _options(score: int | None) -> str:
    words = html.texts("link")
    return "".join(
        f'<label class="star"><input type="radio" name="rating" value="{value}" required'
        f"{' checked' if value == score else ''}> {value} – {escape(words.say(f'score_{value}'))}"
        "</label>"
        for value in range(5, 0, -1)
    )


def _bubbles(lines: list[Line]) -> str:
    zone = bootstrap.current().timezone
    texts = html.texts("link")
    names = {"customer": texts.say("you"), "concierge": "Aurora", "system": "Aurora"}
    return "".join(
        f'<li class="{_CLASSES[line.author]}"><p class="who">'
        f"{escape(line.name or names.get(line.author, texts.say('somebody')))} · "
        f'<time datetime="{line.at.isoformat()}">{escape(datetime_text(line.at, zone))}</time></p>'
        f'<p class="said">{escape(line.text)}</p></li>'
        for line in lines
    )


def _key(value: object) -> str:
    """The form's own key, so that a double click says a thing once."""
    text = str(value or "")
    return text if 1 <= len(text) <= 64 else new_id()


def _gone() -> Response:
    texts = html.texts("link")
    return html.message(texts.say("gone_title"), texts.say("gone_text"), status=404)
