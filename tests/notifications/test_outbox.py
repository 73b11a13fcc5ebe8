"""What is written to customers is stored once, sent once, and found again."""

from __future__ import annotations

import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from concierge.core.actor import Actor, Role
from concierge.core.clock import ManualClock
from concierge.core.errors import ConfigError, Forbidden, InvalidInput
from concierge.core.mongo import Mongo
from concierge.notifications.models import Attachment, Channel, Mail, MailStatus
from concierge.notifications.repository import NotificationsRepository
from concierge.notifications.service import BACKOFF, NotificationsService
from concierge.notifications.templates import MailTexts, first_name
from concierge.notifications.transport import DeliveryFailed, SmtpTransport
from tests.conftest import DATA
from tests.explain import no_collection_scans
from tests.notifications.conftest import Mailbox, outbox

VALUES = {"name": "Ada", "ticket_id": "STY-8F3K2Q", "link": "https://desk.example.com/c/x"}
AGENT = Actor.staff("agent", {Role.AGENT})
ANALYST = Actor.staff("analyst", {Role.ANALYST})
ADMIN = Actor.staff("admin", {Role.ADMIN})


def write(service: NotificationsService, key: str = "survey:1", **more: object) -> Mail:
    return service.queue("survey", "ada@example.com", {**VALUES, **more}, key, ticket_id="STY-1")


class Broken:
    """A way to send that never works."""

    def __init__(self, *, permanent: bool) -> None:
        self.permanent = permanent
        self.tries = 0

    def send(self, mail: Mail) -> None:
        self.tries += 1
        raise DeliveryFailed("no", permanent=self.permanent)


def test_a_mail_is_filled_in_and_waits_in_the_outbox(
    repository: NotificationsRepository, clock: ManualClock
) -> None:
    mail = write(outbox(repository, clock, None))
    assert mail.status is MailStatus.QUEUED
    assert mail.subject == "How was our help? (STY-8F3K2Q)"
    assert "Dear Ada," in mail.body
    assert "https://desk.example.com/c/x" in mail.body
    assert mail.created_at == clock.now()


def test_the_same_key_from_many_threads_writes_one_mail_and_answers_it_to_all(
    repository: NotificationsRepository, clock: ManualClock, mongo: Mongo
) -> None:
    service = outbox(repository, clock, None)
    with ThreadPoolExecutor(16) as pool:
        mails = list(pool.map(lambda n: write(service, name=f"Ada{n}"), range(16)))
    assert len({mail.model_dump_json() for mail in mails}) == 1
    assert mongo.db["outbox"].count_documents({}) == 1


def test_a_mail_of_a_transaction_that_failed_was_never_written(
    repository: NotificationsRepository, clock: ManualClock, mongo: Mongo
) -> None:
    service = outbox(repository, clock, None)

    def fails(session):
        service.queue("survey", "ada@example.com", VALUES, "k", session=session)
        raise InvalidInput("x", "no")

    with pytest.raises(InvalidInput):
        mongo.unit_of_work(fails)
    assert mongo.db["outbox"].count_documents({}) == 0


def test_a_customer_without_a_name_is_still_addressed(
    repository: NotificationsRepository, clock: ManualClock
) -> None:
    service = outbox(repository, clock, None)
    assert "Dear customer," in write(service, name=None).body


def test_a_line_break_in_a_name_does_not_add_a_header(
    repository: NotificationsRepository, clock: ManualClock
) -> None:
    mail = write(outbox(repository, clock, None), ticket_id="STY\r\nBcc: eve@example.com")
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject


def test_without_a_mail_server_mails_are_kept_and_text_messages_from_the_first_moment(
    repository: NotificationsRepository, clock: ManualClock
) -> None:
    service = outbox(repository, clock, None)
    write(service)
    text = service.queue(
        "order_updates_on",
        "+12125550123",
        {"order_number": "GG-12001"},
        "sms:1",
        channel=Channel.SMS,
    )
    assert text.status is MailStatus.KEPT
    assert text.body.startswith("Aurora: updates about GG-12001")
    assert service.deliver_due().kept == 1
    kept = service.recent(ADMIN, status=MailStatus.KEPT).items
    assert {mail.channel for mail in kept} == {Channel.EMAIL, Channel.SMS}
    assert service.deliver_due().kept == 0


def test_a_real_mail_server_receives_text_headers_and_attachment(
    repository: NotificationsRepository,
    clock: ManualClock,
    transport: SmtpTransport,
    mailbox: Mailbox,
) -> None:
    service = outbox(repository, clock, transport)
    label = Attachment(filename="RMA-1.html", content="<p>Größe</p>")
    mail = service.queue(
        "survey", "ada@example.com", {**VALUES, "name": "Zoë"}, "k", attachments=[label]
    )
    assert service.deliver_due().sent == 1
    (message,) = mailbox.received
    assert mailbox.recipients == ["ada@example.com"]
    assert message["Subject"] == mail.subject
    assert message["From"] == "concierge@shop.example"
    assert message["Message-ID"] == f"<{mail.id}@shop.example>"
    body = message.get_body(("plain",))
    assert body is not None
    assert "Dear Zoë," in body.get_content()
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "RMA-1.html"
    assert "<p>Größe</p>" in attached.get_content()
    (stored,) = service.recent(ADMIN).items
    assert stored.status is MailStatus.SENT
    assert stored.sent_at == clock.now()
    assert stored.claim is None


def test_eight_senders_at_once_send_every_mail_exactly_once(
    repository: NotificationsRepository,
    clock: ManualClock,
    transport: SmtpTransport,
    mailbox: Mailbox,
) -> None:
    service = outbox(repository, clock, transport)
    for n in range(40):
        write(service, f"survey:{n}", ticket_id=f"STY-{n}")
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(lambda _: service.deliver_due(), range(8)))
    assert sum(report.sent for report in reports) == 40
    assert Counter(m["Subject"] for m in mailbox.received).most_common(1)[0][1] == 1
    assert len(mailbox.received) == 40


def test_a_mail_that_cannot_be_sent_now_is_tried_again_after_longer_and_longer_waits(
    repository: NotificationsRepository, clock: ManualClock
) -> None:
    broken = Broken(permanent=False)
    service = outbox(repository, clock, broken)
    write(service)
    for wait in BACKOFF:
        assert service.deliver_due().postponed == 1
        clock.advance(wait - timedelta(milliseconds=1))
        assert service.deliver_due().postponed == 0
        clock.advance(timedelta(milliseconds=1))
    assert service.deliver_due().failed == 1
    (mail,) = service.recent(ADMIN, status=MailStatus.FAILED).items
    assert mail.attempts == broken.tries == len(BACKOFF) + 1
    assert mail.error == "no"


def test_a_mail_is_sent_after_the_server_came_back_and_forgets_its_error(
    repository: NotificationsRepository,
    clock: ManualClock,
    transport: SmtpTransport,
    mailbox: Mailbox,
) -> None:
    mailbox.answer = "451 not now"
    service = outbox(repository, clock, transport)
    write(service)
    assert service.deliver_due().postponed == 1
    mailbox.answer = "250 OK"
    clock.advance(BACKOFF[0])
    assert service.deliver_due().sent == 1
    (mail,) = service.recent(ADMIN).items
    assert mail.error is None


@pytest.mark.parametrize("part", ["answer", "recipient_answer"])
def test_a_mail_that_is_refused_for_good_is_not_tried_again(
    repository: NotificationsRepository,
    clock: ManualClock,
    transport: SmtpTransport,
    mailbox: Mailbox,
    part: str,
) -> None:
    setattr(mailbox, part, "550 no such person")
    service = outbox(repository, clock, transport)
    write(service)
    assert service.deliver_due().failed == 1


def test_no_server_at_the_port_is_a_reason_to_try_again(
    repository: NotificationsRepository, clock: ManualClock
) -> None:
    service = outbox(repository, clock, SmtpTransport("127.0.0.1", 1, "a@shop.example"))
    write(service)
    assert service.deliver_due().postponed == 1


def test_a_claim_is_lost_after_a_while_and_the_late_sender_cannot_settle_it(
    repository: NotificationsRepository, clock: ManualClock
) -> None:
    service = outbox(repository, clock, None)
    mail = write(service)
    now = clock.now()
    assert repository.claim_due(now, "killed", now + timedelta(minutes=5)) is not None
    assert service.deliver_due().kept == 0
    clock.advance(timedelta(minutes=5))
    assert service.deliver_due().kept == 1
    assert not repository.settle(mail.id, "killed", MailStatus.SENT)


def test_who_may_not_see_people_reads_no_mails(
    repository: NotificationsRepository, clock: ManualClock
) -> None:
    service = outbox(repository, clock, None)
    write(service)
    assert service.recent(AGENT, ticket_id="STY-1").items
    for refused in (
        lambda: service.recent(AGENT),
        lambda: service.recent(ANALYST, ticket_id="STY-1"),
        lambda: service.recent(ANALYST, order_number="GG-12001"),
        lambda: service.recent(Actor.customer("s1"), ticket_id="STY-1"),
    ):
        with pytest.raises(Forbidden):
            refused()


def test_pages_of_mails_meet_without_gap_or_repeat_although_times_are_equal(
    repository: NotificationsRepository, clock: ManualClock, mongo: Mongo
) -> None:
    service = outbox(repository, clock, None)
    for n in range(7):
        write(service, f"survey:{n}")
        if n % 3 == 0:
            clock.advance(timedelta(seconds=1))
    seen: list[str] = []
    cursor = None
    with no_collection_scans(mongo):
        while True:
            page = service.recent(ADMIN, limit=2, cursor=cursor)
            seen += [mail.id for mail in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
    assert len(seen) == len(set(seen)) == 7
    for bad in ("nonsense", page.items[0].id):
        with pytest.raises(InvalidInput):
            service.recent(ADMIN, cursor=bad)


def test_no_query_of_the_outbox_scans_it(
    repository: NotificationsRepository, clock: ManualClock, mongo: Mongo
) -> None:
    service = outbox(repository, clock, None)
    write(service, "other")
    with no_collection_scans(mongo):
        write(service)
        service.deliver_due()
        service.recent(ADMIN)
        service.recent(ADMIN, status=MailStatus.KEPT)
        service.recent(AGENT, ticket_id="STY-1")
        service.recent(AGENT, order_number="GG-12001")


def test_every_template_loads_and_a_broken_file_is_named(tmp_path) -> None:
    MailTexts.load(DATA)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "mail.yaml").write_text("survey: just a sentence\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mail\.yaml"):
        MailTexts.load(tmp_path)


def test_a_mail_with_braces_that_nothing_fills_is_named_with_its_part(tmp_path) -> None:
    shutil.copytree(DATA / "texts", tmp_path / "texts")
    path = tmp_path / "texts" / "mail.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Your ticket is {ticket_id}", "It is {tickets}"), "utf-8")
    with pytest.raises(ConfigError, match=r"mail\.yaml: ticket_opened\.body: \{tickets\}"):
        MailTexts.load(tmp_path)


def test_the_first_name_is_the_first_word() -> None:
    assert first_name("Ada Example") == "Ada"
    assert first_name("  ") is None
    assert first_name(None) is None


def test_a_simulated_mail_is_kept_and_no_server_ever_sees_it(
    repository: NotificationsRepository,
    clock: ManualClock,
    transport: SmtpTransport,
    mailbox: Mailbox,
) -> None:
    service = outbox(repository, clock, transport)
    mail = service.queue("survey", "ada@example.com", VALUES, "s", simulated=True)
    assert (mail.simulated, mail.status) == (True, MailStatus.KEPT)
    write(service)
    assert service.deliver_due().sent == 1
    clock.advance(timedelta(days=1))
    assert service.deliver_due().sent == 0
    assert len(mailbox.received) == 1
    assert [one.dedupe_key for one in service.recent(ADMIN).items] == ["survey:1"]
    assert len(service.recent(ADMIN, simulated=True).items) == 2
