"""Many examples with what a network says of each: against a plain loop over the split."""

from __future__ import annotations

from itertools import chain as joined
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from engine import DataSpec, Experiment, Recipe, build_module, load_data
from engine.inspect.samples.strip import SMALL, examples, thumbnail
from engine.inspect.samples.values import Strip
from tests.engine.cases import chain, experiment

NORMALIZED = experiment(data=DataSpec(normalize=True))


def last(*args: object, **options: object) -> Strip:
    """What it comes to; each step is a whole strip."""
    strips = list(examples(*args, **options))  # type: ignore[arg-type]
    assert all(a.looked <= b.looked for a, b in pairwise(strips))
    assert strips[-1].looked == strips[-1].total
    return strips[-1]


@pytest.fixture(scope="module")
def weights() -> dict[str, torch.Tensor]:
    """Of a network that has learned something: one step of least squares on the training digits, in the last layer."""
    torch.manual_seed(0)
    module = build_module(NORMALIZED.graph, (1, 8, 8))
    data = load_data(NORMALIZED.data)
    x = (data.train.inputs / 255 - data.mean[0]) / data.std[0]
    hidden = module.act1(module.fc1(x.flatten(1)))
    hidden = torch.cat([hidden, torch.ones(len(hidden), 1)], 1)
    found = torch.linalg.lstsq(hidden, functional.one_hot(data.train.targets).float() * 8).solution
    with torch.no_grad():
        module.fc2.weight.copy_(found[:-1].T)
        module.fc2.bias.copy_(found[-1])
    return {key: value.detach() for key, value in module.state_dict().items()}


@pytest.fixture(scope="module")
def by_hand(weights: dict[str, torch.Tensor]) -> list[tuple[int, int, int, float, float]]:
    """Place, label, prediction, its probability, loss of every test digit."""
    data = load_data(NORMALIZED.data)
    module = build_module(NORMALIZED.graph, (1, 8, 8))
    module.load_state_dict(weights)
    made = []
    for place, (image, label) in enumerate(zip(data.test.inputs, data.test.targets.tolist(), strict=True)):
        with torch.no_grad():
            scores = module.eval()((image[None] / 255 - data.mean[0]) / data.std[0])[0].double()
        shares = scores.exp() / scores.exp().sum()
        made.append((place, label, int(shares.argmax()), float(shares.max()), float(-shares[label].log())))
    return made


def test_as_they_come(weights: dict[str, torch.Tensor], by_hand: list[tuple[int, int, int, float, float]]) -> None:
    found = last(NORMALIZED, weights, "test", count=100)
    assert len(found.examples) == 100 and found.available == len(by_hand) and found.fault is found.note is None
    for each, (place, label, called, share, loss) in zip(found.examples, by_hand, strict=False):
        assert (each.place, each.label, each.predicted) == (place, str(label), str(called))
        assert (each.confidence, each.loss) == pytest.approx((share, loss), abs=1e-4)
        assert each.is_wrong == (label != called)
    stored = load_data(NORMALIZED.data).test.inputs[0].numpy()
    assert found.examples[0].picture == (stored.tobytes(), 1, 8, 8) and found.examples[0].numbers == ()
    on = last(NORMALIZED, weights, "test", count=10, begin=100)
    assert [each.place for each in on.examples] == list(range(100, 110))


def test_worst_mistakes_first(weights: dict[str, torch.Tensor],
                              by_hand: list[tuple[int, int, int, float, float]]) -> None:
    wrong = sorted((row for row in by_hand if row[1] != row[2]), key=lambda row: -row[4])
    assert 5 < len(wrong) < 100
    found = last(NORMALIZED, weights, "test", order="mistakes", count=1000)
    assert [each.place for each in found.examples] == [row[0] for row in wrong] and found.total == len(by_hand)
    few = last(NORMALIZED, weights, "test", order="mistakes", count=3, begin=2)
    assert [each.place for each in few.examples] == [row[0] for row in wrong[2:5]]
    bounded = last(NORMALIZED, weights, "test", order="mistakes", most=50)
    assert [each.place for each in bounded.examples] == [row[0] for row in wrong if row[0] < 50]
    assert str(bounded.note) == f"The first 50 of {len(by_hand)} are looked at"


@pytest.mark.parametrize("order", ["first", "class", "mistakes"])
def test_of_one_class(weights: dict[str, torch.Tensor], by_hand: list[tuple[int, int, int, float, float]],
                      order: str) -> None:
    found = last(NORMALIZED, weights, "test", order=order, count=1000, only=8)
    rows = [row for row in by_hand if row[1] == 8]
    if order == "mistakes":
        rows = sorted((row for row in rows if row[2] != 8), key=lambda row: -row[4])
    assert rows and [each.place for each in found.examples] == [row[0] for row in rows]
    assert found.available == sum(row[1] == 8 for row in by_hand)


def test_with_weights_of_another_network_as_far_as_they_fit() -> None:
    assert last(NORMALIZED, {"nobody.weight": torch.zeros(3)}, "test", count=3, partly=True).fault is None


def test_by_class(weights: dict[str, torch.Tensor]) -> None:
    found = last(NORMALIZED, weights, "train", order="class", count=30)
    labels = load_data(NORMALIZED.data).train.targets.tolist()
    wanted = [[place for place, label in enumerate(labels) if label == name][:3] for name in range(10)]
    assert [each.place for each in found.examples] == list(joined(*wanted))


def test_numbers_by_the_largest_error() -> None:
    line = DataSpec(dataset="linear")
    made = Experiment(chain(("fc", "Linear", {"out_features": 1})), line, Recipe(loss="half_mse"))
    data = load_data(line)
    given = {"fc.weight": torch.tensor([[1.0, -2.0]]), "fc.bias": torch.tensor([0.5])}
    errors = ((data.validation.inputs @ given["fc.weight"].T + 0.5 - data.validation.targets) ** 2 / 2)[:, 0]
    found = last(made, given, "validation", order="mistakes", count=5)
    assert [each.place for each in found.examples] == errors.argsort(descending=True)[:5].tolist()
    first = found.examples[0]
    assert first.loss == pytest.approx(float(errors.max())) and np.isnan(first.confidence)
    assert first.picture.pixels == b""
    assert first.numbers == pytest.approx(data.validation.inputs[first.place].tolist())
    ordered = [float(each.label.replace("−", "-")) for each in last(made, given, order="class", count=9).examples]
    assert ordered == sorted(ordered)


@pytest.mark.parametrize(("rows", "said"), [
    ([("conv1", "Conv2d", {}), ("fc1", "Linear", {"out_features": 10})], "fc1: Linear expects a flat input"),
    ([("flatten", "Flatten", {}), ("fc1", "Linear", {"out_features": 3})], "ends in 3, but there are 10 classes"),
])
def test_without_an_answer_the_pictures_come_all_the_same(rows: list[tuple[str, str, dict[str, object]]],
                                                          said: str) -> None:
    found = last(experiment(*rows), None, count=70)
    assert said in str(found.fault) and len(found.examples) == 70
    assert found.examples[0].predicted == "" and len(found.examples[69].picture.pixels) == 64
    assert not last(experiment(*rows), None, order="mistakes").examples


def test_a_thousand_classes_and_colour(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (2000, 3, 8, 8), np.uint8)
    np.savez(tmp_path / "many.npz", x=images, y=np.arange(2000) % 1000)
    spec = load_data(DataSpec().with_file(tmp_path / "many.npz")).spec
    made = experiment(("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 1000}), data=spec)
    found = last(made, None, "train", order="class", count=60)
    assert len(found.examples) == 60 and {each.picture.channels for each in found.examples} == {3}
    labels = [int(each.label) for each in found.examples]
    assert labels == sorted(labels) and len(set(labels)) == 60


def test_large_pictures_are_made_small_and_it_can_be_left() -> None:
    made = thumbnail(torch.zeros(4, 200, 100, dtype=torch.uint8))
    assert made[1:] == (3, SMALL, SMALL // 2) and len(made.pixels) == 3 * SMALL * SMALL // 2
    begun = examples(experiment(), order="mistakes")
    next(begun)
    begun.close()


def test_what_is_no_number_is_no_class(weights: dict[str, torch.Tensor]) -> None:
    broken = {key: value * float("nan") for key, value in weights.items()}
    strip = last(NORMALIZED, broken, "test", count=3)
    assert [each.predicted for each in strip.examples] == ["NaN"] * 3 and all(each.is_wrong for each in strip.examples)
