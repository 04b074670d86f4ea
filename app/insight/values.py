"""Tensors as the window's arrays, errors as its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor

from engine.messages import LayerloomError
from widgets.look.text import sentence_text

if TYPE_CHECKING:
    import numpy as np


def array_of(output: Tensor) -> np.ndarray[Any, Any]:
    """The first example's, float32."""
    found: np.ndarray[Any, Any] = output[0].detach().float().numpy()
    return found


def words_of(error: Exception) -> str:
    """What went wrong; torch's own words where nobody has better ones."""
    return sentence_text(error.message) if isinstance(error, LayerloomError) else str(error)
