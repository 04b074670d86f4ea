"""Which dimension counts channels, and what the lens offers beside whole passes."""

from __future__ import annotations

import pytest
import torch

from engine.inspect.changes import Change
from engine.inspect.lens import Lens, NoAnswerError
from engine.inspect.why.gradients import score_of
from engine.inspect.why.places import axis_at
from tests.engine.cases import experiment
from tests.engine.inspect.why.nets import NAMES, net

SIGNAL = (("rows", "Squeeze", {"dim": 1}), ("conv", "Conv1d", {"out_channels": 5, "kernel_size": 3}),
          ("act", "ReLU", {}), ("turned", "Permute", {"dims": (2, 1)}), ("lstm", "LSTM", {"hidden_size": 4}),
          ("tanh", "Tanh", {}), ("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 10}))
X = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("place", "axis"), [
    ("input", 1), ("rows", 2), ("conv", 1), ("act", 1), ("lstm", 2), ("tanh", 2), ("flatten", 1), ("fc", 1),
])  # fmt: skip
def test_channels_come_first_in_signals_and_last_in_sequences(place: str, axis: int) -> None:
    lens = Lens(experiment(*SIGNAL))
    assert axis_at(lens, place, lens.look(X).outputs[place]) == axis


def test_a_channel_of_a_signal_is_masked() -> None:
    lens = Lens(experiment(*SIGNAL))
    plain = lens.look(X).outputs["conv"]
    masked = lens.look(X, changes=[Change("conv", "mask", 4, axis=1)]).outputs["conv"]
    assert torch.equal(masked[:, :4], plain[:, :4]) and not masked[:, 4].any() and plain[:, 4].any()


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_alone_is_that_of_a_whole_look(name: str) -> None:
    case = net(name)
    assert torch.equal(case.lens.answer(case.x), case.lens.look(case.x).answer)


def test_gradients_of_some_places_are_those_of_all() -> None:
    case = net("lenet")
    whole, some = case.lens.back(case.x, score_of(1)), case.lens.back(case.x, score_of(1), only=("pool1",))
    assert (list(some.outputs), dict(some.weights), some.of_x) == (["pool1"], {}, None)
    torch.testing.assert_close(some.outputs["pool1"], whole.outputs["pool1"])
    torch.testing.assert_close(case.lens.back(case.x, score_of(1), only=()).of_x, whole.of_x)
    with pytest.raises(NoAnswerError, match="There is no layer nowhere"):
        case.lens.back(case.x, score_of(1), at="nowhere")


def test_learning_statistics_neither_move_nor_are_in_the_way_of_a_gradient() -> None:
    lens = Lens(experiment(("flatten", "Flatten", {}), ("bn", "BatchNorm1d", {}),
                           ("fc", "Linear", {"out_features": 10})), training=True)
    bn = lens.modules["bn"]
    back = lens.back(X, score_of(1))
    assert back.of_x is not None and not bn.running_mean.any()
    x = X.flatten(1).requires_grad_()
    normed = torch.nn.functional.batch_norm(x, None, None, bn.weight, bn.bias, training=True)
    [wanted] = torch.autograd.grad(lens.modules["fc"](normed)[:, 1].sum(), [x])
    torch.testing.assert_close(back.of_x.flatten(1), wanted, atol=1e-5, rtol=1e-4)


def test_a_copy_has_weights_of_its_own() -> None:
    case = net("mlp")
    other = case.lens.copy()
    with torch.no_grad():
        for weight in other.module.parameters():
            weight.zero_()
    assert not other.answer(case.x).any() and case.lens.answer(case.x).any()
    assert other.places == case.lens.places and other.modules["fc1"] is not case.lens.modules["fc1"]
