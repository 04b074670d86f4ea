"""Every registered layer against torch itself: a new layer is tested by being registered."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from engine.analysis.analysis import analyze, facts_of
from engine.blocks import Block
from engine.export.same import difference
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import (
    CATEGORIES,
    LAYERS,
    Layer,
    MismatchError,
    NotFlatError,
    OptionError,
    RankError,
    Shape,
    ShapeError,
)
from engine.layers.functions import Norm
from engine.layers.inputs import Input
from engine.network.compile import build_module
from engine.reading.values import ReadingError
from engine.writing.source import source_of, to_python

Shapes = tuple[Shape, ...]
KINDS = sorted(set(LAYERS) - {"Custom"})  # nothing without a graph inside
MODULES = [kind for kind in KINDS if LAYERS[kind].torch.startswith("nn.")]
WITH_TORCH = [kind for kind in KINDS if LAYERS[kind].torch]
# Never a field: they say where tensors lie, or change what comes out.
NOT_OPTIONS = {"self", "mode", "device", "dtype", "return_indices"}
# What torch has and the layer does not offer, and why.
LEFT_OUT: dict[str, set[str]] = {
    "PReLU": {"num_parameters"},  # inferred, when there is one for each channel
    "Hardtanh": {"min_value", "max_value"},  # old names
    "Embedding": {"_weight", "_freeze", "sparse"},  # few optimizers take sparse gradients
    "EmbeddingBag": {"_weight", "sparse", "include_last_offset"},
    "RNN": {"proj_size"},  # LSTM only
    "GRU": {"proj_size"},
    "MultiheadAttention": {"kdim", "vdim", "add_bias_kv", "add_zero_attn"},  # the first two are inferred
    "Transformer": {"custom_encoder", "custom_decoder"},
    "Upsample": {"recompute_scale_factor"},  # for tracing only
    "FractionalMaxPool2d": {"_random_samples"},
    "FractionalMaxPool3d": {"_random_samples"},
    **{f"ConvTranspose{rank}d": {"padding_mode"} for rank in (1, 2, 3)},  # zeros are all it can do
}
MODE_IS_AN_OPTION = {"Upsample", "EmbeddingBag"}
NOT_IN_SIGNATURE = {"RNN": {"nonlinearity"}}  # taken from the keyword arguments
pytestmark = [
    pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths"),
    pytest.mark.filterwarnings("ignore:enable_nested_tensor is True"),
    pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN"),
    pytest.mark.filterwarnings("ignore:.*degrees of freedom is <= 0"),
    pytest.mark.filterwarnings("ignore:Initializing zero-element tensors"),
    pytest.mark.filterwarnings("ignore:.*nested tensors is in prototype"),
]


def torch_module(layer: Layer, shapes: Shapes) -> Callable[..., Tensor]:
    """What the layer stands for, called with its inputs one by one."""
    scope: dict[str, Any] = {"torch": torch, "nn": nn}
    if layer.torch.startswith("nn."):
        scope["module"] = getattr(nn, layer.torch.removeprefix("nn."))(**layer.arguments(shapes))
    elif source := layer.tensor_source(shapes):
        scope["module"] = eval(source, scope)

    def called(*inputs: Tensor) -> Tensor:
        names = [f"x{index}" for index in range(len(inputs))]
        values = dict(zip(names, inputs, strict=True))
        out: Tensor = eval(layer.expression("module", names, shapes), {**scope, **values})
        return out

    called.module = scope.get("module")  # type: ignore[attr-defined]
    return called


def torch_shape(layer: Layer, shapes: Shapes, device: str = "meta") -> Shape | None:
    """The shape that comes out of torch for a batch of two, without it; None where torch refuses or gives nothing."""
    try:
        with torch.device(device):
            given = shapes or ((1,),) * layer.reads_batch
            out = torch_module(layer, shapes)(*(torch.rand(2, *shape) for shape in given))
    except (RuntimeError, ValueError, IndexError, TypeError, AssertionError, NotImplementedError, ShapeError):
        return None
    return tuple(out.shape[1:]) if out.numel() and out.dim() and out.shape[0] == 2 else None


def is_stricter_on_purpose(layer: Layer, shapes: Shapes, error: ShapeError) -> bool:
    """Where torch computes something that no one meant."""
    if "is the batch" in str(error) or "nothing would be left" in str(error):
        return True  # mixing examples; no dimension but theirs
    if isinstance(layer, Norm):  # torch lets a dimension be named twice here
        return "named twice" in str(error)
    if layer.kind() == "Squeeze":  # torch passes what it cannot squeeze
        return "is not 1" in str(error)
    if layer.kind() == "Linear":  # row by row over an image
        return isinstance(error, NotFlatError)
    if layer.category == "merge":  # broadcasting of other kinds
        return isinstance(error, (MismatchError, RankError))
    if layer.kind() in ("Std", "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"):  # not a number; prediction only
        return isinstance(error, RankError) or "single value" in str(error) or "one value" in str(error)
    # Torch takes batch×channels×length for a single image where images are expected.
    return isinstance(error, RankError)


def natural_shapes(layer: Layer) -> Shapes:
    """Inputs that the layer takes."""
    return layer.typical_inputs()


def alone(layer: Layer, shapes: Shapes = ()) -> tuple[Graph, Shape]:
    """A network around one layer, and what goes in. Inputs of other shapes come from constants."""
    if isinstance(layer, Input):
        layer = LAYERS["ReLU"]()
    if not layer.max_inputs and layer.max_inputs is not None:
        nodes = [Node("input", Input()), Node("only", layer), Node("sum", LAYERS["Add"]())]
        return Graph.of(nodes, [Edge("input", "sum"), Edge("only", "sum", 1)]), layer.output_shape(())
    shapes, nodes, edges = shapes or natural_shapes(layer), [Node("input", Input()), Node("only", layer)], []
    for port, shape in enumerate(shapes):
        if shape == shapes[0]:
            edges.append(Edge("input", "only", port))
        else:
            nodes.append(Node(f"other{port}", LAYERS["Constant"].model_validate({"shape": shape, "values": "normal"})))
            edges.append(Edge(f"other{port}", "only", port))
    return Graph.of(nodes, edges), shapes[0]


@st.composite
def with_any_inputs(draw: st.DrawFn, layers: st.SearchStrategy[Layer], input_shapes: Any) -> tuple[Layer, Shapes]:
    """A layer with inputs that it may not take."""
    layer = draw(layers)
    most = 4 if layer.max_inputs is None else layer.max_inputs
    return layer, draw(input_shapes(draw(st.integers(layer.min_inputs, most))))


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
    details = layer.details()
    assert all(isinstance(text, str) for text in details)
    assert layer.summary() == " · ".join(text for text in details if text)
    assert all(isinstance(line, str) and line for line in layer.arithmetic(shapes))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "Input"])
def test_layer_has_a_line_of_python(kind: str) -> None:
    layer = LAYERS[kind]()
    [statement] = ast.parse(layer.torch_line(natural_shapes(layer))).body
    assert isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Constant)


@pytest.mark.parametrize("kind", MODULES)
def test_options_are_all_of_torch(kind: str) -> None:
    layer = LAYERS[kind]
    made = getattr(nn, layer.torch.removeprefix("nn."))
    signature = inspect.signature((nn.RNNBase if issubclass(made, nn.RNNBase) else made).__init__)
    parameters = {p.name: p for p in signature.parameters.values() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)}
    inferred = layer().inferred(natural_shapes(layer()))
    options = set(layer.model_fields) - layer.ours
    known = set(parameters) - (NOT_OPTIONS - ({"mode"} if kind in MODE_IS_AN_OPTION else set())) - set(inferred)
    assert options - NOT_IN_SIGNATURE.get(kind, set()) == known - LEFT_OUT.get(kind, set())
    assert set(inferred) <= set(parameters)
    assert layer.ours.isdisjoint(parameters)
    for name in options - set(layer.required) - NOT_IN_SIGNATURE.get(kind, set()):
        default = parameters[name].default
        assert layer.model_fields[name].default == getattr(default, "__name__", default), name
    needed = {name for name, parameter in parameters.items() if parameter.default is inspect.Parameter.empty}
    assert needed - {"self", "mode"} <= {*layer.required, *inferred}


@pytest.mark.parametrize("kind", KINDS)
def test_layer_is_a_value(kind: str) -> None:
    layer = LAYERS[kind]()
    assert layer == LAYERS[kind]()
    assert hash(layer) == hash(LAYERS[kind]())
    with pytest.raises(OptionError, match="is not an option here"):
        layer.with_options(nonsense=1)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_file_form_gives_the_layer_back(kind: str, layers_of: Any, data: st.DataObject) -> None:
    layer = data.draw(layers_of(kind))
    assert LAYERS[kind].model_validate(layer.model_dump(mode="json")) == layer
    assert layer.with_options() == layer


# -- its arithmetic ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", WITH_TORCH)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_arithmetic_is_torchs(kind: str, layers_of: Any, fitting: Any, input_shapes: Any, data: st.DataObject) -> None:
    layer, shapes = data.draw(fitting(kind) | with_any_inputs(layers_of(kind), input_shapes))
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
        module = torch_module(layer, shapes).module if layer.torch.startswith("nn.") else None  # type: ignore[attr-defined]
    params = sum(p.numel() for p in module.parameters()) if isinstance(module, nn.Module) else 0
    assert facts.params == params


@pytest.mark.parametrize("kind", WITH_TORCH)
@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (1, 1, 1, 1, 1)])
def test_any_shape_is_taken_or_refused_in_words(kind: str, shape: Shape) -> None:
    layer = LAYERS[kind]()
    with suppress(ShapeError):
        facts_of(layer, (shape,) * max(1, layer.min_inputs))


@pytest.mark.parametrize("kind", ["Conv1d", "Conv2d", "Conv3d", "DepthwiseConv2d", "ConvTranspose1d", "ConvTranspose2d",
                                  "ConvTranspose3d", "Linear"])
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_multiply_adds_are_half_of_torchs_flops(kind: str, fitting: Any, data: st.DataObject) -> None:
    layer, shapes = data.draw(fitting(kind))
    facts = layer.facts(shapes)
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        torch_module(layer, shapes)(torch.empty(3, *shapes[0]))
    assert counter.get_total_flops() == 2 * 3 * facts.mult_adds


# -- the module and the source ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_builds_runs_and_exports(kind: str) -> None:
    graph, shape = alone(LAYERS[kind]())
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
        assert ours.isfinite().all()
    assert all(torch.equal(a, b) for a, b in zip(module.state_dict().values(), exported.state_dict().values(),
                                                 strict=True))


@pytest.mark.parametrize("kind", [kind for kind in WITH_TORCH if LAYERS[kind].category != "block"])
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_exported_layers_are_the_compiled_ones(kind: str, fitting: Any, data: st.DataObject) -> None:
    """The printed call makes the same module, and gives the same numbers, whatever the options."""
    layer, shapes = data.draw(fitting(kind))
    graph, shape = alone(layer, shapes)
    assert analyze(graph, shape).faults == ()
    namespace: dict[str, Any] = {}
    exec(to_python(graph, shape), namespace)
    ours, exported = build_module(graph, shape), namespace["Network"]()
    exported.load_state_dict(ours.state_dict())
    assert str(getattr(exported, "only", None)) == str(getattr(ours, "only", None))
    batch, results = torch.rand(2, *shape), []  # an embedding reads the word number 0
    for module in (ours, exported):
        torch.manual_seed(0)
        results.append(module(batch.clone()))
    assert torch.equal(*results) or torch.equal(results[0].isnan(), results[1].isnan())
    assert tuple(results[0].shape[1:]) == analyze(graph, shape).output_shape


# What their calls do beside handing on tensors is more than the reader follows: only running proves them.
RUN_TO_BE_PROVED = {"AdaptiveAvgPool2d", "AdaptiveAvgPool3d", "AdaptiveMaxPool2d", "AdaptiveMaxPool3d", "Clamp",
                    "CosineSimilarity", "Embedding", "EmbeddingBag", "GRU", "LSTM", "MultiheadAttention", "RNN",
                    "Slice", "Transformer", "TransformerDecoderLayer", "TransformerEncoderLayer"}  # fmt: skip


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "Code"])
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_the_source_is_read_as_the_same_layer(kind: str, fitting: Any, data: st.DataObject) -> None:
    """No options make a right source look like another network; where reading cannot tell, it says so."""
    graph, shape = alone(*data.draw(fitting(kind)))
    analysis = analyze(graph, shape)
    try:
        assert difference(source_of(analysis).text, analysis) is None
    except ReadingError:
        assert kind in RUN_TO_BE_PROVED


def test_enough_layers_stand_in_the_palette() -> None:
    assert len(LAYERS) >= 110
    assert {LAYERS[kind].category for kind in KINDS} == set(CATEGORIES)


@pytest.mark.parametrize("kind", KINDS)
def test_titles_tell_layers_apart(kind: str) -> None:
    same = [other for other in KINDS if LAYERS[other].title.casefold() == LAYERS[kind].title.casefold()]
    assert same == [kind]
    assert len(LAYERS[kind].title) <= 28


def test_blocks_are_registered() -> None:
    assert {kind for kind in KINDS if issubclass(LAYERS[kind], Block)} >= {"Residual", "Inception"}


def test_two_layers_of_one_name_are_refused() -> None:
    from engine.layers.base import register

    with pytest.raises(ValueError, match="two layers are called ReLU"):
        register(type("ReLU", (Layer,), {"__module__": __name__}))
