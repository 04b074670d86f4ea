"""Measured times of layers: there for each of them, and nothing but the clock differs from a real step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from engine.analysis.analysis import analyze
from engine.blocks.residual import Residual
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, gallery_ids, load_experiment
from engine.experiment.recipe import Recipe
from engine.graph.graph import Edge, Graph, Node
from engine.graph.parameters import NodeParameters
from engine.inspect import timing as inspect_timing
from engine.inspect.timing import TimingCancelledError, _Clock, _Run, time_layers
from engine.layers.activation import ReLU
from engine.layers.base import LAYERS
from engine.layers.convolution import Conv2d
from engine.layers.inputs import Input
from engine.layers.linear import Flatten, Linear
from engine.layers.merge import Add
from engine.layers.normalization import BatchNorm2d
from engine.network.weights import initial_module
from engine.search.finding import places


def small(**recipe: object) -> Experiment:
    nodes = [Node("input", Input()), Node("conv1", Conv2d(out_channels=8, padding=1)),
             Node("act1", ReLU(inplace=True)), Node("conv2", Conv2d(out_channels=8, padding=1)), Node("add", Add()),
             Node("residual1", Residual(num_channels=8, repeat=2)), Node("flat", Flatten()),
             Node("fc1", Linear(out_features=10))]
    edges = [Edge("input", "conv1"), Edge("conv1", "act1"), Edge("act1", "conv2"), Edge("act1", "add"),
             Edge("conv2", "add", 1), Edge("add", "residual1"), Edge("residual1", "flat"), Edge("flat", "fc1")]
    data = DataSpec(dataset="mnist")
    return Experiment(Graph.of(nodes, edges), data, Recipe(batch_size=4, device="cpu").with_options(**recipe))


def test_every_layer_has_its_time():
    experiment = small()
    timing = time_layers(experiment, longest=0.01)
    shown = {place.path for place in places(analyze(experiment.graph, experiment.data.sample_shape))}
    assert timing.seconds.keys() == shown - {"input"}
    assert all(value > 0 for value in timing.seconds.values())
    inside = sum(value for path, value in timing.seconds.items() if path.startswith("residual1."))
    assert timing.seconds["residual1"] == pytest.approx(inside)
    assert timing.batch_size == 4 and timing.device == "cpu" and timing.runs >= 2


def test_layer_by_layer_computes_the_same_gradients():
    module, x = initial_module(small()), torch.rand(4, 1, 28, 28)
    run = _Run(module, torch.device("cpu"))
    found = {}
    module.zero_grad = lambda set_to_none=True: found.update(  # what is there when a step is over
        {name: weight.grad for name, weight in module.named_parameters()})
    run.step(x)
    other = initial_module(small())
    outputs = other(x)
    (outputs.sum() / outputs.numel()).backward()
    for name, weight in other.named_parameters():
        torch.testing.assert_close(found[name], weight.grad)


def test_methods_functions_and_constants_are_computed_too() -> None:
    """Every kind of call that a network is made of."""
    rows = (("turned", "Permute", {"dims": (1, 3, 2)}), ("row", "Reshape", {"shape": (-1,)}),
            ("fc1", "Linear", {"out_features": 6}), ("square", "Square", {}), ("sum", "Add", {}))
    constant = Node("c", LAYERS["Constant"].model_validate({"shape": (6,), "number": 2.0}))
    nodes = [Node("input", Input()), constant,
             *(Node(name, LAYERS[kind].model_validate(options)) for name, kind, options in rows)]
    names = ["input", *(name for name, _, _ in rows)]
    edges = [*(Edge(a, b) for a, b in pairwise(names)), Edge("c", "sum", 1)]
    experiment = replace(small(), graph=Graph.of(nodes, edges))
    x, found = torch.rand(4, 1, 28, 28), {}
    module, other = initial_module(experiment), initial_module(experiment)
    module.zero_grad = lambda set_to_none=True: found.update(  # type: ignore[method-assign]
        {name: weight.grad for name, weight in module.named_parameters()})
    assert set(_Run(module, torch.device("cpu")).step(x)) == {"turned", "row", "fc1", "square", "sum", "c"}
    outputs = other(x)
    (outputs.sum() / outputs.numel()).backward()
    for name, weight in other.named_parameters():
        torch.testing.assert_close(found[name], weight.grad)


def test_frozen_and_bypassed_layers():
    experiment = small()
    graph = experiment.graph.with_marks(["conv2"], bypassed=True)
    node = graph.nodes["conv1"]
    graph = graph.with_parameters("conv1", node.parameters.model_copy(update={"trainable": False}))
    timing = time_layers(replace(experiment, graph=graph), longest=0.01)
    assert "conv2" not in timing.seconds and timing.seconds["conv1"] > 0


def test_it_ends_when_asked_to():
    with pytest.raises(TimingCancelledError, match=r"^Measuring was stopped$"):
        time_layers(small(), cancelled=lambda: True)


def test_the_random_numbers_elsewhere_are_not_disturbed():
    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    time_layers(small(), longest=0.01)
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("id", [id for id in gallery_ids() if "lenet" in id or "mlp" in id][:4])
def test_gallery_networks(id):
    experiment = load_experiment(f"gallery:{id}")
    experiment = replace(experiment, recipe=experiment.recipe.with_options(batch_size=4, device="cpu"))
    assert time_layers(experiment, longest=0.01).seconds


# -- how often, with how many examples --------------------------------------------------------------------------------


def steps(monkeypatch: pytest.MonkeyPatch, *seconds: float) -> list[tuple[int, ...]]:
    """Let each step of a network take so long at conv1 (then always the last); the shapes that are put into it."""
    left, seen = list(seconds), []

    def step(_: object, x: torch.Tensor) -> dict[str, float]:
        seen.append(tuple(x.shape))
        return {"conv1": left.pop(0) if len(left) > 1 else left[0]}

    monkeypatch.setattr(_Run, "step", step)
    return seen


def test_the_time_is_the_median_without_the_first_step(monkeypatch: pytest.MonkeyPatch) -> None:
    steps(monkeypatch, 100.0, 1.0, 5.0)
    timing = time_layers(small(), longest=0.0)
    assert timing.seconds == {"conv1": 3.0} and timing.runs == 2
    seen = steps(monkeypatch, 100.0, 90.0, 80.0, 2.0)
    assert time_layers(small(), longest=1000.0).seconds == {"conv1": 2.0}
    assert len(seen) == 15 and time_layers(small(), longest=1000.0).runs == 14


def test_a_slow_network_is_measured_until_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    steps(monkeypatch, 1.0)
    now = iter(range(100))
    monkeypatch.setattr(inspect_timing.time, "perf_counter", lambda: float(next(now)))
    assert time_layers(small(), longest=3.0).runs == 4  # three of them always, two while the clock says 1 and 2


def test_measuring_ends_between_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, asked = steps(monkeypatch, 1.0), iter([False, False, True])
    with pytest.raises(TimingCancelledError):
        time_layers(small(), cancelled=lambda: next(asked))
    assert len(seen) == 2


@pytest.mark.parametrize(("share", "size"), [(100, 64), (64, 64), (63, 63), (2, 2), (0.5, 2)])
def test_a_large_network_is_measured_with_fewer_examples(share: float, size: int,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = small(batch_size=64)
    work = analyze(experiment.graph, experiment.data.sample_shape).mult_adds
    monkeypatch.setattr(inspect_timing, "WORK", int(work * share))
    seen = steps(monkeypatch, 1.0)
    assert time_layers(experiment, longest=0.0).batch_size == size and set(seen) == {(size, 1, 28, 28)}


def test_the_inputs_own_shape_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = small()
    seen = steps(monkeypatch, 1.0)
    typed = experiment.graph.with_layer("input", Input(shape=(3, 16, 16)))
    time_layers(replace(experiment, graph=typed), longest=0.0)
    assert set(seen) == {(4, 3, 16, 16)}


@pytest.mark.parametrize("frozen", [True, False])
def test_a_frozen_normalisation_is_timed_as_it_trains(frozen: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = [Node("input", Input()), Node("bn1", BatchNorm2d()), Node("flat", Flatten()), Node("fc1", Linear())]
    edges = [Edge("input", "bn1"), Edge("bn1", "flat"), Edge("flat", "fc1")]
    graph = Graph.of(nodes, edges).with_parameters("bn1", NodeParameters(trainable=not frozen))
    learns: list[bool] = []
    begin = _Run.__init__

    def watching(run: _Run, module: torch.fx.GraphModule, device: torch.device) -> None:
        learns.extend([module.training, module.get_submodule("bn1").training])
        begin(run, module, device)

    monkeypatch.setattr(_Run, "__init__", watching)
    time_layers(Experiment(graph, DataSpec(), Recipe(batch_size=2, device="cpu")), longest=0.0)
    assert learns == [True, True]


# -- the clock --------------------------------------------------------------------------------------------------------


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every wait for a device."""
    seen: list[str] = []
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device: seen.append(str(device)))
    monkeypatch.setattr(torch.mps, "synchronize", lambda: seen.append("mps"))
    return seen


def counted(device: str, places: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What a clock reads whose time goes on by a second at each look at it."""
    now = iter(range(100))
    tick: Callable[[], float] = lambda: float(next(now))  # noqa: E731
    monkeypatch.setattr(inspect_timing.time, "perf_counter", tick)
    clock = _Clock(torch.device(device))
    with clock("before"):
        pass
    clock.clear()
    for place in places:
        with clock(place):
            tick() if place == "b" else None
    return clock.read()


def test_time_is_added_up_by_place(waits: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert counted("cpu", "aba", monkeypatch) == {"a": 2.0, "b": 2.0} and waits == []


def test_mps_is_waited_for_at_each_look(waits: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert counted("mps", "ab", monkeypatch) == {"a": 1.0, "b": 2.0} and waits == ["mps"] * 8


def test_cuda_has_a_clock_of_its_own(waits: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    class Event:
        def __init__(self, enable_timing: bool = False) -> None:
            self.is_timing, self.at = enable_timing, 0.0

        def record(self, stream: object) -> None:
            assert stream == "stream of cuda:0" and self.is_timing
            self.at = inspect_timing.time.perf_counter()

        def elapsed_time(self, end: Event) -> float:  # in milliseconds
            assert waits == ["cuda:0", "cuda:0"]  # when it began anew, and before it is read
            return 1000 * (end.at - self.at)

    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: f"stream of {device}")
    assert counted("cuda:0", "aba", monkeypatch) == {"a": 2.0, "b": 2.0}
