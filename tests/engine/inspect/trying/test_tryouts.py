"""Small experiments on small networks and real digits: what each must find, and where it does not apply."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment
from engine.experiment.recipe import Recipe
from engine.graph.graph import Graph
from engine.inspect.lens import Lens
from engine.inspect.trying import shifted
from engine.inspect.trying.bench import Bench
from engine.inspect.trying.order_pixels import permuted
from engine.inspect.trying.tryouts import TRYOUTS, reasons
from engine.inspect.trying.values import Bars, Finding, Grid, Lines, NotHereError, StoppedError, Table
from engine.inspect.trying.without_activations import linear_error, product_of
from engine.network.weights import initial_module

Chain = Callable[..., Graph]
CNN: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("conv1", "Conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}), ("bn1", "BatchNorm2d", {}),
    ("act1", "ReLU", {}), ("pool1", "MaxPool2d", {"kernel_size": 2}),
    ("conv2", "Conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}), ("act2", "ReLU", {}),
    ("pool2", "MaxPool2d", {"kernel_size": 2}), ("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 10}))
MLP: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("flatten", "Flatten", {}), ("fc1", "Linear", {"out_features": 32}), ("act1", "ReLU", {}),
    ("fc2", "Linear", {"out_features": 32}), ("act2", "ReLU", {}), ("fc3", "Linear", {"out_features": 10}))
DROPPING = (*MLP[:3], ("drop1", "Dropout", {"p": 0.5}), *MLP[3:])
PLAIN = (MLP[0], MLP[-1])


@lru_cache(1)
def digits() -> Data:
    return load_data(DataSpec(dataset="digits"))


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("engine.inspect.trying.bench.MOST_STEPS", 90)
    monkeypatch.setattr("engine.inspect.trying.bench.LONGEST", 1000.0)  # however busy the computer is
    yield


@pytest.fixture
def found(chain: Chain) -> Callable[..., Finding]:
    """What an experiment finds on a network; nothing outside changes."""

    def made(id: str, rows: tuple[Any, ...], weights: Any = None, **recipe: Any) -> Finding:
        experiment = Experiment(chain(*rows), DataSpec(dataset="digits"), Recipe(seed=1, **recipe))
        state, kept = torch.get_rng_state(), None if weights is None else {k: v.clone() for k, v in weights.items()}
        threads = torch.get_num_threads()
        steps, made = TRYOUTS[id].run(experiment, weights, digits()), []
        try:
            while True:
                made.append(next(steps))
        except StopIteration as end:
            assert made and made[-1].done <= made[-1].total and [each.done for each in made] == sorted(
                each.done for each in made)
            assert torch.equal(state, torch.get_rng_state()) and torch.get_num_threads() == threads
            assert kept is None or all(torch.equal(kept[key], value) for key, value in weights.items())
            return end.value
        raise AssertionError

    return made


def test_all_of_them_are_there_in_their_order() -> None:
    assert list(TRYOUTS) == ["equal-start", "order-examples", "order-pixels", "order-layers", "one-input", "one-weight",
                             "shifted", "without-activations", "dropout-on", "saturating", "modes"]
    assert all(each.title and each.question.endswith("?") and each.needs for each in TRYOUTS.values())


def test_units_that_start_equal_stay_twins(found: Callable[..., Finding]) -> None:
    finding = found("equal-start", MLP)
    bars, [lines] = finding.picture, finding.more
    assert isinstance(bars, Bars) and isinstance(lines, Lines) and bars.names == ("fc1", "fc2", "fc3")
    assert bars.values["equal start, before"].max() == 0
    assert bars.values["equal start, after"][:2].max() < 1e-3 < bars.values["equal start, after"][2]
    assert bars.values["own start, after"].min() > 0.3
    assert lines.y["own start"][-10:].mean() < 0.7 * lines.y["equal start"][-10:].mean()
    assert "stayed twins" in str(finding.sentence)


def test_dropout_tells_twins_apart(found: Callable[..., Finding]) -> None:
    assert "Dropout told the twins apart" in str(found("equal-start", DROPPING).sentence)


def test_sorted_examples_are_learned_worse(found: Callable[..., Finding]) -> None:
    finding = found("order-examples", MLP)
    [table] = finding.more
    assert isinstance(table, Table) and isinstance(finding.picture, Lines)
    assert table.rows["shuffled"][0] > table.rows["class by class"][0] + 0.2
    assert str(finding.sentence).startswith("It matters")


def test_pixels_in_another_order_are_the_same_to_an_mlp(found: Callable[..., Finding]) -> None:
    finding = found("order-pixels", MLP)
    assert isinstance(finding.picture, Bars) and isinstance(finding.more[0], Grid)
    as_is, other = finding.picture.values["right"]
    assert as_is > 0.7 and abs(as_is - other) < 0.1 and "does not mind" in str(finding.sentence)


def test_pixels_in_another_order_are_worse_for_a_cnn(found: Callable[..., Finding]) -> None:
    rows = tuple(row for row in CNN if row[0] != "bn1")
    finding = found("order-pixels", rows)
    assert isinstance(finding.picture, Bars)
    as_is, other = finding.picture.values["right"]
    assert as_is > other + 0.05 and "It matters" in str(finding.sentence)


@pytest.mark.parametrize("id", ["order-examples", "order-pixels", "shifted"])
def test_what_has_learned_nothing_tells_nothing(id: str, found: Callable[..., Finding],
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.inspect.trying.bench.MOST_STEPS", 4)
    assert "too little" in str(found(id, (*MLP[:2], ("act", "Sigmoid", {}), *MLP[-1:])).sentence)


def test_every_pixel_is_there_once() -> None:
    x = torch.arange(2 * 3 * 4 * 5.0).reshape(2, 3, 4, 5)
    other = permuted(x)
    assert not torch.equal(x, other) and torch.equal(x.flatten(2).sort(2).values, other.flatten(2).sort(2).values)
    assert torch.equal(permuted(x)[1] - x[1, 0, 0, 0], other[0])


def test_relu_and_max_pool_may_change_places_batch_norm_may_not(found: Callable[..., Finding]) -> None:
    table = found("order-layers", CNN).picture
    assert isinstance(table, Table)
    assert table.rows["activation ↔ pooling"][0] < 1e-5 < 0.01 < table.rows["batch norm ↔ activation"][0]


def test_sigmoid_and_average_pool_may_not(found: Callable[..., Finding]) -> None:
    rows = (CNN[0], ("act1", "Sigmoid", {}), ("pool1", "AvgPool2d", {"kernel_size": 2}), *CNN[-2:])
    finding = found("order-layers", rows)
    assert isinstance(finding.picture, Table) and finding.picture.rows["activation ↔ pooling"][0] > 1e-3
    assert "so it matters" in str(finding.sentence)


@pytest.mark.parametrize("id", ["one-input", "one-weight"])
def test_a_swept_value_makes_the_curve_that_torch_makes(id: str, chain: Chain, found: Callable[..., Finding]) -> None:
    experiment = Experiment(chain(*PLAIN), DataSpec(dataset="digits"), Recipe(seed=1))
    weights = initial_module(experiment).state_dict()
    finding = found(id, PLAIN, weights)
    lines = finding.picture
    assert "least sure of" in str(finding.sentence), "it is not the example in hand"
    assert isinstance(lines, Lines) and len(lines.y) == 10 and len(lines.x) == 41
    total = sum(lines.y.values())
    assert np.allclose(total, 1, atol=1e-6)
    # Of a softmax regression the logarithm of two shares' ratio is straight along any one value.
    one, two = list(lines.y.values())[:2]
    ratio = np.log(one / two)
    assert np.allclose(np.diff(ratio), np.diff(ratio)[0], atol=1e-4) and np.ptp(ratio) + np.ptp(one) > 0


def test_other_pictures_than_it_learned_from(found: Callable[..., Finding]) -> None:
    lines = found("shifted", CNN).picture
    assert isinstance(lines, Lines)
    first = {float(each[0]) for each in lines.y.values()}
    assert len(first) == 1 and first.pop() > 0.8
    assert all(each[-1] < each[0] for each in lines.y.values()) and lines.y["inverted"][-1] < 0.5


def test_pictures_are_shifted_turned_and_inverted_as_said() -> None:
    x = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    moved = shifted.shifted(x, 1.0)
    assert torch.equal(moved[..., 2:], x[..., :-2]) and bool((moved[..., :2] == x.min()).all())
    torch.testing.assert_close(shifted.turned(x, 1.0), torch.rot90(x, 1, (2, 3)), atol=1e-5, rtol=0)
    torch.testing.assert_close(shifted.turned(x, 0.0), x, atol=1e-6, rtol=0)
    torch.testing.assert_close(shifted.inverted(x, 1.0), x.max() + x.min() - x)
    assert torch.equal(shifted.noisy(x, 0.0), x) and torch.equal(shifted.noisy(x, 0.5), shifted.noisy(x, 0.5))


def test_without_activations_it_is_one_matrix(found: Callable[..., Finding], chain: Chain) -> None:
    finding = found("without-activations", MLP)
    assert "are one matrix" in str(finding.sentence) and isinstance(finding.picture, Lines)
    bare = tuple(row for row in MLP if "act" not in row[0])
    experiment = Experiment(chain(*bare), DataSpec(dataset="digits"), Recipe(seed=1))
    lens = Lens(experiment)
    product = product_of(lens)
    state = initial_module(experiment).state_dict()
    assert product is not None
    torch.testing.assert_close(product.float(), state["fc3.weight"] @ state["fc2.weight"] @ state["fc1.weight"])
    bench = Bench(experiment, None, digits(), lambda: False)
    assert linear_error(bench, lens, bench.judged()[0]) < 1e-5
    assert linear_error(bench, Lens(Experiment(chain(*MLP), experiment.data, experiment.recipe)),
                        bench.judged()[0]) > 1e-3


def test_a_max_pool_bends_too(found: Callable[..., Finding]) -> None:
    assert "it still is no linear map: pool1, pool2" in str(found("without-activations", CNN).sentence)


def test_dropout_left_on_spreads_where_it_is_unsure(found: Callable[..., Finding],
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.inspect.trying.bench.MOST_STEPS", 300)  # sure of what it knows
    finding = found("dropout-on", DROPPING)
    bars = finding.picture
    assert isinstance(bars, Bars) and list(bars.values) == ["a right one", "a wrong one"]
    assert all(each.sum() == pytest.approx(1, abs=1e-5) for each in bars.values.values())
    assert bars.spreads["a wrong one"].max() > bars.spreads["a right one"].max() > 0


def test_with_sigmoid_the_gradient_fades_on_its_way(found: Callable[..., Finding], chain: Chain) -> None:
    finding = found("saturating", MLP)
    bars = finding.picture
    assert isinstance(bars, Bars) and "With sigmoid the gradient fades most" in str(finding.sentence)
    assert bars.values["sigmoid"][0] < 0.2 * bars.values["ReLU"][0]
    experiment = Experiment(chain(*MLP), DataSpec(dataset="digits"), Recipe(seed=1))
    state = initial_module(experiment).state_dict()
    bench = Bench(experiment, None, digits(), lambda: False)
    x, targets = bench.learned(bench.batch)
    outputs, h = [], x.flatten(1)
    for name in ("fc1", "fc2", "fc3"):
        h = functional.linear(h, state[f"{name}.weight"], state[f"{name}.bias"]).requires_grad_()
        h.retain_grad()
        outputs.append(h)
        h = torch.sigmoid(h)
    functional.cross_entropy(outputs[-1], targets).backward()  # type: ignore[no-untyped-call]
    assert bars.values["sigmoid"] == pytest.approx([float(each.grad.abs().mean()) for each in outputs], rel=1e-3)


def test_as_it_learns_the_answer_hangs_on_the_batch(found: Callable[..., Finding]) -> None:
    bars = found("modes", CNN).picture
    assert isinstance(bars, Bars)
    assert np.allclose(bars.values["predict, beside some"], bars.values["predict, alone"], atol=1e-5)
    assert np.abs(bars.values["train, beside some"] - bars.values["train, beside others"]).max() > 1e-3
    flat = (*MLP[:2], ("bn", "BatchNorm1d", {}), *MLP[2:])
    finding = found("modes", flat)
    assert isinstance(finding.picture, Bars) and np.isnan(finding.picture.values["train, alone"]).all()
    assert "Alone it cannot learn" in str(finding.sentence)


@pytest.mark.parametrize(("id", "rows", "words"), [
    ("equal-start", PLAIN, "no layer with several units"), ("order-layers", MLP, "No activation here stands beside"),
    ("without-activations", PLAIN, "no activation"), ("dropout-on", MLP, "no dropout"),
    ("saturating", PLAIN, "between two layers"), ("modes", MLP, "neither batch norm nor dropout")])
def test_where_it_does_not_apply(id: str, rows: tuple[Any, ...], words: str, chain: Chain) -> None:
    experiment = Experiment(chain(*rows), DataSpec(dataset="digits"), Recipe())
    reason = TRYOUTS[id].why_not(experiment)
    assert reason is not None and words in str(reason)
    with pytest.raises(NotHereError, match=words):
        next(TRYOUTS[id].run(experiment, None, digits()))
    assert TRYOUTS["one-input"].why_not(experiment) is None
    assert reasons(experiment) == {each: tryout.why_not(experiment) for each, tryout in TRYOUTS.items()}


def test_numbers_are_no_classes_and_no_pictures(chain: Chain) -> None:
    experiment = Experiment(chain(("fc", "Linear", {"out_features": 1})), DataSpec(dataset="linear"),
                            Recipe(loss="mse"))
    for id in ("order-examples", "dropout-on", "shifted"):
        assert "classes" in str(TRYOUTS[id].why_not(experiment))
    data = load_data(experiment.data)
    steps = TRYOUTS["one-input"].run(experiment, None, data)
    with pytest.raises(StopIteration) as end:
        while True:
            next(steps)
    lines = end.value.value.picture
    assert isinstance(lines, Lines) and np.ptp(np.diff(lines.y["0"])) < 1e-4 < np.ptp(lines.y["0"])


def test_a_broken_network_and_being_stopped(chain: Chain) -> None:
    broken = Experiment(chain(("fc", "Linear", {"out_features": 10})), DataSpec(dataset="digits"), Recipe())
    assert TRYOUTS["one-input"].why_not(broken) is not None
    assert all(each is not None for each in reasons(broken).values())
    assert all(each is not None for each in reasons(Experiment(Graph.of([]), DataSpec(), Recipe())).values())
    asked = iter([False, False, False, True, True, True])
    steps = TRYOUTS["equal-start"].run(Experiment(chain(*MLP), DataSpec(dataset="digits"), Recipe()), None, digits(),
                                       lambda: next(asked))
    with pytest.raises(StoppedError):
        list(steps)
    assert len(list(asked)) == 2


def test_a_large_network_has_fewer_steps_and_a_slow_computer_too(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = Experiment(chain(*CNN), DataSpec(dataset="digits"), Recipe())
    bench = Bench(experiment, None, digits(), lambda: False, 2)
    assert (bench.batch, bench.steps) == (32, 90)
    monkeypatch.setattr("engine.inspect.trying.bench.WORK", 60_000_000)
    small = Bench(experiment, None, digits(), lambda: False, 2)
    assert 4 <= small.batch <= 32 and 4 <= small.steps < 60
    monkeypatch.setattr("engine.inspect.trying.bench.LONGEST", 0.0)
    losses: list[float] = []
    for done in range(2):
        list(bench.lesson(bench.fresh(), losses=losses, done=done))
    assert len(losses) == 8 and bench.steps == 4
