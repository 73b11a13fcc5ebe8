"""Who the shop knows.

No method here is open to a customer or a page by itself: the rooms above decide who may learn a
tier or a name, as a typed e-mail address proves nothing about who typed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from concierge.core.batches import batches
from concierge.core.clock import Clock
from concierge.core.ids import derived_id
from concierge.core.upserts import UpsertCounts
from concierge.customers.models import Customer, CustomerDraft, Tier, normal_email
from concierge.customers.repository import CustomersRepository


class CustomersService:
    def __init__(self, *, repository: CustomersRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    def by_email(self, email: str) -> Customer | None:
        return self._repository.by_email(normal_email(email))

    def tier_of(self, email: str | None) -> Tier:
        """`new` for anybody the shop does not know."""
        customer = self.by_email(email) if email else None
        return customer.tier if customer else Tier.NEW

    def count(self) -> int:
        return self._repository.count_all()

    def upsert_many(self, drafts: Iterable[CustomerDraft]) -> UpsertCounts:
        """Writes customers by e-mail address; of several with one address the last wins."""
        counts = UpsertCounts()
        for batch in batches(drafts):
            counts += self._upsert_batch({draft.email: draft for draft in batch})
        return counts

    def _upsert_batch(self, drafts: dict[str, CustomerDraft]) -> UpsertCounts:
        now = self._clock.now()
        inserts: list[Customer] = []
        replacements: list[Customer] = []

        def decide(stored: dict[str, Customer]) -> tuple[Sequence[Customer], Sequence[Customer]]:
            inserts.clear()
            replacements.clear()
            for email, draft in drafts.items():
                before = stored.get(email)
                if before is None:
                    identity = derived_id("customer", email)
                    fields = draft.model_dump()
                    inserts.append(Customer(id=identity, created_at=now, updated_at=now, **fields))
                    continue
                after = before.model_copy(update=draft.model_dump())
                if after != before:
                    replacements.append(after.model_copy(update={"updated_at": now}))
            return inserts, replacements

        self._repository.write_batch(list(drafts), decide)
        return UpsertCounts(
            created=len(inserts),
            updated=len(replacements),
            unchanged=len(drafts) - len(inserts) - len(replacements),
        )
