"""Blocks: made, dissolved, opened, changed inside, repeated, saved; against plain torch."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from engine.analysis.analysis import analyze
from engine.blocks import Block, Custom, Exposed, Residual
from engine.blocks.edits import BlockError, dissolved, inner, is_own, make_block, with_inner
from engine.blocks.settings import node_settings
from engine.experiment.block_files import keep_block, load_block, own_blocks
from engine.experiment.experiment import Experiment, from_json, load_experiment, to_json
from engine.files import WriteError
from engine.graph.graph import Edge, Graph
from engine.graph.json import FileError
from engine.graph.parameters import NodeParameters
from engine.layers.base import LAYERS, OptionError
from engine.layers.linear import Linear
from engine.network.compile import build_module
from engine.network.ready import freeze
from engine.network.weights import initial_module
from engine.writing.source import to_python

Chain = Callable[..., Graph]


@pytest.fixture
def perceptron(chain: Chain) -> Graph:
    return chain(("fc1", "Linear", {"out_features": 8}), ("act1", "ReLU", {}), ("fc2", "Linear", {"out_features": 4}),
                 ("act2", "ReLU", {}), ("out", "Linear", {"out_features": 1}), shape=(4,))


def outputs(graph: Graph, like: nn.Module | None = None) -> torch.Tensor:
    """What the network gives for fixed inputs, with weights in the other's order where it is given."""
    module = build_module(graph).eval()
    if like is not None:
        values = list(like.state_dict().values())
        module.load_state_dict(dict(zip(module.state_dict(), values, strict=True)))
    shape = analyze(graph).nodes["input"].output_shape
    assert shape is not None
    result: torch.Tensor = module(torch.linspace(-1, 1, 3 * torch.Size(shape).numel()).view(3, *shape))
    return result


HIDDEN = ("fc1", "act1", "fc2", "act2")


def test_a_selection_becomes_a_block_and_dissolves_again(perceptron: Graph) -> None:
    before = build_module(perceptron)
    graph, name = make_block(perceptron, HIDDEN, "RG block")
    assert name == "rg_block" and list(graph.nodes) == ["input", "rg_block", "out"]
    assert set(build_module(graph).state_dict()) == {
        "rg_block.fc1.weight", "rg_block.fc1.bias", "rg_block.fc2.weight", "rg_block.fc2.bias", "out.weight",
        "out.bias"}  # fmt: skip
    assert torch.equal(outputs(graph, before), outputs(perceptron, before))
    again, names = dissolved(graph, name, analyze(graph))
    assert names == HIDDEN and list(again.nodes) == list(perceptron.nodes)
    assert set(again.edges) == set(perceptron.edges)


def test_repeat_is_one_editable_number(perceptron: Graph) -> None:
    graph, name = make_block(perceptron, HIDDEN, "rg")
    graph = graph.with_layer(name, graph.nodes[name].layer.with_options(repeat=4))
    oracle = nn.Sequential(*[nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4), nn.ReLU()) for _ in range(4)],
                           nn.Linear(4, 1))
    assert analyze(graph).params == 309 == sum(weight.numel() for weight in oracle.parameters())
    x = torch.linspace(-1, 1, 12).view(3, 4)
    module = build_module(graph)
    module.load_state_dict(dict(zip(module.state_dict(), oracle.state_dict().values(), strict=True)))
    assert torch.equal(module(x), oracle(x))
    assert "rg.3.fc2.bias" in module.state_dict()


def test_dissolving_a_repeated_block_leaves_its_copies(perceptron: Graph) -> None:
    graph, name = make_block(perceptron, HIDDEN, "rg")
    graph = graph.with_layer(name, graph.nodes[name].layer.with_options(repeat=3))
    graph, names = dissolved(graph, name, analyze(graph))
    assert names == ("rg1", "rg2", "rg3")
    assert analyze(graph).params == 3 * 76 + 5
    assert all(graph.nodes[name].layer.repeat == 1 for name in names)  # type: ignore[attr-defined]


def test_a_residual_that_is_repeated_halves_once(chain: Chain) -> None:
    graph = chain(("stage", "Residual", {"num_channels": 8, "stride": 2, "repeat": 3}), shape=(4, 8, 8))
    analysis = analyze(graph)
    assert analysis.output_shape == (8, 4, 4)
    inside = inner(analysis, ["stage"])
    assert inside.nodes["conv1"].output_shape == (8, 4, 4) and "shortcut" in inside.graph.nodes
    whole, _ = dissolved(graph, "stage", analysis)
    assert [whole.nodes[f"residual{n}"].layer.stride for n in (1, 2, 3)] == [2, 1, 1]  # type: ignore[attr-defined]


def test_bottleneck_is_torchvisions(chain: Chain) -> None:
    graph = chain(("res", "Residual", {"num_channels": 256, "bottleneck": True, "bias": False}), shape=(64, 8, 8))
    # torchvision.models.resnet50().layer1[0] has 75 008 parameters, BN in its shortcut counted (512)
    assert analyze(graph).params == 75_008 - 512


def test_changing_what_is_inside(perceptron: Graph) -> None:
    graph, name = make_block(perceptron, HIDDEN, "rg")
    deeper, outer = make_block(graph, [name], "outer")
    assert is_own(deeper, [outer, "rg"])
    inside = inner(analyze(deeper), [outer, "rg"])
    assert inside.nodes["fc2"].output_shape == (4,)
    changed = inside.graph.with_layer("fc1", Linear(out_features=16))
    after = with_inner(deeper, [outer, "rg"], changed, analyze(deeper))
    assert analyze(after).params == 4 * 16 + 16 + 16 * 4 + 4 + 5
    assert analyze(deeper).params == 81  # the old one is as it was


def test_a_block_made_from_parameters_becomes_ones_own(chain: Chain) -> None:
    graph = chain(("res", "Residual", {"num_channels": 4}), shape=(4, 6, 6))
    analysis = analyze(graph)
    assert not is_own(graph, ["res"])
    before = build_module(graph)
    after = with_inner(graph, ["res"], inner(analysis, ["res"]).graph, analysis)
    assert isinstance(after.nodes["res"].layer, Custom)
    assert build_module(after).state_dict().keys() == before.state_dict().keys()
    assert torch.equal(outputs(after, before), outputs(graph, before))


def test_exposed_parameters(perceptron: Graph) -> None:
    width = Exposed("Width", (("fc1", "out_features"),))
    graph, name = make_block(perceptron, HIDDEN, "rg", [width])
    block = graph.nodes[name].layer
    assert isinstance(block, Custom) and block.value(width) == 8
    wider = graph.with_layer(name, block.with_value(width, 32))
    assert analyze(wider).params == 4 * 32 + 32 + 32 * 4 + 4 + 5
    assert "Width 32" in wider.nodes[name].layer.summary()
    with pytest.raises(OptionError):
        block.with_value(width, 0)


REFUSED = [
    ([], "Select"),
    (["input", "fc1"], "Input cannot be part"),
    (["fc1", "fc2"], "one input"),
    (["left", "right"], "one output"),
    (["fork", "join"], "one input"),
]


@pytest.mark.parametrize(("names", "words"), REFUSED)
def test_what_cannot_be_a_block_says_why(wired: Callable[..., Graph], names: list[str], words: str) -> None:
    graph = wired(("fc1", "Linear", {"out_features": 4}, ["input"]), ("act", "ReLU", {}, ["fc1"]),
                  ("fc2", "Linear", {"out_features": 4}, ["act"]), ("fork", "ReLU", {}, ["fc2"]),
                  ("left", "ReLU", {}, ["fork"]), ("right", "ReLU", {}, ["fork"]),
                  ("join", "Add", {}, ["left", "right"]), shape=(4,))
    with pytest.raises(BlockError, match=words):
        make_block(graph, names, "x")


def test_a_way_out_and_back_in_is_refused(wired: Callable[..., Graph]) -> None:
    graph = wired(("a", "ReLU", {}, ["input"]), ("between", "ReLU", {}, ["a"]), ("b", "Add", {}, ["a", "between"]),
                  shape=(4,))
    with pytest.raises(BlockError):
        make_block(graph, ["a", "b"], "x")


def test_sharing_across_the_border_is_refused(perceptron: Graph) -> None:
    graph = perceptron.with_layer("fc2", Linear(out_features=8)).with_layer("fc1", Linear(out_features=8))
    graph = graph.with_shares("fc2", "fc1")
    with pytest.raises(BlockError, match="shares weights"):
        make_block(graph, ["fc2", "act2"], "x")


def test_skip_connections_into_a_block(wired: Callable[..., Graph]) -> None:
    graph = wired(("conv", "Conv2d", {"out_channels": 3, "padding": 1}, ["input"]), ("act", "ReLU", {}, ["conv"]),
                  ("add", "Add", {}, ["act", "input"]), shape=(3, 5, 5))
    block, name = make_block(graph, ["conv", "act", "add"], "skip")
    before = build_module(graph)
    assert torch.equal(outputs(block, before), outputs(graph, before))
    back, _ = dissolved(block, name, analyze(block))
    assert Edge("input", "add", 1) in back.edges and set(back.edges) == set(graph.edges)


def test_exported_code_of_nested_blocks(perceptron: Graph) -> None:
    graph, name = make_block(perceptron, HIDDEN, "rg block")
    graph = graph.with_layer(name, graph.nodes[name].layer.with_options(repeat=2))
    graph, _ = make_block(graph, [name], "two of them")
    source = to_python(graph)
    assert "class RgBlock(nn.Module)" in source
    scope: dict[str, object] = {}
    exec(source, scope)
    plain, module = scope["Network"](), build_module(graph)  # type: ignore[operator]
    plain.load_state_dict(module.state_dict())
    x = torch.rand(2, 4)
    assert torch.equal(plain(x), module(x))


def test_round_trip_through_a_file(perceptron: Graph, tmp_path: Path) -> None:
    graph, name = make_block(perceptron, HIDDEN, "rg", [Exposed("Width", (("fc1", "out_features"),))])
    graph, _ = make_block(graph, [name], "outer")
    assert from_json(to_json(Experiment(graph))).graph == graph
    block = graph.nodes["outer"].layer
    assert isinstance(block, Custom)
    path = keep_block(block, tmp_path / "blocks")
    assert load_block(path) == block
    assert [own.block for own in own_blocks(path.parent)] == [block]


DAMAGED = ["", "{", "[]", '{"format": "layerloom block"}', '{"format": "layerloom block", "version": 9}',
           '{"format": "layerloom block", "version": 1, "block": {"label": "x", "graph": {"nodes": [{}]}}}',
           '{"format": "layerloom block", "version": 1, "block": {"graph": {"nodes": [], "edges": [["a", "b", 0]]}}}']


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_block_file_says_so(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.loomblock"
    path.write_text(text)
    with pytest.raises(FileError, match="loomblock"):
        load_block(path)
    assert own_blocks(tmp_path)[0].problem is not None


def test_a_block_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "blocks").write_text("a file")
    with pytest.raises(WriteError):
        keep_block(Custom(), tmp_path / "blocks")


def test_a_block_nested_too_deeply_is_refused() -> None:
    opening = '{"name": "a", "layer": "Custom", "options": {"label": "x", "graph": {"edges": [], "nodes": ['
    text = '{"format": "layerloom", "version": 1, "edges": [], "nodes": [' + opening * 150 + "]}}}" * 150 + "]}"
    json.loads(text)
    with pytest.raises(FileError, match="nested"):
        from_json(text)


def test_every_block_is_the_same_opened(chain: Chain) -> None:
    """Dissolving changes names only: the same outputs with the same weights."""
    for kind, options in [("VGG", {}), ("NiN", {}), ("Dense", {"num_convs": 2}), ("Transition", {}), ("ConvBNReLU", {}),
                          ("Inception", {}), ("Residual", {"stride": 2})]:
        graph = chain(("b", kind, options), shape=(4, 8, 8))
        opened, _ = dissolved(graph, "b", analyze(graph))
        before = build_module(graph)
        assert torch.equal(outputs(opened, before), outputs(graph, before)), kind


def test_blocks_say_what_is_wrong_inside(chain: Chain) -> None:
    graph = chain(("res", "Residual", {"shortcut": "identity", "stride": 2}), shape=(3, 8, 8))
    assert "inside add" in str(analyze(graph).faults[0].error)
    assert isinstance(LAYERS["Residual"](), Residual)


def test_values_set_by_hand_come_out_of_a_dissolved_block(perceptron: Graph) -> None:
    graph, name = make_block(perceptron, HIDDEN, "Hidden")
    edit = {"key": "fc2.weight", "index": (0, 1), "value": 7.0}
    graph = graph.with_parameters(name, NodeParameters().with_options(edits=(edit,), lr_multiplier=2))
    assert initial_module(Experiment(graph)).state_dict()[f"{name}.fc2.weight"][0, 1] == 7
    loose, _ = dissolved(graph, name, analyze(graph))
    assert initial_module(Experiment(loose)).state_dict()["fc2.weight"][0, 1] == 7
    assert [loose.nodes[inside].parameters.lr_multiplier for inside in HIDDEN] == [2] * 4
    assert [len(loose.nodes[inside].parameters.edits) for inside in HIDDEN] == [0, 0, 1, 0]


def test_a_frozen_block_is_frozen_throughout(perceptron: Graph) -> None:
    own = perceptron.with_parameters("fc1", NodeParameters().with_options(weight={"kind": "constant", "value": 1.0}))
    graph, name = make_block(own, HIDDEN, "Hidden")
    graph = graph.with_parameters(name, NodeParameters(trainable=False))
    analysis, module = analyze(graph), build_module(graph)
    freeze(module, node_settings(graph, analysis))
    assert {key for key, weight in module.named_parameters() if weight.requires_grad} == {"out.weight", "out.bias"}
    assert analysis.trainable == sum(weight.numel() for weight in module.parameters() if weight.requires_grad) == 5
    loose, _ = dissolved(graph, name, analysis)
    assert analyze(loose).trainable == 5


@pytest.mark.parametrize("label", ["None", "True", "false", "class", "3 × ß"])
def test_any_label_can_be_exported(label: str, perceptron: Graph) -> None:
    graph, name = make_block(perceptron, HIDDEN, label)
    made: dict[str, Any] = {}
    exec(to_python(graph), made)
    assert list(dict(made["Network"]().named_children())) == [name, "out"]


@pytest.mark.parametrize("targets", [[], [["fc1", "nothing"]], [["nobody", "out_features"]]])
def test_parameters_that_set_nothing_are_not_shown(targets: list[list[str]], perceptron: Graph) -> None:
    block = Custom.model_validate({"label": "Odd", "graph": perceptron, "exposed": [["Width", targets]]})
    assert block.summary() == "Odd" and block.torch_line(((4,),)) == "Odd()"


def test_a_block_that_shares_is_not_dissolved_into_two_sets_of_weights(chain: Chain) -> None:
    graph = chain(("a", "Residual", {"num_channels": 4}), ("b", "Residual", {"num_channels": 4}), shape=(4, 8, 8))
    graph = graph.with_shares("b", "a")
    for name, other in (("a", "b"), ("b", "a")):
        with pytest.raises(BlockError, match=f"{name} shares weights with {other}"):
            dissolved(graph, name, analyze(graph))
    apart = graph.with_shares("b", None)
    assert not analyze(dissolved(apart, "a", analyze(apart))[0]).faults


@pytest.mark.parametrize("name", ["resnet18", "googlenet", "densenet", "vgg11", "rgnet", "nest-mlp"])
def test_a_block_needs_the_memory_of_its_layers(name: str) -> None:
    experiment = load_experiment(f"gallery:{name}")
    shape = experiment.data.sample_shape
    closed, graph = analyze(experiment.graph, shape), experiment.graph
    while blocks := [node.name for node in graph.nodes.values() if isinstance(node.layer, Block)]:
        graph, _ = dissolved(graph, blocks[0], analyze(graph, shape))
    opened = analyze(graph, shape)
    inside, outside = closed.memory, opened.memory
    assert (closed.params, closed.mult_adds, inside.kept_bytes) == (opened.params, opened.mult_adds, outside.kept_bytes)
    # a block's input stays until the block has ended, so a tiny network may need a little more
    assert outside.training_bytes <= inside.training_bytes <= 1.1 * outside.training_bytes


def test_a_stride_does_not_go_with_same() -> None:
    with pytest.raises(OptionError, match="padding “same” needs stride 1"):
        LAYERS["ConvBNReLU"].model_validate({"padding": "same"}).with_options(stride=2)
