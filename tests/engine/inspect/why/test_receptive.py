"""Measured receptive fields against the theory, and gradients of units against hooks."""

from __future__ import annotations

import pytest
import torch

from engine.analysis.analysis import analyze
from engine.analysis.receptive import receptive_field
from engine.inspect.lens import Lens, NoAnswerError
from engine.inspect.why.receptive import NoSuchUnitError, gradient_of_unit, measured
from tests.engine.cases import experiment
from tests.engine.inspect.why.nets import net


@pytest.mark.parametrize(("name", "place", "unit", "exact"), [
    ("lenet", "conv2", (3, 2, 9), True),
    ("lenet", "pool2", (0, 0, 0), True),
    ("lenet", "fc2", (1,), True),
    ("mlp", "act1", (1,), True),
    ("lstm", "lstm", (2,), True),
    ("transformer", "encoder", (1, 2), True),
    ("resnet18", "stage2.residual1.conv1", (0, 1, 1), False),
    ("googlenet", "inception1.cat", (200, 2, 1), False),
])  # fmt: skip
def test_gradients_reach_what_the_theory_says(name: str, place: str, unit: tuple[int, ...], exact: bool) -> None:
    case = net(name)
    before = {key: value.clone() for key, value in case.lens.module.state_dict().items()}
    found = measured(case.lens, place, unit)
    made = case.lens.experiment
    seen = receptive_field(analyze(made.graph, made.data.sample_shape), place, unit)
    wanted = torch.zeros(made.data.sample_shape, dtype=torch.bool)
    wanted[tuple(torch.meshgrid(*map(torch.tensor, seen.places), indexing="ij"))] = True
    assert torch.equal(found, wanted) if exact else found.any() and not (found & ~wanted).any()
    for key, value in case.lens.module.state_dict().items():
        assert torch.equal(value, before[key])  # the network itself keeps its weights


@pytest.mark.parametrize(("name", "place", "number", "unit"), [
    ("lenet", "act2", 4, (3, 2, 9)), ("resnet18", "stage3", 9, (7, 1, 0)), ("lstm", "lstm", 1, (5,)),
])  # fmt: skip
def test_of_the_sample_in_hand_it_is_torchs_gradient(name: str, place: str, number: int, unit: tuple[int, ...]) -> None:
    case = net(name)
    x = case.x.clone().requires_grad_()
    [wanted] = torch.autograd.grad(case.plain[:number + 1](x)[(0, *unit)], [x])
    found = gradient_of_unit(case.lens, case.x, place, unit)
    torch.testing.assert_close(found, wanted[0], atol=2e-5 * float(wanted.abs().max()), rtol=1e-4)


def test_what_cannot_be_is_said() -> None:
    case = net("lenet")
    with pytest.raises(NoSuchUnitError, match="conv1 gives 6×28×28: it has no unit 6×0×0"):
        gradient_of_unit(case.lens, case.x, "conv1", (6, 0, 0))
    with pytest.raises(NoAnswerError, match="There is no layer nowhere"):
        measured(case.lens, "nowhere", (0,))
    words = Lens(experiment(("flat", "Flatten", {}), ("words", "Embedding", {"num_embeddings": 5, "embedding_dim": 3}),
                            ("flat2", "Flatten", {}), ("fc", "Linear", {"out_features": 10})))
    with pytest.raises(NoAnswerError, match="whole numbers"):
        gradient_of_unit(words, torch.ones(1, 1, 8, 8, dtype=torch.int64), "words", (0, 0))
    assert not measured(case.lens, "conv1", (0, 0, 0), cancelled=lambda: True).any()
