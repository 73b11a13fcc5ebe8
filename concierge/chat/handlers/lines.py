"""Which piece of an order is meant: by its name, by its place, or as the only one left."""

from __future__ import annotations

import re

from concierge.chat.awaiting import (
    HUMAN,
    RETURN_CONFIRM,
    RETURN_FORMS,
    RETURN_LINE,
    RETURN_REASON,
    RING_SIZE,
)
from concierge.chat.consent import CORRECTS, means_both, names_pieces
from concierge.chat.context import TurnContext
from concierge.chat.handlers.refunds import first_told
from concierge.detection.models import Intent
from concierge.replies.models import Reply, ReturnKind, ReturnLine

_LONG = re.compile(r"\w{4,}")
"""Shorter words of a piece's name may stand for anything."""


_REFUSED = re.compile(
    r"^\W*(?:(?:no|oh|sorry|wait|actually)\W+)*not (?:the|my|that|this) ([\w ]+?)"
    r"(?=\W*$|[,;.!]| but\b| (?:the|my)\b)",
    re.I,
)
""" "Not the charm, the pendant": the first is no answer, whatever the second is."""


def chosen(ctx: TurnContext, lines: list[ReturnLine]) -> str | None:
    """The line meant by a name, a place ("the second one"), or what was chosen before."""
    awaited = ctx.session.state.awaiting
    if ctx.continued and awaited in {RETURN_REASON, RETURN_CONFIRM, RING_SIZE}:
        return _corrected(ctx, lines) or ctx.session.state.return_line_id
    if ctx.continued and awaited == RETURN_LINE and (meant := _meant(ctx, lines)):
        return meant
    if ctx.continued and awaited == RETURN_LINE and lines and means_both(ctx.text):
        return lines[0].line_id
    if len(lines) == 1:
        return lines[0].line_id
    return _faulty(ctx, lines) or _named_at_first(ctx, lines)


def _faulty(ctx: TurnContext, lines: list[ReturnLine]) -> str | None:
    """ "I want to return it", right after a choice was offered for the one that came broken."""
    state = ctx.session.state
    offered = state.awaiting == HUMAN and state.last_intent == Intent.RETURNS.value
    if not (offered and state.return_reason) or names_pieces(ctx.text):
        return None
    told = (one.line_id for one in lines if one.line_id == state.return_line_id)
    return _meant(ctx, lines) or next(told, None)


def _named_at_first(ctx: TurnContext, lines: list[ReturnLine]) -> str | None:
    """ "My star charm arrived broken": the wish itself may say which piece it is about."""
    if ctx.form is not None or (ctx.continued and ctx.session.state.awaiting == RETURN_LINE):
        return None
    said = set(_LONG.findall(first_told(ctx).casefold()))
    named = [line for line in lines if said & set(_LONG.findall(line.name.casefold()))]
    return named[0].line_id if len(named) == 1 else None


def _meant(ctx: TurnContext, lines: list[ReturnLine]) -> str | None:
    choice = ctx.detection.slots.choice
    if choice is not None and -len(lines) <= choice <= len(lines) and choice != 0:
        return lines[choice - 1 if choice > 0 else choice].line_id
    said = ctx.text.casefold().strip()
    for line in lines:
        if said and (said in line.name.casefold() or line.name.casefold() in said):
            return line.line_id
    return _words_meant(said, lines)


def _words_meant(text: str, lines: list[ReturnLine]) -> str | None:
    """The one line that shares a word with the text."""
    words = set(re.findall(r"\w+", text.casefold()))
    named = [line for line in lines if words & set(re.findall(r"\w+", line.name.casefold()))]
    return named[0].line_id if len(named) == 1 else None


def left_out_of(
    ctx: TurnContext, kind: ReturnKind, lines: list[ReturnLine], item: ReturnLine
) -> list[Reply]:
    """What is said of the other pieces: why one cannot be chosen, that each goes by itself."""
    first = not ctx.continued or ctx.session.state.awaiting not in RETURN_FORMS
    if item.blocked is not None or not (first or names_pieces(ctx.text)):
        return []
    if means_both(ctx.text) and all(line.blocked is None for line in lines) and len(lines) > 1:
        return [ctx.say("return_both", item=item.name)]
    return [
        ctx.say("return_left_out", item=line.name, why=line.blocked)
        for line in lines
        if line.blocked is not None
        # Nobody wonders why the earrings are not resized.
        and ((first and kind is ReturnKind.RETURN) or _named(ctx, line))
    ]


def _named(ctx: TurnContext, line: ReturnLine) -> bool:
    return means_both(ctx.text) or _meant(ctx, [line]) is not None


def _corrected(ctx: TurnContext, lines: list[ReturnLine]) -> str | None:
    """Another piece than the one that was chosen: "no, the studs"."""
    kept = ctx.session.state.return_line_id
    if (refused := _REFUSED.match(ctx.text)) is not None:
        rest = _words_meant(ctx.text[refused.end() :], lines)
        others = [line.line_id for line in lines if line.line_id != kept]
        said = next((line for line in lines if line.line_id == kept), None)
        if rest is not None and rest != kept:
            return rest
        if said is not None and len(others) == 1 and _words_meant(refused[1], [said]):
            return others[0]
    if not (CORRECTS.match(ctx.text) or names_pieces(ctx.text)):
        return None
    meant = _meant(ctx, lines)
    return meant if meant != kept else None
