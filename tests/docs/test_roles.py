"""docs/roles.md says what the registry and the permissions say, and what services really mask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from concierge.bootstrap import Services
from concierge.core.actor import PERMISSIONS, Actor, Permission, Role
from concierge.core.documents import Embedded
from concierge.core.errors import Forbidden
from concierge.core.privacy import MASK
from concierge.csat.models import CsatFilter, CsatKind
from concierge.insights.conversations import ConversationFilter
from concierge.orders.models import ORDERS, OrderFilter
from concierge.replies.models import ReturnKind
from concierge.rules.models import RuleDraft, RuleFile
from concierge.sessions.models import SessionContext
from concierge.tickets.models import Source, TicketCustomerDraft, TicketDraft
from concierge.ui.registry import SCREENS
from tests.rules.conftest import RULES, with_rule
from tests.talk import Talk
from tools import docs_roles as maker
from tools.docs_blocks import blocks, cells

TEXT = maker.PAGE.read_text(encoding="utf-8")
ORDER, EMAIL, PHONE = "GG-12002", "ada@example.com", "+12125550101"
PERSONAL = (EMAIL, "Ada", PHONE, "Exampleville")
ADMIN = Actor.staff("robin", {Role.ADMIN})
Dumped = list[dict[str, Any]]


@dataclass(frozen=True)
class Told:
    """One order, with everything a customer may leave behind."""

    services: Services
    session_id: str
    ticket_id: str
    draft: int

    def read(self, what: str, actor: Actor) -> Dumped:
        """As this actor gets it; raises `Forbidden`."""
        readers: dict[str, Callable[[Actor], Sequence[Embedded]]] = {
            "order": lambda a: [self.services.orders.get(a, ORDER)],
            "return": lambda a: self.services.returns.for_orders(a, [ORDER])[ORDER],
            "order updates": lambda a: self.services.subscriptions.for_orders(a, [ORDER])[ORDER],
            "rating": lambda a: self.services.csat.comments(a, CsatFilter()).items,
            "conversation in the list": lambda a: (
                self.services.conversations.page(a, ConversationFilter()).items
            ),
            "conversation": lambda a: [self.services.conversations.get(a, self.session_id)],
            "message not understood": lambda a: self.services.unmatched.top(a).phrases,
            "message of a cluster": lambda a: [
                one for cluster in self.services.miner.mine(a).clusters for one in cluster.examples
            ],
            "turn that a draft changes": lambda a: [
                one
                for change in self.services.what_if.what_if(a, self.draft, _unseen).changes
                for one in change.examples
            ],
            "ticket": lambda a: [self.services.tickets.get(a, self.ticket_id)],
            "trace of a turn": self._traces,
        }
        return [one.model_dump(mode="json", by_alias=True) for one in readers[what](actor)]

    def _traces(self, actor: Actor) -> list[Embedded]:
        lines = self.services.conversations.get(actor, self.session_id).lines
        traces: list[Embedded] = [line.trace for line in lines if line.trace is not None]
        if not traces:
            raise Forbidden("traces")
        return traces


@pytest.fixture
def told(shop: Services) -> Told:
    shop.mongo.collection(ORDERS).update_one(
        {"orderNumber": ORDER}, {"$set": {"shipping.city": "Exampleville"}}
    )
    talk = Talk.begin(shop, context=SessionContext(page=f"/account/{EMAIL}?name=Ada"))
    talk.say(f"where is {ORDER}, {EMAIL}")
    talk.say(f"flurb Ada Example of 10001 in Exampleville, {PHONE}, {EMAIL}")
    talk.say(f"show me rings, my name is Ada Example, my zip is 10001, call {PHONE}, {EMAIL}")
    order = shop.orders.get(ADMIN, ORDER)
    shop.returns.request(
        talk.actor,
        order=order,
        line_id=order.lines[0].line_id,
        kind=ReturnKind.RETURN,
        reason="Ada has another one",
        session_id=talk.session_id,
        request_id="back",
    )
    shop.subscriptions.opt_in(
        talk.actor,
        order_number=ORDER,
        session_id=talk.session_id,
        request_id="updates",
        email=EMAIL,
        phone=PHONE,
    )
    for score, words in ((3, "Ada waited"), (5, "Ada is glad")):
        shop.csat.rate(
            talk.actor,
            kind=CsatKind.CONCIERGE,
            rating=score,
            notes=words,
            session_id=talk.session_id,
            order_number=ORDER,
            request_id=f"rate-{score}",
        )
    ticket = shop.tickets.open(
        ADMIN,
        TicketDraft(
            customer=TicketCustomerDraft(name="Ada Example", email=EMAIL),
            message="Ada asks",
            source=Source.AGENT,
        ),
        "ticket",
    )
    text = with_rule(shop.rules.texts(ADMIN, 0)[RULES], "flurb", "gift", "flurb")
    files = [RuleFile(path=RULES, text=text)]
    draft = shop.rules.save_draft(ADMIN, RuleDraft(files=files), "draft")
    return Told(shop, talk.session_id, ticket.ticket_id, draft.number)


def _unseen(done: int, total: int) -> None:
    """Nobody looks at the progress."""


def test_the_made_parts_are_what_the_code_says() -> None:
    assert maker.render(TEXT) == TEXT, "run `python -m tools.docs_roles`"


def test_every_screen_permission_and_role_has_its_place() -> None:
    made = {
        name: [cells(line) for line in body.splitlines()] for name, body in blocks(TEXT).items()
    }
    assert [row[0] for row in made["screens"][2:]] == [screen.title for screen in SCREENS]
    assert [row[0] for row in made["permissions"][2:]] == [f"`{one.name}`" for one in Permission]
    for name in ("screens", "permissions", "fields"):
        assert made[name][0][2:6] == [role.value for role in Role]


def test_what_refuses_is_read_from_the_services() -> None:
    asked = maker.asked_by_services()
    assert {"tickets.claim", "tickets.reply"} <= asked[Permission.TICKETS_WRITE].refuse
    assert "orders.get" in asked[Permission.ORDERS_READ].refuse, "by a helper beside it"
    assert "orders.get" in asked[Permission.PEOPLE_SEE].shape
    assert "shortlists.get" not in asked[Permission.CHAT_USE].refuse, "customers only"
    assert "accounts.logout" not in asked[Permission.USERS_MANAGE].refuse


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("what", dict.fromkeys(one.what for one in maker.MASKED))
def test_a_role_sees_of_a_person_what_the_table_says(told: Told, what: str, role: Role) -> None:
    rows = [one for one in maker.MASKED if one.what == what]
    actor = Actor.staff("somebody", {role})
    if rows[0].needs not in PERMISSIONS[role]:
        with pytest.raises(Forbidden):
            told.read(what, actor)
        return
    whole, seen = told.read(what, ADMIN), told.read(what, actor)
    masked = {one.field for one in rows if one.seen_by(role) not in (maker.YES, maker.NO)}
    differing = set(_differing(whole, seen)) - {"personTakenOut"}
    differing = _with_traces_as_one(differing, whole_traces="lines[].trace" not in masked)
    assert differing == {one.field for one in rows if not one.from_all} & masked
    for one in rows:
        if one.field in masked:
            values = list(_values(seen, one.field))
            assert any(_is_as_said(one.hidden, value) for value in values or [None]), values
    if masked and what != "return":
        assert not [word for word in PERSONAL if word in str(_only(seen, masked))]


def test_a_search_by_e_mail_is_refused_to_who_may_not_see_people(told: Told) -> None:
    wanted = OrderFilter(text=EMAIL)
    with pytest.raises(Forbidden):
        told.services.orders.page(Actor.staff("ana", {Role.ANALYST}), wanted)
    assert told.services.orders.page(ADMIN, wanted).items


def _with_traces_as_one(paths: set[str], *, whole_traces: bool) -> set[str]:
    """What is covered inside a conversation's traces is told of them apart."""
    told = {"lines[].trace" if path.startswith("lines[].trace") else path for path in paths}
    return told - {"lines[].trace"} if whole_traces else told


def _differing(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Paths at which two dumps differ, as docs/roles.md writes them."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from _differing(one.get(key), other.get(key), f"{path}.{key}".lstrip("."))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for first, second in zip(one, other, strict=True):
            yield from _differing(first, second, f"{path}[]" if path else "")
    elif one != other:
        yield path


def _values(dumped: Any, field: str) -> Iterator[Any]:
    """All values at such a path."""
    if isinstance(dumped, list):
        for one in dumped:
            yield from _values(one, field)
        return
    name, _, rest = field.partition(".")
    value = dumped.get(name.removesuffix("[]"))
    if rest and value is not None:
        yield from _values(value, rest)
    elif value is not None:
        yield value


def _only(dumped: Dumped, fields: set[str]) -> list[Any]:
    return [value for field in fields for value in _values(dumped, field)]


def _is_as_said(hidden: str, value: Any) -> bool:
    if hidden == maker.HIDDEN:
        return bool(value == MASK)
    if hidden == maker.WORDS:
        return MASK in str(value)
    if hidden == maker.GONE:
        return not value
    return str(value).endswith(f"{MASK}@{MASK}") or str(value) == f"{MASK}01"
