"""Who is looking at a screen, whether they may, and what they see when something fails.

A screen reads:

    with guards.page():
        actor = guards.require(Permission.TICKETS_READ)
        ...

`page()` also decorates: a fragment runs by itself, outside the screen's block, and needs its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import streamlit as st

from concierge.accounts.views import LoggedIn
from concierge.core.actor import Actor, Permission
from concierge.core.errors import ConciergeError, Forbidden, Unauthenticated, Unavailable
from concierge.core.ids import new_id
from concierge.core.mongo import OUTAGE
from concierge.core.telemetry import ERRORS, bind_request, current_request_id, get_logger
from concierge.ui import runtime
from concierge.ui.components import plain

LOOK_EVERY_SECONDS = 5.0
OUTAGE_SECONDS = 600.0
"""While the database is away, who was signed in before stays so for this long."""
COME_BACK_SECONDS = 2.0
_KEPT = "_login"

log = get_logger(__name__)


@dataclass(frozen=True)
class _Kept:
    login: LoggedIn
    read_at: float


def current_login() -> LoggedIn:
    """Who is signed in; read again when the last read is five seconds old.

    What the browser brought when the page opened stays as it was then, so roles that changed and
    sign-ins that ended are seen here. When the database is away the last answer counts: the screen
    then gets as far as keeping what was just typed, and can show nothing that it had not read.
    Raises `Unauthenticated`.
    """
    login_id = st.user.to_dict().get("login_id")
    if not isinstance(login_id, str) or not login_id:
        raise Unauthenticated
    kept = st.session_state.get(_KEPT)
    if not isinstance(kept, _Kept) or kept.login.login_id != login_id:
        kept = None
    now = time.monotonic()
    if kept is not None and now - kept.read_at < LOOK_EVERY_SECONDS:
        return kept.login
    try:
        login = runtime.services().accounts.still(login_id)
    except OUTAGE:
        if kept is None or now - kept.read_at > OUTAGE_SECONDS:
            raise
        return kept.login
    if login is None:
        st.session_state.pop(_KEPT, None)
        raise Unauthenticated("Your sign-in has ended. Please sign in again.")
    st.session_state[_KEPT] = _Kept(login, now)
    return login


def current_actor() -> Actor:
    """Raises `Unauthenticated`."""
    return current_login().actor


def require(permission: Permission | None = None) -> Actor:
    """The actor, if they hold the permission. Raises `Unauthenticated`, `Forbidden`."""
    actor = current_actor()
    if permission is not None:
        actor.require(permission)
    return actor


@contextmanager
def page(*, polls: bool = False) -> Iterator[None]:
    """Deliberate errors and a database out of reach become words, with the request id.

    A fragment that runs again by itself says so with `polls`: another one within it would draw
    where the next run has nothing any more, which ends the whole page in the browser.
    """
    request_id = current_request_id() or new_id()
    with bind_request(request_id):
        try:
            yield
        except ConciergeError as error:
            ERRORS.labels(where="screen", code=error.code).inc()
            show(error)
        except OUTAGE:
            log.warning("screen.outage")
            show(Unavailable("The database"), look_again=not polls)


def show(error: ConciergeError, *, look_again: bool = True) -> None:
    """What happened, what to do, and the id to ask about; with `look_again` an outage is watched,
    and the screen runs again when it is over."""
    with st.container(border=True):
        st.markdown(f"**{plain(error.title)}**")
        st.markdown(plain(str(error)))  # it may name what a link asked for
        if isinstance(error, Unauthenticated):
            st.html('<a href="/session/login" target="_self">Sign in</a>')
            return
        if isinstance(error, Forbidden):
            st.caption("An admin can change your roles under Accounts.")
            return
        if isinstance(error, Unavailable):
            st.caption("Nothing that was confirmed is lost. This screen comes back by itself.")
            if look_again:
                _come_back(time.monotonic())
        request_id = current_request_id()
        st.button("Try again", icon=":material/refresh:", key=f"try-again-{request_id}")
        st.caption(f"Request `{request_id}`")


@st.fragment(run_every=COME_BACK_SECONDS)
def _come_back(since: float) -> None:
    """Runs the screen again as soon as the database answers."""
    if time.monotonic() - since < COME_BACK_SECONDS:
        return  # still the run that failed
    with suppress(*OUTAGE):
        runtime.services().mongo.ping()
        st.rerun(scope="app")


def unexpected(error: Exception) -> bool:
    """For faults of ours: logged whole, shown as a sentence. The screen's last resort."""
    request_id = current_request_id() or new_id()
    with bind_request(request_id):
        log.error("screen.failed", exc_info=error)
        ERRORS.labels(where="screen", code=type(error).__name__).inc()
        failure = ConciergeError(
            "This screen could not be shown. The fault is ours, and it is logged."
        )
        show(failure)
    return True
