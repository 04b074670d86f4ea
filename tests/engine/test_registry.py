"""Every registered layer against torch itself: a new layer is tested by being registered."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from engine.analysis import analyze
from engine.blocks import Block
from engine.codegen import to_python
from engine.compile import build_module
from engine.graph import Edge, Graph, Node
from engine.layers.base import CATEGORIES, LAYERS, Layer, NotFlatError, OptionError, RankError, Shape, ShapeError
from engine.layers.inputs import Input

Shapes = tuple[Shape, ...]
KINDS = sorted(LAYERS)
MODULES = [kind for kind in KINDS if LAYERS[kind].torch.startswith("nn.")]
WITH_TORCH = [kind for kind in KINDS if LAYERS[kind].torch]
# Never a field: they say where tensors lie, or change what comes out.
NOT_OPTIONS = {"self", "device", "dtype", "return_indices"}
pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")


def torch_module(layer: Layer, shapes: Shapes) -> Callable[..., Tensor]:
    """What the layer stands for, called with its inputs one by one."""
    if layer.torch.startswith("nn."):
        module: nn.Module = getattr(nn, layer.torch.removeprefix("nn."))(**layer.arguments(shapes))
        return module
    if layer.torch.startswith("operator."):
        function = getattr(operator, layer.torch.removeprefix("operator."))
        return lambda *inputs: reduce(function, inputs)
    function = getattr(torch, layer.torch.removeprefix("torch."))
    return lambda *inputs: function(inputs, **layer.arguments(shapes))


def torch_shape(layer: Layer, shapes: Shapes, device: str = "meta") -> Shape | None:
    """The shape that comes out of torch for a batch of two, without it; None where torch refuses."""
    try:
        with torch.device(device):
            out = torch_module(layer, shapes)(*(torch.rand(2, *shape) for shape in shapes))
    except (RuntimeError, ValueError, IndexError, TypeError):
        return None
    return tuple(out.shape[1:]) if out.shape[0] == 2 else None


def is_stricter_on_purpose(layer: Layer, shapes: Shapes, error: ShapeError) -> bool:
    """Where torch computes something that no one meant."""
    if "is the batch" in str(error):  # mixing examples
        return True
    if layer.kind() == "Linear":  # row by row over an image
        return isinstance(error, NotFlatError)
    if layer.kind() == "Add":  # broadcasting
        return True
    # Batch×channels×length looks like a single image to the 2-d layers; pooling to 1×1 takes whatever has two sides.
    images_only = layer.kind().endswith("2d") and isinstance(error, RankError)
    return images_only and (len(shapes[0]) == 2 or layer.kind() == "AdaptiveAvgPool2d")


def natural_shapes(layer: Layer) -> Shapes:
    """Inputs that the layer takes."""
    count = max(1, layer.min_inputs)
    for shape in ((4, 8, 8), (8,), (4, 6)):
        try:
            layer.output_shape([shape] * count)
        except ShapeError:
            continue
        return (shape,) * count
    raise AssertionError(f"{layer.kind()} takes none of the usual shapes")


def alone(layer: Layer) -> Graph:
    """A network around one layer."""
    if isinstance(layer, Input):
        layer = LAYERS["ReLU"]()
    node = Node("only", layer)
    return Graph.of([Node("input", Input()), node], [Edge("input", "only", port) for port in range(layer.min_inputs)])


# -- what it says about itself ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_layer_explains_itself(kind: str) -> None:
    layer = LAYERS[kind]
    assert layer.category in CATEGORIES
    assert all(text.strip() for text in (layer.title, layer.meaning, layer.rule, layer.stem, layer.__doc__ or ""))
    assert layer.stem.isidentifier()
    assert layer.meaning.endswith(".")
    for name, field in layer.model_fields.items():
        assert field.title, name
        assert field.description, name


@pytest.mark.parametrize("kind", KINDS)
def test_layer_has_words_for_card_and_inspector(kind: str) -> None:
    layer = LAYERS[kind]()
    shapes = natural_shapes(layer)
    assert isinstance(layer.summary(), str)
    assert all(isinstance(line, str) and line for line in layer.arithmetic(shapes))
    assert layer.kind() == "Input" or "(" in layer.torch_line(shapes) or " + " in layer.torch_line(shapes)


@pytest.mark.parametrize("kind", MODULES)
def test_options_are_all_of_torch(kind: str) -> None:
    layer = LAYERS[kind]
    signature = inspect.signature(getattr(nn, layer.torch.removeprefix("nn.")).__init__)
    parameters = {p.name: p for p in signature.parameters.values() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)}
    inferred = layer().inferred(natural_shapes(layer()))
    assert set(layer.model_fields) == set(parameters) - NOT_OPTIONS - set(inferred)
    assert set(inferred) <= set(parameters)
    for name, field in layer.model_fields.items():
        if name not in layer.required:
            assert field.default == parameters[name].default, name
    needed = {name for name, parameter in parameters.items() if parameter.default is inspect.Parameter.empty}
    assert needed - {"self"} <= {*layer.required, *inferred}


@pytest.mark.parametrize("kind", KINDS)
def test_layer_is_a_value(kind: str) -> None:
    layer = LAYERS[kind]()
    assert layer == LAYERS[kind]()
    assert hash(layer) == hash(LAYERS[kind]())
    with pytest.raises(OptionError, match="is not an option here"):
        layer.with_options(nonsense=1)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_file_form_gives_the_layer_back(kind: str, layers_of: Any, data: st.DataObject) -> None:
    layer = data.draw(layers_of(kind))
    assert LAYERS[kind].model_validate(layer.model_dump(mode="json")) == layer
    assert layer.with_options() == layer


# -- its arithmetic ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", WITH_TORCH)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_arithmetic_is_torchs(kind: str, layers_of: Any, input_shapes: Any, data: st.DataObject) -> None:
    layer: Layer = data.draw(layers_of(kind))
    count = layer.min_inputs if layer.max_inputs == 1 else data.draw(st.integers(layer.min_inputs, 4))
    shapes: Shapes = data.draw(input_shapes(count))
    try:
        facts = layer.facts(shapes)
    except ShapeError as error:
        # On the meta device torch checks less than where it computes.
        theirs = torch_shape(layer, shapes) and torch_shape(layer, shapes, "cpu")
        assert theirs is None or is_stricter_on_purpose(layer, shapes, error), f"torch gives {theirs}: {error}"
        return
    # Batch norm without momentum reads a number, which a meta tensor does not have.
    assert facts.output_shape == (torch_shape(layer, shapes) or torch_shape(layer, shapes, "cpu"))
    with torch.device("meta"):
        module = torch_module(layer, shapes)
    params = sum(p.numel() for p in module.parameters()) if isinstance(module, nn.Module) else 0
    assert facts.params == params


@pytest.mark.parametrize("kind", ["Conv2d", "Linear"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_multiply_adds_are_half_of_torchs_flops(kind: str, layers_of: Any, input_shapes: Any, data: st.DataObject
                                                ) -> None:
    layer: Layer = data.draw(layers_of(kind))
    shapes: Shapes = data.draw(input_shapes(1))
    try:
        facts = layer.facts(shapes)
    except ShapeError:
        return
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        torch_module(layer, shapes)(torch.empty(3, *shapes[0]))
    assert counter.get_total_flops() == 2 * 3 * facts.mult_adds


@pytest.mark.parametrize("kind", WITH_TORCH)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_memory_is_torchs(kind: str, layers_of: Any, input_shapes: Any, kept_by_torch: Any, peak_in_torch: Any,
                          data: st.DataObject) -> None:
    """Behind a convolution, so that gradients flow into the layer."""
    layer: Layer = data.draw(layers_of(kind))
    shape: Shape = data.draw(input_shapes(1).filter(lambda shapes: len(shapes[0]) == 3))[0]
    graph = Graph.of(
        [Node("input", Input()), Node("stem", LAYERS["Conv2d"].model_validate({"kernel_size": 1, "out_channels": 4})),
         Node("only", layer)],
        [Edge("input", "stem"), *(Edge("stem", "only", port) for port in range(layer.min_inputs))],
    )  # fmt: skip
    analysis = analyze(graph, shape)
    if analysis.faults:
        return
    module = build_module(graph, shape)
    assert analysis.kept_bytes == kept_by_torch(module, shape)
    assert analysis.peak_bytes == peak_in_torch(module, shape)


# -- the module and the source ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_builds_runs_and_exports(kind: str) -> None:
    layer = LAYERS[kind]()
    graph, shape = alone(layer), natural_shapes(layer)[0]
    module = build_module(graph, shape)
    namespace: dict[str, Any] = {}
    exec(to_python(graph, shape), namespace)
    exported = namespace["Network"]()
    assert list(exported.state_dict()) == list(module.state_dict())
    exported.load_state_dict(module.state_dict())
    batch = torch.rand(3, *shape)
    for training in (True, False):
        torch.manual_seed(0)
        ours = module.train(training)(batch.clone())
        torch.manual_seed(0)
        assert torch.equal(ours, exported.train(training)(batch.clone()))
        assert tuple(ours.shape[1:]) == analyze(graph, shape).output_shape
    assert all(torch.equal(a, b) for a, b in zip(module.state_dict().values(), exported.state_dict().values(),
                                                 strict=True))


@pytest.mark.parametrize("kind", [kind for kind in MODULES if LAYERS[kind].category != "block"])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_exported_arguments_are_the_compiled_ones(kind: str, layers_of: Any, data: st.DataObject) -> None:
    """The printed call makes the same module: torch's own description says so."""
    layer = data.draw(layers_of(kind))
    graph, shape = alone(layer), (4, 9, 9)
    if analyze(graph, shape).faults:
        return
    namespace: dict[str, Any] = {}
    exec(to_python(graph, shape), namespace)
    assert str(namespace["Network"]().only) == str(build_module(graph, shape).only)


def test_blocks_are_registered() -> None:
    assert {kind for kind in KINDS if issubclass(LAYERS[kind], Block)} >= {"Residual", "Inception"}


def test_two_layers_of_one_name_are_refused() -> None:
    from engine.layers.base import register

    with pytest.raises(ValueError, match="two layers are called ReLU"):
        register(type("ReLU", (Layer,), {"__module__": __name__}))
