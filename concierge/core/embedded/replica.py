"""The one-node replica set inside the server: its membership, its user, and who signs in how."""

from __future__ import annotations

from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure

from concierge.core.embedded.home import Home, State

HOST = "127.0.0.1"
REPLICA_SET = "concierge"
USER = "concierge"
# All the product needs, tests with databases of their own included; not users, not shutdown.
ROLES = ["readWriteAnyDatabase", "dbAdminAnyDatabase", "clusterMonitor"]

_NOT_YET_INITIALIZED = 94
_AUTHENTICATION_FAILED = 18
_USER_EXISTS = 51003

Client = MongoClient[dict[str, Any]]


def uri_of(state: State) -> str:
    return (
        f"mongodb://{USER}:{state.password}@{HOST}:{state.port}/"
        f"?replicaSet={REPLICA_SET}&authSource=admin"
    )


def product_client(state: State) -> Client:
    return MongoClient(uri_of(state), serverSelectionTimeoutMS=2_000)


def system_client(home: Home, port: int) -> Client:
    """A client that signs in with the key file, as members of a replica set do.

    It needs no user in the database, so it works before the first one, and when a password is lost.
    """
    return MongoClient(
        HOST,
        port,
        directConnection=True,
        username="__system",
        password=home.key(),
        authSource="local",
        authMechanism="SCRAM-SHA-256",
        serverSelectionTimeoutMS=2_000,
        socketTimeoutMS=5_000,
    )


def settle_membership(client: Client, port: int) -> None:
    """Initiates the set, or moves it to `port`. Worth repeating on any of the driver's errors."""
    address = f"{HOST}:{port}"
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as failure:
        if failure.code != _NOT_YET_INITIALIZED:
            raise
        members = [{"_id": 0, "host": address}]
        # Refused while a restarted server is still loading the configuration it has.
        client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        return
    if config["members"][0]["host"] != address:
        config["members"][0]["host"] = address
        config["version"] += 1
        # By force: a member that does not find itself in the set has no primary to ask.
        client.admin.command("replSetReconfig", config, force=True)


def settle_user(client: Client, state: State) -> None:
    """Makes sure that the product can sign in with the password it keeps."""
    if _can_sign_in(state):
        return
    try:
        client.admin.command("createUser", USER, pwd=state.password, roles=ROLES)
    except OperationFailure as failure:
        if failure.code != _USER_EXISTS:
            raise
        client.admin.command("updateUser", USER, pwd=state.password, roles=ROLES)


def _can_sign_in(state: State) -> bool:
    try:
        with product_client(state) as client:
            client.admin.command("ping")
    except OperationFailure as failure:
        if failure.code == _AUTHENTICATION_FAILED:
            return False
        raise
    return True
