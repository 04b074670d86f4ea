"""Layers that keep a network from learning its examples by heart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from engine.layers.base import FLOAT_BYTES, Category, Facts, Layer, Shape, expect_channels, expect_rank, numel, register
from engine.units import setting_text

P = "Share of values set to 0 while training, 0 … 1."
P_CHANNELS = "Share of channels set to 0 while training, 0 … 1."
INPLACE = "Overwrite the input to save memory."


class _Dropout(Layer):
    """Off in prediction: the input passes."""

    category: ClassVar[Category] = "regularization"
    stem: ClassVar[str] = "drop"

    p: float = Field(0.5, ge=0, le=1, title="Probability", description=P)
    inplace: bool = Field(False, title="In place", description=INPLACE)

    def _mask(self, output: Shape) -> int:
        """How many numbers say what is dropped."""
        return numel(output)

    def saves_bytes(self, shapes: Sequence[Shape], output: Shape) -> int:
        return 0 if self.p in (0, 1) else self._mask(output) * FLOAT_BYTES

    def facts(self, shapes: Sequence[Shape]) -> Facts:
        facts = super().facts(shapes)
        return facts._replace(is_view=self.inplace or self.p == 0, is_view_predicting=True, peak_bytes=0)

    def details(self) -> tuple[str, ...]:
        return (setting_text(self.p),)


class _ChannelDropout(_Dropout):
    """Whole channels are dropped."""

    rank: ClassVar[int] = 2

    p: float = Field(0.5, ge=0, le=1, title="Probability", description=P_CHANNELS)

    def _mask(self, output: Shape) -> int:
        return output[0]

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_rank(self.title, shapes[0], self.rank + 1)
        return shapes[0]


@register
class Dropout(_Dropout):
    """Zero each value with probability p while training (torch.nn.Dropout; Srivastava et al. 2014; section 5.6)."""

    title = "Dropout"
    torch = "nn.Dropout"
    meaning = "While training, sets values to 0 at random so no unit is relied on; off in prediction."


@register
class Dropout1d(_ChannelDropout):
    """Zero whole channels of a sequence (torch.nn.Dropout1d)."""

    title = "Dropout 1d"
    torch = "nn.Dropout1d"
    meaning = "While training, sets whole channels of a sequence to 0 at random; off in prediction."
    rank = 1
    example = (4, 16)


@register
class Dropout2d(_ChannelDropout):
    """Zero whole channels of an image (torch.nn.Dropout2d; Tompson et al. 2015)."""

    title = "Dropout 2d"
    torch = "nn.Dropout2d"
    meaning = "While training, sets whole channels of an image to 0 at random; off in prediction."
    synonyms = ("spatial dropout",)


@register
class Dropout3d(_ChannelDropout):
    """Zero whole channels of a volume (torch.nn.Dropout3d)."""

    title = "Dropout 3d"
    torch = "nn.Dropout3d"
    meaning = "While training, sets whole channels of a volume to 0 at random; off in prediction."
    rank = 3
    example = (2, 6, 8, 8)


@register
class AlphaDropout(_Dropout):
    """Dropout that keeps mean and deviation, for SELU (torch.nn.AlphaDropout; Klambauer et al. 2017)."""

    title = "Alpha dropout"
    torch = "nn.AlphaDropout"
    meaning = "Dropout for SELU networks: what is dropped becomes SELU's lowest value, not 0."


@register
class FeatureAlphaDropout(_Dropout):
    """Alpha dropout of whole channels (torch.nn.FeatureAlphaDropout)."""

    title = "Feature alpha dropout"
    torch = "nn.FeatureAlphaDropout"
    meaning = "Alpha dropout of whole channels, for SELU networks."

    p: float = Field(0.5, ge=0, le=1, title="Probability", description=P_CHANNELS)

    def output_shape(self, shapes: Sequence[Shape]) -> Shape:
        expect_channels(self.title, shapes[0])
        return shapes[0]

    def _mask(self, output: Shape) -> int:
        return output[0]
