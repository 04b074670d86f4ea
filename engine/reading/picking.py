"""Parts taken out of a tensor: ``x[:, -1]``, ``x[:, :, 2:5]``, ``x[..., 0]``. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.reading.context import Context
from engine.reading.layers import layer_of
from engine.reading.values import Tensor, Unknown

if TYPE_CHECKING:
    from engine.reading.functions import Functions


class Picking:
    """Layers that take a part of a tensor."""

    def __init__(self, context: Context, functions: Functions) -> None:
        self.context, self.functions = context, functions

    def picked(self, x: Tensor, parts: Sequence[Any]) -> Tensor:
        """What an index takes out. Raises ReadingError."""
        parts, dim = list(parts), 0
        unknown = next((part for part in parts if isinstance(part, Unknown)), None)
        if unknown is not None:
            self.context.need(unknown)
        split = next((place for place, part in enumerate(parts) if part is Ellipsis), len(parts))
        before, behind = parts[:split], parts[split + 1 :]
        if before and before[0] != slice(None):
            raise self.context.error("This takes one example out of the batch: begin with x[:, …")
        if self.context.is_own and len(parts) > 1 and all(part == slice(None) for part in parts):
            return self._one(x, slice(0, None), len(parts) - 1)[0]  # a layer that takes everything
        for part in before:
            x, dim = self._one(x, part, dim)
        for place, part in enumerate(behind):
            left = sum(each is not None for each in behind[place:])
            x, _ = self._one(x, part, -left - 1 if part is None else -left)
        return x

    def _one(self, x: Tensor, part: Any, dim: int) -> tuple[Tensor, int]:
        if isinstance(part, slice) and part != slice(None):
            options = {"dim": dim, "start": part.start or 0, "end": part.stop, "step": part.step or 1}
            return self._with("Slice", x, options), dim + 1
        if type(part) is int:
            return self._with("Select", x, {"dim": dim, "index": part}), dim + (dim < 0)
        if part is None:
            return self._with("Unsqueeze", x, {"dim": dim}), dim + 1
        if part != slice(None):
            raise self.context.error("This way to take a part of a tensor is no layer here")
        return x, dim + 1

    def _with(self, kind: str, x: Tensor, options: dict[str, Any]) -> Tensor:
        if kind == "Slice":
            options = self.functions.slice_options(x, options)
        return self.context.add(layer_of(kind, (), options, self.context.line), [x])
