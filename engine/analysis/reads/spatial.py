"""What slides over images, sequences and volumes, or makes them larger and smaller."""

from __future__ import annotations

from engine.analysis.reads.question import Answer, Question, whole
from engine.analysis.reads.windows import Places, all_of, blended, cells, drawn_windows, laid_from, under, within
from engine.layers.spatial import spread


def _channels_behind(q: Question, outputs: int, groups: int) -> Places:
    """The input's channels behind those wanted, where each group sees its own."""
    count, each = q.shapes[0][0], outputs // groups
    found = {channel // each for channel in q.wanted[0]}
    if len(found) == groups:
        return all_of(count)
    size = count // groups
    return frozenset([group * size + step for group in found for step in range(size)])


def convolution(q: Question) -> Answer:
    """Windows over all channels, or over a group's."""
    layer, sizes = q.layer, q.shapes[0][1:]
    windows = layer.windows()
    if layer.padding == "same":  # where it cannot be the same at both sides, more is added at the end
        windows = tuple([window._replace(padding=window.dilation * (window.kernel - 1) // 2) for window in windows])
    groups = layer.arguments(q.shapes).get("groups", 1)
    return [(_channels_behind(q, q.output[0], groups), *(
        within(under(places, window), size, layer.padding_mode, q.bounded)
        for places, window, size in zip(q.wanted[1:], windows, sizes, strict=True)))]


def pool(q: Question) -> Answer:
    """Windows over each channel."""
    return [(q.wanted[0], *(within(under(places, window), size, bounded=q.bounded) for places, window, size in zip(
        q.wanted[1:], q.layer.windows(), q.shapes[0][1:], strict=True)))]


def transposed(q: Question) -> Answer:
    """What lays its patch there."""
    return [(_channels_behind(q, q.output[0], q.layer.groups), *(
        within(laid_from(places, window), size, bounded=q.bounded)
        for places, window, size in zip(q.wanted[1:], q.layer.windows(), q.shapes[0][1:], strict=True)))]


def adaptive(q: Question) -> Answer:
    """Cells of a grid."""
    return [(q.wanted[0], *(within(cells(*each), each[1], bounded=q.bounded) for each in zip(
        q.wanted[1:], q.shapes[0][1:], q.output[1:], strict=True)))]


def fractional(q: Question) -> Answer:
    """Windows of random place."""
    kernels = spread(q.layer.kernel_size, q.layer.rank)
    return [(q.wanted[0], *(within(drawn_windows(*each), each[1], bounded=q.bounded) for each in zip(
        q.wanted[1:], q.shapes[0][1:], q.output[1:], kernels, strict=True)))]


def pad(q: Question) -> Answer:
    """What lies behind the border, or is repeated in it."""
    kind = q.layer.kind()
    border = {"Ref": "reflect", "Rep": "replicate", "Cir": "circular"}.get(kind[:3], "zeros")
    befores = [size[0] for size in q.layer._sides()]
    return [(q.wanted[0], *(within([place - before for place in places], size, border, q.bounded)
                            for places, before, size in zip(q.wanted[1:], befores, q.shapes[0][1:], strict=True)))]


def upsample(q: Question) -> Answer:
    """What is repeated or blended."""
    layer, sizes = q.layer, q.shapes[0][1:]
    given = layer.scale_factor
    scales = given if isinstance(given, tuple) else (given,) * len(sizes)
    return [(q.wanted[0], *(
        within(blended(places, size, count, scale, layer.mode, bool(layer.align_corners)), size, "replicate", q.bounded)
        for places, size, count, scale in zip(q.wanted[1:], sizes, q.output[1:], scales, strict=True)))]


def shuffle(q: Question) -> Answer:
    """Channels that were laid out as pixels."""
    factor = q.layer.upscale_factor
    channels, rows, columns = q.wanted
    steps = {row % factor * factor + column % factor for row in rows for column in columns}
    return [(frozenset([channel * factor * factor + step for channel in channels for step in steps]),
             *(frozenset([place // factor for place in places]) for places in (rows, columns)))]


def unshuffle(q: Question) -> Answer:
    """Pixels that were laid out as channels."""
    factor = q.layer.downscale_factor
    channels, rows, columns = q.wanted
    steps = {channel % (factor * factor) for channel in channels}
    return [(frozenset([channel // (factor * factor) for channel in channels]),
             frozenset([row * factor + step // factor for row in rows for step in steps]),
             frozenset([column * factor + step % factor for column in columns for step in steps]))]


def channel_shuffle(q: Question) -> Answer:
    """Where each channel came from."""
    groups, size = q.layer.groups, q.shapes[0][0] // q.layer.groups
    return [(frozenset([place % groups * size + place // groups for place in q.wanted[0]]), *q.wanted[1:])]


def groups(q: Question) -> Answer:
    """All of a group of channels."""
    return [(_channels_behind(q, q.output[0], q.layer.num_groups), *whole(q.shapes[0][1:]))]
