"""Answers from the shop's own pages, and manners."""

from __future__ import annotations

import re

from concierge.chat.asked import (
    CAN_DO,
    IS_PROGRAM,
    Asked,
    asked_of_piece,
)
from concierge.chat.awaiting import CSAT, HUMAN, OUTLAST, PIECE, RESIZE_OFFER
from concierge.chat.consent import asks
from concierge.chat.contact import bare_contact
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.dialogue import LOOKED, SIZE_RULE
from concierge.chat.following import FOLLOWS_UP, IN_SYSTEM, LEGIT, PRESENT, WAITED
from concierge.chat.handlers import pieces, products
from concierge.chat.handlers.cards import size_name
from concierge.chat.handlers.greetings import greeting_text
from concierge.chat.handlers.orders import contact_unasked
from concierge.chat.handlers.people import ask_for_rating
from concierge.chat.promised import tells_of_fault
from concierge.chat.wishes import SIZED
from concierge.detection.models import Intent
from concierge.detection.sizes import bare_size
from concierge.detection.text import clean
from concierge.events.catalog import EventName
from concierge.replies.models import CsatPrompt, QuickReplies, Reply, Text
from concierge.sessions.models import Author

NEAREST = 3
WHY_NOT = re.compile(
    r"^\W*(?:(?:but|and|ok|okay|so|oh|hm+|what)\W+)*why(?: not| is that| can'?t i| though)?\W*$",
    re.I,
)
_REFUSING = {Intent.RETURNS.value, Intent.RESIZE.value, Intent.ORDER_CHANGE.value}
_WEARS = re.compile(r"\b(?:wears?|takes?|has|have|size is|(?:her|his|my) (?:ring )?size)\b", re.I)
PROMO_RULE = "promo-codes"
"""The rule of data/intents that reads questions on discounts, which no policy answers."""
HELPS = re.compile(r"^\W*(?:help|commands|menu)\b", re.I)
BUTTON_OF = {
    Intent.ORDER_TRACKING: "track",
    Intent.RETURNS: "return",
    Intent.RESIZE: "resize",
    Intent.ORDER_CHANGE: "change",
    Intent.ORDER_UPDATES: "updates",
    Intent.SHIPPING_INFO: "shipping",
    Intent.CARE_REPAIR: "care",
    Intent.FINANCING: "financing",
    Intent.SIZING: "size",
    Intent.GIFT: "gift",
    Intent.PRODUCT_SEARCH: "rings",
    Intent.CUSTOM_DESIGN: "custom",
    Intent.SHORTLIST: "shortlist",
    Intent.FEEDBACK: "rate",
}


def article(ctx: TurnContext) -> Outcome:
    """What answers the question, the page on its topic, and the next best actions; after it, who
    tells price and time."""
    answers = ctx.rooms.answers
    key = f"follow_{ctx.intent.value}"
    again = ctx.session.state.last_intent == ctx.intent.value and FOLLOWS_UP.match(ctx.text)
    if again and key in ctx.rooms.texts:
        asked: list[Reply] = [ctx.say(key), ctx.buttons("yes", "no")]
        return Outcome(asked, awaiting=HUMAN, pending=Intent.STYLIST)
    said = _first(ctx)
    replies: list[Reply] = [] if said is None else [Text(text=said)]
    page = answers.article(ctx.intent)
    page.points = [point for point in page.points if point != said]
    outcome = Outcome([*replies, page, answers.quick_replies(ctx.intent)])
    repair = ctx.intent is Intent.CARE_REPAIR and tells_of_fault(ctx.text)
    if repair and not ctx.session.open_ticket_id and ctx.session.state.awaiting not in OUTLAST:
        # Who has something to be repaired says yes to what the page offers: a stylist arranges it.
        outcome.awaiting, outcome.pending = HUMAN, Intent.STYLIST
    return outcome


def _first(ctx: TurnContext) -> str | None:
    """What answers the question; after "do you ship to Germany" the bare "how much" is asked of
    Germany."""
    first = ctx.rooms.answers.first
    said = first(ctx.intent, ctx.text)
    goes_on = ctx.session.state.last_intent == ctx.intent.value and FOLLOWS_UP.match(ctx.text)
    if not goes_on:
        return said
    told = (one for one in reversed(ctx.session.transcript) if one.author is Author.CUSTOMER)
    asked = next((one.text for one in told if not FOLLOWS_UP.match(one.text)), "")
    before = first(ctx.intent, asked)
    general = {first(ctx.intent, "how much"), first(ctx.intent, "how long")}
    return said if before is None or before in general else before


def sizing(ctx: TurnContext) -> Outcome:
    """How to measure; a size that was named, in every system; the sizes of a piece that is."""
    size = ctx.detection.slots.ring_size
    of_piece = size is not None or asked_of_piece(ctx.text) is Asked.STOCK
    if of_piece and (piece := pieces.by_name(ctx)) is not None:
        return piece
    if size is None and IN_SYSTEM.match(ctx.text):
        size = ctx.session.slots.ring_size
    page = ctx.rooms.answers.article(Intent.SIZING)
    options = ctx.rooms.answers.quick_replies(Intent.SIZING)
    if size is None:
        page.table = [["US", "UK", "EU", "mm"]] + [
            [row.us, row.uk, row.eu, f"{row.diameter_mm:.1f}"]
            for row in ctx.rooms.answers.sizes
            if float(row.us).is_integer()
        ]
        return Outcome([page, options])
    row = ctx.rooms.answers.size_row(size)
    if row is None:
        return Outcome([ctx.say("size_unknown"), page, ctx.buttons("human")])
    values = {"us": row.us, "uk": row.uk, "eu": row.eu, "mm": f"{row.diameter_mm:.1f}"}
    told = row.names(size)
    said = ctx.say("size_understood", **values)
    if not told:  # the table goes in halves of the American sizes
        asked = f"{size.value} mm" if size.system.value == "mm" else f"{size.system} {size.value}"
        said = ctx.say("size_nearest", size=asked, **values)
    if ctx.detection.rule == SIZE_RULE or _told_amid_rings(ctx):  # as their own
        kept = ctx.say("size_remembered", size=size_name(size))
        return products.in_own_size(ctx, size, [said, kept])
    return Outcome([said, ctx.buttons("rings", "resize", "size")])


def _told_amid_rings(ctx: TurnContext) -> bool:
    """ "I wear a 7", said of the rings on the screen."""
    looked = ctx.session.state.last_intent in LOOKED
    rings = ctx.session.slots.category == SIZED and looked
    told = bare_size(clean(ctx.text)) is not None or _WEARS.search(ctx.text) is not None
    return rings and told and not asks(ctx.text)


def greeting(ctx: TurnContext) -> Outcome:
    """A hello, what can be done here, or who is there for somebody who waits."""
    if ctx.detection.layer == "command" and HELPS.match(ctx.text):
        replies: list[Reply] = [ctx.say("help"), ctx.say("commands_help")]
        return Outcome([*replies, ctx.buttons("track", "rings", "return", "human")])
    if LEGIT.search(ctx.text):
        promise = ctx.rooms.handoff.promise(ctx.session, urgent=ctx.session.state.urgent)
        days = ctx.rooms.policies.returns.return_window_days
        said = ctx.say("trust", days=days, promise=promise.text)
        return Outcome([said, ctx.buttons("rings", "human")])
    if PRESENT.search(ctx.text) or WAITED.search(ctx.text):
        promise = ctx.rooms.handoff.promise(ctx.session, urgent=ctx.session.state.urgent)
        return Outcome(
            [ctx.say("here", promise=promise.text), ctx.buttons("human", "track", "rings")]
        )
    again = ctx.session.counters.customer_messages > 0
    said = greeting_text(ctx.rooms.texts, ctx.session.tier, ctx.session.customer_name, again=again)
    return Outcome([said, ctx.buttons("track", "rings", "return", "human")])


def thanks(ctx: TurnContext) -> Outcome:
    """Manners; the first thanks also asks how it went."""
    goodbye = any(word in ctx.text.casefold() for word in ("bye", "good night", "see you"))
    replies: list[Reply] = [ctx.say("goodbye" if goodbye else "thanks")]
    if ctx.session.state.thanked or ctx.session.counters.matched == 0:
        return Outcome(replies)
    replies.append(CsatPrompt(question=ctx.rooms.texts.say("csat_ask")))
    ask_for_rating(ctx)
    return Outcome(
        replies,
        awaiting=CSAT,
        pending=Intent.FEEDBACK,
        fields={"state.thanked": True, "state.survey": "concierge", "state.surveyTicketId": None},
    ).note(EventName.CSAT_REQUESTED)


def _why_not(ctx: TurnContext) -> Outcome | None:
    """After something was refused: its reason once more, and a human."""
    state = ctx.session.state
    refused = state.last_intent in _REFUSING and state.awaiting in {HUMAN, RESIZE_OFFER}
    if not refused or WHY_NOT.match(ctx.text) is None:
        return None
    told = (one for one in reversed(ctx.session.transcript) if one.author is Author.CONCIERGE)
    reason = next((one.text for one in told if one.text), None)
    if reason is None:
        return None
    return Outcome(
        [Text(text=reason), ctx.say("why_not"), ctx.buttons("human", "track")],
        awaiting=HUMAN,
        pending=Intent.STYLIST,
        intent=Intent(state.last_intent) if state.last_intent else None,
    )


def unmatched(ctx: TurnContext) -> Outcome:
    """Says so plainly; offers the nearest things it can do, and from the second time a human."""
    if not ctx.text.strip():
        return Outcome([ctx.say("message_empty"), ctx.buttons("track", "rings", "human")])
    if IS_PROGRAM.search(ctx.text):
        return Outcome(
            [ctx.say("is_program"), ctx.say("help"), ctx.buttons("rings", "track", "human")]
        )
    if CAN_DO.search(ctx.text):
        replies: list[Reply] = [ctx.say("help"), ctx.say("commands_help")]
        return Outcome([*replies, ctx.buttons("track", "rings", "return", "human")])
    if ctx.detection.rule == PROMO_RULE:
        return Outcome([ctx.say("promo_codes"), ctx.buttons("financing", "rings", "human")])
    if (again := _why_not(ctx)) is not None:
        return again
    if bare_contact(ctx.text):
        return contact_unasked(ctx)
    # "Moonrise studs" says nothing but a name, and may answer which piece was meant.
    answers = ctx.session.state.awaiting == PIECE
    piece = pieces.about(ctx) if answers else pieces.by_name(ctx)
    if piece is not None:
        piece.intent = Intent.PRODUCT_SEARCH
        return piece
    near = [c.intent for c in ctx.detection.candidates if c.intent in BUTTON_OF]
    names = [BUTTON_OF[intent] for intent in dict.fromkeys(near)]
    for usual in ("track", "rings", "return"):
        if len(names) < NEAREST and usual not in names:
            names.append(usual)
    options = QuickReplies(options=[ctx.button(name) for name in [*names[:NEAREST], "human"]])
    if ctx.session.state.misses_in_row >= 1:
        return Outcome(
            [ctx.say("unmatched_twice"), options], awaiting=HUMAN, pending=Intent.STYLIST
        )
    state = ctx.session.state
    # What was asked stays open: the next message may still answer it.
    pending = Intent(state.pending_intent) if state.pending_intent else None
    return Outcome([ctx.say("unmatched"), options], awaiting=state.awaiting, pending=pending)
