"""Every query on customers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pymongo import InsertOne, ReplaceOne
from pymongo.client_session import ClientSession

from concierge.core.mongo import Mongo
from concierge.customers.models import CUSTOMERS, Customer

Decide = Callable[[dict[str, Customer]], tuple[Sequence[Customer], Sequence[Customer]]]
"""From the stored customers by e-mail: whom to insert, whom to replace."""


class CustomersRepository:
    def __init__(self, mongo: Mongo) -> None:
        self._mongo = mongo
        self._customers = mongo.collection(CUSTOMERS)

    def by_email(self, email: str) -> Customer | None:
        row = self._customers.find_one({"email": email})
        return None if row is None else Customer.from_mongo(row)

    def count_all(self) -> int:
        return self._customers.estimated_document_count()

    def write_batch(self, emails: Sequence[str], decide: Decide) -> None:
        """Reads the stored customers and writes what `decide` says, in one transaction."""

        def once(session: ClientSession) -> None:
            rows = self._customers.find({"email": {"$in": list(emails)}}, session=session)
            inserts, replacements = decide({r["email"]: Customer.from_mongo(r) for r in rows})
            writes: list[Any] = [InsertOne(customer.to_mongo()) for customer in inserts]
            writes += [ReplaceOne({"_id": c.id}, c.to_mongo()) for c in replacements]
            if writes:
                self._customers.bulk_write(writes, ordered=False, session=session)

        self._mongo.unit_of_work(once)
