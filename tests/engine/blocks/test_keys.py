"""Keys inside blocks: copies are numbered as torch numbers them, and what earlier versions wrote still fits."""

from __future__ import annotations

import pytest
import torch

from engine.analysis.analysis import Analysis, analyze
from engine.blocks.base import Block
from engine.blocks.edits import dissolved
from engine.blocks.keys import current, moved, with_current_keys
from engine.experiment.experiment import Experiment, load_experiment
from engine.experiment.keys import current_weights
from engine.graph.graph import Graph
from engine.graph.parameters import ValueEdit
from engine.line.line import build_line
from engine.network.compile import build_module
from engine.network.weights import check_weights, initial_module

SHAPE = (3, 16, 16)


def graph_of(line: str) -> Graph:
    return build_line(Graph(), f"input 3x16x16, {line}")[0]


def earlier(analysis: Analysis, way: str = "", inside: str = "") -> dict[str, str]:
    """What an earlier version called each place, by its name of today: every layer was kept under its name."""
    found: dict[str, str] = {}
    for name, node in analysis.graph.nodes.items():
        found[inside + node.kept_as] = way + name
        if isinstance(node.layer, Block):
            within = node.layer.inside(analysis.nodes[name].input_shapes or ())
            found |= earlier(within, f"{way}{name}.", f"{inside}{node.kept_as}.")
    return found


@pytest.mark.parametrize(("line", "keys"), [
    ("residual 4 x2", ["residual1.0.conv1.weight", "residual1.1.bn2.running_var"]),
    ("residual 4", ["residual1.conv1.weight", "residual1.shortcut.bias"]),
    ("vgg 2 4", ["vgg1.net.0.weight", "vgg1.net.2.bias"]),
    ("denseblock 2 4 x2", ["dense1.0.net.0.0.weight", "dense1.1.net.1.2.bias"]),
])  # fmt: skip
def test_keys_are_those_of_the_classes_that_are_written(line: str, keys: list[str]) -> None:
    assert set(keys) <= set(build_module(graph_of(line), SHAPE).state_dict())


@pytest.mark.parametrize("line", ["residual 4 x3", "vgg 2 4, vgg 1 8 x2", "denseblock 3 4 x2, cbr 4, gap, flatten",
                                  "conv 4 3x3 p1, residual 4"])  # fmt: skip
def test_weights_of_an_earlier_version_fit(line: str) -> None:
    experiment = Experiment(graph_of(line))
    analysis = analyze(experiment.graph, experiment.data.sample_shape)
    state = initial_module(experiment).state_dict()
    names = earlier(analysis)
    old = {f"{names[key.rpartition('.')[0]]}.{key.rpartition('.')[2]}": value for key, value in state.items()}
    now = current_weights(old, experiment)
    assert list(now) == list(state) and all(now[key] is state[key] for key in state)
    check_weights(experiment, now)
    assert list(with_current_keys(state, analysis)) == list(state), "those of today stay"


def test_other_keys_stay_as_they_are() -> None:
    now = moved(analyze(graph_of("residual 4 x2, conv 4"), SHAPE))
    for key in ("conv1.weight", "residual1", "residual1.residual3.conv1.weight", "", "other.residual1.conv1"):
        assert current(key, now) == key


def test_a_value_set_by_hand_in_an_earlier_version_is_found() -> None:
    graph = graph_of("residual 4 x2")
    for key in ("residual2.bn1.bias", "1.bn1.bias"):
        edits = (ValueEdit(key=key, index=(2,), value=5.0),)
        settings = graph.nodes["residual1"].parameters.with_options(edits=edits)
        module = initial_module(Experiment(graph.with_parameters("residual1", settings)))
        assert module.get_submodule("residual1.1.bn1").bias.tolist() == [0.0, 0.0, 5.0, 0.0]


@pytest.mark.parametrize("line", ["residual 4 x2", "denseblock 2 4", "vgg 2 4"])
def test_what_was_inside_a_block_is_kept_under_its_name_outside(line: str) -> None:
    graph = graph_of(line)
    block = next(name for name in graph.nodes if name != "input")
    opened, names = dissolved(graph, block, analyze(graph))
    assert all(node.key == "" for node in opened.nodes.values())
    assert {key.split(".")[0] for key in build_module(opened, SHAPE).state_dict()} <= set(names)


def test_settings_of_a_repeated_block_hold_for_its_copies() -> None:
    graph = graph_of("residual 4 x2")
    settings = graph.nodes["residual1"].parameters.with_options(weight={"kind": "constant", "value": 2.0})
    module = initial_module(Experiment(graph.with_parameters("residual1", settings)))
    assert all(torch.all(weight == 2.0) for key, weight in module.named_parameters() if "conv" in key
               and weight.dim() == 4)


def test_the_gallery_needs_no_translation() -> None:
    experiment = load_experiment("gallery:resnet18")
    state = initial_module(experiment).state_dict()
    assert current_weights(state, experiment).keys() == state.keys()
