"""What a message means: text in; intent, slots and trace out. Pure, no database."""

from concierge.detection.detector import Detector
from concierge.detection.errors import BadRules
from concierge.detection.models import (
    Blocked,
    Candidate,
    Detection,
    DetectionContext,
    Intent,
    LayerTime,
    RingSize,
    RingSystem,
    Slots,
    Trace,
)

__all__ = [
    "BadRules",
    "Blocked",
    "Candidate",
    "Detection",
    "DetectionContext",
    "Detector",
    "Intent",
    "LayerTime",
    "RingSize",
    "RingSystem",
    "Slots",
    "Trace",
]
