"""Ratings one by one, each with the follow-up that a low one opened."""

from __future__ import annotations

from collections.abc import Sequence

from concierge.core.documents import Embedded
from concierge.core.mongo import Mongo
from concierge.csat.models import Csat
from concierge.tickets.models import STYLIST_TICKETS, Status

_FIELDS = {"ticketId": 1, "status": 1, "assignee": 1, "ratingId": 1}


class FollowUp(Embedded):
    """The ticket that a low rating opened, and how far it is."""

    ticket_id: str
    status: Status
    assignee: str | None = None


class RatingRow(Embedded):
    """A rating as the list shows it; notes arrive masked for who may not see people."""

    rating: Csat
    low: bool
    follow_up: FollowUp | None = None


class FollowUps:
    """Finds follow-ups in one query, however many ratings are asked about."""

    def __init__(self, mongo: Mongo) -> None:
        self._tickets = mongo.collection(STYLIST_TICKETS)

    def of(self, ratings: Sequence[Csat]) -> dict[str, FollowUp]:
        """By the rating's id, which its follow-up names; a rating has one at most."""
        if not ratings:
            return {}
        wanted = {"ratingId": {"$in": [rating.id for rating in ratings]}}
        return {
            row["ratingId"]: FollowUp(
                ticket_id=row["ticketId"], status=row["status"], assignee=row.get("assignee")
            )
            for row in self._tickets.find(wanted, _FIELDS)
        }
