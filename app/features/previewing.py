"""What would be: old → new while a value is changed, and what a repair would do."""

from __future__ import annotations

from app.features.base import Feature


class Previewing(Feature):
    """What would be: old → new while a value is changed, and what a repair would do."""
