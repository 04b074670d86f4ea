"""A network judged on a part of its data: plain torch, scikit-learn and training itself say the same."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from torch.nn import functional

from engine import DataSpec, Experiment, LayerloomError, Recipe, build_module, load_data
from engine.data.formats.arrays import Arrays
from engine.data.tensors.data import Data, Split
from engine.evaluation.judging import EvaluationError, judging
from engine.evaluation.values import Evaluation, Progress
from engine.training.events import EpochEnded
from tests.engine.cases import MLP, chain, divided, experiment, made_data, trained

NORMALIZED = DataSpec(normalize=True)


def judge(*args: object, **options: object) -> Evaluation:
    """What it comes to."""
    steps, before = judging(*args, **options), 0  # type: ignore[arg-type]
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        assert isinstance(step, Progress) and before <= step.done <= max(step.total, 0)
        before = step.done


@pytest.fixture(scope="module")
def run() -> tuple[Experiment, EpochEnded]:
    """Two epochs of digits, with classes that count alike."""
    base = experiment(data=NORMALIZED, class_weights="balanced", label_smoothing=0.1)
    return base, trained(base)[1][-1]


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_every_example_is_plain_torchs(part: str, run: tuple[Experiment, EpochEnded]) -> None:
    base, end = run
    found, data = judge(base, end.weights, part), load_data(NORMALIZED)
    split: Split = getattr(data, part)
    module = build_module(base).eval()
    module.load_state_dict(end.weights)
    with torch.no_grad():
        outputs = module((split.inputs / 255 - data.mean[0]) / data.std[0])
    shares = outputs.double().softmax(1)
    assert found.examples == len(split) and found.predicted.tolist() == outputs.argmax(1).tolist()
    assert found.true.tolist() == split.targets.tolist()
    assert found.confidence == pytest.approx(shares.max(1).values.numpy(), abs=1e-5)
    assert found.probability == pytest.approx(shares[range(len(split)), split.targets].numpy(), abs=1e-5)
    each = functional.cross_entropy(outputs, split.targets, reduction="none", label_smoothing=0.1)
    assert found.losses == pytest.approx(each.numpy(), abs=1e-4)
    counts = torch.bincount(data.train.targets, minlength=10)
    weight = len(data.train) / (10 * counts.float())
    loss = functional.cross_entropy(outputs, split.targets, weight=weight, label_smoothing=0.1)
    assert found.loss == pytest.approx(float(loss), abs=1e-5)


@pytest.mark.parametrize("recipe", [{}, {"class_weights": "balanced"}, {"reduction": "sum"}, {"loss": "mse"},
                                    {"loss": "bce"}, {"batch_size": 5}])
def test_loss_and_accuracy_are_those_that_training_reports(recipe: dict[str, object]) -> None:
    base = experiment(epochs=1, **{"lr": 1e-4 if "reduction" in recipe else 0.005, **recipe})
    _, (epoch,), end = trained(base)
    for part, reported in (("validation", epoch.validation), ("test", end.summary.test)):
        found = judge(base, epoch.weights, part)
        assert found.loss == pytest.approx(reported.loss, rel=1e-6) and found.accuracy == reported.accuracy
        named = dict(reported.others)
        for name in ("precision", "recall", "f1"):
            occurs = [each for each in found.per_class if each.support or (found.predicted == int(each.name)).any()]
            assert np.mean([getattr(each, name) for each in occurs]) == pytest.approx(named[name])


def test_as_json_is_exactly_as_promised() -> None:
    found = judge(experiment(), None, "validation").as_json()
    assert list(found) == ["examples", "loss", "accuracy", "classes", "confusion", "per_class"]
    assert list(found["per_class"][0]) == ["class", "precision", "recall", "f1", "support"]
    assert found["classes"] == list("0123456789") and np.array(found["confusion"]).sum() == found["examples"]


def test_an_empty_part_names_the_others() -> None:
    base = experiment(data=DataSpec(validation=0.0))
    with pytest.raises(EvaluationError, match="There are no validation examples: ask for train or test"):
        judge(base, None, "validation")
    with pytest.raises(LayerloomError, match="no part “all”"):
        judge(base, None, "all")


def test_one_example_one_class_and_an_empty_class() -> None:
    data, base = made_data(60), experiment()
    one = replace(data, test=Split(data.test.inputs[:1], data.test.targets[:1]))
    found = judge(base, None, "test", data=one)
    assert found.examples == 1 and found.confusion.sum() == 1 and len(found.per_class) == 10
    assert any("no test examples of" in str(note) for note in found.notes)
    alone = Arrays(np.zeros((30, 1, 8, 8), np.uint8), np.zeros(30, np.uint8))
    found = judge(base, None, "validation", data=divided(DataSpec(), alone))
    assert found.per_class[0].support == found.examples and {each.support for each in found.per_class[1:]} == {0}


def test_a_thousand_classes() -> None:
    names = tuple(f"c{number}" for number in range(1000))
    base = experiment(*MLP[:1], ("fc", "Linear", {"out_features": 1000}))
    data = made_data(400)
    known = data.spec.model_copy(update={"known": None})
    labels = torch.arange(len(data.train)) * 3 % 1000
    data = Data(known, Split(data.train.inputs, labels), data.validation, data.test, (0.0,), (1.0,))
    spec = type("Spec", (type(known),), {"classes": property(lambda _: names), "num_classes": property(lambda _: 1000)})
    found = judge(base, None, "train", data=replace(data, spec=spec.model_construct(**known.__dict__)))
    assert found.confusion.shape == (1000, 1000) and found.confusion.sum() == len(labels)
    assert [each.support for each in found.per_class] == torch.bincount(labels, minlength=1000).tolist()


def test_no_numbers_are_said_and_are_never_right() -> None:
    base = experiment()
    weights = {key: torch.full_like(value, torch.nan) for key, value in build_module(base).state_dict().items()}
    found = judge(base, weights, "validation")
    assert found.accuracy == 0 and found.confusion.sum() == 0 and set(found.predicted) == {-1}
    assert f"Of {found.examples} of {found.examples} examples the answer is not a number" in map(str, found.notes)
    assert found.as_json()["loss"] is None


def test_weights_of_another_network() -> None:
    base, other = experiment(), experiment(*MLP[:3], ("fc3", "Linear", {"out_features": 10}))
    weights = build_module(other).state_dict()
    with pytest.raises(LayerloomError, match="fc2"):
        judge(base, weights, "validation")
    found = judge(base, weights, "validation", partly=True)
    assert [str(note) for note in found.notes] == ["The weights do not fit fc2: there the network is untrained"]


def test_a_network_that_ends_otherwise_says_so() -> None:
    with pytest.raises(LayerloomError, match="ends in 3, but there are 10"):
        judge(experiment(*MLP[:1], ("fc", "Linear", {"out_features": 3})), None, "validation")


def test_the_test_part_says_what_it_is_for() -> None:
    assert "worthless" in str(judge(experiment(), None, "test").notes[0])
    assert judge(experiment(), None, "validation").notes == ()


def test_it_can_be_left() -> None:
    steps = judging(experiment(), None, "train")
    assert any(step.done for step in (next(steps) for _ in range(8)))
    steps.close()
    with pytest.raises(StopIteration):
        next(steps)


# -- numbers -----------------------------------------------------------------------------------------------------------


def numbers_data(count: int = 200, outputs: int = 2) -> Data:
    """Rows of three numbers, and numbers that nearly follow from them."""
    random = np.random.default_rng(0)
    x = random.normal(size=(count, 3)).astype(np.float32)
    y = (x @ random.normal(size=(3, outputs)) + 3 + random.normal(size=(count, outputs))).astype(np.float32)
    return divided(DataSpec().with_dataset("linear").with_options(synthetic={"inputs": 3, "weight": (1.0, 2.0, 3.0)}),
                   Arrays(x, y))


@pytest.mark.parametrize("outputs", [1])
def test_numbers_are_scikit_learns(outputs: int) -> None:
    data = numbers_data(outputs=outputs)
    base = Experiment(chain(("fc1", "Linear", {"out_features": 4}), ("act", "ReLU", {}),
                            ("fc2", "Linear", {"out_features": outputs})), data.spec, Recipe(loss="l1"))
    found = judge(base, None, "train", data=data)
    with torch.no_grad():
        wanted = build_module(base)(data.train.inputs).numpy()
    true = data.train.targets.numpy()
    assert found.predicted == pytest.approx(wanted, abs=1e-6) and (found.true == true).all()
    assert found.residuals == pytest.approx(true - wanted, abs=1e-6)
    assert found.mae == pytest.approx(mean_absolute_error(true, wanted), rel=1e-5) == pytest.approx(found.loss)
    assert found.rmse == pytest.approx(root_mean_squared_error(true, wanted), rel=1e-5)
    assert found.r2 == pytest.approx(r2_score(true, wanted), rel=1e-4)
    assert math.isnan(found.accuracy) and found.least_squares is None and found.curve is None
    assert list(found.as_json()) == ["examples", "loss", "accuracy", "classes", "confusion", "per_class", "mae", "rmse",
                                     "r2"]


def test_numbers_are_in_the_targets_own_unit(tmp_path) -> None:
    rows = [(place, 50 + 7 * place) for place in range(60)]
    (tmp_path / "t.csv").write_text("a,y\n" + "".join(f"{a},{y}\n" for a, y in rows))
    spec = load_data(DataSpec().with_file(tmp_path / "t.csv").with_options(
        table={"log_target": True, "task": "regression"})).spec
    base = Experiment(chain(("fc", "Linear", {"out_features": 1})), spec, Recipe(loss="mse"))
    found, data = judge(base, None, "validation"), load_data(spec)
    assert data.unscaled is not None
    assert found.true[:, 0] == pytest.approx([rows[place][1] for place in data.unscaled.of_validation], rel=1e-5)
    with torch.no_grad():
        outputs = build_module(base)(data.validation.inputs)
    assert found.predicted == pytest.approx(outputs.exp().numpy(), rel=1e-5)
    assert found.loss == pytest.approx(float(functional.mse_loss(outputs, data.validation.targets)), rel=1e-5)
    assert found.curve is not None and found.curve.name == "a"
    assert found.curve.x == pytest.approx([rows[place][0] for place in data.unscaled.of_validation], abs=1e-4)
    place = int(np.argmin(found.curve.x))
    assert found.curve.grid[0] == found.curve.x[place]
    assert found.curve.predicted[0] == pytest.approx(found.predicted[place, 0], rel=1e-4)
