"""A loss in steps against torch.nn.functional, and its gradient against autograd."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch.nn import functional

from engine.experiment.recipe import Recipe
from engine.inspect.steps.losses import loss_step
from engine.inspect.steps.values import NoStepsError
from engine.training.failures import DataShapeError

ANSWER = torch.randn(4, 6, generator=torch.Generator().manual_seed(1)) * 3
CLASSES = torch.tensor([2, 0, 5, 2])
WEIGHTS = torch.tensor([0.5, 1.0, 2.0, 1.5, 1.0, 3.0])


@pytest.mark.parametrize(("smoothing", "weighted", "reduction"),
                         list(product([0.0, 0.2], [False, True], ["mean", "sum"])))
def test_cross_entropy(smoothing: float, weighted: bool, reduction: str) -> None:
    recipe = Recipe(label_smoothing=smoothing, class_weights="balanced" if weighted else "none", reduction=reduction)
    weights = WEIGHTS if weighted else None
    for example in range(4):
        alone = ANSWER[example:example + 1].clone().requires_grad_()
        loss = functional.cross_entropy(alone, CLASSES[example:example + 1], weight=weights, reduction=reduction,
                                        label_smoothing=smoothing)
        [gradient] = torch.autograd.grad(loss, alone)
        steps = loss_step(recipe, ANSWER, CLASSES, example=example, class_weights=weights)
        assert steps.agrees and steps.given == float(loss.detach())
        assert steps.value == pytest.approx(steps.given, rel=1e-6)
        assert steps.backward is not None
        assert [part.sum for part in steps.backward.to_inputs] == pytest.approx(gradient[0].tolist(), abs=1e-6)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("loss", ["mse", "half_mse", "l1", "huber", "bce", "nll"])
def test_other_losses(loss: str, reduction: str) -> None:
    recipe = Recipe(loss=loss, reduction=reduction)
    answer = torch.log_softmax(ANSWER, 1) if loss == "nll" else ANSWER
    targets = {"mse": torch.rand(4, 6), "bce": CLASSES}.get(loss, CLASSES)
    of = {"half_mse": lambda x, y: functional.mse_loss(x, y, reduction=reduction) / 2,
          "mse": lambda x, y: functional.mse_loss(x, y, reduction=reduction),
          "l1": lambda x, y: functional.l1_loss(x, y, reduction=reduction),
          "huber": lambda x, y: functional.huber_loss(x, y, reduction=reduction),
          "bce": lambda x, y: functional.binary_cross_entropy_with_logits(x, y, reduction=reduction),
          "nll": lambda x, y: functional.nll_loss(x, y, reduction=reduction)}[loss]
    plain = targets if loss == "nll" or targets.is_floating_point() else functional.one_hot(targets, 6).float()
    alone = answer[1:2].clone().requires_grad_()
    value = of(alone, plain[1:2])
    [gradient] = torch.autograd.grad(value, alone)
    steps = loss_step(recipe, answer, targets, example=1)
    assert steps.agrees and steps.value == pytest.approx(float(value.detach()), rel=1e-6)
    assert steps.backward is not None
    assert [part.sum for part in steps.backward.to_inputs] == pytest.approx(gradient[0].tolist(), abs=1e-6)


def test_the_true_class_is_told_in_lines() -> None:
    steps = loss_step(Recipe(), ANSWER, CLASSES)
    shown = {str(line.text): line.value for line in steps.lines}
    p = torch.softmax(ANSWER[0], 0)[2]
    assert shown["share p of class 2"] == pytest.approx(float(p), rel=1e-5)
    assert shown["−log p of class 2"] == pytest.approx(float(-p.log()), rel=1e-5)


def test_an_answer_that_is_no_row_is_refused() -> None:
    with pytest.raises(NoStepsError, match="one row of answers"):
        loss_step(Recipe(), torch.rand(2, 3, 4), torch.tensor([[0, 1, 2, 0], [0, 1, 2, 0]]))
    with pytest.raises(DataShapeError, match="3, but 4"):
        loss_step(Recipe(loss="mse"), torch.rand(2, 3), torch.rand(2, 4))
