"""The product's own MongoDB server, for every start without `MONGODB_URI`.

`acquire(data_dir)` finds a `mongod`, starts it as an authenticated one-node replica set on
127.0.0.1, or joins the one another process of this product already runs on the same data folder.

    with acquire(Path("var")) as lease:
        lease.watch()                       # relaunches a server that dies under us
        client = MongoClient(lease.uri)

How it holds together, all by `flock` (the kernel drops a lock with its process, `kill -9` too):

    launch.lock   exclusive while somebody starts or joins, so that four starts make one server
    lease.lock    shared by every process that uses the server; free means nobody is left
    guard         exclusive by the supervisor for as long as the server lives

The supervisor (`supervisor.py`) is a tiny process of its own, the parent of `mongod`. It belongs
to no app, so one app's end never takes the server from the others; when the lease becomes free it
shuts the server down. So nothing stays behind, however the apps ended. When the supervisor itself
is killed, the kernel ends `mongod` with it, and the watchdogs of the apps start both again.
"""

from __future__ import annotations

from concierge.core.embedded.binary import Binary, find_binary
from concierge.core.embedded.errors import NoServerBinary, ServerFailed
from concierge.core.embedded.lease import EmbeddedLease, acquire
from concierge.core.embedded.server import EmbeddedServer

__all__ = [
    "Binary",
    "EmbeddedLease",
    "EmbeddedServer",
    "NoServerBinary",
    "ServerFailed",
    "acquire",
    "find_binary",
]
