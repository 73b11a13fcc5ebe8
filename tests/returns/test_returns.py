"""Filing returns on the real database: once, whole, and for whom it is."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter as Tally
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from concierge.core.actor import Actor, Role
from concierge.core.clock import ManualClock
from concierge.core.config import child_environment
from concierge.core.errors import Forbidden, IdempotencyMismatch, InvalidInput, NotFound
from concierge.core.ids import new_id
from concierge.core.mongo import Mongo
from concierge.orders.models import OrderStatus
from concierge.replies.models import ReturnKind
from concierge.returns.errors import (
    AlreadyReturning,
    NotDelivered,
    NotReturnable,
    OrderCancelled,
    ReturnWindowClosed,
)
from concierge.returns.models import ReturnStatus
from tests.conftest import ROOT
from tests.explain import no_collection_scans
from tests.returns.conftest import ADA, Counter, delivered

AGENT = Actor.staff("agent", {Role.AGENT})
ANALYST = Actor.staff("analyst", {Role.ANALYST})
PM = Actor.staff("pm", {Role.PM})


def test_a_return_gets_a_number_a_date_a_mail_with_its_slip_and_a_place_in_the_history(
    counter: Counter,
) -> None:
    filed = counter.request(counter.put())
    assert filed.rma.startswith("RMA-")
    assert (filed.item, filed.kind, filed.active) == ("Halo Ring", ReturnKind.RETURN, True)
    assert filed.status is ReturnStatus.REQUESTED
    # The end of the fourteenth day in New York.
    assert filed.ship_by == datetime(2026, 12, 3, 4, 59, 59, 999000, tzinfo=UTC)
    order = counter.order()
    assert order.status is OrderStatus.RETURN_PENDING
    assert [(e.label, e.reference) for e in order.status_history] == [("RMA created", filed.rma)]
    (mail,) = counter.mongo.db["outbox"].find()
    assert (mail["kind"], mail["to"], mail["rma"]) == ("rma", "ada@example.com", filed.rma)
    assert mail["subject"] == f"Your return {filed.rma} for order GG-1"
    for said in ("Dear Ada,", "Halo Ring", "Dec 2, 2026", "within 14 days", filed.label_url):
        assert said in mail["body"]
    (slip,) = mail["attachments"]
    assert slip["filename"] == f"{filed.rma}.html"
    assert filed.rma in slip["content"]
    assert counter.count("auditLog", action="return.request", requestId="r1") == 1


def test_sixteen_at_once_with_one_key_get_sixteen_equal_answers_and_one_return(
    counter: Counter,
) -> None:
    order = counter.put()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: counter.request(order), range(16)))
    assert len(answers) == 16
    assert len({answer.model_dump_json() for answer in answers}) == 1
    assert counter.count("returns") == 1
    assert counter.count("outbox") == 1
    assert len(counter.order().status_history) == 1
    assert counter.count("auditLog", action="return.request") == 1
    assert counter.count("auditLog", action="order.return_pending") == 1


def test_sixteen_at_once_with_different_keys_make_one_return_that_the_others_name(
    counter: Counter,
) -> None:
    order = counter.put()

    def ask(n: int) -> tuple[str, str]:
        try:
            return "filed", counter.request(order, request_id=f"r{n}").rma
        except AlreadyReturning as error:
            return "refused", error.rma

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(16)))
    assert Tally(what for what, _ in answers) == {"filed": 1, "refused": 15}
    assert len({rma for _, rma in answers}) == 1
    assert counter.count("returns") == counter.count("outbox") == 1
    assert len(counter.order().status_history) == 1


def test_the_database_itself_refuses_a_second_active_return_of_a_line(counter: Counter) -> None:
    filed = counter.request(counter.put())
    again = filed.model_copy(update={"id": new_id(), "rma": "RMA-OTHER"})
    with pytest.raises(Exception, match="one_active_per_line"):
        counter.mongo.db["returns"].insert_one(again.to_mongo())
    closed = again.model_copy(update={"active": False})
    counter.mongo.db["returns"].insert_one(closed.to_mongo())


def test_a_process_killed_right_after_the_commit_left_a_return_that_the_repeat_answers(
    counter: Counter, mongo: Mongo, mongo_uri: str
) -> None:
    order = counter.put()
    killed = subprocess.run(
        [sys.executable, "-m", "tests.returns.killed", mongo_uri, mongo.db.name],
        cwd=ROOT,
        env=child_environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert counter.count("returns") == 1
    # A process that starts afterwards, with nothing in memory.
    repeated = Counter(mongo, counter.clock, counter.policies).request(order)
    stored = mongo.db["returns"].find_one()
    assert stored is not None
    assert repeated.rma == stored["rma"] == killed.stdout.strip()
    assert counter.count("outbox") == 1
    assert len(counter.order().status_history) == 1


def test_when_a_part_of_it_fails_nothing_is_left_and_the_same_key_works_later(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = counter.put()

    def breaks(*args: object, **more: object) -> None:
        raise RuntimeError("killed here")

    with monkeypatch.context() as patch:
        patch.setattr(counter.orders, "mark_return", breaks)
        with pytest.raises(RuntimeError):
            counter.request(order)
    assert counter.count("returns") == counter.count("outbox") == 0
    assert counter.order().status is OrderStatus.DELIVERED
    assert counter.request(order).active


def test_one_key_for_another_request_is_refused_and_another_sessions_key_is_its_own(
    counter: Counter,
) -> None:
    order = counter.put()
    counter.request(order)
    with pytest.raises(IdempotencyMismatch):
        counter.request(order, line_id="2")
    eve = Actor.customer("s2")
    other = counter.returns.request(
        eve,
        order=order,
        line_id="2",
        kind=ReturnKind.RETURN,
        reason="x",
        session_id="s2",
        request_id="r1",
    )
    assert other.line_id == "2"
    assert len(counter.order().status_history) == 2


def test_a_resize_keeps_its_size_and_is_offered_longer(counter: Counter) -> None:
    order = counter.put(shipping=delivered(45))
    with pytest.raises(ReturnWindowClosed) as closed:
        counter.request(order)
    assert (closed.value.order_number, closed.value.days) == ("GG-1", 30)
    assert closed.value.delivered_at == order.shipping.delivered_at
    filed = counter.request(order, kind=ReturnKind.RESIZE, reason="", new_size=" US 6.5 ")
    assert (filed.kind, filed.new_size) == (ReturnKind.RESIZE, "US 6.5")
    with pytest.raises(AlreadyReturning) as already:
        counter.request(order, kind=ReturnKind.RESIZE, new_size="US 7", request_id="r2")
    assert (already.value.rma, already.value.ship_by) == (filed.rma, filed.ship_by)


def test_every_refusal_has_its_own_error_and_leaves_nothing(counter: Counter) -> None:
    good = counter.put("GG-1")
    sent = counter.put("GG-2", status=OrderStatus.SHIPPED, shipping=delivered(-3))
    cancelled = counter.put("GG-3", status=OrderStatus.CANCELLED)
    for order, line_id, error in (
        (good, "3", NotReturnable),
        (good, "4", NotReturnable),
        (sent, "1", NotDelivered),
        (cancelled, "1", OrderCancelled),
    ):
        with pytest.raises(error):
            counter.request(order, line_id=line_id)
    assert counter.count("returns") == counter.count("outbox") == 0


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"line_id": "9"}, "lineId"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 1001}, "reason"),
        ({"kind": ReturnKind.RESIZE}, "newSize"),
        ({"kind": ReturnKind.RESIZE, "new_size": "x" * 41}, "newSize"),
    ],
)
def test_what_cannot_be_used_is_named(counter: Counter, more: dict, field: str) -> None:
    order = counter.put()
    with pytest.raises(InvalidInput) as caught:
        counter.request(order, **more)
    assert caught.value.field == field


def test_a_return_counted_from_an_estimate_says_so(counter: Counter) -> None:
    shipping = delivered(10).model_copy(update={"delivered_at": None})
    estimate = counter.clock.now() - timedelta(days=8)
    shipping = shipping.model_copy(update={"delivery_estimate_at": estimate})
    filed = counter.request(counter.put(status=OrderStatus.SHIPPED, shipping=shipping))
    assert filed.estimated


def test_an_order_without_an_address_is_returned_without_a_mail(counter: Counter) -> None:
    assert counter.request(counter.put(customer_email=None, customer_name=None)).active
    assert counter.count("outbox") == 0


def test_the_lines_to_choose_from_say_why_some_cannot_be(counter: Counter) -> None:
    order = counter.put()
    filed = counter.request(order)
    blocked = {line.line_id: line.blocked for line in counter.returns.options(order, filed.kind)}
    assert filed.rma in str(blocked["1"])
    assert blocked["2"] is None
    assert "made or engraved" in str(blocked["3"])
    assert "made or engraved" in str(blocked["4"])
    old = counter.put("GG-2", shipping=delivered(45))
    returns = counter.returns.options(old, ReturnKind.RETURN)
    resizes = counter.returns.options(old, ReturnKind.RESIZE)
    assert "30 days" in str(returns[0].blocked)
    assert resizes[0].blocked is None
    assert counter.returns.eligibility(old, "1", ReturnKind.RESIZE).allowed


def test_who_may_file_and_who_may_see_what(counter: Counter) -> None:
    order = counter.put()
    with pytest.raises(NotFound):
        counter.request(order, session_id="s2")
    with pytest.raises(Forbidden):
        counter.returns.request(
            ANALYST,
            order=order,
            line_id="1",
            kind=ReturnKind.RETURN,
            reason="x",
            session_id="s1",
            request_id="r1",
        )
    filed = counter.request(order)
    for actor in (ADA, PM):
        with pytest.raises(Forbidden):
            counter.returns.for_orders(actor, ["GG-1"])
    (seen,) = counter.returns.for_orders(AGENT, ["GG-1", "GG-2"])["GG-1"]
    assert (seen.reason, seen.customer_email, seen.label_url) == (
        "too small",
        "ada@example.com",
        "",
    )
    (masked,) = counter.returns.for_orders(ANALYST, ["GG-1"])["GG-1"]
    assert (masked.reason, masked.customer_email) == ("•••", "a•••@•••")
    assert masked.rma == filed.rma


def test_the_slip_is_a_page_to_print_with_everything_escaped(
    counter: Counter, clock: ManualClock
) -> None:
    order = counter.put(
        lines=tuple(
            line.model_copy(update={"custom": False, "name": "Signet <Ring> & Co"})
            for line in counter.put("GG-0").lines[2:3]
        )
    )
    filed = counter.request(
        order, line_id="3", kind=ReturnKind.RESIZE, new_size="<script>alert(1)</script>"
    )
    slip = counter.returns.slip(ADA, filed.rma)
    assert "Signet &lt;Ring&gt; &amp; Co" in slip
    assert "<script" not in slip
    for shown in (filed.rma, "GG-1", "Dec 2, 2026, within 14 days", "100 Example Street"):
        assert shown in slip
    assert slip.count("<svg") == 1
    assert slip.count("<rect") > 20
    assert "http" not in slip.replace("http://www.w3.org/2000/svg", "")


def test_only_its_own_session_and_agents_get_a_slip(counter: Counter) -> None:
    filed = counter.request(counter.put())
    link = Actor.system("link")
    assert counter.returns.slip(AGENT, filed.rma)
    assert counter.returns.slip(link, filed.rma, session_id="s1")
    for attempt in (
        lambda: counter.returns.slip(Actor.customer("s2"), filed.rma),
        lambda: counter.returns.slip(Actor.customer("s2"), filed.rma, session_id="s1"),
        lambda: counter.returns.slip(Actor.visitor(), filed.rma),
        lambda: counter.returns.slip(link, filed.rma, session_id="s2"),
        lambda: counter.returns.slip(AGENT, "RMA-NONE"),
    ):
        with pytest.raises(NotFound):
            attempt()
    for actor in (ANALYST, PM):
        with pytest.raises(Forbidden):
            counter.returns.slip(actor, filed.rma)


def test_the_signed_link_to_the_slip_names_the_return(counter: Counter) -> None:
    filed = counter.request(counter.put())
    base, _, rma = filed.label_url.rpartition("/label/")
    assert base.startswith("https://a.example.com/c/")
    assert rma == filed.rma


def test_no_query_of_returns_scans_them(counter: Counter) -> None:
    order = counter.put()
    counter.request(order)
    with no_collection_scans(counter.mongo):
        counter.request(order, line_id="2", request_id="r2")
        counter.returns.options(order, ReturnKind.RETURN)
        counter.returns.for_orders(AGENT, ["GG-1", "GG-2"])
        with pytest.raises(AlreadyReturning):
            counter.request(order, request_id="r3")
