"""One function per intent: a `TurnContext` in, an `Outcome` out."""

from __future__ import annotations

from collections.abc import Callable

from concierge.chat.context import Outcome, TurnContext
from concierge.chat.handlers import aftercare, orders, people, products, shortlist, topics
from concierge.detection.models import Intent

Handler = Callable[[TurnContext], Outcome]

HANDLERS: dict[Intent, Handler] = {
    Intent.ORDER_TRACKING: orders.track,
    Intent.ORDER_CHANGE: orders.change,
    Intent.ORDER_UPDATES: orders.updates,
    Intent.RETURNS: aftercare.send_back,
    Intent.RESIZE: aftercare.resize,
    Intent.PRODUCT_SEARCH: products.search,
    Intent.GIFT: products.gift,
    Intent.SHORTLIST: shortlist.shortlist,
    Intent.SHIPPING_INFO: topics.article,
    Intent.CARE_REPAIR: topics.article,
    Intent.FINANCING: topics.article,
    Intent.SIZING: topics.sizing,
    Intent.CUSTOM_DESIGN: topics.article,
    Intent.STYLIST: people.stylist,
    Intent.FEEDBACK: people.feedback,
    Intent.GREETING: topics.greeting,
    Intent.THANKS_GOODBYE: topics.thanks,
    Intent.UNMATCHED: topics.unmatched,
}
