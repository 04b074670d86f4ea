"""What a script imports from ``engine``: each name is there and does what one would guess."""

from __future__ import annotations

import pytest
import torch

import engine
from engine import (
    DataSpec,
    Experiment,
    Graph,
    LayerloomError,
    Recipe,
    analyze,
    build_module,
    fit,
    from_text,
    load_data,
    load_experiment,
)
from engine.training.events import EpochEnded
from tests.engine.drawn import drawn

LINE = "flatten, linear 16, relu, linear 10"
CODE = "nn.Sequential(nn.Flatten(), nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))"


@pytest.mark.parametrize("name", engine.__all__)
def test_each_name_is_there(name: str) -> None:
    assert getattr(engine, name).__name__.removeprefix("engine.") == name and name in dir(engine)


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="module 'engine' has no attribute 'nothing'"):
        engine.nothing  # noqa: B018


# -- from_text ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [LINE, CODE, f"import torch\nfrom torch import nn\n\nnet = {CODE}\n"])
def test_a_line_and_code_are_a_graph(text: str) -> None:
    graph = from_text(text)
    assert isinstance(graph, Graph) and analyze(graph, (1, 8, 8)).params == 64 * 16 + 16 + 16 * 10 + 10
    assert drawn(graph) == "Flatten > Linear out_features=16 > ReLU > Linear out_features=10"


@pytest.mark.parametrize(("text", "said"), [
    ("", "There is no text"), ("linear 10, zork 3", "There is no layer “zork”"), ("linear 0", "at least 1"),
    ("nn.Linear(3", "Line 1: '(' was never closed"), ("nn.Sequential(nn.No())", "There is no layer for nn.No"),
    ("import torch", "This code makes no network"), ("conv 6, (", "This bracket is not closed"), ("\0", "no text"),
])  # fmt: skip
def test_what_is_no_network_is_said_in_words(text: str, said: str) -> None:
    with pytest.raises(LayerloomError, match=said.replace("(", r"\(")):
        from_text(text)


# -- build_module ------------------------------------------------------------------------------------------------------


def test_the_module_of_an_experiment_is_what_training_begins_with() -> None:
    experiment = Experiment(from_text(LINE), DataSpec(), Recipe(seed=7, epochs=1, lr=1e-30, device="cpu"))
    before = torch.get_rng_state()
    module = build_module(experiment)
    assert torch.equal(before, torch.get_rng_state())
    [end] = [event for event in fit(experiment) if isinstance(event, EpochEnded)]  # in which nothing was learned
    assert all(torch.equal(value, end.weights[key]) for key, value in module.state_dict().items())
    other = build_module(Experiment(experiment.graph, recipe=Recipe(seed=8)))
    assert not torch.equal(other.get_parameter("fc1.weight"), module.get_parameter("fc1.weight"))


def test_its_initialisation_is_the_recipes() -> None:
    module = build_module(Experiment(from_text("flatten, linear 1000"), recipe=Recipe(initialization="normal")))
    assert float(module.get_parameter("fc1.weight").detach().std()) == pytest.approx(0.01, rel=0.05)


def test_the_module_of_a_graph_has_the_shape_it_is_told() -> None:
    torch.manual_seed(3)
    module = build_module(from_text(LINE), (2, 5, 5))
    assert module(torch.rand(4, 2, 5, 5)).shape == (4, 10)
    torch.manual_seed(3)
    assert torch.equal(module.get_parameter("fc1.weight"), torch.nn.Linear(50, 16).weight)


def test_what_cannot_be_built_is_said() -> None:
    with pytest.raises(LayerloomError, match="Linear expects a flat input"):
        build_module(from_text("linear 10"), (1, 8, 8))
    with pytest.raises(LayerloomError, match="Linear expects a flat input"):
        build_module(Experiment(from_text("linear 10")))
    with pytest.raises(TypeError, match="that of its data"):
        build_module(load_experiment("gallery:lenet"), (1, 28, 28))  # type: ignore[call-overload]


# -- data --------------------------------------------------------------------------------------------------------------


def test_data_are_tensors_with_their_parts() -> None:
    data = load_data(DataSpec(dataset="digits", validation=0.2))
    assert data.train.inputs.shape[1:] == (1, 8, 8) and 0 < len(data.validation) < len(data.train)
