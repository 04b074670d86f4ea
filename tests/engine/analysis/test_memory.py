"""Every registered layer's memory against torch's own bookkeeping."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.analysis.analysis import analyze
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS, Layer, Shape
from engine.layers.inputs import Input
from engine.network.compile import build_module

WITH_TORCH = sorted(kind for kind in LAYERS if LAYERS[kind].torch and LAYERS[kind].max_inputs != 0)
EXACT = [kind for kind in WITH_TORCH if not LAYERS[kind].estimates]
ESTIMATED = [kind for kind in WITH_TORCH if LAYERS[kind].estimates]
pytestmark = [
    pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths"),
    pytest.mark.filterwarnings("ignore:enable_nested_tensor is True"),
    pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN"),
    pytest.mark.filterwarnings("ignore:.*degrees of freedom is <= 0"),
]


def stem_for(rank: int, width: int) -> Layer:
    """Something that learns before the layer, so that gradients flow into it. It keeps its input only."""
    if rank < 3:
        return LAYERS["Linear"].model_validate({"out_features": width})
    return LAYERS["Conv2d" if rank == 3 else "Conv3d"].model_validate({"kernel_size": 1, "out_channels": width})


def behind_a_stem(layer: Layer, shape: Shape, count: int) -> Graph:
    """The input, what learns, and the layer with every wire from it."""
    wires = [Edge("stem", "only", port) for port in range(count)]
    stem = stem_for(len(shape), shape[-1] if len(shape) < 3 else shape[0])
    return Graph.of([Node("input", Input()), Node("stem", stem), Node("only", layer)], [Edge("input", "stem"), *wires])


def as_words(module: torch.nn.Module) -> None:
    """Before an embedding, the stem gives zeros: numbers of words that are there."""
    if isinstance(module.only if hasattr(module, "only") else None, (torch.nn.Embedding, torch.nn.EmbeddingBag)):
        for weight in module.stem.parameters():
            torch.nn.init.zeros_(weight)


def drawn(kind: str, fitting: Any, data: st.DataObject) -> tuple[Graph, Shape]:
    layer, shapes = data.draw(fitting(kind, equal=True, least=2))  # of a single place torch makes a copy more
    return behind_a_stem(layer, shapes[0], len(shapes)), shapes[0]


@pytest.mark.parametrize("kind", EXACT)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_memory_is_torchs(kind: str, fitting: Any, kept_by_torch: Any, peak_in_torch: Any, data: st.DataObject) -> None:
    graph, shape = drawn(kind, fitting, data)
    analysis = analyze(graph, shape)
    assert analysis.faults == ()
    module = build_module(graph, shape)
    as_words(module)
    assert analysis.memory.kept_bytes == kept_by_torch(module, shape)
    copied = 4 * prod(shape) if kind == "ConvTranspose3d" else 0  # at times torch copies its input first
    assert analysis.memory.peak_bytes <= peak_in_torch(module, shape) <= analysis.memory.peak_bytes + copied


@pytest.mark.parametrize("kind", ESTIMATED)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_estimated_memory_is_a_bound_and_no_wild_one(kind: str, fitting: Any, kept_by_torch: Any, peak_in_torch: Any,
                                                     data: st.DataObject) -> None:
    graph, shape = drawn(kind, fitting, data)
    analysis = analyze(graph, shape)
    assert analysis.faults == ()
    module = build_module(graph, shape)
    as_words(module)
    kept, peak = kept_by_torch(module, shape), peak_in_torch(module, shape)
    spare = 8192 * getattr(graph.nodes["only"].layer, "num_layers", 1)  # what rounding to whole rows adds when tiny
    assert kept <= analysis.memory.kept_bytes <= 2.5 * kept + spare
    # What is computed in one go hides what it needs meanwhile, though not what it keeps in training.
    assert peak - 64 <= analysis.memory.peak_bytes <= 4 * max(peak, kept) + spare
