"""Training: ``fit`` turns an experiment into a stream of events. Only calling ``fit`` loads torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.training.control import Control

if TYPE_CHECKING:
    from engine.training.loop import fit
    from engine.training.series import fit_series

__all__ = ["Control", "fit", "fit_series"]


def __getattr__(name: str) -> Any:
    # The window reads events and steers runs before torch is loaded.
    if name == "fit":
        from engine.training.loop import fit  # loads torch

        return fit
    if name == "fit_series":
        from engine.training.series import fit_series  # loads torch

        return fit_series
    raise AttributeError(f"module 'engine.training' has no attribute {name!r}")
