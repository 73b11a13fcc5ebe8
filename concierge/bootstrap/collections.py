"""Every collection of the product, as declared beside its repository."""

from __future__ import annotations

from concierge.accounts import models as accounts_models
from concierge.catalog import models as catalog_models
from concierge.core.audit import AUDIT_LOG
from concierge.core.idempotency import IDEMPOTENCY_KEYS
from concierge.core.leases import LEASES
from concierge.core.limits import RATE_COUNTERS
from concierge.core.schema import CollectionSpec
from concierge.csat import models as csat_models
from concierge.customers import models as customers_models
from concierge.events import models as events_models
from concierge.notifications import models as notifications_models
from concierge.orders import models as orders_models
from concierge.rehearsal import models as rehearsal_models
from concierge.returns import models as returns_models
from concierge.rules import models as rules_models
from concierge.sessions import models as sessions_models
from concierge.shortlists import models as shortlists_models
from concierge.subscriptions import models as subscriptions_models
from concierge.tickets import models as tickets_models

SPECS_WITHOUT_A_ROOM: list[CollectionSpec] = [AUDIT_LOG, IDEMPOTENCY_KEYS, LEASES, RATE_COUNTERS]
ALL_COLLECTIONS: list[CollectionSpec] = [
    *SPECS_WITHOUT_A_ROOM,
    *accounts_models.COLLECTIONS,
    *catalog_models.COLLECTIONS,
    *csat_models.COLLECTIONS,
    *customers_models.COLLECTIONS,
    *events_models.COLLECTIONS,
    *notifications_models.COLLECTIONS,
    *orders_models.COLLECTIONS,
    *rehearsal_models.COLLECTIONS,
    *returns_models.COLLECTIONS,
    *rules_models.COLLECTIONS,
    *sessions_models.COLLECTIONS,
    *shortlists_models.COLLECTIONS,
    *subscriptions_models.COLLECTIONS,
    *tickets_models.COLLECTIONS,
]
"""Every collection of the product; `init-db` and every start apply them."""
