"""Every room, built once and handed what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from concierge.accounts.repository import AccountsRepository
from concierge.accounts.service import AccountsService
from concierge.bootstrap.agents import Agents
from concierge.bootstrap.rehearsal import rehearsal_service
from concierge.catalog.repository import CatalogRepository
from concierge.catalog.service import CatalogService
from concierge.chat.answers import Answers
from concierge.chat.context import Rooms
from concierge.chat.service import ChatService
from concierge.core.audit import AuditLog
from concierge.core.clock import Clock, ManualClock, SystemClock
from concierge.core.config import Settings
from concierge.core.folders import DATA_FOLDER
from concierge.core.idempotency import IdempotencyStore
from concierge.core.leases import Leases
from concierge.core.limits import RateLimiter
from concierge.core.mongo import Mongo
from concierge.core.policies import Policies
from concierge.core.privacy import Hasher
from concierge.core.texts import Texts
from concierge.csat.repository import CsatRepository
from concierge.csat.service import CsatService
from concierge.customers.repository import CustomersRepository
from concierge.customers.service import CustomersService
from concierge.detection.detector import Detector
from concierge.events.recorder import EventRecorder
from concierge.events.repository import EventsRepository
from concierge.exchange.exports import ExportService
from concierge.exchange.service import ImportService
from concierge.insights.conversations import ConversationsService
from concierge.insights.enrichment import EnrichmentService
from concierge.insights.funnel import FunnelService
from concierge.insights.metrics import MetricsService
from concierge.insights.miner import MinerService
from concierge.insights.unmatched import UnmatchedService
from concierge.notifications.repository import NotificationsRepository
from concierge.notifications.service import NotificationsService
from concierge.notifications.templates import MailTexts
from concierge.notifications.transport import SmtpTransport
from concierge.orders.repository import OrdersRepository
from concierge.orders.service import OrdersService
from concierge.rehearsal.service import RehearsalService
from concierge.rehearsal.whatif import WhatIfService
from concierge.returns.repository import ReturnsRepository
from concierge.returns.service import ReturnsService
from concierge.rules.files import Workshop
from concierge.rules.live import LiveDetector, RulesSource
from concierge.rules.repository import RulesRepository
from concierge.rules.service import RulesService
from concierge.sessions.links import ConversationLinks
from concierge.sessions.repository import SessionsRepository
from concierge.sessions.service import SessionsService
from concierge.shortlists.repository import ShortlistsRepository
from concierge.shortlists.service import ShortlistsService
from concierge.subscriptions.repository import SubscriptionsRepository
from concierge.subscriptions.service import SubscriptionsService
from concierge.tickets.repository import TicketsRepository
from concierge.tickets.service import TicketsService
from concierge.workflows.handoff import Handoff
from concierge.workflows.linked import LinkedConversations
from concierge.workflows.low_rating import LowRating
from concierge.workflows.moving import Moving
from concierge.workflows.order_changed import OrderChanged
from concierge.workflows.survey import Survey


@dataclass(frozen=True)
class Services:
    """Every room, built. The fields are what screens, the API and commands call."""

    settings: Settings
    mongo: Mongo
    clock: Clock
    texts: Texts
    policies: Policies
    timezone: str
    audit: AuditLog
    idempotency: IdempotencyStore
    leases: Leases
    limiter: RateLimiter
    hasher: Hasher
    links: ConversationLinks
    events: EventRecorder
    accounts: AccountsService
    catalog: CatalogService
    customers: CustomersService
    orders: OrdersService
    sessions: SessionsService
    notifications: NotificationsService
    shortlists: ShortlistsService
    subscriptions: SubscriptionsService
    csat: CsatService
    tickets: TicketsService
    returns: ReturnsService
    handoff: Handoff
    survey: Survey
    moving: Moving
    order_changed: OrderChanged
    linked: LinkedConversations
    rules: RulesService
    live_rules: LiveDetector
    workshop: Workshop
    what_if: WhatIfService
    chat: ChatService
    funnel: FunnelService
    metrics: MetricsService
    unmatched: UnmatchedService
    miner: MinerService
    conversations: ConversationsService
    enrichment: EnrichmentService
    imports: ImportService
    exports: ExportService
    rehearsal: RehearsalService


INTENTS_FOLDER = DATA_FOLDER / "intents"
COMPILED_FOLDER = "compiled"
"""Below the data folder: compiled phrases of drafts and versions."""
_detector: list[Detector] = []


def build(
    settings: Settings,
    clock: Clock | None = None,
    mongo: Mongo | None = None,
    *,
    sends_mail: bool = True,
    chat_rules: RulesSource | None = None,
) -> Services:
    """Every room over one database; touches nothing in it. Raises `ConfigError` for bad data.

    `chat_rules` are what chats read by, if not the version that is live in this database.
    """
    clock = clock or SystemClock()
    mongo = mongo or Mongo(_uri(settings), settings.db)
    policies = Policies.load(DATA_FOLDER).in_zone(settings.timezone)
    timezone = policies.business_hours.timezone
    texts = Texts.load(DATA_FOLDER, "chat")
    secret = settings.secret_key or ""
    hasher = Hasher(secret)
    audit = AuditLog(mongo, clock)
    idempotency = IdempotencyStore(mongo, clock)
    limiter = RateLimiter(mongo)
    links = ConversationLinks(secret, settings.base_url)
    events = EventRecorder(EventsRepository(mongo))
    accounts = AccountsService(
        repository=AccountsRepository(mongo),
        mongo=mongo,
        audit=audit,
        limiter=limiter,
        hasher=hasher,
        clock=clock,
        demo=settings.demo,
    )
    catalog = CatalogService(repository=CatalogRepository(mongo), clock=clock)
    customers = CustomersService(repository=CustomersRepository(mongo), clock=clock)
    orders = OrdersService(
        repository=OrdersRepository(mongo), clock=clock, limiter=limiter, audit=audit
    )
    sessions = SessionsService(
        repository=SessionsRepository(mongo), clock=clock, policies=policies, timezone=timezone
    )
    notifications = NotificationsService(
        repository=NotificationsRepository(mongo),
        clock=clock,
        texts=MailTexts.load(DATA_FOLDER),
        transport=SmtpTransport.from_settings(settings),
        sends=sends_mail,
    )
    shortlists = ShortlistsService(
        repository=ShortlistsRepository(mongo), mongo=mongo, clock=clock, policies=policies
    )
    subscriptions = SubscriptionsService(
        repository=SubscriptionsRepository(mongo),
        clock=clock,
        idempotency=idempotency,
        audit=audit,
        notifications=notifications,
        sessions=sessions,
        links=links,
    )
    csat = CsatService(
        repository=CsatRepository(mongo),
        clock=clock,
        policies=policies,
        idempotency=idempotency,
        audit=audit,
    )
    agents = Agents(accounts)
    tickets = TicketsService(
        repository=TicketsRepository(mongo),
        mongo=mongo,
        clock=clock,
        policies=policies,
        texts=texts,
        idempotency=idempotency,
        audit=audit,
        customers=customers,
        sessions=sessions,
        notifications=notifications,
        orders=orders,
        links=links,
        agent_name=agents.name,
        is_agent=agents.is_agent,
    )
    returns = ReturnsService(
        repository=ReturnsRepository(mongo),
        clock=clock,
        policies=policies,
        idempotency=idempotency,
        audit=audit,
        orders=orders,
        notifications=notifications,
        links=links,
    )
    handoff = Handoff(
        tickets=tickets,
        sessions=sessions,
        customers=customers,
        shortlists=shortlists,
        links=links,
        idempotency=idempotency,
        limiter=limiter,
        policies=policies,
        clock=clock,
    )
    survey = Survey(
        csat=csat,
        tickets=tickets,
        sessions=sessions,
        notifications=notifications,
        low_rating=LowRating(tickets=tickets, sessions=sessions),
        idempotency=idempotency,
        policies=policies,
        texts=texts,
    )
    order_changed = OrderChanged(
        mongo=mongo,
        clock=clock,
        orders=orders,
        subscriptions=subscriptions,
        notifications=notifications,
        texts=texts,
        timezone=timezone,
    )
    linked = LinkedConversations(
        mongo=mongo,
        links=links,
        sessions=sessions,
        tickets=tickets,
        subscriptions=subscriptions,
        survey=survey,
        csat=csat,
        returns=returns,
    )
    rooms = Rooms(
        catalog=catalog,
        customers=customers,
        orders=orders,
        sessions=sessions,
        returns=returns,
        shortlists=shortlists,
        subscriptions=subscriptions,
        csat=csat,
        tickets=tickets,
        handoff=handoff,
        survey=survey,
        answers=Answers.load(DATA_FOLDER, policies.returns),
        texts=texts,
        policies=policies,
        hasher=hasher,
        clock=clock,
        timezone=timezone,
    )
    workshop = Workshop(
        INTENTS_FOLDER, tuple(policies.urgent_words), settings.data_dir / COMPILED_FOLDER
    )
    rules = RulesService(
        repository=RulesRepository(mongo),
        mongo=mongo,
        clock=clock,
        idempotency=idempotency,
        audit=audit,
        workshop=workshop,
    )
    live_rules = LiveDetector(
        repository=RulesRepository(mongo),
        own=detector,
        workshop=workshop,
    )
    conversations = ConversationsService(mongo=mongo, sessions=sessions)
    enrichment = EnrichmentService(
        mongo=mongo,
        clock=clock,
        policies=policies,
        orders=orders,
        sessions=sessions,
        csat=csat,
        returns=returns,
        subscriptions=subscriptions,
        tickets=tickets,
    )
    return Services(
        settings=settings,
        mongo=mongo,
        clock=clock,
        texts=texts,
        policies=policies,
        timezone=timezone,
        audit=audit,
        idempotency=idempotency,
        leases=Leases(mongo, clock),
        limiter=limiter,
        hasher=hasher,
        links=links,
        events=events,
        accounts=accounts,
        catalog=catalog,
        customers=customers,
        orders=orders,
        sessions=sessions,
        notifications=notifications,
        shortlists=shortlists,
        subscriptions=subscriptions,
        csat=csat,
        tickets=tickets,
        returns=returns,
        handoff=handoff,
        survey=survey,
        moving=Moving(mongo=mongo, tickets=tickets, sessions=sessions, survey=survey),
        order_changed=order_changed,
        linked=linked,
        rules=rules,
        live_rules=live_rules,
        workshop=workshop,
        what_if=WhatIfService(mongo=mongo, rules=rules, workshop=workshop),
        chat=ChatService(rules=chat_rules or live_rules, rooms=rooms, events=events),
        funnel=FunnelService(mongo=mongo, clock=clock, timezone=timezone),
        metrics=MetricsService(mongo=mongo, clock=clock, timezone=timezone),
        unmatched=UnmatchedService(mongo=mongo, clock=clock, timezone=timezone),
        miner=MinerService(mongo=mongo, clock=clock, timezone=timezone, rules=live_rules),
        conversations=conversations,
        enrichment=enrichment,
        imports=ImportService(
            catalog=catalog,
            orders=orders,
            sessions=sessions,
            events=events,
            audit=audit,
            policies=policies,
        ),
        exports=ExportService(
            conversations=conversations, tickets=tickets, csat=csat, orders=orders, audit=audit
        ),
        rehearsal=rehearsal_service(
            mongo, clock, audit, live_rules, partial(_on_stage, settings, live_rules)
        ),
    )


def _on_stage(settings: Settings, rules: RulesSource, stage: Mongo, clock: ManualClock) -> Services:
    """All rooms once more, over a stage, by the live rules, and never sending."""
    apart = settings.model_copy(update={"db": stage.db.name, "smtp_host": None})
    return build(apart, clock, stage, chat_rules=rules)


def detector() -> Detector:
    """The detection rules of `data/intents`, compiled once a process."""
    if not _detector:
        urgent_words = Policies.load(DATA_FOLDER).urgent_words
        _detector.append(Detector.load(INTENTS_FOLDER, urgent_words))
    return _detector[0]


def _uri(settings: Settings) -> str:
    if settings.mongodb_uri is None:
        raise RuntimeError("the embedded server is started by `start`")
    return settings.mongodb_uri
