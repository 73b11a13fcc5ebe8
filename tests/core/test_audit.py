from __future__ import annotations

from datetime import timedelta

import pytest
from pymongo.client_session import ClientSession

from concierge.core.actor import Actor, Role
from concierge.core.audit import AUDIT_LOG, PERSONAL_FIELDS, AuditLog
from concierge.core.clock import ManualClock
from concierge.core.mongo import Mongo
from concierge.core.telemetry import bind_request

SAM = Actor.staff("sam", {Role.AGENT})
TICKET = "ticket:STY-8F3K2Q"


@pytest.fixture
def audit(mongo: Mongo, clock: ManualClock) -> AuditLog:
    mongo.apply([AUDIT_LOG])
    return AuditLog(mongo, clock)


def test_an_entry_says_who_did_what_to_what_and_when(audit: AuditLog, clock: ManualClock) -> None:
    audit.record(SAM, "ticket.claim", TICKET, {"assignee": (None, "sam")}, request_id="r1")
    [entry] = audit.of(TICKET)
    assert (entry.actor_kind, entry.actor_id) == ("staff", "sam")
    assert (entry.action, entry.subject, entry.at) == ("ticket.claim", TICKET, clock.now())
    assert [(c.field, c.before, c.after) for c in entry.changes] == [("assignee", None, "sam")]
    assert entry.request_id == "r1"


def test_the_running_request_is_named_by_itself(audit: AuditLog) -> None:
    with bind_request("r7"):
        audit.record(SAM, "ticket.claim", TICKET)
    assert audit.of(TICKET)[0].request_id == "r7"


@pytest.mark.parametrize("field", sorted(PERSONAL_FIELDS))
def test_a_personal_value_is_never_kept_only_that_it_changed(
    audit: AuditLog, mongo: Mongo, field: str
) -> None:
    audit.record(SAM, "customer.edit", "customer:1", {field: ("Ada Example", "Bo Sample")})
    [change] = audit.of("customer:1")[0].changes
    assert (change.before, change.after) == ("changed", "changed")
    assert "Ada" not in str(list(mongo.collection(AUDIT_LOG).find()))


def test_values_that_are_not_text_are_kept_as_text(audit: AuditLog) -> None:
    audit.record(SAM, "user.roles", "user:sam", {"roles": ([Role.AGENT], [Role.AGENT, Role.PM])})
    [change] = audit.of("user:sam")[0].changes
    assert (change.before, change.after) == ("['agent']", "['agent', 'pm']")


def test_entries_come_newest_first_and_only_of_their_subject(
    audit: AuditLog, clock: ManualClock
) -> None:
    for action in ("ticket.open", "ticket.claim", "ticket.resolve"):
        audit.record(SAM, action, TICKET)
        clock.advance(timedelta(seconds=1))
    audit.record(SAM, "ticket.open", "ticket:STY-OTHER2")
    assert [e.action for e in audit.of(TICKET)] == ["ticket.resolve", "ticket.claim", "ticket.open"]
    assert [e.action for e in audit.of(TICKET, limit=1)] == ["ticket.resolve"]


def test_an_entry_goes_with_the_transaction_that_failed(audit: AuditLog, mongo: Mongo) -> None:
    def work(session: ClientSession) -> None:
        audit.record(SAM, "ticket.claim", TICKET, session=session)
        raise LookupError

    with pytest.raises(LookupError):
        mongo.unit_of_work(work)
    assert audit.of(TICKET) == []


def test_the_log_offers_no_way_to_change_or_remove_an_entry() -> None:
    public = {name for name in vars(AuditLog) if not name.startswith("_")}
    assert public <= {"record", "of"}
