"""What is on the pad: its pixels, the stroke that is being drawn, and those that can be taken back."""

from __future__ import annotations

from typing import Literal

import numpy as np

from widgets.probe.centring import centred
from widgets.probe.stroke import Pixels, Stroke, pen_width

Tool = Literal["pen", "rubber"]
KEPT = 50  # strokes that can be taken back
RUBBER = 2.6  # times as wide as the pen: one stroke along a line takes all of it away
WHITE = (255, 255, 255)


class Drawing:
    """Pixels H×W (one channel) or H×W×3, uint8, on black. Points are x and y in pixels."""

    def __init__(self, height: int, width: int, channels: int) -> None:
        self.tool: Tool = "pen"
        self.color = WHITE  # of the pen, where there are three channels
        self._before: list[Pixels] = []
        self._stroke: Stroke | None = None
        self._pixels = _paper(height, width, channels)

    @property
    def pixels(self) -> Pixels:
        """As they are now, the stroke that is being drawn included."""
        return self._pixels if self._stroke is None else self._stroke.pixels

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self._pixels.shape[0], self._pixels.shape[1]

    @property
    def channels(self) -> int:
        """1 or 3."""
        return 1 if self._pixels.ndim == 2 else 3

    @property
    def is_drawing(self) -> bool:
        """Whether a stroke has begun and not ended."""
        return self._stroke is not None

    def put(self, pixels: Pixels) -> None:
        """Other pixels to begin from: uint8, or numbers from 0 to 1. Raises ValueError for any other shape."""
        pixels = pixels[..., 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels
        if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3) or 0 in pixels.shape:
            raise ValueError(f"not H×W or H×W×3: {pixels.shape}")
        if pixels.dtype != np.uint8:
            pixels = (np.clip(np.nan_to_num(pixels.astype(np.float32)), 0, 1) * 255).round().astype(np.uint8)
        self._stroke, self._pixels = None, pixels.copy()
        self._before.clear()

    def begin(self, at: tuple[float, float]) -> None:
        """A stroke, first a dot."""
        ink = np.array((0, 0, 0) if self.tool == "rubber" else self.color if self.channels == 3 else WHITE)
        width = pen_width(*self.size) * (RUBBER if self.tool == "rubber" else 1)
        self._stroke = Stroke(self._pixels, ink if self.channels == 3 else ink[0], width)
        self._stroke.extend(at, at)

    def go_on(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Further, if a stroke has begun."""
        if self._stroke is not None:
            self._stroke.extend(start, end)

    def end(self) -> None:
        """The stroke is done, and can be taken back."""
        if self._stroke is not None:
            self._keep(self._stroke.pixels)
            self._stroke = None

    def clear(self) -> None:
        """Black; that can be taken back too."""
        self.end()
        self._keep(_paper(*self.size, self.channels))

    def center(self) -> bool:
        """As large as the digits of MNIST, in the middle; that can be taken back too. Whether it was not so."""
        self.end()
        moved = centred(self._pixels)
        if moved is self._pixels:
            return False
        self._keep(moved)
        return True

    def undo(self) -> bool:
        """Take the last stroke back; whether there was one."""
        self.end()
        if not self._before:
            return False
        self._pixels = self._before.pop()
        return True

    def _keep(self, pixels: Pixels) -> None:
        self._before = [*self._before[-KEPT + 1 :], self._pixels]
        self._pixels = pixels


def _paper(height: int, width: int, channels: int) -> Pixels:
    return np.zeros((height, width) if channels == 1 else (height, width, 3), np.uint8)
