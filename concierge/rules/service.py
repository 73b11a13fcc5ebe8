"""Versions of the rules: drafts, publishing, going back, and what is live."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from concierge.core.actor import Actor, Permission
from concierge.core.audit import AuditLog
from concierge.core.clock import Clock
from concierge.core.errors import InvalidInput, VersionConflict
from concierge.core.idempotency import IdempotencyStore, Made
from concierge.core.mongo import ClientSession, Mongo
from concierge.detection.models import Intent
from concierge.detection.training import Tell, nobody
from concierge.rules.drafting import with_messages
from concierge.rules.errors import BehindLive, NoSuchVersion, NotADraft, NotLive
from concierge.rules.files import Texts, Workshop, difference, merged, read_folder
from concierge.rules.models import (
    NOTE,
    LiveMark,
    RuleDraft,
    RuleFile,
    RuleStatus,
    RuleVersion,
)
from concierge.rules.repository import RulesRepository

LISTED = 50


class RulesService:
    """The folder of `workshop` holds the product's own files, which are version 0."""

    def __init__(
        self,
        *,
        repository: RulesRepository,
        mongo: Mongo,
        clock: Clock,
        idempotency: IdempotencyStore,
        audit: AuditLog,
        workshop: Workshop,
    ) -> None:
        self._repository = repository
        self._mongo = mongo
        self._clock = clock
        self._idempotency = idempotency
        self._audit = audit
        self._workshop = workshop
        self._own = read_folder(workshop.folder)

    # -- reading ---------------------------------------------------------------------------

    def drafts(self, actor: Actor) -> list[RuleVersion]:
        """All drafts, newest first, without texts."""
        actor.require(Permission.RULES_DRAFT)
        return self._repository.newest(LISTED, status=RuleStatus.DRAFT)

    def versions(self, actor: Actor, below: int | None = None) -> list[RuleVersion]:
        """The newest versions of any status, without texts; `below` goes on from a number."""
        actor.require(Permission.RULES_DRAFT)
        return self._repository.newest(LISTED, below=below)

    def get(self, actor: Actor, number: int) -> RuleVersion:
        """One version with its texts. Raises `NoSuchVersion`."""
        actor.require(Permission.RULES_DRAFT)
        return self._stored(number)

    def live(self, actor: Actor) -> LiveMark:
        """Which version is live."""
        actor.require(Permission.RULES_DRAFT)
        return self._repository.live_mark()

    def texts(self, actor: Actor, number: int) -> dict[str, str]:
        """Every file as a version has it, by path. Raises `NoSuchVersion`."""
        actor.require(Permission.RULES_DRAFT)
        return self._texts(number)

    def changed_texts(self, actor: Actor, number: int) -> dict[str, str]:
        """Only the files that differ from the product's own; the rest is the folder's."""
        actor.require(Permission.RULES_DRAFT)
        return self._changed(number)

    def difference(self, actor: Actor, before: int, after: int) -> str:
        """A unified diff from one version to another."""
        actor.require(Permission.RULES_DRAFT)
        return difference(self._texts(before), self._texts(after))

    # -- drafts ----------------------------------------------------------------------------

    def save_draft(self, actor: Actor, draft: RuleDraft, request_id: str) -> RuleVersion:
        """Keeps a draft that detection can use.

        Raises `BadRules` with file and line, and then stores nothing; `NotADraft`;
        `VersionConflict` when somebody else saved it meanwhile.
        """
        actor.require(Permission.RULES_DRAFT)
        self._check_paths(draft.files)
        given = {file.path: file.text for file in draft.files}
        if draft.number is None:
            return self._new_draft(actor, draft, given, request_id)
        kept = self._draft(draft.number)
        if draft.revision is not None and draft.revision != kept.revision:
            raise VersionConflict("draft", str(draft.number))
        return self._saved(actor, kept, {**self._texts(kept.number), **given}, note=draft.note)

    def draft_messages(
        self,
        actor: Actor,
        intent: Intent,
        messages: Sequence[str],
        request_id: str,
        *,
        into: int | None = None,
    ) -> RuleVersion:
        """A draft by which such messages are read as `intent`; `into` adds to a draft.

        Raises `InvalidInput` when the messages hold nothing to go by.
        """
        actor.require(Permission.RULES_DRAFT)
        kept = None if into is None else self._draft(into)
        number = self._repository.live_mark().number if kept is None else kept.number
        detector = self._workshop.detector(self._changed(number))
        changed = with_messages(self._texts(number), intent, messages, detector)
        draft = RuleDraft(
            number=into,
            revision=kept.revision if kept else None,
            note=kept.note if kept else f"Messages like: {messages[0]}"[:NOTE],
            files=[RuleFile(path=path, text=text) for path, text in changed.items()],
        )
        return self.save_draft(actor, draft, request_id)

    def bring_up_to_date(self, actor: Actor, number: int) -> RuleVersion:
        """The draft's changes over the version that is live now; raises `CannotMerge`."""
        actor.require(Permission.RULES_DRAFT)
        kept = self._draft(number)
        live = self._repository.live_mark().number
        if kept.base == live:
            return kept
        texts = merged(self._texts(kept.base), self._texts(number), self._texts(live))
        return self._saved(actor, kept, texts, note=kept.note, base=live)

    def discard(self, actor: Actor, number: int) -> None:
        """Lays a draft aside; a repeat does nothing. Raises `NotADraft`."""
        actor.require(Permission.RULES_DRAFT)
        self._move(actor, number, RuleStatus.DRAFT, RuleStatus.DISCARDED, "rules.discard")

    def restore(self, actor: Actor, number: int) -> None:
        """Takes up a draft that was laid aside; a repeat does nothing. Raises `NotADraft`."""
        actor.require(Permission.RULES_DRAFT)
        self._move(actor, number, RuleStatus.DISCARDED, RuleStatus.DRAFT, "rules.restore")

    # -- live ------------------------------------------------------------------------------

    def publish(
        self, actor: Actor, number: int, revision: int | None = None, tell: Tell = nobody
    ) -> RuleVersion:
        """Makes a draft live; a version that is live already stays so.

        `revision` is the one whose difference was looked at. Changed phrases are compiled before
        anything is live, of which `tell` hears. Raises `BehindLive`, `NotADraft`,
        `VersionConflict`, `BadRules`, `NotCompiled`.
        """
        actor.require(Permission.RULES_PUBLISH)
        first = self._stored(number)
        # The product may have been updated since the draft was saved: it must still be usable.
        self._workshop.detector(_texts_of(first), tell)

        def work(session: ClientSession) -> RuleVersion:
            version = self._stored(number, session)
            if version.status is RuleStatus.PUBLISHED:
                return version
            if version.status is not RuleStatus.DRAFT:
                raise NotADraft(number)
            if version.revision != (first.revision if revision is None else revision):
                raise VersionConflict("draft", str(number))
            live = self._repository.live_mark(session).number
            if version.base != live:
                raise BehindLive(number, version.base, live)
            now = self._clock.now()
            if live:
                self._repository.set_fields(
                    live, {"status": RuleStatus.RETIRED, "retiredAt": now}, session
                )
            fields = {
                "status": RuleStatus.PUBLISHED,
                "publishedAt": now,
                "publishedBy": actor.id,
                "replaces": live,
            }
            self._repository.set_fields(number, fields, session)
            self._audit.record(
                actor, "rules.publish", _subject(number), {"live": (live, number)}, session=session
            )
            return self._stored(number, session)

        return self._mongo.unit_of_work(work)

    def rollback(self, actor: Actor, number: int) -> LiveMark:
        """Takes the live version back: what it replaced is live again. Repeats do nothing.

        Answers what is live now. Raises `NotLive` for a version that never was.
        """
        actor.require(Permission.RULES_PUBLISH)

        def work(session: ClientSession) -> LiveMark:
            version = self._stored(number, session)
            if version.published_at is None:
                raise NotLive(number)
            if version.status is RuleStatus.RETIRED:
                return self._repository.live_mark(session)
            before = version.replaces or 0
            now = self._clock.now()
            self._repository.set_fields(
                number, {"status": RuleStatus.RETIRED, "retiredAt": now}, session
            )
            if before:
                self._repository.set_fields(
                    before,
                    {
                        "status": RuleStatus.PUBLISHED,
                        "publishedAt": now,
                        "publishedBy": actor.id,
                    },
                    session,
                )
            self._audit.record(
                actor,
                "rules.rollback",
                _subject(number),
                {"live": (number, before)},
                session=session,
            )
            return self._repository.live_mark(session)

        return self._mongo.unit_of_work(work)

    # -- inside ----------------------------------------------------------------------------

    def _new_draft(
        self, actor: Actor, draft: RuleDraft, given: Texts, request_id: str
    ) -> RuleVersion:
        base = self._repository.live_mark().number
        before = self._texts(base)
        texts = {**before, **given}
        files = self._checked(texts)
        now = self._clock.now()

        def make(session: ClientSession) -> Made:
            number = self._repository.next_number(session)
            version = RuleVersion(
                id=str(number),
                number=number,
                status=RuleStatus.DRAFT,
                base=base,
                author=actor.id,
                note=draft.note,
                created_at=now,
                saved_at=now,
                files=files,
                diff=difference(before, texts),
            )
            self._repository.insert(version, session)
            self._audit_save(actor, version, session)
            return Made(id=str(number))

        made = self._idempotency.run(
            f"rules.draft:{actor.id}", request_id, draft.to_mongo(), Made, make
        )
        return self._stored(int(made.id))

    def _saved(
        self,
        actor: Actor,
        kept: RuleVersion,
        texts: Texts,
        *,
        note: str,
        base: int | None = None,
    ) -> RuleVersion:
        base = kept.base if base is None else base
        version = kept.model_copy(
            update={
                "files": self._checked(texts),
                "note": note,
                "base": base,
                "diff": difference(self._texts(base), texts),
                "saved_at": self._clock.now(),
                "revision": kept.revision + 1,
            }
        )

        def save(session: ClientSession) -> RuleVersion:
            if not self._repository.replace_draft(version, kept.revision, session):
                raise VersionConflict("draft", str(kept.number))
            self._audit_save(actor, version, session)
            return version

        return self._mongo.unit_of_work(save)

    def _checked(self, texts: Texts) -> list[RuleFile]:
        """What differs from the product's own files, when detection can use it.

        Phrases are compiled meanwhile: a what-if or a publication comes next.
        """
        changed = {path: text for path, text in texts.items() if self._own.get(path) != text}
        self._workshop.check(changed)
        self._workshop.begin(changed)
        return [RuleFile(path=path, text=text) for path, text in sorted(changed.items())]

    def _check_paths(self, files: Iterable[RuleFile]) -> None:
        for file in files:
            if file.path not in self._own:
                raise InvalidInput("files", f"there is no file {file.path} in data/intents")

    def _move(
        self, actor: Actor, number: int, before: RuleStatus, after: RuleStatus, action: str
    ) -> None:
        def move(session: ClientSession) -> None:
            if self._repository.move(number, before, after, session):
                self._audit.record(
                    actor, action, _subject(number), {"status": (before, after)}, session=session
                )
            elif self._stored(number, session).status is not after:
                raise NotADraft(number)

        self._mongo.unit_of_work(move)

    def _texts(self, number: int) -> dict[str, str]:
        return {**self._own, **self._changed(number)}

    def _changed(self, number: int) -> dict[str, str]:
        return _texts_of(self._stored(number)) if number else {}

    def _draft(self, number: int) -> RuleVersion:
        kept = self._stored(number)
        if kept.status is not RuleStatus.DRAFT:
            raise NotADraft(number)
        return kept

    def _stored(self, number: int, session: ClientSession | None = None) -> RuleVersion:
        found = self._repository.get(number, session)
        if found is None:
            raise NoSuchVersion(number)
        return found

    def _audit_save(self, actor: Actor, version: RuleVersion, session: ClientSession) -> None:
        paths = ", ".join(file.path for file in version.files) or "none"
        changes = {"revision": (version.revision - 1 or None, version.revision)}
        self._audit.record(
            actor,
            "rules.draft",
            _subject(version.number),
            {**changes, "files": (None, paths)},
            session=session,
        )


def _texts_of(version: RuleVersion) -> dict[str, str]:
    return {file.path: file.text for file in version.files}


def _subject(number: int) -> str:
    return f"rules:{number}"
