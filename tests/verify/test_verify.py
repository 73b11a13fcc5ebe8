"""`verify` on the demo shop: it passes, leaves nothing behind, and fails where it should."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from concierge.bootstrap import ALL_COLLECTIONS, Services
from concierge.catalog.models import ProductQuery
from concierge.catalog.service import CatalogService
from concierge.chat.answers import Answers
from concierge.chat.handlers import topics
from concierge.core import actor
from concierge.core.actor import Permission, Role
from concierge.core.audit import AUDIT_LOG
from concierge.core.idempotency import IDEMPOTENCY_KEYS
from concierge.core.ids import new_id
from concierge.core.limits import RATE_COUNTERS
from concierge.csat import service as csat_service
from concierge.detection.models import Intent
from concierge.notifications.service import NotificationsService
from concierge.orders import service as orders_service
from concierge.orders.models import ORDERS
from concierge.orders.service import OrdersService
from concierge.replies.models import Article
from concierge.returns import eligibility
from concierge.returns import service as returns_service
from concierge.returns.eligibility import Eligibility, ReasonCode
from concierge.returns.service import ReturnsService
from concierge.sessions.models import WIDGET_SESSIONS
from concierge.sessions.service import SessionsService
from concierge.shortlists.service import ShortlistsService
from concierge.subscriptions.service import SubscriptionsService
from concierge.tickets.models import TicketDraft
from concierge.tickets.service import TicketsService
from concierge.verify import world as verify_world
from concierge.verify.flows import FLOWS
from concierge.verify.run import run
from concierge.verify.world import World
from tests.cli.command import Command, one_line

KEPT = {AUDIT_LOG.name, IDEMPOTENCY_KEYS.name, RATE_COUNTERS.name}
"""What keeps that something happened: append-only, or gone by itself in time."""


def stored(services: Services) -> dict[str, list[Any]]:
    """The identities in every collection that must be as it was."""
    return {
        spec.name: sorted(str(row["_id"]) for row in services.mongo.db[spec.name].find({}, {}))
        for spec in ALL_COLLECTIONS
        if spec.name not in KEPT
    }


def test_every_flow_passes_on_the_demo_shop_twice_in_a_row_and_leaves_nothing_behind(
    shop_command: Command,
) -> None:
    before = stored(shop_command.services)
    for _ in range(2):
        answer = shop_command.json("verify")
        assert (answer["ok"], answer["difference"]) == (True, None)
        assert [flow["name"] for flow in answer["flows"]] == list(FLOWS)
        assert stored(shop_command.services) == before


def test_the_evidence_says_for_each_step_what_was_expected_and_seen(
    shop_command: Command,
) -> None:
    out = shop_command.folder / "proof"
    answer = shop_command.json("verify", "--out", str(out), "--flow", "order_tracking")
    assert answer["evidence"] == str(out / "evidence.json")
    evidence = json.loads((out / "evidence.json").read_text(encoding="utf-8"))
    (flow,) = evidence["flows"]
    assert (flow["name"], flow["ok"], flow["ms"] > 0) == ("order_tracking", True, True)
    steps = {step["name"]: step for step in flow["steps"]}
    shown = steps["and its parcel"]
    assert (shown["expected"], shown["seen"]) == (["Example Post", "EX123456785"],) * 2
    assert all(set(step) == {"name", "expected", "seen", "ok"} for step in flow["steps"])


def test_without_a_place_the_evidence_goes_into_the_data_folder(shop_command: Command) -> None:
    shop_command.json("verify", "--flow", "roles")
    (path,) = (shop_command.folder / "verify").glob("*/evidence.json")
    assert json.loads(path.read_text(encoding="utf-8"))["flows"][0]["ok"]


def test_what_a_killed_run_left_behind_is_taken_away_by_the_next(
    shop: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored(shop)
    monkeypatch.setattr(World, "remove", lambda self: None)
    assert run(shop, only=["stylist"]).ok
    monkeypatch.undo()
    shop.events.flush()
    assert stored(shop) != before
    shop.clock.advance(timedelta(hours=2))  # type: ignore[attr-defined]
    assert run(shop, only=["roles"]).ok
    assert stored(shop) == before


def test_a_run_leaves_another_that_is_under_way_alone(
    shop: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = World(shop)
    order = other.order(verify_world.OrderStatus.SHIPPED)
    session = other.visitor().session
    assert run(shop, only=["roles"]).ok
    assert shop.mongo.collection(ORDERS).find_one({"orderNumber": order.order_number})
    assert shop.mongo.collection(WIDGET_SESSIONS).find_one({"_id": session.id})


def test_real_orders_of_the_same_beginning_are_not_swept_away(shop: Services) -> None:
    own = World(shop)
    order = own.order(verify_world.OrderStatus.SHIPPED)
    numbered = {"orderNumber": order.order_number}
    shop.mongo.collection(ORDERS).update_one(numbered, {"$set": {"source": "shopify"}})
    shop.clock.advance(timedelta(days=2))  # type: ignore[attr-defined]
    World(shop).sweep()
    assert shop.mongo.collection(ORDERS).find_one(numbered)


def test_an_empty_catalogue_is_a_difference_that_says_so(services: Services, tmp_path: Any) -> None:
    result = Command(services, tmp_path).run("verify")
    assert result.exit_code == 1
    assert "flow 'product_search', step 'the catalogue has something to find'" in result.stderr


def test_a_flow_that_does_not_exist_is_bad_input(shop_command: Command) -> None:
    result = shop_command.run("verify", "--flow", "teleport")
    assert result.exit_code == 2
    assert "'teleport' is not one of product_search" in one_line(result.stderr)


# --- broken on purpose --------------------------------------------------------------------------

Break = Callable[[pytest.MonkeyPatch], None]


def search_forgets_the_budget(patch: pytest.MonkeyPatch) -> None:
    search = CatalogService.search

    def forgetful(self: CatalogService, query: ProductQuery) -> Any:
        return search(self, query.model_copy(update={"budget_max_cents": None}))

    patch.setattr(CatalogService, "search", forgetful)


def shortlist_keeps_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ShortlistsService, "add", lambda self, by, session, ids: self.get(by, session))


def any_proof_will_do(patch: pytest.MonkeyPatch) -> None:
    def first(candidates: Any, email: Any, postal_code: Any) -> str | None:
        return next((candidate.order_number for candidate in candidates), None)

    patch.setattr(orders_service, "proven", first)


def a_wrong_pair_answers_otherwise_than_a_missing_order(patch: pytest.MonkeyPatch) -> None:
    verify = OrdersService.verify

    def telling(self: OrdersService, by: Any, *, order_number: str, **proof: Any) -> Any:
        if self.get_many(verify_world.VERIFIER, [order_number]) and "somebody" in str(proof):
            raise orders_service.InvalidInput("email", "is not the one on this order")
        return verify(self, by, order_number=order_number, **proof)

    patch.setattr(OrdersService, "verify", telling)


def the_order_does_not_hear_of_its_return(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(OrdersService, "mark_return", lambda *_, **__: None)


def the_label_is_never_sent(patch: pytest.MonkeyPatch) -> None:
    queue = NotificationsService.queue

    def silent(self: NotificationsService, kind: str, *rest: Any, **links: Any) -> Any:
        return None if kind == "rma" else queue(self, kind, *rest, **links)

    patch.setattr(NotificationsService, "queue", silent)


def returns_never_close(patch: pytest.MonkeyPatch) -> None:
    def always(order: Any, *_: Any) -> Eligibility:
        delivered = order.shipping.delivered_at
        return Eligibility(True, ReasonCode.OK, 30, delivered, delivered)

    patch.setattr(returns_service, "decide", always)


def resizes_close_with_returns(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        eligibility, "window_days", lambda kind, policies: policies.returns.return_window_days
    )


def a_repeat_is_not_recognised(patch: pytest.MonkeyPatch) -> None:
    request = ReturnsService.request

    def afresh(self: ReturnsService, *args: Any, **wanted: Any) -> Any:
        return request(self, *args, **{**wanted, "request_id": new_id()})

    patch.setattr(ReturnsService, "request", afresh)


def the_handover_loses_the_order(patch: pytest.MonkeyPatch) -> None:
    opened = TicketsService.open

    def forgetful(self: TicketsService, by: Any, draft: TicketDraft, **more: Any) -> Any:
        return opened(self, by, draft.model_copy(update={"order_number": None}), **more)

    patch.setattr(TicketsService, "open", forgetful)


def nobody_can_unsubscribe(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SubscriptionsService, "opt_out", lambda *_, **__: [])


def every_question_is_about_shipping(patch: pytest.MonkeyPatch) -> None:
    article = Answers.article

    def shipping(self: Answers, _: Intent) -> Article:
        return article(self, Intent.SHIPPING_INFO)

    patch.setattr(Answers, "article", shipping)


def fewer_ways_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(topics, "NEAREST", 1)


def the_reply_stays_with_the_agent(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SessionsService, "append_agent_message", lambda *_, **__: True)


def every_rating_is_a_five(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(csat_service, "score_of", lambda *_: 5)


def simulated_sessions_count_as_live(patch: pytest.MonkeyPatch) -> None:
    opened = SessionsService.open

    def live(self: SessionsService, *args: Any, **wanted: Any) -> Any:
        return opened(self, *args, **{**wanted, "simulated": False})

    patch.setattr(SessionsService, "open", live)


def analysts_may_read_tickets(patch: pytest.MonkeyPatch) -> None:
    more = actor.PERMISSIONS[Role.ANALYST] | {Permission.TICKETS_READ}
    patch.setitem(actor.PERMISSIONS, Role.ANALYST, more)


def anybody_reads_along(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SessionsService, "_require_own_by_id", lambda *_: None)


BREAKS: list[tuple[str, Break]] = [
    ("product_search", search_forgets_the_budget),
    ("shortlist", shortlist_keeps_nothing),
    ("order_tracking", any_proof_will_do),
    ("order_tracking", a_wrong_pair_answers_otherwise_than_a_missing_order),
    ("return_inside_window", the_order_does_not_hear_of_its_return),
    ("return_inside_window", the_label_is_never_sent),
    ("return_refused_after_window", returns_never_close),
    ("resize_inside_window", resizes_close_with_returns),
    ("return_repeated", a_repeat_is_not_recognised),
    ("order_change", the_handover_loses_the_order),
    ("order_updates", nobody_can_unsubscribe),
    ("information", every_question_is_about_shipping),
    ("unmatched_twice", fewer_ways_out),
    ("stylist", the_reply_stays_with_the_agent),
    ("stylist", every_rating_is_a_five),
    ("funnel", simulated_sessions_count_as_live),
    ("roles", analysts_may_read_tickets),
    ("sessions_apart", anybody_reads_along),
    ("scenarios", returns_never_close),
]


@pytest.mark.parametrize(
    ("flow", "break_it"), BREAKS, ids=[f"{flow}:{b.__name__}" for flow, b in BREAKS]
)
def test_a_broken_flow_ends_with_exit_1_and_is_named(
    flow: str, break_it: Break, shop_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored(shop_command.services)
    break_it(monkeypatch)
    result = shop_command.run("verify", "--flow", flow)
    monkeypatch.undo()
    assert result.exit_code == 1, result.output
    assert f"verify: flow '{flow}', step '" in one_line(result.stderr)
    answer = json.loads(result.stdout)
    assert (answer["ok"], answer["flows"][-1]["name"]) == (False, flow)
    evidence = json.loads(Path(answer["evidence"]).read_text(encoding="utf-8"))
    failed = [step["name"] for step in evidence["flows"][-1]["steps"] if not step["ok"]]
    assert len(failed) == 1
    assert f"'{failed[0]}'" in answer["difference"]
    assert stored(shop_command.services) == before


def test_every_flow_is_broken_at_least_once() -> None:
    assert {flow for flow, _ in BREAKS} == set(FLOWS)
