"""Returns and resizes: eligibility, the piece, the reason, then the RMA."""

from __future__ import annotations

from concierge.chat.asked import POLICY
from concierge.chat.awaiting import (
    HUMAN,
    IDENTITY,
    PROOF,
    RESIZE_OFFER,
    RETURN_FORMS,
    RETURN_LINE,
    RING_SIZE,
)
from concierge.chat.consent import asks, calls_off_return
from concierge.chat.context import Outcome, TurnContext
from concierge.chat.following import FOLLOWS_UP
from concierge.chat.handlers.agreed import reason_given, resize_to_ask, return_to_ask
from concierge.chat.handlers.called_off import call_off
from concierge.chat.handlers.faults import fault_choice, way_back_of_fault
from concierge.chat.handlers.identity import CONCIERGE, proven_order
from concierge.chat.handlers.lines import chosen, left_out_of
from concierge.chat.handlers.refunds import (
    first_told,
    money_of_cancelled,
    refund,
    under_way,
    wants_refund_told,
)
from concierge.chat.handlers.resized import how_long, other_size
from concierge.chat.handlers.resizing import (
    NOT_A_RING,
    resize_instead,
    rings,
    size_asked,
    size_wished,
)
from concierge.chat.models import ReturnSubmission
from concierge.chat.promised import tells_of_fault
from concierge.core.errors import ConciergeError, InvalidInput
from concierge.core.formatting import date_text
from concierge.detection.models import Intent
from concierge.events.catalog import EventName
from concierge.orders.models import Order
from concierge.replies.models import (
    QuickReplies,
    QuickReply,
    Reply,
    ReturnConfirmed,
    ReturnForm,
    ReturnKind,
    ReturnLine,
    Text,
)
from concierge.returns.errors import (
    AlreadyRefunded,
    AlreadyReturning,
    NotDelivered,
    NotReturnable,
    OrderCancelled,
    ReturnRefused,
    ReturnUnderWay,
    ReturnWindowClosed,
)


def send_back(ctx: TurnContext) -> Outcome:
    return _request(ctx, ReturnKind.RETURN)


def resize(ctx: TurnContext) -> Outcome:
    """A resize, or of one that is filed how long it takes, or another size in its place."""
    if (told := how_long(ctx)) is not None:
        return told
    other = other_size(ctx)
    if isinstance(other, Outcome):
        return other
    if other is None:
        return _request(ctx, ReturnKind.RESIZE)
    outcome = _request(ctx, ReturnKind.RESIZE, other.line_id)
    outcome.replies.insert(0, ctx.say("resize_corrected", rma=other.rma))
    return outcome


def _request(ctx: TurnContext, kind: ReturnKind, line_id: str | None = None) -> Outcome:
    if _asks_for_policy(ctx):
        return _policy(ctx, kind)
    if ctx.form is None and calls_off_return(ctx.session.state, ctx.text):
        return call_off(ctx)
    if kind is ReturnKind.RETURN and wants_refund_told(ctx):
        return refund(ctx)
    found = proven_order(ctx, opening=_opening(ctx, kind))
    if isinstance(found, Outcome):
        return found
    order, fields = found.order, found.fields
    lines = ctx.rooms.returns.options(order, kind)
    if kind is ReturnKind.RESIZE:
        lines = rings(ctx, order, lines)
    open_lines = [line for line in lines if line.blocked is None]
    form = ctx.form if isinstance(ctx.form, ReturnSubmission) else None
    line_id = line_id or (form.line_id if form else None) or chosen(ctx, open_lines)
    if line_id is None and (len(lines) == 1 or not open_lines):
        line_id = _filed_last(ctx, order) or (lines[0].line_id if lines else None)
    if line_id is None:
        if ctx.strict:
            ids = ", ".join(line.line_id for line in lines)
            raise InvalidInput("lineId", f"choose one of {ids}")
        return _ask_line(ctx, order, kind, lines, fields)
    item = next((line for line in lines if line.line_id == line_id), None)
    if item is None:
        if ctx.strict:
            raise InvalidInput("lineId", "is not a line of this order")
        return Outcome([ctx.say("return_line_not_found", order_number=order.order_number)])
    if item.blocked is None and (choice := fault_choice(ctx, kind, item, fields)) is not None:
        return choice
    left_out = left_out_of(ctx, kind, lines, item) if form is None else []
    new_size = size_wished(ctx, form) if kind is ReturnKind.RESIZE else None
    reason = reason_given(ctx, form, kind, line_id)
    if item.blocked is None and kind is ReturnKind.RESIZE and new_size is None:
        if ctx.strict:
            raise InvalidInput("newSize", "is missing")
        return Outcome(
            [
                *left_out,
                *(_until(ctx, order, item, kind) if asks(ctx.text) else []),
                size_asked(ctx, item),
                ReturnForm(order_number=order.order_number, return_kind=kind, lines=[item]),
            ],
            awaiting=RING_SIZE,
            pending=Intent.RESIZE,
            fields={**fields, "state.returnLineId": line_id},
        )
    if item.blocked is None and reason is None and ctx.strict:
        raise InvalidInput("reason", "is missing")
    still_open = None
    if item.blocked is None and reason is None:
        still_open = return_to_ask(ctx, item)
    elif item.blocked is None and form is None and new_size is not None:
        still_open = resize_to_ask(ctx, item, new_size)
    if still_open is not None:
        until = _until(ctx, order, item, kind) if still_open.until else []
        return Outcome(
            [
                *left_out,
                *until,
                still_open.said,
                ReturnForm(
                    order_number=order.order_number,
                    return_kind=kind,
                    lines=[item],
                    new_size=new_size,
                ),
            ],
            awaiting=still_open.awaiting,
            pending=ctx.intent,
            fields={
                **fields,
                "state.returnLineId": line_id,
                "state.returnReason": still_open.kept,
            },
        )
    if item.blocked is not None and item.blocked == ctx.rooms.texts.say(NOT_A_RING, item=item.name):
        if ctx.strict:
            raise ReturnRefused(item.blocked, order.order_number)
        return Outcome([Text(text=item.blocked), ctx.buttons("return", "human")], fields=fields)
    return _file(ctx, order, kind, item, reason or ctx.text, new_size, fields)


def _opening(ctx: TurnContext, kind: ReturnKind) -> Text:
    windows = ctx.rooms.policies.returns
    if kind is ReturnKind.RESIZE:
        return ctx.say("resize_intro", days=windows.resize_window_days)
    if tells_of_fault(ctx.text):
        return ctx.say("return_fault_intro", way_back=way_back_of_fault(ctx))
    return ctx.say("return_intro", days=windows.return_window_days)


def _asks_for_policy(ctx: TurnContext) -> bool:
    """A question about the rules, of who names no order with it."""
    asked = ctx.form is None and not ctx.continued and not ctx.detection.slots.order_number
    follows = ctx.session.state.last_intent == Intent.RESIZE.value and FOLLOWS_UP.match(ctx.text)
    return asked and bool(follows or POLICY.search(ctx.text))


def terms(ctx: TurnContext, kind: ReturnKind) -> list[Reply]:
    """The windows, and until when this customer's own pieces can come back."""
    policies = ctx.rooms.policies.returns
    said = ctx.say(
        f"{kind.value}_policy",
        return_days=policies.return_window_days,
        resize_days=policies.resize_window_days,
        days=policies.ship_within_days,
    )
    replies: list[Reply] = [said]
    if ctx.session.order_number is not None:
        order = ctx.rooms.orders.get(CONCIERGE, ctx.session.order_number)
        for line in ctx.rooms.returns.options(order, kind):
            replies += [] if line.blocked else _until(ctx, order, line, kind)
    return replies


def _policy(ctx: TurnContext, kind: ReturnKind) -> Outcome:
    """The terms; a question in the midst of a request leaves it as it was."""
    state = ctx.session.state
    waits = {*RETURN_FORMS, IDENTITY, PROOF}
    waited = state.awaiting if state.awaiting in waits else None
    return Outcome(
        [*terms(ctx, kind), ctx.buttons(kind.value, "track", "human")],
        awaiting=waited,
        pending=Intent(state.pending_intent) if waited and state.pending_intent else None,
    )


def _until(
    ctx: TurnContext, order: Order, item: ReturnLine, kind: ReturnKind = ReturnKind.RETURN
) -> list[Reply]:
    """How long there is, to who asks."""
    decided = ctx.rooms.returns.eligibility(order, item.line_id, kind)
    if decided.deadline is None:
        return []
    until = date_text(decided.deadline, ctx.rooms.timezone)
    return [ctx.say(f"{kind.value}_can", item=item.name, until=until)]


def _filed_last(ctx: TurnContext, order: Order) -> str | None:
    """The line this session filed last: a repeated request must not mean another piece."""
    filed = ctx.rooms.returns.for_orders(CONCIERGE, [order.order_number], simulated=True)
    mine = (r for r in filed.get(order.order_number, []) if r.session_id == ctx.session.id)
    return next((one.line_id for one in mine), None)


def _file(
    ctx: TurnContext,
    order: Order,
    kind: ReturnKind,
    item: ReturnLine,
    reason: str,
    new_size: str | None,
    fields: dict[str, object],
) -> Outcome:
    done = {**fields, "state.returnLineId": None, "state.returnReason": None}
    try:
        if kind is ReturnKind.RESIZE and new_size is None:  # the reason why not, no missing size
            ctx.rooms.returns.refuse(order, item.line_id, kind)
        filed = ctx.rooms.returns.request(
            ctx.actor,
            order=order,
            line_id=item.line_id,
            kind=kind,
            reason=reason,
            new_size=new_size,
            session_id=ctx.session.id,
            request_id=ctx.request_id,
            simulated=ctx.session.simulated,
        )
    except ReturnRefused as refused:
        if ctx.strict:
            raise
        return _refused(ctx, order, kind, item, refused, done)
    ship_by = date_text(filed.ship_by, ctx.rooms.timezone)
    if kind is ReturnKind.RESIZE:
        said = ctx.say(
            "resize_confirmed", item=item.name, size=new_size, rma=filed.rma, ship_by=ship_by
        )
    else:
        estimated = order.shipping.delivered_estimated
        said = ctx.say(
            "return_confirmed_estimated" if estimated else "return_confirmed",
            rma=filed.rma,
            item=item.name,
            ship_by=ship_by,
            days=ctx.rooms.policies.returns.ship_within_days,
        )
    faulty = kind is ReturnKind.RETURN and tells_of_fault(reason)
    sorry = [ctx.say("return_fault_filed", way_back=way_back_of_fault(ctx))] if faulty else []
    replies: list[Reply] = [
        *sorry,
        said,
        ReturnConfirmed(
            rma=filed.rma,
            order_number=order.order_number,
            return_kind=kind,
            item=item.name,
            ship_by=filed.ship_by,
            label_url=filed.label_url,
            new_size=new_size,
        ),
    ]
    if kind is ReturnKind.RETURN:
        days = ctx.rooms.policies.returns.refund_within_days
        replies.append(ctx.say("return_next", refund_days=days))
    replies.append(ctx.buttons("track", "human", "rate"))
    return Outcome(replies, fields={**done, "state.filedRma": filed.rma}).note(
        EventName.RETURN_REQUESTED, order_number=order.order_number
    )


def _refused(
    ctx: TurnContext,
    order: Order,
    kind: ReturnKind,
    item: ReturnLine,
    refused: ConciergeError,
    fields: dict[str, object],
) -> Outcome:
    """The reason it is not possible, and what is."""
    number, policies = order.order_number, ctx.rooms.policies.returns
    prefix = kind.value
    match refused:
        case AlreadyReturning():
            key = f"{_kind_of(ctx, number, refused.rma) or prefix}_already"
            ship_by = date_text(refused.ship_by, ctx.rooms.timezone)
            said = ctx.say(key, item=item.name, rma=refused.rma, ship_by=ship_by)
        case ReturnWindowClosed():
            date = date_text(refused.delivered_at, ctx.rooms.timezone)
            said = ctx.say(
                f"{prefix}_window_closed", order_number=number, date=date, days=refused.days
            )
        case NotDelivered():
            said = ctx.say(f"{prefix}_not_delivered", order_number=number)
        case AlreadyRefunded():
            said = ctx.say("return_refund_done", order_number=number)
        case ReturnUnderWay():
            said = under_way(ctx, number, refused.since)
        case OrderCancelled():
            said = ctx.say("return_cancelled_order", order_number=number)
        case NotReturnable():
            said = ctx.say(f"{prefix}_custom", item=item.name)
        case _:
            raise refused
    replies: list[Reply] = [said]
    if isinstance(refused, OrderCancelled):
        replies.append(money_of_cancelled(ctx, order))
    awaiting, pending, names = HUMAN, Intent.STYLIST, ["human", "track"]
    if isinstance(refused, NotReturnable | ReturnWindowClosed) and tells_of_fault(first_told(ctx)):
        replies += [ctx.say("return_fault_repair"), ctx.buttons("human")]
        return Outcome(replies, awaiting=awaiting, pending=pending, fields=fields).note(
            EventName.RETURN_REQUESTED, order_number=number, success=False
        )
    if isinstance(refused, ReturnWindowClosed) and kind is ReturnKind.RETURN:
        instead = resize_instead(ctx, order, item, policies.return_window_days)
        if instead is not None:
            replies.append(instead)
            awaiting, pending, names = RESIZE_OFFER, Intent.RESIZE, ["resize", "human"]
    replies.append(ctx.buttons(*names))
    return Outcome(replies, awaiting=awaiting, pending=pending, fields=fields).note(
        EventName.RETURN_REQUESTED, order_number=number, success=False
    )


def _kind_of(ctx: TurnContext, number: str, rma: str) -> str | None:
    """Whether what is under way is a return or a resize; the customer may have asked for either."""
    filed = ctx.rooms.returns.for_orders(CONCIERGE, [number], simulated=True)
    return next((one.kind.value for one in filed.get(number, []) if one.rma == rma), None)


def _ask_line(
    ctx: TurnContext,
    order: Order,
    kind: ReturnKind,
    lines: list[ReturnLine],
    fields: dict[str, object],
) -> Outcome:
    key = "return_which_line" if kind is ReturnKind.RETURN else "resize_which_line"
    form = ReturnForm(
        order_number=order.order_number,
        return_kind=kind,
        lines=lines,
        new_size=size_wished(ctx, None),
    )
    names = QuickReplies(
        options=[QuickReply(label=line.name, text=line.name) for line in lines if not line.blocked]
    )
    pending = Intent.RETURNS if kind is ReturnKind.RETURN else Intent.RESIZE
    return Outcome(
        [ctx.say(key), form, names], awaiting=RETURN_LINE, pending=pending, fields=fields
    )
