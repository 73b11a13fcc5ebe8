"""What to do with a message, given what was asked before. Pure: no services, no clock."""

from __future__ import annotations

import re
from dataclasses import dataclass

from concierge.chat.asked import (
    CART,
    CHANGE,
    CHEAPER,
    DEARER,
    MORE,
    OF_LIST,
    POLICY,
    QUESTION,
    Asked,
    also_of_piece,
    asked_of_piece,
    speaks_of_piece,
)
from concierge.chat.awaiting import (
    ASIDES,
    BUDGET,
    CONTACT,
    CSAT,
    CSAT_NOTES,
    OFFERS,
    ORDER_PICK,
    PATIENT,
    RETURN_CONFIRM,
    RETURN_FORMS,
    RETURN_LINE,
    RETURN_REASON,
    RING_SIZE,
)
from concierge.chat.consent import (
    ACKNOWLEDGES,
    BYE,
    CORRECTS,
    NO,
    YES,
    agrees,
    asks,
    calls_off,
    calls_off_return,
    ends_messages,
    flat_no,
    keeps_order,
    names_pieces,
    other_address,
    pauses,
    says_why,
    seeks,
    stops_order,
    takes_back,
    was_for_somebody,
)
from concierge.chat.contact import bare_contact, commands, only_thanks
from concierge.chat.following import CHOICE_RULE, HOURS, PLACE, said_of_last
from concierge.chat.forms import intent_of
from concierge.chat.models import Submission
from concierge.detection.models import Detection, Intent, Slots
from concierge.sessions.models import DialogueState, SessionContext

ALTERS = re.compile(
    r"\b(re-?siz\w*|alter\w*|adjust\w*|make (it|this|them|one)|siz(e|ed|ing) (it )?(up|down))\b",
    re.I,
)
REMOVE = re.compile(r"\b(remove|delete|take off|drop|unsave)\b", re.I)
ORDER = re.compile(r"\b(orders?|gg-?\d+)\b", re.I)
SAVE = re.compile(
    r"\b(save|add|keep|hold|shortlist (this|that|the|it)|favou?rite|bookmark)\b", re.I
)
SAVES = re.compile(
    r"^\W*((please|pls|can you|could you|and|also|ok|okay)\W+)*(save|bookmark|shortlist)"
    r" (the|this|that|it|them|both|all|these|those)\b",
    re.I,
)
"""Said of a piece by its name, which alone would be looked at."""
OTHER_ORDER = re.compile(
    r"\b(other|another|different|wrong) (order|purchase|one i ordered)\b", re.I
)
"""Not the order that was proven; which one is still to be said."""
_RULES = re.compile(r"\b(polic(y|ies)|conditions?|rules)\b", re.I)
_DIGITS = re.compile(r"^[\s+().-]*\d[\d\s().+-]*$")
INSTEAD = re.compile(r"\b(instead|rather|actually)\b", re.I)
TRANSIENT = ("choice", "opt_out", "channel")
"""Slots that mean something only for what was asked just now."""
_BROAD = {Intent.UNMATCHED, Intent.GREETING, Intent.THANKS_GOODBYE}
_REASONS = {Intent.RETURNS, Intent.RESIZE}
"""What a reason sounds like: "too big" is a resize by itself and a reason when one was asked."""
_OF_PIECES = {Intent.UNMATCHED, Intent.SIZING}
"""As what a question about a piece on the screen is read by words that know of no screen."""
LOOKED = {Intent.PRODUCT_SEARCH.value, Intent.GIFT.value}
YES_OR_NO_RULE = "yes-or-no"
"""The rule of data/intents that reads a bare yes or no by what came last."""
SHOW_RULE = "asked-to-see"
"""The rule of data/intents that reads "show me": nobody says so of how to be reached."""
RATING_RULE = "rating-when-asked"
"""The rule of data/intents that reads an answer to "how was it"."""
NUMBER_RULES = {"bare-order-number", "details-when-asked"}
"""The rules of data/intents that read an order's number or proof with nothing asked about it."""
SIZE_RULE = "size-when-asked"
"""The rule of data/intents that reads a size, or "not sure", where one was asked."""
SURE = 0.85
"""From this confidence on, a new wish interrupts what was asked."""
PLAIN = 0.75
"""From this confidence on, a human is asked for whatever else was."""
_OF_AN_ORDER = {
    Intent.ORDER_TRACKING,
    Intent.RETURNS,
    Intent.RESIZE,
    Intent.ORDER_CHANGE,
    Intent.ORDER_UPDATES,
}


@dataclass(frozen=True)
class Decision:
    """Which intent runs; `continued` says it is the answer to what was asked, `idle` that it
    answers what nobody asked, `waits` that it is no answer yet."""

    intent: Intent
    continued: bool = False
    refused: bool = False
    idle: bool = False
    waits: bool = False


def decide(
    detection: Detection,
    state: DialogueState,
    form: Submission | None,
    text: str,
    context: SessionContext | None = None,
) -> Decision:
    """A form says what it is; an awaited answer goes on; anything else is a new wish, on the page
    that `context` tells of."""
    context = context or SessionContext()
    if form is not None:
        return Decision(intent_of(form), continued=True)
    if detection.layer == "command":
        return Decision(detection.intent)
    if (unasked := bare_contact(text)) and detection.intent is Intent.STYLIST:
        # It reads like the wish for a human, and says nothing of one.
        detection = detection.model_copy(update={"intent": Intent.UNMATCHED, "confidence": 0.0})
    if ends_messages(detection, state, text):
        return Decision(Intent.ORDER_UPDATES)
    if other_address(detection, state, text):
        return Decision(Intent.ORDER_UPDATES)
    if calls_off_return(state, text):
        return Decision(Intent.RETURNS)
    if stops_order(text) and (state.awaiting != CONTACT or detection.slots.email is None):
        return Decision(Intent.ORDER_CHANGE)
    if state.awaiting is None:
        if detection.rule == YES_OR_NO_RULE and flat_no(text):
            return Decision(detection.intent, continued=True, refused=True)
        if detection.intent is Intent.ORDER_CHANGE and keeps_order(text):
            return Decision(detection.intent, continued=True, refused=True)
        if detection.rule == YES_OR_NO_RULE and agrees(text) and len(text.split()) <= 3:
            return Decision(detection.intent, continued=True, idle=True)
        return Decision(_new_wish(detection, state, text, context))
    pending = Intent(state.pending_intent) if state.pending_intent else detection.intent
    slots = detection.slots
    if state.awaiting in OFFERS and ACKNOWLEDGES.match(text):
        return Decision(Intent.THANKS_GOODBYE)
    if OTHER_ORDER.search(text) and pending in _OF_AN_ORDER:
        return Decision(pending)
    if _declines(detection, state, text):
        return Decision(pending, continued=True, refused=True)
    if _wants_time(detection, state, pending, text):
        return Decision(pending, continued=True, waits=True)
    match state.awaiting:
        case "order_pick" if OF_LIST.search(text) or names_pieces(text):
            if slots.choice is not None and state.last_intent in LOOKED:
                return Decision(Intent.PRODUCT_SEARCH)  # what was shown since is nearer
            return Decision(pending, continued=True)
        case "identity" | "identity_proof" | "order_pick":
            named = slots.order_number or slots.email or slots.postal_code
            if _tracks_instead(detection, pending):
                return Decision(Intent.ORDER_TRACKING)
            if pending is Intent.RETURNS and detection.intent is Intent.RESIZE:
                # "It does not fit" says why it goes back, unless an alteration is asked for.
                if ALTERS.search(text) or _resize_instead(detection, text):
                    return Decision(Intent.RESIZE)
                return Decision(pending, continued=True)
            if _asks_for_days(detection, pending, text):
                return Decision(pending)
            if named and detection.intent in {*_BROAD, Intent.ORDER_TRACKING, pending}:
                return Decision(pending, continued=True)
        case "csat":
            if detection.intent is Intent.FEEDBACK:
                return Decision(Intent.FEEDBACK, continued=True)
        case "human_offer":
            # After the order its proof is said once more; else it is how to be reached.
            reached = unasked and state.last_intent != Intent.ORDER_TRACKING.value
            if agrees(text) or reached or detection.intent is Intent.STYLIST:
                return Decision(Intent.STYLIST, continued=True)
        case "resize_offer":
            if agrees(text):
                return Decision(Intent.RESIZE, continued=True)
        case "widen_offer":
            if agrees(text):
                return Decision(Intent.PRODUCT_SEARCH, continued=True)
        case "complaint":
            if agrees(text) or unasked or detection.intent is Intent.STYLIST:
                return Decision(Intent.STYLIST, continued=True)
            if detection.rule == RATING_RULE:
                return Decision(Intent.FEEDBACK, continued=True)
        case "ring_size":
            if slots.ring_size is not None or CORRECTS.match(text):
                return Decision(pending, continued=True)
        case "shortlist_pick" | "shortlist_pick_off":
            if slots.choice is not None or not _interrupts(detection, pending):
                return Decision(Intent.SHORTLIST, continued=True)
        case "order_updates":
            # A few digits were meant for a number, and are told that they are none.
            if slots.email or slots.phone or _DIGITS.match(text):
                return Decision(pending, continued=True)
        case "return_line":
            # A piece's name reads like a search; here it is the answer.
            by_name = detection.intent is Intent.PRODUCT_SEARCH
            if by_name or not _interrupts(detection, pending):
                return Decision(pending, continued=True)
        case "return_confirm" if agrees(text) or says_why(text):
            return Decision(pending, continued=True)
        case "return_confirm" if BYE.search(text) or detection.intent is Intent.THANKS_GOODBYE:
            return Decision(Intent.THANKS_GOODBYE)
        case "return_reason" | "return_confirm" | "csat_notes":
            if detection.intent is Intent.STYLIST and detection.confidence >= PLAIN:
                return Decision(Intent.STYLIST)
            if pending is Intent.RETURNS and _resize_instead(detection, text):
                return Decision(Intent.RESIZE)
            if pending is Intent.RETURNS and asks(text) and _RULES.search(text):
                return Decision(Intent.RETURNS)
            if seeks(text) and (looks := _looks_for(detection)) is not None:
                return Decision(looks)
            by_name = state.awaiting != CSAT_NOTES and names_pieces(text)
            if by_name or not _interrupts(detection, pending) or _reason_alike(detection, text):
                return Decision(pending, continued=True)
        case "stylist_contact":
            if only_thanks(detection, text):
                return Decision(Intent.THANKS_GOODBYE)
            if commands(detection, text):
                return Decision(detection.intent)
            if slots.email is None and (HOURS.search(text) or PLACE.search(text)):
                return Decision(Intent.STYLIST)
            asked = asks(text) and not slots.email and not _interrupts(detection, pending)
            if asked and _changes_order(state):  # a question is no yes: it is asked once more
                return Decision(Intent.ORDER_CHANGE, continued=True)
            agreed = agrees(text, of_an_order=_changes_order(state))
            shows = slots.email is None and detection.rule == SHOW_RULE
            # After an aside only an address is sure to be meant for the form.
            meant = detection.intent in ASIDES | _BROAD | {pending}
            left = state.aside and not (slots.email and meant)
            tells = agreed or not (shows or _interrupts(detection, pending))
            if not left and (slots.email or tells):
                return Decision(pending, continued=True)
    return Decision(_new_wish(detection, state, text, context))


def merged(known: Slots, new: Slots, *, continued: bool = True) -> Slots:
    """The session's memory with this message's words on top."""
    values = known.model_dump(exclude=None if continued else set(TRANSIENT))
    values.update({name: value for name, value in new.model_dump().items() if value is not None})
    return Slots.model_validate(values)


def _new_wish(
    detection: Detection, state: DialogueState, text: str, context: SessionContext
) -> Intent:
    """What was understood; else what can only be meant, given what is on the screen."""
    on_the_list = state.last_intent == Intent.SHORTLIST.value
    taken_off = {Intent.PRODUCT_SEARCH, Intent.UNMATCHED}
    if ORDER.search(text) is None:
        taken_off |= {Intent.ORDER_CHANGE, Intent.RESIZE}
    if on_the_list and detection.intent in taken_off and REMOVE.match(text):
        return Intent.SHORTLIST
    if detection.intent in {Intent.PRODUCT_SEARCH, Intent.UNMATCHED} and SAVES.match(text):
        return Intent.SHORTLIST
    tracked = state.last_intent == Intent.ORDER_TRACKING.value and not state.listed_orders
    placed = detection.rule == CHOICE_RULE and ORDER.search(text) is None
    if tracked and placed and state.shown_product_ids:  # one order has no first and second
        return Intent.PRODUCT_SEARCH
    filed = state.filed_rma is not None
    if (said := said_of_last(detection, state.last_intent, text, filed=filed)) is not None:
        return said
    slots = detection.slots
    buys = asked_of_piece(text) is Asked.BUY
    on_screen = state.shown_product_ids or state.about_product_id or context.product_id
    listing = not buys and (SAVE.search(text) or REMOVE.search(text))
    asks = detection.intent in _OF_PIECES and on_screen and not listing
    if asks and speaks_of_piece(text, slots):
        return Intent.PRODUCT_SEARCH
    if asks and state.about_product_id and also_of_piece(text, slots):
        return Intent.PRODUCT_SEARCH
    if buys and detection.intent is Intent.ORDER_CHANGE and CHANGE.search(text) is None:
        return Intent.PRODUCT_SEARCH
    if detection.intent is not Intent.UNMATCHED:
        return detection.intent
    if buys:
        return Intent.PRODUCT_SEARCH
    if context.cart and CART.search(text):
        return Intent.SHORTLIST if SAVE.search(text) else Intent.PRODUCT_SEARCH
    if state.last_intent in LOOKED and (
        slots.metal or slots.stone or CHEAPER.search(text) or DEARER.search(text)
    ):
        return Intent.PRODUCT_SEARCH
    if state.shown_product_ids and MORE.match(text):
        return Intent.PRODUCT_SEARCH
    if slots.choice is not None and listing:
        return Intent.SHORTLIST
    if slots.email and slots.postal_code:
        return Intent.ORDER_TRACKING
    return Intent.UNMATCHED


def _asks_for_days(detection: Detection, pending: Intent, text: str) -> bool:
    """ "How long do I have", before the order is named."""
    returns = pending in _REASONS and detection.intent is Intent.UNMATCHED
    return returns and POLICY.search(text) is not None


def _reason_alike(detection: Detection, text: str) -> bool:
    """ "Too big", "the clasp broke": wishes by themselves, and reasons when one was asked."""
    if detection.intent is Intent.CARE_REPAIR:
        return QUESTION.search(text) is None
    if detection.intent is Intent.GIFT:
        return detection.slots.budget_max_cents is None and was_for_somebody(text)
    return detection.intent in _REASONS


def _looks_for(detection: Detection) -> Intent | None:
    """As what a wish for pieces may be read, though a reason was listened for."""
    heard = (detection.intent, *(candidate.intent for candidate in detection.candidates))
    return next((intent for intent in heard if intent.value in LOOKED), None)


def _resize_instead(detection: Detection, text: str) -> bool:
    """ "Can you resize it instead" is no reason for a return, "too big" is one."""
    heard = {detection.intent, *(candidate.intent for candidate in detection.candidates)}
    return Intent.RESIZE in heard and INSTEAD.search(text) is not None


def _tracks_instead(detection: Detection, pending: Intent) -> bool:
    """ "Where is GG-12001" asks; "GG-12001" and "it is order GG-12001" answer."""
    asks = detection.intent is Intent.ORDER_TRACKING and detection.rule not in NUMBER_RULES
    return asks and _interrupts(detection, pending)


def _declines(detection: Detection, state: DialogueState, text: str) -> bool:
    """ "No", "ok never mind", "please don't", "just asking": whatever was asked is left alone.

    After an aside a no may be meant for that, unless it is nothing but a no.
    """
    awaiting, slots = state.awaiting, detection.slots
    if slots.email or slots.phone:
        return False
    if state.aside or awaiting == BUDGET:  # "no limit" is an answer
        return flat_no(text)
    if awaiting in {CSAT, CSAT_NOTES} and detection.intent is not Intent.THANKS_GOODBYE:
        rates = awaiting == CSAT and detection.intent is Intent.FEEDBACK
        return flat_no(text) and not rates
    if awaiting in RETURN_FORMS and calls_off(text):
        return True
    said_yes = awaiting == RETURN_CONFIRM and YES.match(text) is not None
    reason_asked = awaiting == RETURN_REASON or said_yes
    of_an_order = awaiting == CONTACT and _changes_order(state)
    if takes_back(text, reason_asked=reason_asked, of_an_order=of_an_order):
        return True
    if awaiting == RETURN_REASON and detection.intent is not Intent.THANKS_GOODBYE:
        return False
    if CORRECTS.match(text) and awaiting in {RETURN_LINE, RING_SIZE, ORDER_PICK}:
        return False
    return NO.match(text) is not None and len(text.split()) <= 4


def _changes_order(state: DialogueState) -> bool:
    """Whether it was just asked if the change of an order shall be passed on."""
    return state.last_intent == Intent.ORDER_CHANGE.value


def _wants_time(detection: Detection, state: DialogueState, pending: Intent, text: str) -> bool:
    """ "I need to think", "can you wait"; a size nobody is sure of is asked about elsewhere."""
    if state.awaiting not in PATIENT or detection.rule == SIZE_RULE:
        return False
    return pauses(text) and not _interrupts(detection, pending)


def _interrupts(detection: Detection, pending: Intent) -> bool:
    return (
        detection.intent not in _BROAD
        and detection.intent is not pending
        and detection.confidence >= SURE
    )
