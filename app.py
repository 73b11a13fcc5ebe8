"""The launcher: screens, API, sign-in and probes on one port.

    streamlit run app.py

Streamlit finds the application by reading this file, so the name below must stand here literally.
"""

from __future__ import annotations

import streamlit as st

from concierge.ui import guards, registry, tabs
from concierge.web import launch

_parts = launch.create(
    end_frame=tabs.go_to,
    screens=registry.URLS,
    port=int(st.get_option("server.port")),
    host=str(st.get_option("server.address") or ""),
)

app = st.App(
    "concierge/ui/main.py",
    routes=_parts.routes,
    middleware=_parts.middleware,
    exception_handlers=_parts.exception_handlers,
    lifespan=_parts.lifespan,
    on_script_error=guards.unexpected,
)
