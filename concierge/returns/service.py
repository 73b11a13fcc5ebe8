"""Filing a return: once, in one transaction with all that follows from it."""

from __future__ import annotations

from collections.abc import Sequence

from concierge.core.actor import Actor, Permission
from concierge.core.audit import AuditLog
from concierge.core.clock import Clock
from concierge.core.errors import Conflict, InvalidInput, NotFound
from concierge.core.folders import DATA_FOLDER
from concierge.core.formatting import date_text
from concierge.core.idempotency import IdempotencyStore, Made
from concierge.core.ids import new_id, rma_number
from concierge.core.mongo import ClientSession
from concierge.core.policies import Policies
from concierge.core.privacy import MASK, mask_email
from concierge.core.texts import Texts
from concierge.notifications.models import Attachment
from concierge.notifications.service import NotificationsService
from concierge.notifications.templates import first_name
from concierge.orders.models import Order, OrderLine
from concierge.orders.service import OrdersService
from concierge.replies.models import ReturnKind, ReturnLine
from concierge.returns.eligibility import Eligibility, decide, end_of_day, refusal
from concierge.returns.errors import AlreadyReturning
from concierge.returns.models import Return, ReturnStatus
from concierge.returns.repository import ReturnsRepository
from concierge.returns.slip import render
from concierge.sessions.links import ConversationLinks

MAX_REASON = 1_000
MAX_SIZE = 40


class ReturnsService:
    """Orders given here are verified ones: the caller has checked the identity rule."""

    def __init__(
        self,
        *,
        repository: ReturnsRepository,
        clock: Clock,
        policies: Policies,
        idempotency: IdempotencyStore,
        audit: AuditLog,
        orders: OrdersService,
        notifications: NotificationsService,
        links: ConversationLinks,
        texts: Texts | None = None,
    ) -> None:
        """`texts` are the slip's, of data/texts/slip.yaml unless given."""
        self._repository = repository
        self._clock = clock
        self._policies = policies
        self._idempotency = idempotency
        self._audit = audit
        self._orders = orders
        self._notifications = notifications
        self._links = links
        self._texts = texts or Texts.load(DATA_FOLDER, "slip")

    def request(
        self,
        actor: Actor,
        *,
        order: Order,
        line_id: str,
        kind: ReturnKind,
        reason: str,
        session_id: str,
        request_id: str,
        new_size: str | None = None,
        simulated: bool = False,
    ) -> Return:
        """Files a return or a resize; return, order, mail and record in one transaction.

        Idempotent by `request_id`: a repeat answers the same RMA, also after a crash behind the
        commit. Raises a `ReturnRefused` that says why not (`AlreadyReturning` names the RMA that
        is under way), `InvalidInput` for an unknown line, a return without a reason or a resize
        without a size.
        """
        actor.require_participant(session_id)
        line = _line(order, line_id)
        reason, new_size = _checked(kind, reason, new_size)
        now_filed: dict[str, Return] = {}

        def file(session: ClientSession) -> Made:
            rma = self._free_number(order, line, kind, session)
            filed = self._filed(order, line, kind, reason, new_size, session_id, simulated, rma)
            now_filed[rma] = filed
            self._repository.insert(filed, session)
            self._orders.mark_return(order.order_number, filed.rma, kind.value, session)
            self._mail(order, filed, session)
            self._audit.record(
                actor,
                "return.request",
                f"order:{order.order_number}",
                {"rma": (None, filed.rma), "kind": (None, kind), "line": (None, line_id)},
                request_id=request_id,
                session=session,
            )
            return Made(id=filed.rma)

        asked = {
            "order": order.order_number,
            "line": line_id,
            "kind": kind,
            "reason": reason,
            "newSize": new_size,
        }
        key = f"{session_id}:{request_id}"
        made = self._idempotency.run("returns.request", key, asked, Made, file)
        return now_filed.get(made.id) or self._load(made.id)

    def call_off(self, actor: Actor, rma: str, *, session_id: str, request_id: str) -> Return:
        """Ends what this session has filed and nobody has received; order, mail and record in the
        same transaction. Once is enough: what was called off stays so.

        Raises `NotFound` for another session's, `Conflict` once the piece has been received.
        """
        actor.require_participant(session_id)
        filed = self._load(rma)
        if filed.session_id != session_id:
            raise NotFound("return", rma)
        off = filed.model_copy(update={"active": False, "status": ReturnStatus.CANCELLED})

        def write(session: ClientSession) -> bool:
            if not self._repository.call_off(rma, session):
                return False
            number = filed.order_number
            pending = self._repository.others(number, rma, session)
            self._orders.unmark_return(number, rma, pending=pending, session=session)
            self._mail_off(filed, session)
            self._audit.record(
                actor,
                "return.call_off",
                f"order:{number}",
                {"rma": (rma, None), "kind": (filed.kind, None)},
                request_id=request_id,
                session=session,
            )
            return True

        if not self._repository.unit_of_work(write):
            now = self._load(rma)
            if now.status is not ReturnStatus.CANCELLED:
                raise Conflict(f"{rma} has been received already.")
            return now
        return off

    def eligibility(self, order: Order, line_id: str, kind: ReturnKind) -> Eligibility:
        """Whether a line of a verified order may be returned or resized now, and until when."""
        return decide(order, _line(order, line_id), kind, self._clock.now(), self._policies)

    def refuse(self, order: Order, line_id: str, kind: ReturnKind) -> None:
        """Raises the `ReturnRefused` that a request would meet now, whatever is still to be said;
        nothing where it would be filed."""
        filed = self._repository.of_orders([order.order_number], simulated=True)
        self._pass_or_refuse(order, _line(order, line_id), kind, filed)

    def options(self, order: Order, kind: ReturnKind) -> list[ReturnLine]:
        """The lines of a verified order; those that cannot be chosen say why in `blocked`."""
        filed = self._repository.of_orders([order.order_number], simulated=True)
        active = {one.line_id: one for one in filed if one.active}
        lines = []
        for line in order.lines:
            decided = decide(order, line, kind, self._clock.now(), self._policies)
            refused = (
                _already(active[line.line_id])
                if line.line_id in active
                else refusal(order, line, decided)
            )
            lines.append(
                ReturnLine(
                    line_id=line.line_id,
                    name=line.name,
                    quantity=line.quantity,
                    blocked=str(refused) if refused else None,
                )
            )
        return lines

    def for_orders(
        self, actor: Actor, numbers: Sequence[str], *, simulated: bool = False
    ) -> dict[str, list[Return]]:
        """Returns by order, newest first; simulated ones only on request.

        Nobody of the staff needs the customer's own link; who may not see people sees no address
        and no free text either.
        """
        actor.require(Permission.ORDERS_READ)
        found: dict[str, list[Return]] = {}
        for filed in self._repository.of_orders(numbers, simulated=simulated):
            found.setdefault(filed.order_number, []).append(_for(actor, filed))
        return found

    def slip(self, actor: Actor, rma: str, *, session_id: str | None = None) -> str:
        """The slip to print, as an HTML page: for the session that filed it, and for agents.

        With `session_id` (always the own one of a customer) only what that session filed is found.
        """
        session_id = actor.session_id if actor.is_customer else session_id
        if not actor.is_customer and session_id is None:
            actor.require(Permission.ORDERS_READ)
            actor.require(Permission.PEOPLE_SEE)
        filed = self._load(rma)
        if session_id is not None or actor.is_customer:
            if filed.session_id != session_id:
                raise NotFound("return", rma)
            actor.require_participant(session_id)
        return render(filed, self._texts, self._policies)

    # -- inside ----------------------------------------------------------------------------

    def _pass_or_refuse(
        self, order: Order, line: OrderLine, kind: ReturnKind, filed: Sequence[Return]
    ) -> None:
        """`filed` are returns of this order and others; raises why there can be no other."""
        for one in filed:
            of_line = one.order_number == order.order_number and one.line_id == line.line_id
            if of_line and one.active:
                raise _already(one)
        decided = decide(order, line, kind, self._clock.now(), self._policies)
        refused = refusal(order, line, decided)
        if refused is not None:
            raise refused

    def _free_number(
        self, order: Order, line: OrderLine, kind: ReturnKind, session: ClientSession
    ) -> str:
        """A number for the return, if there may be one; else raises why not."""
        while True:
            rma = rma_number()
            found = self._repository.in_the_way(order.order_number, line.line_id, rma, session)
            self._pass_or_refuse(order, line, kind, found)
            if not found:
                return rma

    def _filed(
        self,
        order: Order,
        line: OrderLine,
        kind: ReturnKind,
        reason: str,
        new_size: str | None,
        session_id: str,
        simulated: bool,
        rma: str,
    ) -> Return:
        now = self._clock.now()
        return Return(
            id=new_id(),
            rma=rma,
            order_number=order.order_number,
            line_id=line.line_id,
            item=line.name,
            quantity=line.quantity,
            kind=kind,
            reason=reason,
            new_size=new_size,
            ship_by=end_of_day(now, self._policies.returns.ship_within_days, self._policies),
            label_url=self._links.label_url(rma),
            estimated=order.shipping.delivered_estimated,
            simulated=simulated,
            session_id=session_id,
            customer_email=order.customer_email,
            created_at=now,
        )

    def _mail(self, order: Order, filed: Return, session: ClientSession) -> None:
        if order.customer_email is None:
            return
        self._notifications.queue(
            "rma",
            order.customer_email,
            {
                "kind": filed.kind.value,
                "rma": filed.rma,
                "order_number": filed.order_number,
                "name": first_name(order.customer_name),
                "item": filed.item,
                "ship_by": date_text(filed.ship_by, self._policies.business_hours.timezone),
                "days": self._policies.returns.ship_within_days,
                "label_url": filed.label_url,
            },
            f"rma:{filed.rma}",
            attachments=[
                Attachment(
                    filename=f"{filed.rma}.html",
                    content=render(filed, self._texts, self._policies),
                )
            ],
            session=session,
            order_number=filed.order_number,
            session_id=filed.session_id,
            rma=filed.rma,
            simulated=filed.simulated,
        )

    def _mail_off(self, filed: Return, session: ClientSession) -> None:
        if filed.customer_email is None:
            return
        self._notifications.queue(
            "rma_off",
            filed.customer_email,
            {
                "kind": filed.kind.value,
                "rma": filed.rma,
                "order_number": filed.order_number,
                "item": filed.item,
            },
            f"rma_off:{filed.rma}",
            session=session,
            order_number=filed.order_number,
            session_id=filed.session_id,
            rma=filed.rma,
            simulated=filed.simulated,
        )

    def _load(self, rma: str) -> Return:
        filed = self._repository.get(rma)
        if filed is None:
            raise NotFound("return", rma)
        return filed


def _already(filed: Return) -> AlreadyReturning:
    return AlreadyReturning(filed.order_number, filed.line_id, filed.rma, filed.ship_by)


def _line(order: Order, line_id: str) -> OrderLine:
    line = order.line(line_id)
    if line is None:
        raise InvalidInput("lineId", f"is not a line of {order.order_number}")
    return line


def _checked(kind: ReturnKind, reason: str, new_size: str | None) -> tuple[str, str | None]:
    reason = reason.strip()
    new_size = (new_size or "").strip() or None
    if len(reason) > MAX_REASON:
        raise InvalidInput("reason", f"must have at most {MAX_REASON} characters")
    if kind is ReturnKind.RETURN:
        if not reason:
            raise InvalidInput("reason", "is missing; a word is enough")
        return reason, None
    if new_size is None or len(new_size) > MAX_SIZE:
        raise InvalidInput("newSize", f"is needed, in at most {MAX_SIZE} characters")
    return reason, new_size


def _for(actor: Actor, filed: Return) -> Return:
    hidden: dict[str, str | None] = {"label_url": ""}
    if not actor.may(Permission.PEOPLE_SEE):
        email = filed.customer_email
        hidden["customer_email"] = mask_email(email) if email else None
        hidden["reason"] = MASK if filed.reason else ""
    return filed.model_copy(update=hidden)
