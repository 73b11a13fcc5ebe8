"""The process that dies: does one turn, and is killed by itself just before the session is written.

python -m tests.chat.killed URI DATABASE SESSION_ID REQUEST_ID NOW TEXT
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime

from concierge import bootstrap
from concierge.chat.models import Turn
from concierge.core.actor import Actor
from concierge.core.clock import ManualClock
from concierge.core.config import Settings
from concierge.core.mongo import Mongo
from concierge.sessions.repository import SessionsRepository
from tests.conftest import SECRET


def main(uri: str, database: str, session_id: str, request_id: str, now: str, text: str) -> None:
    settings = Settings(_env_file=None, mongodb_uri=uri, db=database, secret_key=SECRET)
    clock = ManualClock(datetime.fromisoformat(now))
    services = bootstrap.build(settings, clock, Mongo(uri, database))

    def dies(*_: object, **__: object) -> bool:
        os.kill(os.getpid(), signal.SIGKILL)
        return False

    SessionsRepository.write_turn = dies  # type: ignore[method-assign]
    turn = Turn(session_id=session_id, text=text, request_id=request_id)
    services.chat.handle(Actor.customer(session_id), turn)


if __name__ == "__main__":
    main(*sys.argv[1:])
