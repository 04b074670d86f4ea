"""What the dimensions of a layer's output mean: which counts channels, which are places."""

from __future__ import annotations

from torch import Tensor, nn

from engine.inspect.changes import channel_axis
from engine.inspect.lens import Lens

CHANNELS_FIRST = (nn.modules.conv._ConvNd, nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.modules.pooling._MaxPoolNd,
                  nn.modules.pooling._AvgPoolNd, nn.modules.pooling._AdaptiveAvgPoolNd,
                  nn.modules.pooling._AdaptiveMaxPoolNd, nn.modules.pooling._LPPoolNd)
FEATURES_LAST = (nn.Linear, nn.RNNBase, nn.MultiheadAttention, nn.LayerNorm, nn.RMSNorm, nn.Embedding,
                 nn.TransformerEncoderLayer, nn.TransformerDecoderLayer, nn.Transformer)


def axis_at(lens: Lens, place: str, output: Tensor) -> int:
    """Which dimension of this layer's output B×… counts channels or units.

    Of B×a×b that is a after a convolution of signals, b in sequences: the last layer before that knows decides.
    """
    if output.dim() != 3:
        return channel_axis(output)
    seen = set[str]()
    while place and place not in seen:
        seen.add(place)
        module = lens.modules.get(place)
        if isinstance(module, CHANNELS_FIRST):
            return 1
        if isinstance(module, FEATURES_LAST):
            return 2
        place = next(iter(lens.sources.get(place, ())), "")
    return channel_axis(output)


def is_spatial(output: Tensor) -> bool:
    """Whether B×… has places beside its channels."""
    return output.dim() > 2
