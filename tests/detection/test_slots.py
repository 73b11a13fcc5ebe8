"""What a message names: numbers, people, money, pieces."""

from __future__ import annotations

import pytest

from concierge.detection import DetectionContext, Detector, Intent, RingSystem, Slots
from concierge.detection.ordinals import places_in


def slots_of(detector: Detector, text: str, awaiting: str | None = None) -> Slots:
    return detector.detect(text, DetectionContext(awaiting=awaiting)).slots


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("GG-12001", "GG-12001"),
        ("where is gg12001?", "GG-12001"),
        ("gg 12001 please", "GG-12001"),
        ("Gg–12001", "GG-12001"),
        ("order number is GG-12001.", "GG-12001"),
        ("#12001", "12001"),
        ("track #2611340", "2611340"),
        ("order 12001", "12001"),
        ("my order number is 5512", "5512"),
        ("order no. 125", "125"),
        ("Order: 12001, zip 10001", "12001"),
        ("cancel 12001", "12001"),
        ("12001", "12001"),
        ("order ١٢٠٠١", "12001"),
        ("purchase 00123842", "00123842"),
        ("order 2 rings", None),
        ("order by 2026", None),
        ("under 12001 dollars", None),
        ("42", None),
        ("is my order coming today? 12004", "12004"),
        ("my parcel never came, 12004", "12004"),
        ("what about the ring? 12004", None),
        ("zip 10001", None),
        ("I ordered 3 weeks ago", None),
        ("call 555-010-0199", None),
    ],
)
def test_order_numbers_are_read_in_every_spelling(
    detector: Detector, text: str, number: str | None
) -> None:
    assert slots_of(detector, text).order_number == number


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("my mail is Ada.Example@Example.com.", "ada.example@example.com"),
        ("<ada+shop@mail.example.org>", "ada+shop@mail.example.org"),
        ("GG-12001 ada@example.com", "ada@example.com"),
        ("ada at example.com", None),
        ("@example.com", None),
        ("ada@example", None),
    ],
)
def test_emails_are_read(detector: Detector, text: str, email: str | None) -> None:
    assert slots_of(detector, text).email == email


@pytest.mark.parametrize(
    ("text", "awaiting", "code"),
    [
        ("zip is 10001", None, "10001"),
        ("postal code 10001-1234", None, "10001-1234"),
        ("10001-1234", None, "10001-1234"),
        ("do you deliver to 90210", None, "90210"),
        ("ship to SW1A 1AA?", None, "SW1A 1AA"),
        ("my postcode is ec1a1bb", None, "EC1A 1BB"),
        ("K1A 0B6", None, "K1A 0B6"),
        ("GG-12001, 10001", None, "10001"),
        ("order 12001 10001", None, "10001"),
        ("10001", "postal_code", "10001"),
        ("it's 1010", "postal_code", "1010"),
        ("10001", None, None),
        ("rings under 10001", None, None),
        ("UK M", None, None),
        ("14k gold", None, None),
    ],
)
def test_postal_codes_need_their_shape_or_their_context(
    detector: Detector, text: str, awaiting: str | None, code: str | None
) -> None:
    assert slots_of(detector, text, awaiting).postal_code == code


def test_five_digits_are_what_was_asked_for(detector: Detector) -> None:
    assert slots_of(detector, "10001", "postal_code").order_number is None
    assert slots_of(detector, "10001", "order_number").order_number == "10001"
    assert slots_of(detector, "12001 10001", "identity").order_number == "12001"
    assert slots_of(detector, "12001 10001", "identity").postal_code == "10001"


@pytest.mark.parametrize(
    ("text", "awaiting", "phone"),
    [
        ("+1 555 010 0199", None, "+15550100199"),
        ("(555) 010-0199", None, "5550100199"),
        ("text me at 555-010-0199", None, "5550100199"),
        ("call me on 5550100199", None, "5550100199"),
        ("5550100199", "stylist_contact", "5550100199"),
        ("order 370795561790", None, None),
        ("12001", None, None),
    ],
)
def test_phones_are_digits_with_a_plus_where_one_was_typed(
    detector: Detector, text: str, awaiting: str | None, phone: str | None
) -> None:
    assert slots_of(detector, text, awaiting).phone == phone


@pytest.mark.parametrize(
    ("text", "low", "high", "currency"),
    [
        ("$200-$400 rings", 200_00, 400_00, "USD"),
        ("rings 200 to 400", 200_00, 400_00, None),
        ("show me rings 200 - 400", 200_00, 400_00, None),
        ("necklaces 100\u2013200", 100_00, 200_00, None),
        ("/rings 200-400", 200_00, 400_00, None),
        ("rings 200 to 400 size 7", 200_00, 400_00, None),
        ("show me rings betwen 200 and 400", 200_00, 400_00, None),
        ("ring, 250ish", 200_00, 300_00, None),
        ("rings around $300 ish", 240_00, 360_00, "USD"),
        ("shwo me rigns undr 300", None, 300_00, None),
        ("over $200 rings", 200_00, None, "USD"),
        ("rings under 300 in gold", None, 300_00, None),
    ],
)
def test_a_range_beside_a_piece_is_a_budget_of_a_search(
    detector: Detector, text: str, low: int | None, high: int | None, currency: str | None
) -> None:
    found = detector.detect(text)
    assert found.intent is Intent.PRODUCT_SEARCH
    assert (found.slots.budget_min_cents, found.slots.budget_max_cents) == (low, high)
    assert found.slots.currency == currency


@pytest.mark.parametrize(
    ("text", "last", "low"),
    [
        ("200-400", Intent.PRODUCT_SEARCH, 200_00),
        ("maybe 200 to 400 please", Intent.GIFT, 200_00),
        ("200-400", Intent.SIZING, None),
        ("200-400", None, None),
        ("6-7", Intent.PRODUCT_SEARCH, None),
        ("50-52", Intent.PRODUCT_SEARCH, None),
        ("12001-12002", Intent.PRODUCT_SEARCH, None),
    ],
)
def test_two_bare_numbers_after_a_search_are_its_budget(
    detector: Detector, text: str, last: Intent | None, low: int | None
) -> None:
    found = detector.detect(text, DetectionContext(last_intent=last))
    assert found.slots.budget_min_cents == low
    assert low is None or found.intent is last


@pytest.mark.parametrize(
    "text",
    [
        "ring 6 to 7",
        "ring 50-52",
        "rings 50 to 52 mm",
        "size between 50 and 52",
        "resize my ring from 52 to 54",
        "necklace 40-45",
        "necklace 400-450 mm",
        "orders 12001-12002",
        "find my orders 1001-1200",
        "rings 12001-12002",
        "rings 1920-1930",
        "show me earrings 2026-11-20",
        "earrings in 20 to 30 days",
        "gift for 25-40 year olds",
        "ring 555-0134",
        "in 20ish minutes",
        "9k-14k gold rings",
        "200-400",
    ],
)
def test_sizes_orders_days_and_lengths_are_no_range_of_prices(
    detector: Detector, text: str
) -> None:
    found = slots_of(detector, text)
    assert (found.budget_min_cents, found.budget_max_cents) == (None, None)


@pytest.mark.parametrize(
    ("text", "low", "high", "currency"),
    [
        ("rings under 300", None, 300_00, None),
        ("below $1,500", None, 1500_00, "USD"),
        ("less than 1.5k", None, 1500_00, None),
        ("something under a hundred bucks", None, 100_00, "USD"),
        ("two hundred and fifty dollars", None, 250_00, "USD"),
        ("around five hundred", 400_00, 600_00, None),
        ("less than a grand", None, 1000_00, None),
        ("between two hundred and four hundred", 200_00, 400_00, None),
        ("200 to three hundred bucks", 200_00, 300_00, "USD"),
        ("fifty or less", None, 50_00, None),
        ("up to a thousand", None, 1000_00, None),
        ("a couple of hundred dollars", None, 200_00, "USD"),
        ("the grand total", None, None, None),
        ("a ring for my twenty year old", None, None, None),
        ("one hundred percent gold", None, None, None),
        ("between 200 and 400", 200_00, 400_00, None),
        ("$200-$400", 200_00, 400_00, "USD"),
        ("from $200 to $400", 200_00, 400_00, "USD"),
        ("between 400 and 200", 200_00, 400_00, None),
        ("necklace £200", None, 200_00, "GBP"),
        ("around 250", 200_00, 300_00, None),
        ("over 500", 500_00, None, None),
        ("at least €99.50", 99_50, None, "EUR"),
        ("max 300", None, 300_00, None),
        ("300 or less", None, 300_00, None),
        ("300 dollars max", None, 300_00, "USD"),
        ("my budget is 2 grand", None, 2000_00, None),
        ("1.299,99 € max", None, 1299_99, "EUR"),
        ("up to 1 500 euros", None, 1500_00, "EUR"),
        ("a ring for $1-2k", 1000_00, 2000_00, "USD"),
        ("14k gold ring", None, None, None),
        ("18k white gold under 900", None, 900_00, None),
        ("under 2 carats", None, None, None),
        ("over 60 days ago", None, None, None),
        ("size between 50 and 52", None, None, None),
        ("around 5pm", None, None, None),
        ("I was charged $300 twice", None, None, None),
        ("refund of 299 dollars", None, None, None),
        ("a question about 12001", None, None, None),
        ("under 99999999999999999999999", None, None, None),
        ("under 0", None, None, None),
        ("do you have necklaces for under 10", None, 10_00, None),
        ("anything cheaper than 10?", None, 10_00, None),
        ("under 10", None, 10_00, None),
        ("my budget is 15", None, 15_00, None),
        ("and below 5 please", None, 5_00, None),
        ("it came in less than 3", None, None, None),
        ("rings in a size under 10", None, None, None),
        ("earrings with less than 3 stones", None, None, None),
        ("not under 500, under 200", None, 200_00, None),
        ("nothing over 200", None, 200_00, None),
        ("no less than 300", 300_00, None, None),
        ("not under 100 and not over 500", 100_00, 500_00, None),
        ("over 100 and under 500", 100_00, 500_00, None),
    ],
)
def test_budgets_are_integer_cents(
    detector: Detector, text: str, low: int | None, high: int | None, currency: str | None
) -> None:
    found = slots_of(detector, text)

    assert (found.budget_min_cents, found.budget_max_cents) == (low, high)
    assert found.currency == currency


@pytest.mark.parametrize("text", ["100", "maybe 100?", "100 or so"])
def test_a_bare_number_is_a_budget_where_one_was_asked_for(detector: Detector, text: str) -> None:
    assert slots_of(detector, text, "budget").budget_max_cents == 100_00
    assert slots_of(detector, "100").budget_max_cents is None


@pytest.mark.parametrize(
    ("text", "category", "metal"),
    [
        ("no not earrings, a necklace", "necklace", None),
        ("not a ring, a bracelet", "bracelet", None),
        ("no earrings but necklaces", "necklace", None),
        ("I want necklaces, not earrings", "necklace", None),
        ("no hoops, a chain", "necklace", None),
        ("no rings", "ring", None),
        ("not gold but rose gold", None, "rose gold"),
        ("a ring, no gold, in silver", "ring", "silver"),
        ("a charm bracelet and earrings", "bracelet", None),
    ],
)
def test_what_is_wanted_is_read_before_what_is_refused(
    detector: Detector, text: str, category: str | None, metal: str | None
) -> None:
    found = slots_of(detector, text)

    assert (found.category, found.metal) == (category, metal)


@pytest.mark.parametrize(
    ("text", "system", "value", "us"),
    [
        ("size 6", RingSystem.US, "6", 6),
        ("ring size 6.5", RingSystem.US, "6.5", 6.5),
        ("size 6½ please", RingSystem.US, "6.5", 6.5),
        ("I'm a size 7 1/4", RingSystem.US, "7.25", 7.25),
        ("size six and a bit, US 6", RingSystem.US, "6", 6),
        ("I wear a 7", RingSystem.US, "7", 7),
        ("resize it from 6 to 7", RingSystem.US, "7", 7),
        ("resize it to 6.5", RingSystem.US, "6.5", 6.5),
        ("in 6.5", RingSystem.US, "6.5", 6.5),
        ("and in 7?", RingSystem.US, "7", 7),
        ("do you have the halo in 6.5", RingSystem.US, "6.5", 6.5),
        ("have you got it in a 7 please", RingSystem.US, "7", 7),
        ("is this band available in 54", RingSystem.EU, "54", 6.75),
        ("can you resize my ring down to a 7", RingSystem.US, "7", 7),
        ("17mm across", RingSystem.MM, "17", 6.5),
        ("it measures 17 mm across", RingSystem.MM, "17", 6.5),
        ("UK M", RingSystem.UK, "M", 6.25),
        ("uk size L½", RingSystem.UK, "L½", 6),
        ("size P", RingSystem.UK, "P", 7.75),
        ("EU 52", RingSystem.EU, "52", 6),
        ("size 54", RingSystem.EU, "54", 6.75),
        ("16.5 mm", RingSystem.MM, "16.5", 6),
        ("52mm inside", RingSystem.MM, "52", 6),
    ],
)
def test_ring_sizes_are_read_in_four_systems(
    detector: Detector, text: str, system: RingSystem, value: str, us: float
) -> None:
    size = slots_of(detector, text).ring_size

    assert size is not None
    assert (size.system, size.value, size.us) == (system, value, us)


@pytest.mark.parametrize(
    "text",
    [
        "size 18 inch chain",
        "shoe size 9",
        "a 2 mm band",
        "size a ring",
        "what size should I get",
        "it is a size too large",
        "do you have a ring sizer",
        "size 99",
        "resize it to 14 inches",
        "can I pay in 4",
        "split it in 3",
        "do you have it in 14k",
        "do you have this chain in 7",
        "will it be here in 5 days",
        "is it ready in 2",
        "in 2026",
        "UK 6 inches",
    ],
)
def test_other_measures_are_no_ring_sizes(detector: Detector, text: str) -> None:
    assert slots_of(detector, text).ring_size is None


def test_a_bare_size_counts_where_one_was_asked_for(detector: Detector) -> None:
    assert slots_of(detector, "7").ring_size is None
    asked = slots_of(detector, "7", "ring_size").ring_size
    letter = slots_of(detector, "m", "ring_size").ring_size

    assert asked is not None
    assert asked.us == 7
    assert letter is not None
    assert letter.system is RingSystem.UK


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("show me ringss", {"category": "ring"}),
        ("gold hoops", {"category": "earrings", "metal": "gold", "style": "hoop"}),
        ("neckless in rose gold", {"category": "necklace", "metal": "rose gold"}),
        ("sterling silver braclet", {"category": "bracelet", "metal": "silver"}),
        ("charm bracelet", {"category": "bracelet"}),
        ("pendant necklace with a saphire", {"category": "necklace", "stone": "sapphire"}),
        ("white gold halo engagement ring", {"category": "ring", "metal": "white gold"}),
        ("titanium watch", {"category": "watch", "metal": "titanium"}),
        ("ready to ship rings", {"category": "ring", "ready_to_ship": True}),
        ("a matching set", {"category": "set"}),
        ("qiero ver anillos de plata", {"category": "ring", "metal": "silver"}),
        ("je cherche une bague", {"category": "ring"}),
        ("ich suche ohrringe", {"category": "earrings"}),
        ("give me a ring", {"category": None}),
        ("ring me", {"category": None}),
        ("set up an account", {"category": None}),
        ("watch a movie", {"category": None}),
    ],
)
def test_pieces_are_named_in_the_shops_words(
    detector: Detector, text: str, fields: dict[str, object]
) -> None:
    found = slots_of(detector, text).model_dump()

    assert {name: found[name] for name in fields} == fields


@pytest.mark.parametrize(
    ("text", "recipient", "occasion"),
    [
        ("something for my wife", "wife", None),
        ("for my lovely mum's birthday", "mother", "birthday"),
        ("anniversary gift for him", "him", "anniversary"),
        ("I'm proposing to my gf", "girlfriend", "proposal"),
        ("xmas present for my best friend", "friend", "christmas"),
        ("my wife wants her refund", None, None),
        ("earrings", None, None),
    ],
)
def test_whom_and_what_a_gift_is_for(
    detector: Detector, text: str, recipient: str | None, occasion: str | None
) -> None:
    found = slots_of(detector, text)

    assert (found.recipient, found.occasion) == (recipient, occasion)


@pytest.mark.parametrize(
    ("text", "awaiting", "name"),
    [
        ("my name is Ada Example and I need help", None, "Ada Example"),
        ("Name: José Muster", None, "José Muster"),
        ("this is Ada, where is my order", None, "Ada"),
        ("this is ridiculous", None, None),
        ("this is Ridiculous", None, None),
        ("Ada Example, ada@example.com", "stylist_contact", "Ada Example"),
        ("I'm Ada Example", "stylist_contact", "Ada Example"),
        ("ada@example.com", "stylist_contact", None),
        ("my ring broke and I am sad", "stylist_contact", None),
        ("never mind", "stylist_contact", None),
        ("Ada Example", None, None),
    ],
)
def test_names_are_kept_as_typed(
    detector: Detector, text: str, awaiting: str | None, name: str | None
) -> None:
    assert slots_of(detector, text, awaiting).name == name


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("the second one", 2),
        ("1st", 1),
        ("save the last one", -1),
        ("that third ring", 3),
        ("the seventh one", 7),
        ("seventh please", 7),
        ("8th", 8),
        ("tell me about the eighth", 8),
    ],
)
def test_a_place_in_what_was_shown(detector: Detector, text: str, choice: int) -> None:
    assert slots_of(detector, text).choice == choice


def test_a_second_is_also_a_moment(detector: Detector) -> None:
    assert slots_of(detector, "wait a second please").choice is None


@pytest.mark.parametrize(
    ("text", "channel", "opt_out"),
    [
        ("text me when it ships", "sms", None),
        ("email me when it ships", "email", None),
        ("stop the emails", "email", True),
        ("no more texts", "sms", True),
        ("my email is ada@example.com", None, None),
    ],
)
def test_how_and_whether_to_write(
    detector: Detector, text: str, channel: str | None, opt_out: bool | None
) -> None:
    found = slots_of(detector, text)

    assert (found.channel, found.opt_out) == (channel, opt_out)


def test_several_places_are_counted_in_what_is_there() -> None:
    assert places_in("the second, the 7th and the last", 8) == [2, 7, 8]
    assert places_in("the first, the eighth and the last", 5) == [1, 5]
    assert places_in("the last", 0) == []
