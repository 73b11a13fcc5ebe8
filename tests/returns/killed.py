"""A process that files a return and is killed before it could tell anybody.

Run as `python -m tests.returns.killed URI DATABASE`; prints the RMA it had in hand.
"""

from __future__ import annotations

import os
import signal
import sys

from concierge.core.clock import ManualClock
from concierge.core.mongo import Mongo
from concierge.core.policies import Policies
from tests.conftest import DATA, NOW
from tests.returns.conftest import Counter


def main(uri: str, database: str) -> None:
    counter = Counter(Mongo(uri, database), ManualClock(NOW), Policies.load(DATA))
    filed = counter.request(counter.order())
    print(filed.rma, flush=True)  # noqa: T201  what this process would have gone on with
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
