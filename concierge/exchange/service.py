"""Imports: a file in, what became of it out.

A file is read three times as a stream: to see that it is what it should be and can be read to its
end, to find wrong rows and which of repeated entries is the last right one, and to write. Nothing
is written before the second reading has ended, and no more than one batch is held in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from concierge.catalog.models import ProductDraft
from concierge.catalog.service import CatalogService
from concierge.core.actor import Actor, Permission
from concierge.core.audit import AuditLog
from concierge.core.batches import batches
from concierge.core.errors import InvalidInput
from concierge.core.ids import derived_id
from concierge.core.policies import Policies
from concierge.core.upserts import UpsertCounts
from concierge.events.catalog import EventName
from concierge.events.models import Event
from concierge.events.recorder import EventRecorder
from concierge.exchange.files import encoding_of, format_of
from concierge.exchange.models import Entry, Format, ImportReport, Progress, Rejection, Source
from concierge.exchange.shopify_orders import ShopifyOrders
from concierge.exchange.shopify_products import ShopifyProducts
from concierge.exchange.woocommerce_orders import WooCommerceOrders
from concierge.exchange.woocommerce_products import WooCommerceProducts
from concierge.orders.models import OrderDraft
from concierge.orders.service import OrdersService
from concierge.sessions.models import WidgetSession
from concierge.sessions.service import SessionsService

D = TypeVar("D")
_EVERY = 1_000
SHOP = Actor.system("import")
"""Who reports purchases: whoever brings the file speaks for the shop."""


class ImportService:
    """`currency` is that of catalogues which name none."""

    def __init__(
        self,
        *,
        catalog: CatalogService,
        orders: OrdersService,
        sessions: SessionsService,
        events: EventRecorder,
        audit: AuditLog,
        policies: Policies,
        currency: str = "USD",
    ) -> None:
        self._catalog = catalog
        self._orders = orders
        self._sessions = sessions
        self._events = events
        self._audit = audit
        self._policies = policies
        self._currency = currency

    def products(
        self,
        actor: Actor,
        path: Path,
        format: Format | str | None = None,  # noqa: A002  the command's own word
        progress: Progress | None = None,
    ) -> ImportReport:
        """Takes in a catalogue. Raises `WrongFile` when the file is of another kind."""
        actor.require(Permission.OPERATIONS_READ)
        wanted, encoding = _look(path, format)
        source: Source[ProductDraft]
        if wanted is Format.SHOPIFY_CSV:
            source = ShopifyProducts(path, encoding, self._currency)
        else:
            source = WooCommerceProducts(path, encoding, self._currency)

        def write(batch: list[Entry[ProductDraft]]) -> UpsertCounts:
            return self._catalog.upsert_from(source.name, _drafts(batch))

        return self._run(actor, "products", path, source, write, progress)

    def orders(
        self,
        actor: Actor,
        path: Path,
        format: Format | str | None = None,  # noqa: A002  the command's own word
        progress: Progress | None = None,
    ) -> ImportReport:
        """Takes in orders, their lines linked to pieces of the same source where one is named.

        An order that names the conversation it came out of marks that conversation's purchase.
        Raises `WrongFile` when the file is of another kind.
        """
        actor.require(Permission.OPERATIONS_READ)
        wanted, encoding = _look(path, format)
        days = self._policies.delivery_estimate_days
        source: Source[OrderDraft]
        if wanted is Format.SHOPIFY_CSV:
            source = ShopifyOrders(path, encoding, days)
        else:
            source = WooCommerceOrders(path, encoding, days)

        def write(batch: list[Entry[OrderDraft]]) -> UpsertCounts:
            drafts = list(self._linked(source.name, batch))
            counts = self._orders.upsert_from(source.name, drafts)
            refused = {refusal.key for refusal in counts.refused}
            self._mark_purchases([one for one in drafts if one.order_number not in refused])
            return counts

        return self._run(actor, "orders", path, source, write, progress)

    def _run(
        self,
        actor: Actor,
        what: str,
        path: Path,
        source: Source[D],
        write: Callable[[list[Entry[D]]], UpsertCounts],
        progress: Progress | None,
    ) -> ImportReport:
        rows = source.scan()
        rejected: list[Rejection] = []
        last_right: dict[str, int] = {}
        for place, entry in _told(source.entries(), "checking", rows, progress):
            rejected += entry.rejected
            if entry.draft is not None:
                last_right[entry.key] = place
        counts = UpsertCounts()
        right = (
            entry
            for place, entry in _told(source.entries(), "writing", rows, progress)
            if entry.draft is not None and last_right[entry.key] == place
        )
        for batch in batches(right):
            written = write(batch)
            lines = {entry.key: entry.line for entry in batch}
            rejected += [
                Rejection(line=lines[r.key], key=r.key, field=source.key_field, reason=r.reason)
                for r in written.refused
            ]
            counts += written
        report = ImportReport(
            read=rows,
            created=counts.created,
            updated=counts.updated,
            unchanged=counts.unchanged,
            rejected=sorted(rejected, key=lambda rejection: rejection.line),
        )
        changes = {
            name: (None, getattr(report, name))
            for name in ("read", "created", "updated", "unchanged")
        }
        self._audit.record(
            actor,
            f"import.{what}",
            f"file:{path.name}",
            {**changes, "rejected": (None, len(report.rejected))},
        )
        return report

    def _mark_purchases(self, drafts: Sequence[OrderDraft]) -> None:
        """The funnel's last mark and its event. A file that comes again changes neither."""
        sessions = self._sessions_of(drafts)
        for draft in drafts:
            session = sessions.get(draft.concierge_session_id or "")
            if session is None:
                continue
            self._sessions.record_purchase(SHOP, session.id, draft.placed_at)
            bought = Event(
                id=derived_id("order", draft.order_number, session.id),
                event=EventName.ORDER_PLACED,
                ts=draft.placed_at,
                session_id=session.id,
                order_number=draft.order_number,
                variant=session.variant,
                channel=session.channel.value,
                simulated=session.simulated,
            )
            self._events.record([bought])

    def _sessions_of(self, drafts: Iterable[OrderDraft]) -> dict[str, WidgetSession]:
        """The conversations that orders name, by id; a name that is nobody's is no fault."""
        named = {draft.concierge_session_id for draft in drafts if draft.concierge_session_id}
        return self._sessions.live(SHOP, list(named)) if named else {}

    def _linked(self, source: str, batch: list[Entry[OrderDraft]]) -> Iterator[OrderDraft]:
        """Drafts whose lines name our pieces, by the source's product id, else by SKU, and that
        name only conversations they can have come out of."""
        sessions = self._sessions_of(_drafts(batch))
        external = {product for entry in batch for product in entry.products.values()}
        skus = {line.sku for draft in _drafts(batch) for line in draft.lines if line.sku}
        by_external = self._catalog.ids_by_external(source, external) if external else {}
        by_sku = self._catalog.ids_by_sku(source, skus) if skus else {}
        for entry in batch:
            if entry.draft is None:
                continue
            lines = tuple(
                line.model_copy(
                    update={
                        "product_id": by_external.get(entry.products.get(line.line_id, ""))
                        or by_sku.get(line.sku or "")
                    }
                )
                for line in entry.draft.lines
            )
            session = sessions.get(entry.draft.concierge_session_id or "")
            begun = session is not None and session.opened_at <= entry.draft.placed_at
            came_out_of = session.id if session is not None and begun else None
            yield entry.draft.model_copy(
                update={"lines": lines, "concierge_session_id": came_out_of}
            )


class _Counted(Protocol):
    @property
    def rows(self) -> int: ...


E = TypeVar("E", bound=_Counted)


def _told(
    entries: Iterable[E], stage: str, total: int, progress: Progress | None
) -> Iterator[tuple[int, E]]:
    """The entries with their places; progress is told every thousand rows and at the end."""
    done = told = 0
    for place, entry in enumerate(entries):
        yield place, entry
        done += entry.rows
        if progress is not None and done - told >= _EVERY:
            told = done
            progress(stage, done, total)
    if progress is not None:
        progress(stage, total, total)


def _drafts(batch: list[Entry[D]]) -> Iterator[D]:
    return (entry.draft for entry in batch if entry.draft is not None)


def _look(path: Path, wanted: Format | str | None) -> tuple[Format, str]:
    """Whose file it is (told, or seen by its first sign) and what it is written in."""
    try:
        chosen = Format(wanted) if wanted else None
    except ValueError as error:
        known = ", ".join(Format)
        raise InvalidInput("format", f"must be one of {known}") from error
    encoding = encoding_of(path)
    return chosen or format_of(path, encoding), encoding
