"""Keeping and letting go of pieces; every change may be repeated without harm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from concierge.core.actor import Actor, Permission
from concierge.core.clock import Clock
from concierge.core.errors import InvalidInput
from concierge.core.ids import derived_id
from concierge.core.mongo import ClientSession, Mongo
from concierge.core.policies import Policies
from concierge.shortlists.models import Shortlist, ShortlistItem
from concierge.shortlists.repository import ShortlistsRepository

MAX_ITEMS = 50
MAX_ID = 200


class ShortlistsService:
    """One shortlist per session, kept `shortlist_days` after its last change."""

    def __init__(
        self,
        *,
        repository: ShortlistsRepository,
        mongo: Mongo,
        clock: Clock,
        policies: Policies,
    ) -> None:
        self._repository = repository
        self._mongo = mongo
        self._clock = clock
        self._policies = policies

    def get(self, actor: Actor, session_id: str) -> Shortlist:
        """The session's shortlist, empty when there is none: for its customer, or for staff who
        read conversations."""
        if actor.is_customer:
            actor.require_participant(session_id)
        else:
            actor.require(Permission.CONVERSATIONS_READ)
        return self._current(session_id)

    def add(self, actor: Actor, session_id: str, product_ids: Sequence[str]) -> Shortlist:
        """Adds what is not in it yet, at the end; `InvalidInput` when it would grow too long."""
        wanted = _checked(product_ids)

        def with_more(items: list[ShortlistItem], now: datetime) -> list[ShortlistItem]:
            known = {item.product_id for item in items}
            new = [ShortlistItem(product_id=p, added_at=now) for p in wanted if p not in known]
            return items + new

        return self._change(actor, session_id, with_more)

    def remove(self, actor: Actor, session_id: str, product_ids: Sequence[str]) -> Shortlist:
        """Takes pieces out; those that are not in it do not matter."""
        unwanted = set(_checked(product_ids))

        def with_less(items: list[ShortlistItem], now: datetime) -> list[ShortlistItem]:  # noqa: ARG001
            return [item for item in items if item.product_id not in unwanted]

        return self._change(actor, session_id, with_less)

    def _change(
        self,
        actor: Actor,
        session_id: str,
        change: Callable[[list[ShortlistItem], datetime], list[ShortlistItem]],
    ) -> Shortlist:
        actor.require_participant(session_id)

        def write(session: ClientSession) -> Shortlist:
            before = self._current(session_id, session)
            now = self._clock.now()
            items = change(before.items, now)
            if items == before.items:
                return before
            if len(items) > MAX_ITEMS:
                raise InvalidInput("items", f"a shortlist holds at most {MAX_ITEMS} pieces")
            after = before.model_copy(
                update={"items": items, "updated_at": now, "expires_at": self._expiry(now)}
            )
            self._repository.put(after, session)
            return after

        return self._mongo.unit_of_work(write)

    def _current(self, session_id: str, session: ClientSession | None = None) -> Shortlist:
        """What is stored, unless its time is over and only the database's sweep is still due."""
        now = self._clock.now()
        found = self._repository.find(session_id, session)
        if found is not None and found.expires_at > now:
            return found
        return Shortlist(
            id=derived_id("shortlist", session_id),
            session_id=session_id,
            created_at=now,
            updated_at=now,
            expires_at=self._expiry(now),
        )

    def _expiry(self, now: datetime) -> datetime:
        return now + timedelta(days=self._policies.shortlist_days)


def _checked(product_ids: Sequence[str]) -> list[str]:
    unique = list(dict.fromkeys(p.strip() for p in product_ids))
    if not unique or len(unique) > MAX_ITEMS or any(not 1 <= len(p) <= MAX_ID for p in unique):
        raise InvalidInput("items", f"must name 1 to {MAX_ITEMS} pieces")
    return unique
