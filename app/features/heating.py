"""The heat map over the cards: parameters, computation, memory or measured time."""

from __future__ import annotations

from app.features.base import Feature, Handlers


class Heating(Feature):
    """The heat map over the cards: parameters, computation, memory or measured time."""

    def handlers(self) -> Handlers:
        return {
            "heat_none": lambda: None,
            "heat_params": lambda: None,
            "heat_compute": lambda: None,
            "heat_memory": lambda: None,
            "heat_time": lambda: None,
        }
