"""Tensors as the window's arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor

if TYPE_CHECKING:
    import numpy as np


def array_of(output: Tensor) -> np.ndarray[Any, Any]:
    """The first example's, float32."""
    found: np.ndarray[Any, Any] = output[0].detach().float().numpy()
    return found
