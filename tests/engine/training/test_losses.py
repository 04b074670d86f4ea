"""Losses against formulas written by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight
from torch import Tensor

from engine.experiment.choices.losses import LOSSES
from engine.experiment.recipe import Recipe
from engine.training.failures import DataShapeError
from engine.training.losses import Criterion, balanced_weights
from engine.training.meters import Totals

B, C = 7, 4
RNG = np.random.default_rng(0)
LOGITS, LABELS = RNG.normal(0, 2, (B, C)), RNG.integers(0, C, B)
OUTPUTS, NUMBERS = RNG.normal(0, 2, (B, 2, 3)), RNG.normal(0, 2, (B, 2, 3))
ONE_HOT = np.eye(C)[LABELS]


def log_softmax(x: np.ndarray) -> np.ndarray:
    return x - np.log(np.exp(x).sum(1, keepdims=True))


def binary(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    p = 1 / (1 + np.exp(-x))
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def huber(error: np.ndarray) -> np.ndarray:
    return np.where(abs(error) < 1, error**2 / 2, abs(error) - 0.5)


def loss(outputs: np.ndarray, targets: np.ndarray, weights: Tensor | None = None, **recipe: object) -> float:
    """Ours."""
    criterion = Criterion(Recipe.model_validate(recipe), weights)
    kind = torch.int64 if targets.dtype.kind == "i" else torch.float32
    return criterion(torch.tensor(outputs).float(), torch.tensor(targets).to(kind)).item()


CLASSES_ONLY = {name for name, row in LOSSES.items() if row.classes_only}
EACH = {  # every element, before it is reduced: for classes, for numbers
    "cross_entropy": (-log_softmax(LOGITS)[range(B), LABELS], None),
    "nll": (-LOGITS[range(B), LABELS], None),
    "bce": (binary(LOGITS, ONE_HOT), binary(OUTPUTS, (NUMBERS > 0).astype(float))),
    "mse": ((LOGITS - ONE_HOT) ** 2, (OUTPUTS - NUMBERS) ** 2),
    "half_mse": ((LOGITS - ONE_HOT) ** 2 / 2, (OUTPUTS - NUMBERS) ** 2 / 2),
    "l1": (abs(LOGITS - ONE_HOT), abs(OUTPUTS - NUMBERS)),
    "huber": (huber(LOGITS - ONE_HOT), huber(OUTPUTS - NUMBERS)),
}


def test_every_loss_is_here() -> None:
    assert set(EACH) == set(LOSSES) == set(Recipe.model_fields["loss"].annotation.__args__)  # type: ignore[union-attr]
    assert {name for name, (_, numbers) in EACH.items() if numbers is None} == CLASSES_ONLY


@pytest.mark.parametrize("name", EACH)
def test_of_classes(name: str) -> None:
    each = EACH[name][0]
    assert loss(LOGITS, LABELS, loss=name) == pytest.approx(each.mean(), rel=1e-5)
    assert loss(LOGITS, LABELS, loss=name, reduction="sum") == pytest.approx(each.sum(), rel=1e-5)


@pytest.mark.parametrize("name", sorted(set(EACH) - CLASSES_ONLY))
def test_of_numbers(name: str) -> None:
    each = EACH[name][1]
    targets = (NUMBERS > 0).astype(np.float32) if name == "bce" else NUMBERS
    assert each is not None
    assert loss(OUTPUTS, targets, loss=name) == pytest.approx(each.mean(), rel=1e-5)
    assert loss(OUTPUTS, targets, loss=name, reduction="sum") == pytest.approx(each.sum(), rel=1e-5)


def test_label_smoothing_spreads_a_share_over_all_classes() -> None:
    target = 0.8 * ONE_HOT + 0.2 / C
    expected = -(target * log_softmax(LOGITS)).sum(1).mean()
    assert loss(LOGITS, LABELS, label_smoothing=0.2) == pytest.approx(expected, rel=1e-5)


def test_balanced_weights_are_scikit_learns() -> None:
    labels = np.array([0] * 90 + [1] * 9 + [3])
    expected = compute_class_weight("balanced", classes=np.array([0, 1, 3]), y=labels)
    weights = balanced_weights(torch.tensor(labels), 4)
    assert weights[[0, 1, 3]].tolist() == pytest.approx(expected.tolist()) and weights[2] == 1


@pytest.mark.parametrize("name", ["cross_entropy", "nll"])
def test_weighted_losses(name: str) -> None:
    weights = torch.tensor([1.0, 2.0, 0.5, 4.0])
    each, own = EACH[name][0], weights.numpy()[LABELS]
    asked = {"loss": name, "class_weights": "balanced"}
    assert loss(LOGITS, LABELS, weights, **asked) == pytest.approx((each * own).sum() / own.sum(), rel=1e-5)
    assert loss(LOGITS, LABELS, weights, **asked, reduction="sum") == pytest.approx((each * own).sum(), rel=1e-5)
    assert loss(LOGITS, LABELS, weights, loss=name) == pytest.approx(each.mean(), rel=1e-5)  # not asked for


@pytest.mark.parametrize("options", [
    {"loss": "mse"}, {"loss": "huber", "reduction": "sum"}, {"class_weights": "balanced"}, {"loss": "cross_entropy"},
    {"class_weights": "balanced", "label_smoothing": 0.1}, {"loss": "nll", "class_weights": "balanced"},
])  # fmt: skip
@pytest.mark.parametrize("cuts", [(7,), (4, 3), (1, 1, 5)])
def test_the_mean_over_batches_depends_on_no_batch_size(options: dict[str, object], cuts: tuple[int, ...]) -> None:
    criterion = Criterion(Recipe.model_validate(options), torch.tensor([1.0, 2.0, 0.5, 4.0]))
    outputs, labels = torch.tensor(LOGITS), torch.tensor(LABELS)
    criterion = Criterion(Recipe.model_validate(options), torch.tensor([1.0, 2.0, 0.5, 4.0], dtype=torch.float64))
    total, weight = 0.0, 0.0
    for x, y in zip(outputs.split(cuts), labels.split(cuts), strict=True):
        share = float(criterion.weight(y))
        total, weight = total + float(criterion(x, y)) * (1 if criterion.is_summed else share), weight + share
    whole, share = float(criterion(outputs, labels)), float(criterion.weight(labels))
    assert total / weight == pytest.approx(whole / share if criterion.is_summed else whole, rel=1e-9)


@pytest.mark.parametrize("name", EACH)
def test_a_sum_is_shown_for_each_example(name: str) -> None:
    criterion = Criterion(Recipe.model_validate({"loss": name, "reduction": "sum"}))
    outputs, labels = torch.tensor(LOGITS), torch.tensor(LABELS)
    assert criterion.weight(labels) == B and criterion.is_summed
    totals = Totals(torch.device("cpu"), classes=False, is_summed=True)
    totals.add(criterion(outputs, labels), criterion.weight(labels), outputs, labels)
    assert totals.read().metrics.loss == pytest.approx(float(criterion(outputs, labels)) / B)


def test_gradients_of_half_the_square_are_half() -> None:
    gradients = []
    for name in ("mse", "half_mse"):
        x = torch.tensor(OUTPUTS, requires_grad=True)
        Criterion(Recipe(loss=name))(x, torch.tensor(NUMBERS)).backward()  # type: ignore[arg-type]
        gradients.append(x.grad)
    assert torch.allclose(gradients[0], 2 * gradients[1]) and not math.isclose(gradients[1].abs().sum().item(), 0)


@pytest.mark.parametrize(("outputs", "targets"), [((4, 1, 1), (4, 1)), ((4, 3), (4, 1)), ((4,), (4, 1))])
def test_numbers_of_another_shape_are_never_broadcast(outputs: tuple[int, ...], targets: tuple[int, ...]):
    with pytest.raises(DataShapeError, match="is to be predicted"):
        Criterion(Recipe(loss="mse"))(torch.zeros(outputs), torch.zeros(targets))
