"""The small data set that comes with the program."""

from __future__ import annotations

import string
from pathlib import Path

import resources
from engine.data.formats.arrays import Arrays
from engine.data.sources.base import Expected, Request, Source, register

FILE = resources.folder("data") / "digits.npz"


@register
class Digits(Source):
    """8×8 grey digits, scikit-learn's."""

    id = "digits"
    title = "Digits"
    about = "1 797 handwritten digits; comes with the program."
    kind = "bundled"
    expects = Expected((1, 8, 8), classes=tuple(string.digits), examples=1797)
    reads = ()

    def paths(self, request: Request, root: Path | None) -> list[Path]:
        """The program's own file."""
        return [FILE]

    def read(self, request: Request, root: Path | None) -> Arrays:
        """Images uint8 N×1×8×8, without a test part."""
        import numpy as np  # numpy is loaded when data are read

        with np.load(FILE) as file:
            return Arrays(file["images"], file["labels"])
