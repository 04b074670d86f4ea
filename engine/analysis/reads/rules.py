"""Which rule each kind of layer follows; kinds without one read everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.analysis.reads import moves, plain, sequences, spatial
from engine.analysis.reads.question import Answer, Question

Rule = Callable[[Question], Answer]
RANKS = ("1d", "2d", "3d")


def reads(question: Question) -> Answer:
    """Never less than what is really read; more only where dimensions are mixed."""
    rule = RULES.get(question.layer.kind(), plain.everything)
    return [None if axes is None or not all(axes) else axes for axes in rule(question)]


def _kinds(rule: Rule, *kinds: str) -> dict[str, Rule]:
    """``Conv*`` stands for all three ranks."""
    return {kind.replace("*", rank): rule for kind in kinds for rank in RANKS}


RULES: Mapping[str, Rule] = {
    **_kinds(plain.the_same, "ReLU", "Sigmoid", "Tanh", "LeakyReLU", "PReLU", "RReLU", "ELU", "CELU", "SELU", "GELU",
             "SiLU", "Mish", "Softplus", "Softsign", "LogSigmoid", "ReLU6", "Hardtanh", "Hardsigmoid", "Hardswish",
             "Threshold", "Hardshrink", "Softshrink", "Tanhshrink", "Scale", "Clamp", "Abs", "Exp", "Log", "Sqrt",
             "Square", "Power", "Sin", "Cos", "Identity", "Dropout", "Dropout*", "AlphaDropout", "FeatureAlphaDropout",
             "Add"),
    **_kinds(plain.batch_norm, "BatchNorm*", "InstanceNorm*"),
    **_kinds(plain.last_dims, "LayerNorm", "RMSNorm"),
    **_kinds(plain.broadcast, "Multiply", "Subtract", "Divide", "Maximum", "Minimum"),
    **_kinds(plain.linear, "Linear", "Bilinear"),
    **_kinds(plain.reduced, "Sum", "Mean", "Max", "Min", "Std", "Norm", "CosineSimilarity"),
    **_kinds(plain.softmax, "Softmax", "LogSoftmax", "Softmin"),
    "Softmax2d": plain.all_channels, "GLU": plain.halves, "LocalResponseNorm": plain.neighbours,
    "MatMul": plain.product, "PairwiseDistance": plain.distance,
    **_kinds(spatial.convolution, "Conv*", "DepthwiseConv2d"), **_kinds(spatial.transposed, "ConvTranspose*"),
    **_kinds(spatial.pool, "MaxPool*", "AvgPool*", "LPPool*"), **_kinds(spatial.fractional, "FractionalMaxPool*"),
    **_kinds(spatial.adaptive, "AdaptiveAvgPool*", "AdaptiveMaxPool*"),
    **_kinds(spatial.pad, "ZeroPad*", "ConstantPad*", "ReflectionPad*", "ReplicationPad*", "CircularPad*"),
    "GroupNorm": spatial.groups, "Upsample": spatial.upsample, "PixelShuffle": spatial.shuffle,
    "PixelUnshuffle": spatial.unshuffle, "ChannelShuffle": spatial.channel_shuffle,
    **_kinds(moves.reshape, "Flatten", "Reshape", "Unflatten"),
    "Permute": moves.permute, "Transpose": moves.transpose, "Select": moves.select, "Slice": moves.slice,
    "Unsqueeze": moves.unsqueeze, "Squeeze": moves.squeeze, "Concatenate": moves.concatenate, "Stack": moves.stack,
    **_kinds(sequences.recurrent, "RNN", "LSTM", "GRU"),
    **_kinds(sequences.transformer, "TransformerEncoderLayer", "TransformerDecoderLayer", "Transformer"),
    "MultiheadAttention": sequences.attention, "Embedding": sequences.embedding,
}
