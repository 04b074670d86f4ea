"""What makes the inputs of a merge agree: padding further up, or layers on one of the ways into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from engine.advice.repairs.edits import before, one_after_another, with_layer
from engine.advice.repairs.fitting import fits, shape_after
from engine.advice.repairs.repair import Case, Repair, listed, mends
from engine.analysis.analysis import Analysis
from engine.graph.graph import Edge
from engine.layers.adaptive import AdaptiveAvgPool2d
from engine.layers.base import LAYERS, Layer, OptionError, Shape, ShapeError
from engine.layers.convolution import Conv2d
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Concatenate
from engine.layers.resampling import Upsample
from engine.layers.shape import Unflatten
from engine.messages import say
from engine.units import shape_text

Layers = tuple[Layer, ...]
Matching = Callable[[Shape, Shape, Layer], Layers]  # of what comes, what is wanted, and the merge; none: no way


@mends(ShapeError, several=True)
def matched(case: Case) -> Iterator[Repair]:
    """Every way found to bring inputs that do not agree to one shape, the least change first."""
    yield from _kept_sizes(case)
    analysis, shapes = case.analysis, case.shapes
    merge, edges = case.layer, case.graph.inputs[case.name]
    for text, matching in _WAYS:
        found = _matched_by(analysis, merge, edges, shapes, matching)
        if found:
            layers = next(iter(found.values()))
            size = shape_text((shape_after(layers, shapes[next(iter(found))]) or ())[1:])
            edits = [before(case.name, *new, port=edges[way].port) for way, new in found.items()]
            yield Repair(say(text, size=size) if "{size}" in text else say(text), one_after_another(*edits))


def _matched_by(analysis: Analysis, merge: Layer, edges: Sequence[Edge], shapes: Sequence[Shape], matching: Matching
                ) -> Mapping[int, Layers]:
    """Layers for each way that differs from most; where as many differ as not, for the shorter ones."""
    depth = {node: index for index, node in enumerate(analysis.graph.order)}
    often = Counter(shapes)
    best = sorted(range(len(shapes)), key=lambda way: (-often[shapes[way]], -depth[edges[way].source]))
    for wanted in dict.fromkeys(shapes[way] for way in best):
        found = {way: matching(shape, wanted, merge) for way, shape in enumerate(shapes) if shape != wanted}
        found = {way: layers for way, layers in found.items() if layers}
        after = [shape_after(found.get(way, ()), shape) for way, shape in enumerate(shapes)]
        if found and None not in after and fits(merge, [shape for shape in after if shape is not None]):
            return found
    return {}


def _by_convolution(have: Shape, want: Shape, merge: Layer) -> Layers:
    if len(have) != len(want) or len(have) not in (2, 3, 4):
        return ()
    kind = LAYERS[f"Conv{len(have) - 1}d"]
    stride = tuple(-(-one // other) for one, other in zip(have[1:], want[1:], strict=True))
    conv = kind.model_validate({"out_channels": want[0], "kernel_size": 1,
                                "stride": stride if len(stride) > 1 else stride[0]})
    return (conv,) if not isinstance(merge, Concatenate) and shape_after((conv,), have) == want else ()


def _by_linear(have: Shape, want: Shape, merge: Layer) -> Layers:
    same = len(have) == len(want) <= 2 and have[:-1] == want[:-1]
    return (Linear(out_features=want[-1]),) if same and not isinstance(merge, Concatenate) else ()


def _by_resizing(have: Shape, want: Shape, merge: Layer) -> Layers:
    """Another height and width, by averaging where it becomes smaller; a 1×1 convolution where channels differ."""
    if len(have) != 3 or len(want) != 3:
        return ()
    larger = any(one < other for one, other in zip(have[1:], want[1:], strict=True))
    resize = Upsample(size=want[1:], scale_factor=None) if larger else AdaptiveAvgPool2d(output_size=want[1:])
    layers: Layers = (resize,)
    if have[0] != want[0] and not isinstance(merge, Concatenate):
        layers += (Conv2d(out_channels=want[0], kernel_size=1),)
    return layers if have[1:] != want[1:] else ()


def _by_flattening(have: Shape, want: Shape, merge: Layer) -> Layers:
    if len(have) == 1 or len(have) == len(want) > 2:
        return ()
    flat = shape_after((Flatten(),), have)
    same = flat == want or isinstance(merge, Concatenate)
    return (Flatten(),) if same else (Flatten(), Linear(out_features=want[-1]))


def _by_raising(have: Shape, want: Shape, merge: Layer) -> Layers:
    """One number for each channel, as a gate needs it."""
    ones = (1,) * (len(want) - 1)
    return (Unflatten(unflattened_size=(have[0], *ones)),) if len(have) == 1 < len(want) and have[0] == want[0] else ()


_WAYS: tuple[tuple[str, Matching], ...] = (
    ("Match with a 1×1 convolution", _by_convolution),
    ("Match with a Linear layer", _by_linear),
    ("Reshape the gate to channels×1×1", _by_raising),
    ("Resize to {size}", _by_resizing),
    ("Insert Flatten", _by_flattening),
)


# -- sizes that windows have made smaller --------------------------------------------------------------------------


def _kept_sizes(case: Case) -> Iterator[Repair]:
    """Padding “same” in the convolutions that lead here alone, where they had none and would then agree."""
    merge, shapes = case.layer, case.shapes
    plans = [_padded(case.analysis, edge.source) for edge in case.graph.inputs[case.name]]
    single = [{way} for way, (changes, _) in enumerate(plans) if changes]
    for ways in [*single, set().union(*single)] if len(single) > 1 else single:
        after = [plan[1] if way in ways else shape for way, (plan, shape) in enumerate(zip(plans, shapes, strict=True))]
        if None not in after and fits(merge, [shape for shape in after if shape is not None]):
            changes = {node: layer for way in ways for node, layer in plans[way][0].items()}
            edits = [with_layer(node, layer) for node, layer in changes.items()]
            text = say("Set padding of {name} to “same”", name=listed(list(changes)))
            yield Repair(text, one_after_another(*edits))
            return


def _padded(analysis: Analysis, name: str) -> tuple[dict[str, Layer], Shape | None]:
    """The convolutions of a way, up to where it branches off, with padding; and the shape that then comes out."""
    graph, chain = analysis.graph, []
    while len(graph.inputs[name]) == 1 and len(graph.outputs[name]) == 1:
        chain.append(name)
        name = graph.inputs[name][0].source
    changes, shape = {}, analysis.nodes[name].output_shape
    for node in reversed(chain):
        layer = graph.nodes[node].layer
        if shape is None:
            break
        better = _with_padding(layer)
        if better is not None and shape_after((layer,), shape) != shape_after((better,), shape):
            changes[node] = layer = better
        shape = shape_after((layer,), shape)
    return changes, shape


def _with_padding(layer: Layer) -> Layer | None:
    if layer.category != "convolution":
        return None
    try:
        return layer.with_options(padding="same")
    except OptionError:  # transposed ones and those with a stride have no such thing
        return None
