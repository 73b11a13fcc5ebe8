"""Questions that need no order and no piece, and those that nothing answers."""

from __future__ import annotations

from concierge.detection.models import Intent
from concierge.replies.models import Article, QuickReplies, StylistForm, plain_text
from concierge.verify.walk import Walk

TOPICS = {
    "say_shipping": Intent.SHIPPING_INFO,
    "say_size": Intent.SIZING,
    "say_care": Intent.CARE_REPAIR,
    "say_financing": Intent.FINANCING,
    "say_gift": Intent.GIFT,
    "say_custom": Intent.CUSTOM_DESIGN,
}
"""What the shop's own buttons say, and what it is about."""
NONSENSE = ("qwzx vlorp brindlefax", "zzkrit ploomish warble")


def information(walk: Walk) -> None:
    """Every question about the shop is answered from its own pages."""
    visitor = walk.visitor()
    for key, intent in TOPICS.items():
        result = visitor.say(walk.say(key))
        walk.check(f"{intent.value} is understood", result.intent, intent)
        article = walk.shown(f"{intent.value} has a page", result, Article)
        walk.check("of that topic", article.topic, intent.value)
        walk.check_that("with something in it", len(article.body) > 20, "words", article.body)
    sized = visitor.say("/size 6")
    walk.check("a command is understood", sized.intent, Intent.SIZING)
    said = plain_text(sized.replies)
    walk.check_that(
        "the size is told in other systems", "EU" in said and "mm" in said, "EU, mm", said
    )


def unmatched_twice(walk: Walk) -> None:
    """What is not understood is said so, and the second time a human is offered."""
    visitor = walk.visitor()
    once = visitor.say(NONSENSE[0])
    walk.check("not understood", once.intent, Intent.UNMATCHED)
    walk.check_said("and told so", once, "unmatched")
    near = walk.shown("the nearest things are offered", once, QuickReplies)
    walk.check_that("three and a human", len(near.options) == 4, "4", len(near.options))
    twice = visitor.say(NONSENSE[1])
    walk.check("not understood again", twice.intent, Intent.UNMATCHED)
    walk.check_said("a human is offered", twice, "unmatched_twice")
    misses = visitor.session.counters.unmatched
    walk.check("both are counted", misses, 2)
    walk.shown("yes brings the form", visitor.say("yes please"), StylistForm)
