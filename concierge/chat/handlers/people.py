"""Handing over to a human, and asking how it went."""

from __future__ import annotations

import re
from collections.abc import Mapping

from concierge.chat.awaiting import COMPLAINT, CONTACT, CSAT, CSAT_NOTES
from concierge.chat.consent import YES, asks
from concierge.chat.contact import says_nothing
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.dialogue import RATING_RULE
from concierge.chat.following import RATES
from concierge.chat.handlers import hours
from concierge.chat.handlers.identity import proven_quietly, same_number
from concierge.chat.models import CsatSubmission, StylistSubmission
from concierge.chat.told import (
    beginning,
    half_address,
    is_bare,
    only_half_address,
    wish_told,
    without_address,
)
from concierge.core.contact import phone_number
from concierge.core.errors import InvalidInput
from concierge.core.privacy import PHONE, mask_email
from concierge.csat.models import CsatKind
from concierge.csat.scoring import score_of
from concierge.detection.models import Intent
from concierge.events.catalog import EventName
from concierge.replies.models import CsatPrompt, Reply, StylistForm, TicketOpened
from concierge.workflows.handoff import Contact

PRAISE_RULES = {"praise", "praise-surely"}
BLAME_RULES = {"blame", "complaint", "site-faults"}
"""Rules of data/intents/rules.yaml that tell praise from blame."""
NO_SUBJECT = {
    Intent.STYLIST.value,
    Intent.UNMATCHED.value,
    Intent.GREETING.value,
    Intent.THANKS_GOODBYE.value,
}
_SAYS_WHO = re.compile(r"^(?:i'?m|i am|my name is|name is|this is|it'?s)\s+", re.I)
_HURT = re.compile(
    r"\b(?:swallow\w*|chok(?:ed|ing)|injur\w*|bleed\w*|allergic reaction|poison\w*)\b", re.I
)
_SLOW = re.compile(r"\b(?:why|so|too|very|really|awfully|how come)\b.{0,15}\bslow(?:ly)?\b", re.I)
_SPOKEN = {"ok": "okay", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5"}
_OUT_OF = re.compile(r"\b([1-5])\s*(?:/|out of|of|stars?|points?)", re.I)


def stylist(ctx: TurnContext) -> Outcome:
    """The contact form, then the ticket with the reply time promised for this customer."""
    if (told := hours.hours_place_or_who(ctx)) is not None:
        return told
    contact = _contact(ctx)
    if contact is None and ctx.session.open_ticket_id:
        return _already_open(ctx, ctx.session.open_ticket_id)
    if contact is None:
        urgent = ctx.detection.urgent or ctx.session.state.urgent
        promise = ctx.rooms.handoff.promise(ctx.session, urgent=urgent)
        form = StylistForm(
            name=ctx.session.customer_name,
            email=ctx.slots.email,
            message=_told_so_far(ctx) or None,
            order_number=ctx.session.order_number,
            urgent=urgent,
        )
        said = ctx.say(_intro(ctx, urgent=urgent), promise=promise.text)
        again = ctx.continued and ctx.session.state.awaiting == CONTACT
        if again and half_address(ctx.text):
            said = ctx.say("invalid_email")
        elif again and ctx.slots.email and asks(ctx.text):
            said = ctx.say("stylist_ask_send", address=mask_email(ctx.slots.email))
        elif again and not is_bare(ctx.text):
            little = ctx.slots.email and says_nothing(ctx.detection, ctx.text)
            said = ctx.say("stylist_ask_more" if little else "stylist_ask_email")
        return Outcome(
            [said, form],
            awaiting=CONTACT,
            pending=Intent.STYLIST,
            fields={"state.urgent": urgent},
        )
    typed = _other_number(ctx)
    proven = proven_quietly(ctx, typed, contact.email)
    opened = ctx.rooms.handoff.open(
        ctx.actor,
        ctx.session.id,
        contact,
        intent=_about(ctx),
        request_id=ctx.request_id,
        order=proven.order if proven else None,
        mentioned=typed,
        address=ctx.address,
    )
    key = "stylist_opened_urgent" if opened.urgent else "stylist_opened"
    if opened.added:
        key = "stylist_already_open"
    said = ctx.say(key, ticket_id=opened.ticket_id, promise=opened.promise_text)
    card = TicketOpened(
        ticket_id=opened.ticket_id,
        promised_by=opened.promised_by,
        promise=opened.promise_text,
        conversation_url=opened.url,
    )
    fields: dict[str, object] = {"state.urgent": False, **(proven.fields if proven else {})}
    if typed and not proven:
        fields["mentionedOrderNumber"] = typed
    outcome = Outcome([said, card], fields=fields)
    if not opened.escalated:
        return outcome
    number = proven.order.order_number if proven else ctx.session.order_number
    return outcome.note(EventName.STYLIST_ESCALATED, order_number=number)


def feedback(ctx: TurnContext) -> Outcome:
    """A rating, or the question for one; a complaint offers a human at once."""
    form = ctx.form if isinstance(ctx.form, CsatSubmission) else None
    if form is not None:
        return _rate(ctx, form.rating, form.notes, form.survey, form.ticket_id, form)
    awaiting = ctx.session.state.awaiting
    if ctx.continued and awaiting == CSAT_NOTES:
        return _add_notes(ctx)
    if (ctx.continued and awaiting in {CSAT, COMPLAINT}) or RATES.match(ctx.text):
        state = ctx.session.state
        survey = "agent" if state.survey == "agent" else "concierge"
        rating = rating_in(ctx.text, ctx.rooms.policies.csat.words)
        return _rate(ctx, rating, "", survey, state.survey_ticket_id)
    replies: list[Reply] = []
    complaint = complains(ctx)
    if complaint:
        replies += [ctx.say("complaint_offer_human"), ctx.buttons("human")]
    elif ctx.detection.rule in PRAISE_RULES:
        replies.append(ctx.say("praise_thanks"))
    replies.append(CsatPrompt(question=ctx.rooms.texts.say("csat_ask")))
    ask_for_rating(ctx)
    return Outcome(
        replies,
        awaiting=COMPLAINT if complaint else CSAT,
        pending=Intent.FEEDBACK,
        fields={"state.survey": "concierge", "state.surveyTicketId": None},
    ).note(EventName.CSAT_REQUESTED)


def complains(ctx: TurnContext) -> bool:
    blames = ctx.detection.rule in BLAME_RULES or _SLOW.search(ctx.text) is not None
    return ctx.detection.angry or blames


def is_rating(ctx: TurnContext) -> bool:
    """Whether a message answers "how was it", or can be counted as if it did."""
    words = ctx.rooms.policies.csat.words
    try:
        return bool(score_of(rating_in(ctx.text, words), words))
    except InvalidInput:
        return ctx.detection.rule == RATING_RULE


def rating_in(text: str, words: Mapping[str, int]) -> str:
    """The one rating that a sentence holds: "2 out of 5", "it was good"; else the text itself."""
    if (match := _OUT_OF.search(text)) is not None:
        return match[1]
    spoken = [_SPOKEN.get(word, word) for word in re.findall(r"[\w']+", text.casefold())]
    found = {word for word in spoken if word in words or word in {"1", "2", "3", "4", "5"}}
    negated = {"not", "never", "isn't", "wasn't"} & set(spoken)
    return found.pop() if len(found) == 1 and not negated else text.strip()


def ask_for_rating(ctx: TurnContext) -> None:
    """Counts the survey as sent: the denominator of the response rate."""
    ctx.rooms.csat.asked(
        CsatKind.CONCIERGE,
        session_id=ctx.session.id,
        intent=ctx.session.intent,
        channel=ctx.session.channel.value,
        simulated=ctx.session.simulated,
    )


def _rate(
    ctx: TurnContext,
    rating: str | int,
    notes: str,
    survey: str,
    ticket_id: str | None,
    form: CsatSubmission | None = None,
) -> Outcome:
    try:
        score = score_of(rating, ctx.rooms.policies.csat.words)
    except InvalidInput:
        if ctx.strict:
            raise
        question = ctx.rooms.texts.say("csat_ask")
        prompt = CsatPrompt(
            survey="agent" if survey == "agent" else "concierge",
            question=question,
            ticket_id=ticket_id,
        )
        return Outcome(
            [ctx.say("csat_unclear"), prompt],
            awaiting=CSAT,
            pending=Intent.FEEDBACK,
            fields={"state.survey": survey, "state.surveyTicketId": ticket_id},
        )
    rated = ctx.rooms.survey.rate(
        ctx.actor,
        ctx.session,
        survey=survey,
        rating=rating,
        notes=notes,
        ticket_id=ticket_id,
        request_id=ctx.request_id,
        intent=form.intent.value if form and form.intent else None,
        order_number=form.order_number if form else None,
    )
    replies: list[Reply] = []
    if rated.follow_up_ticket_id:
        replies.append(ctx.say("csat_low", ticket_id=rated.follow_up_ticket_id))
    elif score <= ctx.rooms.policies.csat.low_at_most:
        replies += [ctx.say("csat_low_ask_contact"), ctx.buttons("human")]
    else:
        replies.append(ctx.say("csat_thanks_high" if score >= 4 else "csat_thanks"))
    outcome = Outcome(
        replies,
        fields={"state.survey": survey, "state.surveyTicketId": ticket_id, "state.thanked": True},
        intent=Intent.FEEDBACK,
    )
    if not notes:
        outcome.replies.append(ctx.say("csat_ask_notes"))
        outcome.awaiting, outcome.pending = CSAT_NOTES, Intent.FEEDBACK
    return outcome.note(EventName.CSAT_SUBMITTED, order_number=rated.order_number)


def _add_notes(ctx: TurnContext) -> Outcome:
    """A comment after the rating; an e-mail in it lets a low one be followed up after all."""
    state = ctx.session.state
    if only_half_address(ctx.text):
        return Outcome([ctx.say("invalid_email")], awaiting=CSAT_NOTES, pending=Intent.FEEDBACK)
    rated = ctx.rooms.survey.add_notes(
        ctx.actor,
        ctx.session,
        survey=state.survey or "concierge",
        ticket_id=state.survey_ticket_id,
        notes=ctx.text.strip()[:2_000],
        email=ctx.detection.slots.email,
        request_id=ctx.request_id,
    )
    if rated.follow_up_ticket_id:
        return Outcome([ctx.say("csat_low", ticket_id=rated.follow_up_ticket_id)])
    return Outcome([ctx.say("feedback_kept")])


def _told_so_far(ctx: TurnContext) -> str:
    """What the form holds already, so that nobody has to write it twice."""
    nothing = ctx.form is not None or is_bare(ctx.text) or only_half_address(ctx.text)
    now = [] if nothing else [without_address(ctx.text)]
    wish = wish_told(ctx.session.transcript, beside=bool(now))
    return "\n".join(dict.fromkeys(filter(None, [*wish, *now])))


def _intro(ctx: TurnContext, *, urgent: bool) -> str:
    if _HURT.search(ctx.text):
        return "stylist_intro_hurt"
    hurries = urgent and not ctx.continued and not ctx.form and ctx.detection.urgent
    return "stylist_intro_urgent" if hurries else "stylist_intro"


def _other_number(ctx: TurnContext) -> str | None:
    """An order number of this message that the session has not proven."""
    typed = ctx.detection.slots.order_number
    return typed if typed and not same_number(typed, ctx.session.order_number or "") else None


def _already_open(ctx: TurnContext, ticket_id: str) -> Outcome:
    promise = ctx.rooms.handoff.promise_of(ctx.session, ticket_id)
    return Outcome([ctx.say("stylist_already_open", ticket_id=ticket_id, promise=promise.text)])


def _contact(ctx: TurnContext) -> Contact | None:
    """From the form, or from words like "Ada, ada@example.com, my ring is loose"."""
    if isinstance(ctx.form, StylistSubmission):
        form = ctx.form
        return Contact(
            name=form.name,
            email=form.email,
            phone=form.phone,
            message=form.message or "\n".join(wish_told(ctx.session.transcript)),
            urgent=form.urgent or ctx.detection.urgent or ctx.session.state.urgent,
        )
    if not (ctx.continued and ctx.session.state.awaiting == CONTACT):
        return None
    new = ctx.detection.slots
    email = new.email or ctx.slots.email
    if email is None or half_address(ctx.text) or says_nothing(ctx.detection, ctx.text):
        return None
    if new.email is None and asks(ctx.text):  # a question is no consent
        return None
    # Beside an e-mail a few bare words are a name; alone they are what it is about.
    said_name = new.name if new.email or _SAYS_WHO.match(ctx.text.strip()) else None
    phone = _usable(new.phone)
    words = without_address(ctx.text)
    if phone is not None:
        words = PHONE.sub("", words)
    words = words.strip(" ,;:-\n")
    if said_name:
        words = _SAYS_WHO.sub("", words).replace(said_name, "", 1).strip(" ,;:-.\n")
    if YES.match(words) and len(words.split()) <= 2:
        words = ""
    if ctx.session.open_ticket_id is None:
        wish = wish_told(ctx.session.transcript, beside=bool(words))
    else:
        wish = []  # the ticket holds it already
    name = said_name or ctx.session.customer_name or ctx.slots.name or email.split("@")[0]
    return Contact(
        name=name[:120],
        email=email,
        phone=phone,
        subject=beginning(wish[0]) if wish else "",
        message="\n".join([*wish, words] if words else wish),
        urgent=ctx.detection.urgent or ctx.session.state.urgent,
    )


def _usable(phone: str | None) -> str | None:
    """A number that can be called; else it stays in the message, for a human to make sense of."""
    try:
        return phone_number(phone) if phone else None
    except InvalidInput:
        return None


def _about(ctx: TurnContext) -> str:
    """What the conversation was about before the human was asked for."""
    said = (entry.intent for entry in reversed(ctx.session.transcript) if entry.intent)
    before = next((intent for intent in said if intent not in NO_SUBJECT), None)
    return before or ctx.session.intent or Intent.STYLIST.value
