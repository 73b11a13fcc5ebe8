"""What the server's own socket needs, found among the process's open files.

`streamlit run` binds the socket before asyncio sees it, and asyncio sets TCP_NODELAY only on
sockets it knows to be TCP by their protocol number. Without it every reply on a kept-alive
connection waits 40 ms for the other side's delayed acknowledgement. Accepted connections inherit
the option from the listening socket.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

_OPEN_FILES = (Path("/proc/self/fd"), Path("/dev/fd"))


def _listening() -> Iterator[socket.socket]:
    folder = next((path for path in _OPEN_FILES if path.is_dir()), None)
    for entry in os.listdir(folder) if folder else ():
        with contextlib.suppress(OSError, ValueError):
            if not stat.S_ISSOCK(os.fstat(int(entry)).st_mode):
                continue
            with socket.socket(fileno=os.dup(int(entry))) as found:
                internet = found.family in (socket.AF_INET, socket.AF_INET6)
                if internet and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                    yield found


def set_no_delay() -> int:
    """Sets TCP_NODELAY on every listening socket of this process; answers on how many."""
    count = 0
    for found in _listening():
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        count += 1
    return count


def listening_addresses() -> list[tuple[str, int]]:
    """Host and port of every listening socket of this process."""
    return [(str(found.getsockname()[0]), int(found.getsockname()[1])) for found in _listening()]


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it; an empty host means all interfaces."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
