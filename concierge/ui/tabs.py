"""The message that makes an open page go elsewhere; Streamlit's own, pinned by a test."""

from __future__ import annotations

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


def go_to(url: str) -> bytes:
    """A frame for a page's websocket: the page leaves for `url`."""
    message = ForwardMsg()
    message.auth_redirect.url = url
    return bytes(message.SerializeToString())
