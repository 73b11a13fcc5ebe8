"""The slip to print: a page of its own, without scripts or anything fetched from elsewhere."""

from __future__ import annotations

from html import escape

import barcode
from barcode.writer import SVGWriter

from concierge.core.formatting import date_text
from concierge.core.policies import Policies
from concierge.core.texts import Texts
from concierge.replies.models import ReturnKind
from concierge.returns.models import Return, ReturnStatus

_STYLE = """
  @page { margin: 15mm }
  body { font: 12pt/1.5 system-ui, sans-serif; color: #111; background: #fff; margin: 2rem auto;
         max-width: 40rem; padding: 0 1rem }
  h1 { font-size: 1.4rem; margin: 0 0 1rem } h2 { font-size: 1rem; margin: 0 0 .5rem }
  address { font-style: normal; white-space: pre-line; border: 1px solid #111; padding: 1rem;
            font-size: 1.1rem }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; margin: 1.5rem 0 }
  dt { color: #555 } dd { margin: 0; overflow-wrap: anywhere }
  figure { margin: 1.5rem 0; text-align: center }
  figcaption { font: 14pt/1.6 ui-monospace, monospace; letter-spacing: .1em }
  svg { max-width: 100%; height: auto }
"""


def render(filed: Return, texts: Texts, policies: Policies) -> str:
    """The slip as HTML. Every value is escaped; the barcode is Code 128 of the RMA.

    Of a return that was called off only that is said: nothing of it is to be put on a box.
    """
    off = filed.status is ReturnStatus.CANCELLED
    resize = filed.kind is ReturnKind.RESIZE
    ship_by = date_text(filed.ship_by, policies.business_hours.timezone)
    days = policies.returns.ship_within_days
    facts = [
        ("rma_heading", filed.rma),
        ("order_heading", filed.order_number),
        ("item_heading", filed.item),
        ("quantity_heading", str(filed.quantity)),
        ("size_heading", filed.new_size if resize else None),
        ("ship_by_heading", None if off else texts.say("ship_by", date=ship_by, days=days)),
    ]
    rows = "".join(
        f"<dt>{escape(texts.say(key))}</dt><dd>{escape(value)}</dd>"
        for key, value in facts
        if value
    )
    title = escape(texts.say("title_resize" if resize else "title_return"))
    if off:
        title = escape(texts.say("title_resize_off" if resize else "title_return_off"))
        body = f"<p>{escape(texts.say('called_off', rma=filed.rma))}</p><dl>{rows}</dl>"
    else:
        body = (
            f"<h2>{escape(texts.say('to_heading'))}</h2>"
            f"<address>{escape(texts.say('address'))}</address>"
            f"<figure>{code128(filed.rma)}<figcaption>{escape(filed.rma)}</figcaption></figure>"
            f"<dl>{rows}</dl><p>{escape(texts.say('how'))}</p>"
        )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title} {escape(filed.rma)}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{title}</h1>{body}</main></body></html>\n"
    )


def code128(text: str) -> str:
    """The barcode as an SVG element to stand inside a page."""
    drawn = barcode.Code128(text, writer=SVGWriter()).render(
        {"write_text": False, "module_height": 16.0, "module_width": 0.33}
    )
    markup = drawn.decode("utf-8") if isinstance(drawn, bytes) else str(drawn)
    # The library writes a file of its own, with a prologue no page may have in its middle.
    element = markup[markup.index("<svg") :].strip()
    return element.replace("<svg ", f'<svg role="img" aria-label="{escape(text)}" ', 1)
