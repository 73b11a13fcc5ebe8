"""The names of what the concierge waits for, and which kinds of it there are."""

from __future__ import annotations

from concierge.detection.models import Intent

IDENTITY = "identity"
PROOF = "identity_proof"
"""The number is known; five digits are now a postal code, and no longer an order number."""
RETURN_REASON = "return_reason"
RETURN_LINE = "return_line"
RETURN_CONFIRM = "return_confirm"
"""Whether a piece shall go back, or be altered: nothing is filed on a question alone."""
ORDER_PICK = "order_pick"
"""Several orders are shown: one is meant by its number, its place, or a piece of it."""
RING_SIZE = "ring_size"
CONTACT = "stylist_contact"
UPDATES_CONTACT = "order_updates"
BUDGET = "budget"
CSAT = "csat"
CSAT_NOTES = "csat_notes"
HUMAN = "human_offer"
RESIZE_OFFER = "resize_offer"
WIDEN_OFFER = "widen_offer"
PICK, PICK_OFF = "shortlist_pick", "shortlist_pick_off"
"""Which piece goes onto the shortlist, or off it."""
PIECE = "piece"
"""Of which piece something was asked; the answer is looked for as any place or name is."""
COMPLAINT = "complaint"
"""A human was offered and a rating asked for; either may be the answer."""

OFFERS = {HUMAN, RESIZE_OFFER, WIDEN_OFFER, COMPLAINT}
OUTLAST = {IDENTITY, PROOF, ORDER_PICK, RING_SIZE, UPDATES_CONTACT, CONTACT}
"""Asked in the midst of something else, these are still waited for: their answers are unmistakable,
as words of one's own would not be."""
ASIDES = {
    Intent.SHIPPING_INFO,
    Intent.CARE_REPAIR,
    Intent.FINANCING,
    Intent.SIZING,
    Intent.GIFT,
    Intent.CUSTOM_DESIGN,
    Intent.PRODUCT_SEARCH,
    Intent.SHORTLIST,
    Intent.GREETING,
    Intent.UNMATCHED,
}
"""What is answered at once and leaves a question of ours open."""
RETURN_FORMS = {RETURN_LINE, RETURN_REASON, RETURN_CONFIRM, RING_SIZE}
PATIENT = {IDENTITY, PROOF, ORDER_PICK, CONTACT, UPDATES_CONTACT, HUMAN, RESIZE_OFFER}
PATIENT |= RETURN_FORMS
"""What waits for who wants to think first."""
