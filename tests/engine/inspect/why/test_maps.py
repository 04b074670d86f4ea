"""Gradients, Grad-CAM, saliency and occlusion against hooks and loops in plain torch."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from engine.data.spec.spec import DataSpec
from engine.inspect.lens import Lens, NoAnswerError
from engine.inspect.why.gradcam import grad_cam
from engine.inspect.why.gradients import NoSuchClassError, loss_of, score_of
from engine.inspect.why.occlusion import occlusion
from engine.inspect.why.saliency import over_channels, saliency
from engine.training.failures import DataShapeError
from tests.engine.cases import experiment
from tests.engine.inspect.why.nets import NAMES, hooked, net

CLASS = 3
EVERY = [(name, *pair) for name in NAMES for pair in net(name).pairs]


@pytest.mark.parametrize(("name", "place", "number"), EVERY)
def test_grad_cam_is_that_of_hooks(name: str, place: str, number: int) -> None:
    case = net(name)
    output, gradient, _ = hooked(case.plain, case.x, number, CLASS)
    found = grad_cam(case.lens, case.x, place, score_of(CLASS))
    if output.dim() == 4:  # the paper's formula, term by term
        weights = [float(channel.mean()) for channel in gradient[0]]
        wanted = sum(weight * maps for weight, maps in zip(weights, output[0], strict=True))
    elif output.dim() == 3:  # of sequences features are channels, steps are places
        wanted = (output[0] * gradient[0].mean(0)).sum(1)
    else:
        wanted = output[0] * gradient[0]
    scale = float(wanted.abs().max())
    torch.testing.assert_close(found.signed, wanted, atol=2e-5 * scale + 1e-12, rtol=1e-4)
    assert torch.equal(found.values, found.signed.clamp(min=0))


def test_a_map_is_blended_to_the_size_of_the_input() -> None:
    case = net("lenet")
    found = grad_cam(case.lens, case.x, "conv2", score_of(CLASS))
    large = found.over((28, 28), rectified=False)
    assert large.shape == (28, 28)
    wanted = functional.interpolate(found.signed[None, None], (28, 28), mode="bilinear")[0, 0]
    torch.testing.assert_close(large, wanted)
    assert float(found.over((28, 28)).min()) >= 0
    flat = grad_cam(case.lens, case.x, "fc1", score_of(CLASS))
    assert flat.over((28, 28)).shape == (120,)  # it has no places


def test_of_a_convolved_signal_channels_come_first() -> None:
    lens = Lens(experiment(("rows", "Squeeze", {"dim": 1}), ("conv", "Conv1d", {"out_channels": 5, "kernel_size": 3}),
                           ("act", "ReLU", {}), ("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 10})))
    x = torch.rand(1, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    found = grad_cam(lens, x, "act", score_of(0))
    assert (found.weights.shape, found.signed.shape) == ((5,), (6,))


@pytest.mark.parametrize("name", NAMES)
def test_saliency_is_the_gradient_by_hooks(name: str) -> None:
    case = net(name)
    gradient = hooked(case.plain, case.x, 0, CLASS)[2][0]
    close = {"atol": 2e-5 * float(gradient.abs().max()), "rtol": 1e-4}
    torch.testing.assert_close(saliency(case.lens, case.x, score_of(CLASS)), gradient.abs(), **close)
    times_input = saliency(case.lens, case.x, score_of(CLASS), "times input")
    torch.testing.assert_close(times_input, gradient * case.x[0], **close)
    assert over_channels(gradient).shape == gradient.shape[1:]


def test_smooth_saliency_is_the_mean_over_noisy_copies() -> None:
    case = net("mlp")
    found = saliency(case.lens, case.x, score_of(CLASS), "smooth", copies=20, noise=0.2, seed=4)
    generator = torch.Generator().manual_seed(4)
    spread = float(case.x.max() - case.x.min()) * 0.2
    noisy = torch.cat([case.x + spread * torch.randn((count, 1, 8, 8), generator=generator) for count in (8, 8, 4)])
    each = [hooked(case.plain, one[None], 0, CLASS)[2][0] for one in noisy]
    torch.testing.assert_close(found, torch.stack(each).mean(0).abs())
    first = saliency(case.lens, case.x, score_of(CLASS), "smooth", copies=20, noise=0.2, seed=4, cancelled=lambda: True)
    torch.testing.assert_close(first, torch.stack(each[:8]).mean(0).abs())


@pytest.mark.parametrize("name", NAMES)
def test_gradients_of_the_loss_are_those_of_plain_torch(name: str) -> None:
    case = net(name)
    back = case.lens.back(case.x, loss_of(case.lens.experiment, 7))
    functional.cross_entropy(case.plain(case.x), torch.tensor([7])).backward()
    for found, weight in zip(back.weights.values(), case.plain.parameters(), strict=True):
        assert weight.grad is not None
        torch.testing.assert_close(found, weight.grad, atol=1e-6 + 2e-5 * float(weight.grad.abs().max()), rtol=1e-3)
    case.plain.zero_grad()


def test_a_target_that_there_is_not_is_said() -> None:
    case = net("mlp")
    for of in (loss_of(case.lens.experiment, 10), score_of(10), score_of(-1)):
        with pytest.raises(NoSuchClassError, match="the network has 10 outputs"):
            case.lens.back(case.x, of)
    with pytest.raises(DataShapeError):
        case.lens.back(case.x, loss_of(experiment(loss="mse"), torch.zeros(1, 4)))


def test_what_the_answer_does_not_depend_on_has_no_map() -> None:
    case = net("mlp")
    with pytest.raises(NoAnswerError, match="nowhere"):
        grad_cam(case.lens, case.x, "nowhere", score_of(0))


# -- occlusion ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mlp", "lenet"])
def test_occlusion_is_that_of_a_loop(name: str) -> None:
    case = net(name)
    *_, found = occlusion(case.lens, case.x, CLASS, patch=5, stride=3, batch_size=7)
    side = case.x.shape[-1]
    assert (found.patch, found.stride, found.done) == ((5, 5), (3, 3), found.total)
    before = float(case.plain(case.x).detach().softmax(1)[0, CLASS])
    assert found.before == pytest.approx(before, abs=1e-6)
    lost: list[list[list[float]]] = [[[] for _ in range(side)] for _ in range(side)]
    starts = sorted({*range(0, side - 5, 3), side - 5})
    for row in starts:
        for column in starts:
            covered = case.x.clone()
            covered[..., row:row + 5, column:column + 5] = float(case.x.mean())
            after = float(case.plain(covered).detach().softmax(1)[0, CLASS])
            for y in range(row, row + 5):
                for z in range(column, column + 5):
                    lost[y][z].append(before - after)
    wanted = torch.tensor([[math.fsum(cell) / len(cell) for cell in line] for line in lost])
    torch.testing.assert_close(found.lost, wanted, atol=1e-6, rtol=1e-3)


def test_occlusion_stays_within_its_bound_and_can_be_left() -> None:
    case = net("mlp")
    parts = list(occlusion(case.lens, case.x, 0, patch=1, stride=1, most=20, batch_size=6))
    assert [part.done for part in parts] == [6, 12]
    assert parts[0].lost.isnan().any() and not parts[-1].lost.isnan().any()
    asked = iter([False, True])
    assert len(list(occlusion(case.lens, case.x, 0, patch=2, batch_size=6, cancelled=lambda: next(asked)))) == 1


def test_of_a_row_each_number_is_covered() -> None:

    numbers = Lens(experiment(("fc", "Linear", {"out_features": 1}), data=DataSpec(dataset="linear"), loss="mse"))
    x = torch.tensor([[2.0, -3.0]])
    *_, found = occlusion(numbers, x, 0, fill=0.0)
    weight = numbers.module.get_submodule("fc").weight[0].detach()
    torch.testing.assert_close(found.lost, weight * x[0])  # what each term adds to the answer
