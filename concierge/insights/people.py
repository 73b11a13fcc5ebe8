"""Taking the person out: what is known of a session's customer, and the masker made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from concierge.core.mongo import Mongo, Row
from concierge.core.privacy import MASK, Masker, introduced
from concierge.orders.models import ORDERS
from concierge.sessions.models import SESSION_PAGES, Author, TurnTrace
from concierge.tickets.models import STYLIST_TICKETS

_CUSTOMER = Author.CUSTOMER.value
PERSONAL_SLOTS = ("name", "email", "phone", "postalCode")

_INTRODUCTIONS: Mapping[str, Any] = {
    "$map": {
        "input": {
            "$filter": {
                "input": "$transcript",
                "cond": {
                    "$and": [
                        {"$eq": ["$$this.author", _CUSTOMER]},
                        {
                            "$regexMatch": {
                                "input": "$$this.text",
                                "regex": "name|this is|it.s|i am|i.m |call me",
                                "options": "i",
                            }
                        },
                    ]
                },
            }
        },
        "in": "$$this.text",
    }
}
"""Of a stored transcript: what its customer wrote that may say who they are."""
SESSION_FIELDS: Mapping[str, Any] = {
    "customerName": 1,
    "customerEmail": 1,
    "slots": 1,
    "orderNumber": 1,
    "mentionedOrderNumber": 1,
    "provenOrders": 1,
    "ticketIds": 1,
    "pages": 1,
    "introductions": _INTRODUCTIONS,
}
"""What `People.maskers` must be given of a session, as stored: what it knows of its customer, and
what they may have introduced themselves by. A transcript adds its slots and its introductions."""


class People:
    """Reads customers' known values in three queries, however many sessions are asked about."""

    def __init__(self, mongo: Mongo) -> None:
        self._orders = mongo.collection(ORDERS)
        self._tickets = mongo.collection(STYLIST_TICKETS)
        self._pages = mongo.collection(SESSION_PAGES)

    def maskers(self, sessions: Sequence[Row]) -> dict[str, Masker]:
        """One masker per stored session, by its id.

        Known are what the session holds and heard, and the customers of its orders (proven or only
        named) and of its tickets.
        """
        numbers = {number for row in sessions for number in _numbers(row)}
        tickets = {ticket for row in sessions for ticket in row.get("ticketIds", ())}
        orders = {row["orderNumber"]: row for row in self._orders_of(numbers)}
        contacts = {row["ticketId"]: row.get("customer", {}) for row in self._customers_of(tickets)}
        earlier = self._introduced_earlier([row["_id"] for row in sessions if row.get("pages")])
        made = {}
        for row in sessions:
            named = [orders[number] for number in _numbers(row) if number in orders]
            asked = [contacts[t] for t in row.get("ticketIds", ()) if t in contacts]
            made[row["_id"]] = Masker(
                [
                    row.get("customerName"),
                    row.get("customerEmail"),
                    *_of_slots(row.get("slots", {})),
                    *_heard(row.get("transcript", ())),
                    *_introduced(row, earlier.get(row["_id"], ())),
                    *(order.get("customerName") for order in named),
                    *(order.get("customerEmail") for order in named),
                    *(contact.get(key) for contact in asked for key in ("name", "email", "phone")),
                ],
                phrases=[
                    order.get("shipping", {}).get(key)
                    for order in named
                    for key in ("postalCode", "city", "trackingNumber")
                ]
                + _tracked(row.get("transcript", ())),
            )
        return made

    def _orders_of(self, numbers: Iterable[str]) -> list[Row]:
        if not (wanted := list(numbers)):
            return []
        fields = {
            "orderNumber": 1,
            "customerName": 1,
            "customerEmail": 1,
            "shipping.postalCode": 1,
            "shipping.city": 1,
            "shipping.trackingNumber": 1,
        }
        return list(self._orders.find({"orderNumber": {"$in": wanted}}, fields))

    def _customers_of(self, tickets: Iterable[str]) -> list[Row]:
        if not (wanted := list(tickets)):
            return []
        return list(
            self._tickets.find({"ticketId": {"$in": wanted}}, {"ticketId": 1, "customer": 1})
        )

    def _introduced_earlier(self, sessions: Sequence[str]) -> dict[str, list[str]]:
        """By session, from what has moved to its pages."""
        found: dict[str, list[str]] = {}
        if sessions:
            wanted = {"sessionId": {"$in": list(sessions)}}
            for page in self._pages.find(wanted, {"sessionId": 1, "said": _INTRODUCTIONS}):
                found.setdefault(page["sessionId"], []).extend(page["said"])
        return found


def masked_trace(trace: TurnTrace, masker: Masker) -> TurnTrace:
    """The trace with what it heard of the person covered; intents and scores stay."""
    slots = trace.detection.slots
    covered = {
        name: MASK
        for name in ("name", "email", "phone", "postal_code")
        if getattr(slots, name) is not None
    }
    detection = trace.detection.model_copy(update={"slots": slots.model_copy(update=covered)})
    query = {name: masker.mask(value) for name, value in trace.query.items()}
    return trace.model_copy(update={"detection": detection, "query": query})


def _numbers(row: Row) -> list[str]:
    named = [row[key] for key in ("orderNumber", "mentionedOrderNumber") if row.get(key)]
    return list(dict.fromkeys([*named, *row.get("provenOrders", ())]))


def _heard(transcript: Iterable[Row]) -> list[str]:
    return [
        value
        for entry in transcript
        for value in _of_slots(entry.get("trace", {}).get("detection", {}).get("slots", {}))
    ]


def _tracked(transcript: Iterable[Row]) -> list[str]:
    """Parcels' numbers that were shown: with one the carrier tells anybody where somebody lives."""
    return [
        reply["trackingNumber"]
        for entry in transcript
        for reply in entry.get("replies", ())
        if reply.get("trackingNumber")
    ]


def _introduced(row: Row, earlier: Iterable[str]) -> list[str]:
    said = [e.get("text", "") for e in row.get("transcript", ()) if e.get("author") == _CUSTOMER]
    texts = (*row.get("introductions", ()), *earlier, *said)
    return [name for text in texts for name in introduced(text)]


def _of_slots(slots: Row) -> list[str]:
    return [slots[name] for name in PERSONAL_SLOTS if slots.get(name)]
