"""A person's own arrays."""

from __future__ import annotations

from pathlib import Path

from engine.data.formats.arrays import Arrays
from engine.data.formats.suffixes import TENSORS
from engine.data.sources.base import Expected, OwnPath, Request, Source, register
from engine.messages import Message, say


@register
class Tensors(Source):
    """Arrays x and y in one file; images where examples have three dimensions."""

    id = "tensors"
    title = "Tensors"
    about = "Your own arrays x and y: an .npz, .pt or .pth file."
    kind = "file"
    expects = Expected((1, 28, 28))
    own = OwnPath("tensors", TENSORS, "Tensors…",
                  "Tensors: arrays x and y in an .npz, .pt or .pth file", "Tensors", "Choose tensors…",
                  "Choose a file first")
    finds = True
    reads = ("path",)

    def why_not(self, path: Path) -> Message | None:
        """What to do instead with weights."""
        from engine.data.formats.tensor_outline import holds_weights  # looked into only when a file comes

        return say("{file} holds weights, not data: File → Load weights… takes it", file=path.name
                   ) if holds_weights(path) else None

    def can_be(self, path: Path) -> bool:
        """Weights are no data, though their files may have the same suffix."""
        if not super().can_be(path):
            return False
        from engine.data.formats.tensor_outline import holds_weights  # looked into only when a file comes

        return not holds_weights(path)

    def read(self, request: Request, root: Path | None) -> Arrays:
        """Inputs uint8 N×C×H×W or float32 N×…, and validation and test parts where the file has them."""
        from engine.data.formats.tensor_file import read_tensors  # numpy is loaded when data are read

        return read_tensors(*self.paths(request, root))
