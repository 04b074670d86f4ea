"""Receptive fields against torch's gradients, the closed formula of chains and published numbers."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from math import prod
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from engine.analysis.analysis import analyze
from engine.analysis.reads.question import Axes, Question, whole
from engine.analysis.reads.rules import RULES, reads
from engine.analysis.receptive import NoUnitError, Reach, Seen, reach, receptive_field
from engine.experiment.experiment import load_experiment
from engine.graph.graph import Edge, Graph, Node
from engine.layers.base import LAYERS, Layer, Shape
from engine.line.line import build_line
from engine.network.compile import build_module

NO_NUMBERS = {"Input", "Constant", "Code", "Embedding", "EmbeddingBag"}  # nothing comes in that has a gradient
KINDS = sorted(kind for kind, layer in LAYERS.items() if layer.category != "block" and kind not in NO_NUMBERS)
# What does not choose between values: all that may be read is read.
EXACT = {"Conv1d", "Conv2d", "Conv3d", "DepthwiseConv2d", "AvgPool1d", "AvgPool2d", "AvgPool3d", "ConvTranspose1d",
         "ConvTranspose2d", "ConvTranspose3d", "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d", "Linear",
         "Flatten", "Reshape", "Unflatten", "Permute", "Transpose", "Select", "Slice", "Squeeze", "Unsqueeze",
         "PixelShuffle", "ChannelShuffle", "Concatenate", "Stack", "Add", "Subtract", "Multiply", "MatMul", "Sum",
         "Mean", "GLU", "LSTM", "Identity", "ReflectionPad2d", "ReplicationPad2d", "CircularPad2d",
         "ZeroPad2d"}  # fmt: skip
pytestmark = [pytest.mark.filterwarnings("ignore:.*"), pytest.mark.usefixtures("doubles")]


@pytest.fixture(scope="module")
def doubles() -> Any:
    """Gradients that are small are not 0."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def positive(module: nn.Module, generator: torch.Generator) -> nn.Module:
    """With weights that do not cancel each other out."""
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_((0.5 + torch.rand(weight.shape, generator=generator)) / max(1, weight[0].numel()))
    return module.eval()


def called(layer: Layer, shapes: tuple[Shape, ...], inputs: list[Tensor]) -> Tensor:
    """What torch makes of inputs B×…."""
    names = [f"x{index}" for index in range(len(inputs))]
    scope: dict[str, Any] = {"torch": torch, "nn": nn, **dict(zip(names, inputs, strict=True))}
    if layer.torch.startswith("nn."):
        made = getattr(nn, layer.torch.removeprefix("nn."))(**layer.arguments(shapes))
        scope["module"] = positive(made, torch.Generator().manual_seed(1))
    return eval(layer.expression("module", names, shapes), scope)


def touched(axes: Axes | None, shape: Shape) -> Tensor:
    """Where these places are, as a mask."""
    mask = torch.zeros(shape, dtype=torch.bool)
    if axes is not None:
        mask[torch.meshgrid(*(torch.tensor(sorted(places)) for places in axes), indexing="ij")] = True
    return mask


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind in RULES])
@given(data=st.data())
@settings(max_examples=3, deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_layer_reads_what_torchs_gradient_says(kind: str, data: st.DataObject, fitting: Callable[..., Any]) -> None:
    layer, shapes = data.draw(fitting(kind))
    output = layer.output_shape(shapes)
    unit = tuple(data.draw(st.integers(0, size - 1)) for size in output)
    wanted = tuple(frozenset([place]) for place in unit)
    found = reads(Question(layer, shapes, output, wanted))
    measured = [torch.zeros(shape, dtype=torch.bool) for shape in shapes]
    for seed in range(3):
        generator = torch.Generator().manual_seed(seed)
        inputs = [torch.rand((2, *shape), generator=generator).requires_grad_() for shape in shapes]
        torch.manual_seed(seed)
        value = called(layer, shapes, [each.clone() for each in inputs])[(0, *unit)]
        if value.requires_grad:
            for mask, each in zip(measured, torch.autograd.grad(value, inputs, allow_unused=True), strict=True):
                mask |= (each[0] != 0) if each is not None else False
    for axes, mask, shape in zip(found, measured, shapes, strict=True):
        predicted = touched(axes, shape)
        assert not (mask & ~predicted).any()
        if kind in EXACT:
            assert torch.equal(mask, predicted)


def test_what_has_no_rule_is_known() -> None:
    """A new layer reads everything until it has one."""
    assert set(KINDS) - set(RULES) == {"Fold", "Unfold"}


# -- whole networks -------------------------------------------------------------------------------------------------


def chain(layers: list[Layer], shape: Shape) -> Graph | None:
    """As many of them as fit one after the other."""
    nodes = [Node("input", LAYERS["Input"].model_validate({"shape": shape}))]
    for number, layer in enumerate(layers):
        more = [*nodes, Node(f"n{number}", layer)]
        made = analyze(Graph.of(more, [Edge(a.name, b.name) for a, b in pairwise(more)])).nodes[f"n{number}"]
        if made.output_shape is not None and prod(made.output_shape) <= 3000:
            nodes = more
    return Graph.of(nodes, [Edge(a.name, b.name) for a, b in pairwise(nodes)]) if len(nodes) > 1 else None


def drawn(rng: random.Random, exact: bool) -> Layer:
    """A convolution or a pool with any options."""
    kernel = (rng.randint(1, 4), rng.randint(1, 4))
    options: dict[str, Any] = {"kernel_size": kernel, "stride": (rng.randint(1, 3), rng.randint(1, 3))}
    kind = rng.choice(["Conv2d", "Conv2d", "AvgPool2d", "ConvTranspose2d", "AdaptiveAvgPool2d", "Upsample", "ZeroPad2d",
                       "DepthwiseConv2d", *(() if exact else ("MaxPool2d", "MaxPool2d", "ReLU"))])
    if kind == "AdaptiveAvgPool2d":
        options = {"output_size": (rng.randint(1, 6), rng.randint(1, 6))}
    elif kind == "Upsample":
        options = {"scale_factor": 2.0}
    elif kind == "ZeroPad2d":
        options = {"padding": tuple(rng.randint(0, 2) for _ in range(4))}
    elif kind in ("AvgPool2d", "MaxPool2d"):
        options |= {"ceil_mode": rng.random() < 0.5, "padding": tuple(rng.randint(0, size // 2) for size in kernel)}
    elif kind == "ReLU":
        options = {}
    else:
        options |= {"padding": (rng.randint(0, 2), rng.randint(0, 2)), "dilation": rng.randint(1, 2)}
        options |= {"out_channels": 4, "groups": rng.choice([1, 2])} if kind != "DepthwiseConv2d" else {}
    return LAYERS[kind].model_validate(options)


@pytest.mark.parametrize("exact", [True, False])
def test_random_stacks_see_what_gradients_reach(exact: bool) -> None:
    rng, whole_nets = random.Random(7), 0
    for _ in range(40):
        shape = (4, rng.randint(5, 14), rng.randint(5, 14))
        graph = chain([drawn(rng, exact) for _ in range(rng.randint(1, 5))], shape)
        if graph is None:
            continue
        whole_nets += 1
        analysis = analyze(graph)
        assert analysis.output is not None and analysis.output_shape is not None
        module = positive(build_module(graph), torch.Generator().manual_seed(1))
        measured: dict[tuple[int, ...], Tensor] = {}
        units = [tuple(rng.randrange(size) for size in analysis.output_shape) for _ in range(3)]
        for seed in range(1 if exact else 4):
            x = torch.rand((1, *shape), generator=torch.Generator().manual_seed(seed)).requires_grad_()
            output = module(x)
            for unit in units:
                [gradient] = torch.autograd.grad(output[(0, *unit)], [x], retain_graph=True)
                measured[unit] = measured.get(unit, torch.tensor(False)) | (gradient[0] != 0)
        for unit in units:
            seen = receptive_field(analysis, analysis.output, unit)
            predicted = touched(tuple(map(frozenset, seen.places)) or None, shape)
            assert torch.equal(measured[unit], predicted) if exact else not (measured[unit] & ~predicted).any()
    assert whole_nets > 30


@pytest.mark.parametrize("name", ["diamond", "resnet", "inception_net"])
def test_branches_and_blocks_are_seen_through(name: str, request: pytest.FixtureRequest) -> None:
    """In the mask of places every gradient lies, and the box has no edge without one."""
    graph = request.getfixturevalue(name)
    analysis = analyze(graph, (1, 24, 24))
    module = positive(build_module(graph, (1, 24, 24)), torch.Generator().manual_seed(1))
    place = {"diamond": "pool", "resnet": "residual3.conv2", "inception_net": "inception2.cat"}[name]
    kept: list[Tensor] = []
    inner = place.rpartition(".")[0] if "cat" in place else place  # a concatenation is no module, its block is
    module.get_submodule(inner).register_forward_hook(lambda _, given, output: kept.append(output))
    unit, found = (0, 2, 3), torch.zeros(1, 24, 24, dtype=torch.bool)
    seen = receptive_field(analysis, place, unit)
    for seed in range(6):
        x = torch.rand((1, 1, 24, 24), generator=torch.Generator().manual_seed(seed)).requires_grad_()
        module(x)
        found |= (torch.autograd.grad(kept[-1][(0, *unit)], [x])[0][0] != 0)
    assert not (found & ~touched(tuple(map(frozenset, seen.places)), (1, 24, 24))).any()
    if name != "inception_net":
        rows, columns = found[0].any(1).nonzero(), found[0].any(0).nonzero()
        assert seen.box[1:] == ((int(rows[0]), int(rows[-1]) + 1), (int(columns[0]), int(columns[-1]) + 1))


def by_formula(windows: list[tuple[int, int]]) -> tuple[int, int]:
    """r = 1 + Σ (k − 1)·Π of the strides before; the jump is the product of all (Araujo et al. 2019)."""
    size, jump = 1, 1
    for kernel, stride in windows:
        size, jump = size + (kernel - 1) * jump, jump * stride
    return size, jump


@pytest.mark.parametrize(("name", "place", "windows"), [
    ("lenet", "conv1", [(5, 1)]),
    ("lenet", "conv2", [(5, 1), (2, 2), (5, 1)]),
    ("lenet", "pool2", [(5, 1), (2, 2), (5, 1), (2, 2)]),
    ("alexnet", "pool3", [(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)]),
    ("resnet18", "stage1", [(7, 2), (3, 2), *[(3, 1)] * 4]),
    ("googlenet", "inception2", [(7, 2), (3, 2), (1, 1), (3, 1), (3, 2), (5, 1), (5, 1)]),  # its widest branch
])  # fmt: skip
def test_size_and_jump_are_those_of_the_formula(name: str, place: str, windows: list[tuple[int, int]]) -> None:
    made = load_experiment(f"gallery:{name}")
    found = reach(analyze(made.graph, made.data.sample_shape), place)
    size, jump = by_formula(windows)
    assert (found.size[1:], found.jump) == ((size, size), (0, jump, jump))


def test_published_sizes() -> None:
    made = load_experiment("gallery:resnet18")
    assert reach(analyze(made.graph, made.data.sample_shape), "stage4").size[1:] == (435, 435)  # Araujo et al. 2019
    conv, pool = ["conv 4 3 padding=1"], ["maxpool 2"]
    vgg16 = ", ".join([*(conv * 2 + pool) * 2, *(conv * 3 + pool) * 3])
    graph = build_line(Graph(), f"input 3x224x224, {vgg16}")[0]
    analysis = analyze(graph)
    assert analysis.output is not None
    assert reach(analysis, analysis.output).size[1:] == (212, 212)


@pytest.mark.parametrize(("kind", "options", "jump"), [
    ("ConvTranspose2d", {"out_channels": 2, "kernel_size": 4, "stride": 2, "padding": 1}, 0.5),
    ("Upsample", {"scale_factor": 4.0}, 0.25),
    ("Identity", {}, 1.0),
])  # fmt: skip
def test_what_makes_images_larger_looks_closer(kind: str, options: dict[str, Any], jump: float) -> None:
    graph = chain([LAYERS[kind].model_validate(options)], (2, 8, 8))
    assert graph is not None
    assert reach(analyze(graph), "n0").jump == (0, jump, jump)


def test_it_is_said_in_words() -> None:
    made = load_experiment("gallery:lenet")
    analysis = analyze(made.graph, made.data.sample_shape)
    assert str(reach(analysis, "conv2").message) == "sees 14×14 of the input"
    assert str(reach(analysis, "fc1").message) == "sees all of the input"
    corner = receptive_field(analysis, "conv1", (0, 0, 0))
    assert (corner.box, str(corner.message)) == (((0, 1), (0, 3), (0, 3)), "sees 3×3 of the input")
    assert receptive_field(analysis, "fc3", (0,)).sees_all
    assert receptive_field(analysis, "flatten", (26,)).size == receptive_field(analysis, "pool2", (1, 0, 1)).size
    column = receptive_field(analysis, "conv1", (None, None, 9))
    assert column.box == ((0, 1), (0, 28), (7, 12))
    border = chain([LAYERS["ZeroPad2d"](padding=3)], (1, 4, 4))
    assert border is not None
    nothing = receptive_field(analyze(border), "n0", (0, 0, 0))
    assert (nothing.box, str(nothing.message)) == ((), "sees nothing of the input")
    assert isinstance(nothing, Seen) and isinstance(reach(analysis, "input"), Reach)


@pytest.mark.parametrize(("place", "unit", "words"), [
    ("conv1", (6, 0, 0), "conv1 gives 6×28×28: it has no unit 6×0×0"),
    ("conv1", (0, 0), "it has no unit 0×0"),
    ("nowhere", (0,), "Nothing is known of nowhere"),
    ("conv1.inner", (0,), "Nothing is known of conv1.inner"),
])  # fmt: skip
def test_a_unit_that_there_is_not_is_said(place: str, unit: tuple[int, ...], words: str) -> None:
    made = load_experiment("gallery:lenet")
    with pytest.raises(NoUnitError, match=words):
        receptive_field(analyze(made.graph, made.data.sample_shape), place, unit)


def test_steps_of_a_sequence_see_those_before() -> None:
    graph = chain([LAYERS["LSTM"](hidden_size=3), LAYERS["Linear"](out_features=2)], (6, 4))
    assert graph is not None
    seen = receptive_field(analyze(graph), "n1", (2, 0))
    assert seen.box == ((0, 3), (0, 4)) and str(seen.message) == "sees 3×4 of the input"
    assert whole((2, 1)) == (frozenset([0, 1]), frozenset([0]))
