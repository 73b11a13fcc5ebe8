"""What there is to picture: every page, and what is done on it before the picture is taken."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
from playwright.sync_api import Locator, Page

from concierge.core.ids import new_id
from concierge.ui.registry import SCREENS

PATIENCE_MS = 30_000
REPLAY_MS = 300_000

# Streamlit marks the app while a script runs, and puts skeletons where something is still to come.
# A lazy picture outside of the view would never be complete, so all are asked for at once.
# Between a click and the run that it begins all is quiet, too: the quiet has to last.
SETTLED = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    const pictures = Array.from(document.images);
    pictures.forEach((picture) => { picture.loading = 'eager'; });
    const settled = (!app || app.getAttribute('data-test-script-state') === 'notRunning')
        && !document.querySelector(
            '[data-testid="stSkeleton"], [data-testid="stAppSkeleton"], [data-stale="true"]')
        && pictures.every((picture) => picture.complete)
        && document.fonts.status === 'loaded';
    if (!settled) { window.settledSince = undefined; return false; }
    window.settledSince ??= performance.now();
    return performance.now() - window.settledSince > 400;
}"""


@dataclass(frozen=True)
class Scene:
    """`username` none is somebody who has not signed in; `act` is done before the picture."""

    name: str
    path: str
    username: str | None
    act: Callable[[Page], None] | None = None


def scenes() -> list[Scene]:
    """In this order: those that write come last, so that no other page shows what they wrote."""
    admin = "admin"
    drawn_below = {"chat", "scenarios", "rules"}
    return [
        Scene("sign-in", "/session/login", None),
        *(
            Scene(screen.path, screen.url, admin)
            for screen in SCREENS
            if screen.path not in drawn_below
        ),
        *(Scene(f"home-{role}", "/", role) for role in ("agent", "analyst", "pm")),
        Scene("ticket", "/tickets", "agent", open_a_ticket),
        Scene("conversation", "/csat", admin, open_a_conversation),
        Scene("order", "/orders?order=GG-12027", admin),
        Scene("csat-agents", "/csat?kind=agent", admin),
        Scene("funnel-by-channel", "/funnel?by=channel", admin),
        Scene("funnel-stopped", "/funnel?stopped=shown", admin, see_who_stopped),
        Scene("account", "/users?user=pm", admin, wait_for_dialog),
        Scene("scenarios", "/scenarios", "pm"),
        Scene("scenario", "/scenarios?scenario=return_inside_window", "pm"),
        Scene("scenario-run", "/scenarios?scenario=search_and_shortlist", "pm", play),
        Scene("scenarios-replayed", "/scenarios?scenario=-all", "pm", replay_all),
        Scene("rules-missed", "/rules?show=missed", "pm", unfold_a_cluster),
        Scene("chat", "/chat", "pm", ask_for_rings),
        Scene("piece", "/chat", "agent", look_at_a_piece),
        Scene("chat-order", "/chat", "agent", track_an_order),
        Scene("chat-return", "/chat", "agent", ask_for_a_return),
        Scene("chat-human", "/chat", "agent", ask_for_a_human),
        Scene("rules", "/rules", "pm", edit_a_draft),
        Scene("rules-what-if", "/rules", "pm", ask_what_if),
        Scene("rules-history", "/rules?show=history", "pm", unfold_a_difference),
        Scene("customer", "/tickets", "agent", follow_a_mailed_link),
    ]


# -- moving about --------------------------------------------------------------------------------


def root(page: Page) -> str:
    address = urlsplit(page.url)
    return f"{address.scheme}://{address.netloc}"


def settle(page: Page) -> None:
    page.evaluate("() => { window.settledSince = undefined; }")
    page.wait_for_function(SETTLED)


def go(page: Page, path: str) -> None:
    page.goto(root(page) + path)
    settle(page)


def wait_for_dialog(page: Page) -> None:
    page.get_by_role("dialog").wait_for()


# -- the chat ------------------------------------------------------------------------------------


def new_chat(page: Page) -> None:
    before = page.url
    page.get_by_role("button", name="New chat").click()
    page.wait_for_url(lambda url: url != before and "session=" in url)
    settle(page)


def say(page: Page, text: str, answer: str) -> None:
    """Types a message into the chat and waits until the newest answer contains some words."""
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(text)
    box.press("Enter")
    newest = page.get_by_label("Chat message from assistant").last
    newest.get_by_text(answer).first.wait_for()
    settle(page)


def ask_for_rings(page: Page) -> None:
    new_chat(page)
    say(page, "show me rings under $300", "Halo Ring")


def look_at_a_piece(page: Page) -> None:
    """The first of the answer, from near."""
    ask_for_rings(page)
    page.wait_for_function(SETTLED)
    page.get_by_role("button", name="Details").first.click()
    page.get_by_role("dialog").get_by_role("img").wait_for()


def track_an_order(page: Page) -> None:
    new_chat(page)
    say(page, "track GG-12002", "e-mail")
    say(page, "ada@example.com", "1Z999AA14993527816")


def ask_for_a_return(page: Page) -> None:
    new_chat(page)
    say(page, "can I return GG-12002, ada@example.com", "Request the return")


def ask_for_a_human(page: Page) -> None:
    """The form filled in and sent: the ticket, and by when somebody answers."""
    new_chat(page)
    say(page, "talk to a human", "Your name")
    page.get_by_label("Your name").fill("Ada Example")
    page.get_by_label("Your e-mail").fill("ada@example.com")
    page.get_by_label("What is it about").fill("Could the Halo Ring be engraved inside?")
    page.get_by_role("button", name="Talk to a stylist").last.click()
    page.get_by_text("a stylist answers").last.wait_for()


# -- the desk ------------------------------------------------------------------------------------


def open_a_ticket(page: Page) -> None:
    """The ticket at the top of the queue."""
    listed = page.context.request.get(f"{root(page)}/api/dashboard/support/tickets?limit=1").json()
    go(page, f"/tickets?ticket={listed['items'][0]['ticketId']}")


def open_a_conversation(page: Page) -> None:
    """The one of the newest rating."""
    page.get_by_role("link", name="Conversation", exact=True).first.click()
    page.get_by_role("heading", name="Conversation", exact=True).wait_for()


def see_who_stopped(page: Page) -> None:
    """The list stands below the chart and its table."""
    page.get_by_text("Sessions that stopped at").scroll_into_view_if_needed()
    page.get_by_text("last asked for").scroll_into_view_if_needed()


# -- scenarios and rules -------------------------------------------------------------------------


def play(page: Page) -> None:
    page.get_by_role("button", name="Play to the end").click()
    page.get_by_text("All steps as expected").wait_for()


def replay_all(page: Page) -> None:
    page.get_by_role("button", name="Replay all").click()
    page.get_by_text("as expected").first.wait_for(timeout=REPLAY_MS)


def unfold_a_cluster(page: Page) -> None:
    page.get_by_text("Messages, and a draft from them").first.click()
    _add(page).wait_for()


def _add(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("Add phrases? to a new draft")).first


def draft_phrases(page: Page) -> None:
    """A draft from messages that were not understood, unless there is one already."""
    if page.get_by_text("No draft yet").is_visible():
        go(page, "/rules?show=missed")
        unfold_a_cluster(page)
        box = page.get_by_role("combobox", name=re.compile("Read (it|them) as")).first
        # At the edge of the window its list would not open.
        box.evaluate("(box) => box.scrollIntoView({block: 'center'})")
        box.click()
        box.fill("custom design")
        page.get_by_role("option", name="custom design").click()
        settle(page)
        _add(page).click()
    page.get_by_role("button", name="Check and save").wait_for()


def edit_a_draft(page: Page) -> None:
    """What the draft changes, above the file it changes."""
    draft_phrases(page)
    settle(page)


def ask_what_if(page: Page) -> None:
    draft_phrases(page)
    page.get_by_role("button", name="Run over all stored messages").click()
    page.get_by_text("Turns that change").wait_for()
    page.get_by_role("heading", name="What if").scroll_into_view_if_needed()
    page.get_by_role("button", name="Discard").scroll_into_view_if_needed()


def unfold_a_difference(page: Page) -> None:
    page.get_by_text("Difference from version").first.click()


# -- the customer's page behind a mailed link ----------------------------------------------------


def follow_a_mailed_link(page: Page) -> None:
    """A customer asks for a person, an agent answers and resolves, the mail leads back to it."""
    ticket_id = _ask_for_a_person(root(page))
    ticket = f"{root(page)}/api/dashboard/support/tickets/{ticket_id}"
    text = "It is 45 cm long, so it falls just below the collar. Shall I keep one for you?"
    _post(page, f"{ticket}/replies", text=text)
    _post(page, f"{ticket}/resolve")
    go(page, f"/tickets?ticket={ticket_id}")
    mails = page.get_by_test_id("stExpander").filter(has_text="Mails to the customer")
    mails.locator("summary").click()
    mail = mails.get_by_text("You can answer here:").first
    mail.wait_for()
    go(page, "/c/" + re.findall(r"/c/(\S+)", mail.inner_text())[0])


def _ask_for_a_person(base_url: str) -> str:
    """The number of the ticket."""
    with httpx2.Client(base_url=base_url, timeout=30) as shop:
        opened = shop.post("/api/concierge/sessions", json={}).raise_for_status().json()
        asked = shop.post(
            "/api/support/stylist",
            json={
                "name": "Hana Example",
                "email": "hana@example.com",
                "message": "Is the Crescent Necklace long enough for a turtleneck?",
            },
            headers={"Authorization": f"Bearer {opened['token']}", "Idempotency-Key": new_id()},
        )
        return str(asked.raise_for_status().json()["ticketId"])


def _post(page: Page, address: str, **body: object) -> None:
    """To a ticket, as the member of staff who is signed in."""
    request = page.context.request
    version = request.get(address.rsplit("/", 1)[0]).json()["version"]
    answer = request.post(
        address,
        data={"version": version, **body},
        headers={"Origin": root(page), "Idempotency-Key": new_id()},
    )
    if not answer.ok:
        raise SystemExit(f"{address}: {answer.status} {answer.text()}")
