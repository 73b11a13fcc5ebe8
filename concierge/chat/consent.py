"""Whether words agree, take back, call off, want time, ask, or say why. Pure.

What leaves the conversation (a return, a resize, a hand-over) needs a yes or an answer that can be
nothing else: in doubt it is no yes, and it is asked again.
"""

from __future__ import annotations

import re

from concierge.chat.asked import POLICY
from concierge.chat.awaiting import RETURN_FORMS
from concierge.detection.models import Detection, Intent
from concierge.sessions.models import DialogueState

MOST_WORDS = 14
"""Who takes something back is brief; a longer text is read as what it tells."""

YES = re.compile(
    r"^\W*(y|yes|yep|yeah|yea|yup|sure|ok(ay)?|please|go ahead|do it|of course|absolutely"
    r"|definitely|correct|right|confirm(ed)?)\b",
    re.I,
)
NO = re.compile(
    r"^\W*(n|no|nope|nah|not now|never ?mind|nvm|(leave|forget|drop) it|stop|cancel that|skip)\b",
    re.I,
)
CORRECTS = re.compile(
    r"^\W*(no|nope|nah|wait|sorry|oops|actually|hold on|not that( one)?|i mean|i meant)\b\W*"
    r"(no\W+|wait\W+|sorry\W+|actually\W+|i mean\W+|i meant\W+|not that( one)?\W+)*"
    r"(the|my|it'?s|it is|that)\b",
    re.I,
)
"""A no that goes on to say what is meant instead."""
BYE = re.compile(r"\b(bye|good ?night|see you|see ya|goodbye)\b", re.I)
ACKNOWLEDGES = re.compile(
    r"^\W*(ok(ay)?|alright|all right|fine|got it)\W+(thanks|thank you|thx|ty|cheers)\W*$", re.I
)
"""Taken note of, and no yes to what was offered."""

# The patterns below read `_plain` text: lower case, words only, without apostrophes.
_BEFORE = (
    r"(?:ok|okay|k|oh|ah|well|actually|hm+|um+|uh|y|yes|yeah|yea|yep|yup|sure|of course|fine"
    r"|alright|all right|great|good|sorry|please|pls|just|and|but|so|then|n|no|nope|nah|wait"
    r"|hold on|thanks|thank you|you know what|on second thoughts?|i think|i guess|i suppose|maybe"
    r"|perhaps|lets|i|im|i am|i was|was|we|you can|can you|could you|can we|could we|only)"
)
_AFTER = (
    r"(?:thanks|thank you|thx|ty|cheers|please|pls|for now|right now|now|then|after all|any ?more"
    r"|about (?:it|that|this)|sorry|ok|okay|today|instead|yet|though|really|at all|bye|lol|haha"
    r"|i was|again|on)"
)
_IT = (
    r"(?:it|that|this|them|everything|anything|all(?: of (?:it|that|them))?"
    r"|(?:my|the|that|this|any)(?: (?:whole|original))?"
    r" (?:order|return|resize|request|ring|piece|thing|change|cancellation|ticket|form))"
)
_AS_IT_IS = r"(?:(?:as|like|how|the way) (?:it|they|that|this|things|is)(?: (?:is|are|was|were))?)"
_ASK_NOT = (
    r"(?:do|send|pass|change|cancel|return|resize|file|arrange|book|start|submit|open|bother"
    r"|proceed|continue|touch|go ahead|go on|alter)"
)
_FIRM = (
    r"(?:never ?mind(?! (?:the|your|what|how))|nvm|forget (?:it|that|about|what i)"
    rf"|(?:leave|keep|let) (?:{_IT}|things) (?:{_AS_IT_IS}|alone|be\b|there$|at that|so$)"
    rf"|(?:do not|dont|no need to|rather not) {_ASK_NOT}\b(?! have)"
    r"|(?:do not|dont|no longer) (?:want|wish|need) (?:you )?to "
    rf"{_ASK_NOT}\b"
    r"|(?:just|only) (?:asking|wondering|curious|checking|looking|testing|kidding|joking)"
    r"|(?:ill|i will|i want to|id rather|i would rather|going to|gonna|decided to|we will)"
    rf" keep {_IT}|(?:im|i am) keeping {_IT}|keep {_IT}$"
    r"|i take (?:it|that) back|(?:of course|certainly|absolutely|definitely|surely) not\b)"
)
"""What takes back wherever it stands in a short message."""
_BARE = (
    r"(?:n|no|nope|nah|nein|non|not (?:now|today|yet|any ?more|really|needed|necessary|this time"
    r"|right now|at the moment)|nm|skip(?: (?:it|that|this))?|drop (?:it|that|this)"
    r"|scrap (?:it|that|this)|(?:stop|cancel|quit|exit|abort|undo|ignore)(?: (?:that|this))?"
    r"|stop it|do not|dont|please not|rather not|better not|id rather not|i would rather not"
    r"|no need(?: for (?:it|that))?|lets not|not|(?:its|it is|thats|that is) (?:ok|okay|fine)"
    rf"(?: {_AS_IT_IS})?|does ?n[o]?t matter|no matter|(?:maybe |some other |another )?later"
    r"|another time|next time|leave(?: (?:it|that))?|forget)"
)
"""What takes back when nothing else is said."""
_MIND = r"(?:i )?(?:have |ve |just )?changed (?:my|our) mind|(?:ive|weve) changed (?:my|our) mind"
_TAKEN_BACK = re.compile(
    rf"^(?:{_BEFORE} )*(?:{_BARE}|{_FIRM}|cancel it)(?: (?:{_AFTER}|{_BARE}|{_FIRM}))*$"
)
_FIRMLY = re.compile(rf"\b{_FIRM}")
_CHANGED_MIND = re.compile(rf"\b(?:{_MIND})\b")
_CANCEL_IT = re.compile(rf"^(?:{_BEFORE} )*cancel it(?: {_AFTER})*$")
_NO_YES = re.compile(
    r"\b(?:no|not|nope|nah|dont|doesnt|cant|wont|never|nevermind|nvm|forget|leave|wait|hold on"
    r"|later|let me think|not sure|unsure|skip|keep)\b"
)
"""Words that no yes contains..."""
_HARMLESS = re.compile(
    r"\b(?:why not|no (?:problem|worries|rush|hurry)|dont worry|not a problem)\b"
)
"""...unless they are these."""
_PAUSE = re.compile(
    rf"^(?:{_BEFORE} )*(?:wait|hold on|hang on|(?:(?:just |give me )?(?:a|one|another) )"
    r"(?:moment|second|sec|minute|min|bit|while|day)|moment"
    r"|(?:i )?(?:need|want|have|would like|got|like) (?:some |more )?(?:time|to (?:think|sleep|"
    r"check|ask|talk|decide|consider|see|look))\b.*|let me (?:think|see|check|ask|sleep|look"
    r"|decide|consider)\b.*|(?:ill|i will) (?:think|sleep|check|ask|see|let you know|decide|come"
    r" back)\b.*|(?:can|could|would|will) you (?:please )?(?:wait|hold)\b.*|thinking\b.*"
    r"|(?:still|not) (?:thinking|decided|deciding)\b.*|not (?:quite |so |really )?sure(?: yet)?"
    rf"|undecided|unsure)(?: {_AFTER})*$"
)
_WAITS = re.compile(r"^(?:wait|hold on|hang on|one (?:moment|second|sec|minute))\b")
_ASKS = re.compile(
    rf"^(?:{_BEFORE} )*(?:(?:how|what|whats|which|when|where|why|who|whos|whose)\b"
    r"|(?:can|could|may|might|will|would|should|shall|must|do|does|did|is|are|am|was|have|has)"
    r" (?:i|you|u|we|it|its|they|there|that|this|the|these|those|my|your|someone|anyone)\b"
    r"|(?:i )?(?:have|got|had) (?:a|one|another|some|few|more) (?:quick |few |small )?questions?"
    r"|questions?\b|any (?:news|updates?)\b"
    r"|tell me\b|explain\b|(?:i )?(?:want|wanted|need|would like|like) to know\b"
    r"|id like to know\b|(?:i )?(?:wonder|wondered|wondering)\b|possible to\b|any chance\b)"
)
_WHY = re.compile(
    r"\b(?:too|not|isnt|arent|wasnt|werent|dont|doesnt|didnt|cant|couldnt|wont|wouldnt|never"
    r"|no longer|no (?:particular |special |real |good )?(?:reason|use)|nothing like|unlike"
    r"|dislik\w*|hat(?:e|ed|es)|wrong|incorrect|br[oe]k\w*|damag\w*|scratch\w*|crack\w*|dent\w*"
    r"|defect\w*|fault\w*|tarnish\w*|bent|bend\w*|snapp\w*|fell|falls|falling|loose\w*|tight\w*"
    r"|small\w*|bigg?\w*|large\w*|huge|tiny|heavy|heavier|bulky|long|longer|short|shorter|thin"
    r"|thinner|thick\w*|wide\w*|narrow\w*|pale\w*|dark\w*|dull|colou?rs?|sizes?|fits?|style|taste"
    r"|quality|cheap\w*|flimsy|expect\w*|different\w*|gift\w*|present|duplicat\w*|twice|double"
    r"|mistake\w*|accident\w*|changed|regret\w*|unwanted|late|allerg\w*|rash|itch\w*|irritat\w*"
    r"|nickel|green|uncomfortable|ugly|disappoint\w*|found|another|better|expensive|price|missing"
    r"|lost|stain\w*|dirty|fake|used|worn|stuck|catches|snags?|pinch\w*|hurts?|slip\w*|spin\w*"
    r"|turns|personal|because|unhappy|meh|unsuitable|second thoughts|broke up|split up|cancelled"
    r"|called off|afford|refund|money back|zu|trop|troppo|demasiado|kaputt|defekt|roto|rota|rotto"
    r"|gefallt|gefällt|passt|casse|cassé\w*)\b"
)
_FOR_SOMEBODY = re.compile(
    r"^(?:(?:because|since|as|well|no|oh|sorry|actually|um+|just|and|but|so) )*"
    r"(?:(?:it|its|this|that|they|these|those|(?:the|my) \w+)"
    r"(?: (?:is|was|were|are|had been|has been|meant|intended|supposed|should have))*\b"
    r"|(?:i|we) (?:had |have |ve )?(?:bought|got|ordered|chose|gave|wanted|meant)"
    r" (?:it|this|that|them)"
    r"|(?:for|an? (?:\w+ )?(?:gift|present)|gift|present)\b)"
)
_SEEKS = re.compile(
    rf"^(?:{_BEFORE} )*(?:show|find|search|browse|recommend|suggest|look(?:ing)? for"
    r"|(?:i )?(?:need|want|would like) (?:a|an|some|another|new) (?:\w+ )?"
    r"(?:gift|present|ring|earrings|necklace|bracelet|pendant|watch|charm))\b"
)
_KEEPS_ORDER = re.compile(
    rf"^(?:{_BEFORE} )*(?:do not|dont|please dont|no need to) (?:cancel|change|touch)"
    rf"(?: (?:{_IT}|{_AFTER}))*$"
)
_STOPS_ORDER = re.compile(
    rf"^(?:{_BEFORE} )*(?:stop|halt|hold) (?:(?:it|that|this|them|the|my) )?"
    r"(?:(?:from )?(?:being )?(?:ship(?:ping|ped|ment)?|sen(?:t|ding)|deliver(?:y|ing|ed)|leaving"
    r"|going out|dispatch(?:ed|ing)?|made|production)|from (?:going|being)|before (?:it|they)"
    r"|orders?|parcel|package|purchase)\b(?! (?:updates?|messages?|e?mails?|notifications?|texts?))"
)
_UNSURE = re.compile(r"\bnot (?:sure|yet|decided|certain)\b|\b(?:dont|do not) know\b")
_STOP_ALL = re.compile(
    rf"^(?:{_BEFORE} )*(?:stop|stopp|unsubscribe|opt ?(?:me )?out|end)"
    r"(?: (?:it|that|this|them|all|now|me|please|everything|updates?|from (?:all|everything|this"
    r"|it|these|them|all of (?:it|them))|all of (?:it|them)|of (?:it|everything)|thanks"
    r"|thank you|texting(?: me)?|writing(?: me)?|e?mailing(?: me)?|messaging(?: me)?))*$"
)
_CALLS_OFF = (
    r"(?:cancel|call off|stop|undo|withdraw|revoke|scrap|abort|delete|drop|take back|reverse|void)"
)
_OFF = re.compile(
    rf"\b{_CALLS_OFF} (?:(?:my|the|this|that|both|all|these|those) )?"
    r"(?:(?:\w+ ){0,2}(?:returns?|resiz(?:e|es|ing)|rma|label|alteration)\b|rma\w*)"
    r"|\bcall (?:it|that|this|the (?:return|resize)) off\b"
    r"|\b(?:returns?|resiz(?:e|ing)|rma) (?:be |is |to be )?(?:cancell?ed|called off|withdrawn)\b"
)
_KEEPS = re.compile(
    r"\b(?:do not|dont|no longer) (?:want|wish|need|have) (?:to )?(?:return|send|resize)\b"
    r"(?! (?:label|policy))"
    r"|\bno longer (?:returning|sending|resizing)\b|\b(?:not|wont|will not|wont be|not going to be)"
    r" (?:returning|resizing|return|resize)\b"
    rf"|\b(?:ill|i will|id rather|i would rather|i want to|decided to|going to) keep {_IT}\b"
    rf"|\b(?:im|i am) keeping {_IT}\b"
)
_OFF_SHORTLY = re.compile(
    rf"^(?:{_BEFORE} )*(?:(?:{_CALLS_OFF}|i (?:want|need|would like) to {_CALLS_OFF})"
    rf" (?:it|that|this)|undo|{_MIND}|do not return it|dont return it|do not resize it"
    rf"|dont resize it|keep it)(?: {_AFTER})*$"
)
_NAMES = re.compile(
    r"^(?:(?:no|and|ok|actually|also|just|only|please|sorry|i mean|i meant) )*"
    r"(?:both|all|everything|the two|(?:both|all|either|two|all two)(?: of)?(?: (?:them|these|those"
    r"|pieces))|(?:the|my|that|this|those) \w+(?: \w+){0,3})(?: (?:please|too|as well|then))?$"
)
_BOTH = re.compile(r"\b(?:both|all|everything|the two)\b")


OTHER_ADDRESS = re.compile(
    r"^\W*((no|oh|sorry|actually|please|can you|could you)\W+)*"
    r"(change|switch|move|make|use|send|put|correct) (it|that|this|them)?\b",
    re.I,
)
_SENT_BACK = {Intent.RETURNS.value, Intent.RESIZE.value}


def agrees(text: str, *, of_an_order: bool = False) -> bool:
    """A yes that nothing in it takes back; "ok bye" and "ok never mind" are none."""
    if YES.match(text) is None or BYE.search(text) is not None:
        return False
    if takes_back(text, of_an_order=of_an_order):
        return False
    return _NO_YES.search(_HARMLESS.sub(" ", _plain(text))) is None


def takes_back(text: str, *, reason_asked: bool = False, of_an_order: bool = False) -> bool:
    """ "Ok never mind", "please don't", "just asking", "leave it as it is".

    Where a reason was asked for, a changed mind is one. Of an order that is to be cancelled,
    "cancel it" says so once more.
    """
    said = _plain(text)
    if not said or len(said.split()) > MOST_WORDS or "@" in text:
        return False
    if of_an_order and _CANCEL_IT.match(said):
        return False
    if not reason_asked and _CHANGED_MIND.search(said):
        return True
    return _TAKEN_BACK.match(said) is not None or _FIRMLY.search(said) is not None


def flat_no(text: str) -> bool:
    """Nothing but a no: where words of one's own were asked for, "no longer needed" is a reason."""
    return _TAKEN_BACK.match(_plain(text)) is not None


def pauses(text: str) -> bool:
    """ "Wait", "I need to think": neither yes nor no, and no answer either."""
    return _PAUSE.match(_plain(text)) is not None


def asks(text: str) -> bool:
    """A question, with or without its mark, or a word on the rules: never an answer."""
    said = _HARMLESS.sub(" ", _plain(text))
    if text.rstrip().endswith("?") or POLICY.search(text) is not None:
        return True
    return _ASKS.match(_WAITS.sub("", said).strip()) is not None


def says_why(text: str) -> bool:
    """Whether words read as why something goes back."""
    said = _plain(text)
    if asks(text) or pauses(text) or takes_back(text, reason_asked=True) or seeks(text):
        return False
    return _WHY.search(_UNSURE.sub(" ", said)) is not None


def was_for_somebody(text: str) -> bool:
    """ "It was for my mother": why a piece goes back, and no search for a gift."""
    return not asks(text) and _FOR_SOMEBODY.match(_plain(text)) is not None


def seeks(text: str) -> bool:
    """ "Show me gifts for my mother": pieces are asked for, whatever else is open."""
    return _SEEKS.match(_plain(text)) is not None


def stops_messages(text: str) -> bool:
    """ "Stop", "unsubscribe me from everything": meant for messages, if there are any."""
    return _STOP_ALL.match(_plain(text)) is not None


def keeps_order(text: str) -> bool:
    """ "No, don't cancel": of an order that nothing is asked about any more."""
    return _KEEPS_ORDER.match(_plain(text)) is not None and not asks(text)


def stops_order(text: str) -> bool:
    """ "Stop it from shipping": a wish about the order, and no end of a form or of messages."""
    return _STOPS_ORDER.match(_plain(text)) is not None and not asks(text)


def calls_off(text: str) -> bool:
    """ "Cancel the return", whatever else is open."""
    return _OFF.search(_plain(text)) is not None and not text.rstrip().endswith("?")


def calls_off_what_was_done(text: str) -> bool:
    """ "Cancel it", "I'll keep it after all": of what was filed just now."""
    said = _plain(text)
    if len(said.split()) > MOST_WORDS or asks(text):
        return False
    return _OFF_SHORTLY.match(said) is not None or _KEEPS.search(said) is not None


def names_pieces(text: str) -> bool:
    """ "The charm", "both": pieces of an order that is spoken of, and no search."""
    return _NAMES.match(_plain(text)) is not None


def means_both(text: str) -> bool:
    return names_pieces(text) and _BOTH.search(_plain(text)) is not None


def _plain(text: str) -> str:
    """Lower case, words only, without apostrophes; of a long text its beginning."""
    return " ".join(re.findall(r"\w+", re.sub(r"['’`]", "", text[:400].casefold())))


def ends_messages(detection: Detection, state: DialogueState, text: str) -> bool:
    """ "Stop at any time" is promised: it goes before any form that is open."""
    if state.subscribed and stops_messages(text):
        return True
    opts_out = detection.intent is Intent.ORDER_UPDATES and bool(detection.slots.opt_out)
    return opts_out and state.awaiting is not None and not flat_no(text)


def other_address(detection: Detection, state: DialogueState, text: str) -> bool:
    """ "Change that to bob@example.com", of the messages that were switched on."""
    just_on = state.subscribed and state.last_intent == Intent.ORDER_UPDATES.value
    named = detection.slots.email or detection.slots.phone
    return just_on and named is not None and OTHER_ADDRESS.match(text) is not None


def calls_off_return(state: DialogueState, text: str) -> bool:
    """ "Cancel the return"; just after one was filed also "cancel it"."""
    if state.awaiting in RETURN_FORMS:
        return False
    just_filed = state.filed_rma is not None and state.last_intent in _SENT_BACK
    return calls_off(text) or (just_filed and calls_off_what_was_done(text))
