"""The application with one rule broken on purpose: nothing is understood as a return."""

from __future__ import annotations

import streamlit as st

from concierge.core.folders import PROJECT_ROOT
from concierge.detection.detector import Detector
from concierge.detection.models import Detection, DetectionContext, Intent
from concierge.ui import registry, tabs
from concierge.web import launch

whole = Detector.detect


def broken(self: Detector, text: str, context: DetectionContext | None = None) -> Detection:
    found = whole(self, text, context)
    if found.intent is Intent.RETURNS:
        return found.model_copy(update={"intent": Intent.UNMATCHED})
    return found


Detector.detect = broken  # type: ignore[method-assign]
_parts = launch.create(
    end_frame=tabs.go_to,
    screens=registry.URLS,
    port=int(st.get_option("server.port")),
    host=str(st.get_option("server.address") or ""),
)
app = st.App(
    PROJECT_ROOT / "concierge" / "ui" / "main.py",
    routes=_parts.routes,
    middleware=_parts.middleware,
    exception_handlers=_parts.exception_handlers,
    lifespan=_parts.lifespan,
)
