"""Every event name there is, with what it means. `docs/events.md` is made from this module."""

from __future__ import annotations

from enum import StrEnum


class EventName(StrEnum):
    """The fixed names; scripts and saved queries rely on them."""

    WIDGET_OPEN = "aurora_widget_open"
    MESSAGE_SENT = "aurora_message_sent"
    INTENT_DETECTED = "aurora_intent_detected"
    INTENT_UNMATCHED = "aurora_intent_unmatched"
    PRODUCTS_SHOWN = "aurora_products_shown"
    PRODUCT_VIEWED = "aurora_product_viewed"
    PRODUCT_SHORTLISTED = "aurora_product_shortlisted"
    ORDER_TRACKED = "aurora_order_tracked"
    RETURN_REQUESTED = "aurora_return_requested"
    ORDER_UPDATES_SUBSCRIBED = "aurora_order_updates_subscribed"
    STYLIST_ESCALATED = "aurora_stylist_escalated"
    CSAT_REQUESTED = "aurora_csat_requested"
    CSAT_SUBMITTED = "aurora_csat_submitted"
    TICKET_REPLIED = "aurora_ticket_replied"
    TICKET_RESOLVED = "aurora_ticket_resolved"
    ORDER_PLACED = "aurora_order_placed"
    ERROR = "aurora_error"


MEANING: dict[EventName, str] = {
    EventName.WIDGET_OPEN: "A session began: the chat was opened.",
    EventName.MESSAGE_SENT: "A customer sent a message.",
    EventName.INTENT_DETECTED: "The message was understood as one of the intents.",
    EventName.INTENT_UNMATCHED: "The message was not understood.",
    EventName.PRODUCTS_SHOWN: "A grid with at least one piece was shown.",
    EventName.PRODUCT_VIEWED: "A customer opened one piece; `productId` names it.",
    EventName.PRODUCT_SHORTLISTED: "A piece went onto the shortlist; `productId` names it.",
    EventName.ORDER_TRACKED: "An order's timeline was shown; `success` is false when the "
    "number and the proof did not fit.",
    EventName.RETURN_REQUESTED: "A return or a resize was filed; `success` is false when the "
    "policy refused it.",
    EventName.ORDER_UPDATES_SUBSCRIBED: "Updates for one order were switched on or off.",
    EventName.STYLIST_ESCALATED: "The conversation was handed over to a human.",
    EventName.CSAT_REQUESTED: "A customer was asked how it went.",
    EventName.CSAT_SUBMITTED: "A customer rated.",
    EventName.TICKET_REPLIED: "A human replied to a ticket.",
    EventName.TICKET_RESOLVED: "A ticket was resolved.",
    EventName.ORDER_PLACED: "An order was placed by a session's customer.",
    EventName.ERROR: "A turn failed; the customer saw a plain message.",
}

FUNNEL_STEPS: tuple[EventName, ...] = (
    EventName.WIDGET_OPEN,
    EventName.INTENT_DETECTED,
    EventName.PRODUCTS_SHOWN,
    EventName.PRODUCT_SHORTLISTED,
    EventName.ORDER_PLACED,
)
"""The funnel's steps in order; the marks `firstAt.*` of a session are their first times."""
