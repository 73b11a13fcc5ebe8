"""What a form that was filled in asks for, and what it says in the words of slots. Pure."""

from __future__ import annotations

from concierge.chat.models import (
    CsatSubmission,
    ReturnSubmission,
    ShortlistSubmission,
    StylistSubmission,
    Submission,
    TrackSubmission,
    UpdatesSubmission,
)
from concierge.detection.models import Intent, Slots
from concierge.replies.models import ReturnKind


def intent_of(form: Submission) -> Intent:
    """What a form is about, whatever was asked before."""
    match form:
        case TrackSubmission():
            return form.purpose
        case ReturnSubmission():
            return Intent.RESIZE if form.return_kind is ReturnKind.RESIZE else Intent.RETURNS
        case UpdatesSubmission():
            return Intent.ORDER_UPDATES
        case StylistSubmission():
            return Intent.STYLIST
        case CsatSubmission():
            return Intent.FEEDBACK
        case ShortlistSubmission():
            return Intent.SHORTLIST


def form_slots(form: Submission | None) -> Slots:
    """What a form says in the words of slots."""
    if isinstance(form, TrackSubmission | ReturnSubmission):
        return Slots(order_number=form.order_number, email=form.email, postal_code=form.postal_code)
    if isinstance(form, UpdatesSubmission):
        return Slots(order_number=form.order_number, email=form.email, phone=form.phone)
    if isinstance(form, StylistSubmission):
        return Slots(name=form.name, email=form.email, order_number=form.order_number)
    return Slots()
