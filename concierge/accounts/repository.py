"""Every query for accounts and sign-ins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pymongo import ASCENDING, ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from concierge.accounts.errors import UserExists
from concierge.accounts.models import LOGIN_SESSIONS, USERS, LoginSession, PasswordLink, User
from concierge.core.actor import Role
from concierge.core.mongo import Mongo


class AccountsRepository:
    def __init__(self, mongo: Mongo) -> None:
        self._users = mongo.collection(USERS)
        self._logins = mongo.collection(LOGIN_SESSIONS)

    # people

    def add(self, user: User, session: ClientSession | None = None) -> None:
        """Raises `UserExists`."""
        try:
            self._users.insert_one(user.to_mongo(), session=session)
        except DuplicateKeyError as error:
            raise UserExists(user.id) from error

    def get(self, username: str, session: ClientSession | None = None) -> User | None:
        stored = self._users.find_one({"_id": username}, session=session)
        return User.from_mongo(stored) if stored else None

    def after(self, username: str | None, limit: int) -> list[User]:
        """By user name, those that follow `username`."""
        wanted = {"_id": {"$gt": username}} if username else {}
        rows = self._users.find(wanted).sort("_id", ASCENDING).limit(limit)
        return [User.from_mongo(row) for row in rows]

    def with_roles(self, roles: Iterable[Role]) -> list[User]:
        """Active people who hold any of the roles, by user name."""
        wanted = {"roles": {"$in": [role.value for role in roles]}, "disabled": False}
        rows = self._users.find(wanted).sort("_id", ASCENDING).limit(500)
        return [User.from_mongo(row) for row in rows]

    def demo_users(self) -> list[User]:
        rows = self._users.find({"demo": True}).sort("_id", ASCENDING)
        return [User.from_mongo(row) for row in rows]

    def set_disabled(
        self, username: str, disabled: bool, at: datetime, session: ClientSession | None = None
    ) -> None:
        self._users.update_one(
            {"_id": username},
            {"$set": {"disabled": disabled, "updatedAt": at}, "$inc": {"version": 1}},
            session=session,
        )

    def set_roles(
        self, username: str, roles: Iterable[Role], at: datetime, session: ClientSession
    ) -> None:
        values = [role.value for role in roles]
        self._users.update_one(
            {"_id": username},
            {"$set": {"roles": values, "updatedAt": at}, "$inc": {"version": 1}},
            session=session,
        )

    def count_active_admins_and_claim(self, session: ClientSession) -> int:
        """How many there are; writing to each makes a rival's transaction wait or start again."""
        result = self._users.update_many(
            {"roles": Role.ADMIN.value, "disabled": False},
            {"$inc": {"version": 1}},
            session=session,
        )
        return result.matched_count

    def set_password(
        self, username: str, password_hash: str, at: datetime, session: ClientSession | None = None
    ) -> None:
        """An open link dies with it."""
        self._users.update_one(
            {"_id": username},
            {
                "$set": {"passwordHash": password_hash, "passwordChangedAt": at, "updatedAt": at},
                "$unset": {"passwordLink": ""},
            },
            session=session,
        )

    def set_link(
        self, username: str, link: PasswordLink, session: ClientSession | None = None
    ) -> None:
        self._users.update_one(
            {"_id": username}, {"$set": {"passwordLink": link.to_mongo()}}, session=session
        )

    def by_link(self, token_hash: str, now: datetime) -> User | None:
        stored = self._users.find_one(
            {
                "passwordLink.tokenHash": token_hash,
                "passwordLink.expiresAt": {"$gt": now},
                "disabled": False,
            }
        )
        return User.from_mongo(stored) if stored else None

    def use_link(
        self, token_hash: str, password_hash: str, now: datetime, session: ClientSession
    ) -> User | None:
        """Takes the link and sets the password in one step: of two at once, one gets it."""
        stored = self._users.find_one_and_update(
            {
                "passwordLink.tokenHash": token_hash,
                "passwordLink.expiresAt": {"$gt": now},
                "disabled": False,
            },
            {
                "$set": {"passwordHash": password_hash, "passwordChangedAt": now, "updatedAt": now},
                "$unset": {"passwordLink": ""},
            },
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return User.from_mongo(stored) if stored else None

    def note_login(self, username: str, at: datetime) -> None:
        self._users.update_one({"_id": username}, {"$set": {"lastLoginAt": at}})

    # sign-ins

    def add_login(self, login: LoginSession) -> None:
        self._logins.insert_one(login.to_mongo())

    def login(self, login_id: str) -> LoginSession | None:
        stored = self._logins.find_one({"_id": login_id})
        return LoginSession.from_mongo(stored) if stored else None

    def touch_login(self, login_id: str, at: datetime) -> None:
        self._logins.update_one({"_id": login_id}, {"$set": {"lastSeenAt": at}})

    def end_login(self, login_id: str, at: datetime, reason: str) -> str | None:
        """The user name, or none when there was nothing to end."""
        stored = self._logins.find_one_and_update(
            {"_id": login_id, "endedAt": {"$exists": False}},
            {"$set": {"endedAt": at, "reason": reason}},
        )
        return str(stored["username"]) if stored else None

    def end_logins_of(
        self,
        username: str,
        at: datetime,
        reason: str,
        *,
        keep: str | None = None,
        session: ClientSession | None = None,
    ) -> list[str]:
        """Ends all of a person's sign-ins but `keep`; answers which."""
        running = {
            "username": username,
            "expiresAt": {"$gt": at},
            "endedAt": {"$exists": False},
            "_id": {"$ne": keep},
        }
        ids = [str(row["_id"]) for row in self._logins.find(running, {"_id": 1}, session=session)]
        self._logins.update_many(
            {"_id": {"$in": ids}}, {"$set": {"endedAt": at, "reason": reason}}, session=session
        )
        return ids

    def ended(self, login_ids: Iterable[str], now: datetime) -> dict[str, str | None]:
        """Those of the sign-ins that have ended, with the reason kept; none for what expired or is
        not known."""
        wanted = dict.fromkeys(login_ids)
        fields = {"expiresAt": 1, "endedAt": 1, "reason": 1}
        for row in self._logins.find({"_id": {"$in": list(wanted)}}, fields):
            if "endedAt" in row:
                wanted[str(row["_id"])] = row.get("reason")
            elif row["expiresAt"] > now:
                del wanted[str(row["_id"])]
        return wanted
