"""`python -m concierge COMMAND`."""

from __future__ import annotations

import sys

try:
    from concierge.cli.app import main

    main()
except KeyboardInterrupt:  # before there was a command to interrupt
    sys.exit(130)
