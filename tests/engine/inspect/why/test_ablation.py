"""Masked layers against plain modules with a hook that masks, and the cut network against the whole one."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.data.spec.spec import DataSpec
from engine.data.tensors.batches import Batches
from engine.data.tensors.data import Split
from engine.inspect.changes import Change
from engine.inspect.lens import Lens, NoAnswerError
from engine.inspect.why.ablation import Masked, ablation, what_if
from engine.inspect.why.cut import Cut
from engine.inspect.why.judging import StoredExamplesError
from engine.training.failures import DataShapeError
from tests.engine.cases import experiment, made_data
from tests.engine.inspect.why.nets import NAMES, Net, net


def examples(case: Net, count: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(3)
    shape = case.lens.experiment.data.sample_shape
    return torch.rand((count, *shape), generator=generator), torch.randint(0, 10, (count,), generator=generator)


def masked_by_hook(plain: nn.Sequential, number: int, unit: int, axis: int, x: Tensor) -> Tensor:
    """The answer of a plain network one of whose modules gives 0 for a unit."""

    def mask(module: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> Tensor:
        return output.index_fill(axis, torch.tensor([unit]), 0.0)

    hook = plain[number].register_forward_hook(mask)
    with torch.no_grad():
        answer = plain(x)
    hook.remove()
    return answer


@pytest.mark.parametrize(("name", "place", "number"), [(name, *net(name).pairs[-1]) for name in NAMES])
def test_ablation_is_that_of_masking_hooks(name: str, place: str, number: int) -> None:
    case = net(name)
    x, targets = examples(case, 7)
    units = [0, 5, 11]
    found = list(ablation(case.lens, place, (x, targets), units=units, batch_size=4))
    assert [each.unit for each in found] == [None, *units]
    with torch.no_grad():
        answers = [case.plain(x)]
    axis = 2 if name == "transformer" else 1
    answers += [masked_by_hook(case.plain, number, unit, axis, x) for unit in units]
    for each, answer in zip(found, answers, strict=True):
        right = answer.argmax(1) == targets
        assert each.scores.loss == pytest.approx(float(functional.cross_entropy(answer, targets)), rel=1e-5)
        assert each.scores.accuracy == pytest.approx(float(right.float().mean()))
        assert (each.scores.examples, each.scores.of) == (7, 7)
        for label, share in enumerate(each.scores.by_class):
            mine = right[targets == label]
            assert share == pytest.approx(float(mine.float().mean())) if len(mine) else math.isnan(share)


@pytest.mark.parametrize("name", NAMES)
def test_behind_a_cut_the_answer_is_the_same_bit_for_bit(name: str) -> None:
    """At every layer: with what it gave, and with it masked, as the whole network run with that change."""
    case = net(name)
    x, _ = examples(case, 2)
    whole = case.lens.answer(x)
    for place in case.lens.places[::11 if len(case.lens.places) > 50 else 1]:
        cut = Cut(case.lens, place)
        before = cut.before(x)
        assert torch.equal(cut.after(before, before.output), whole), place
        change = Change(place, "mask", 0, axis=1)
        masked = before.output.index_fill(1, torch.tensor([0]), 0.0)
        assert torch.equal(cut.after(before, masked), case.lens.answer(x, changes=[change])), place


def test_a_cut_holds_while_the_network_learns() -> None:
    """What dropout drops behind it is the same as in the whole; statistics do not move."""
    lens = Lens(experiment(("flatten", "Flatten", {}), ("fc1", "Linear", {"out_features": 16}),
                           ("drop1", "Dropout", {"p": 0.5}), ("bn", "BatchNorm1d", {}),
                           ("drop2", "Dropout", {"p": 0.3}), ("fc2", "Linear", {"out_features": 10})), training=True)
    x = torch.rand(6, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    statistics = lens.module.get_submodule("bn").running_mean.clone()
    for place in ("fc1", "drop1", "bn"):
        cut = Cut(lens, place)
        before = cut.before(x, seed=3)
        assert torch.equal(cut.after(before, before.output), lens.answer(x, seed=3))
    assert torch.equal(statistics, lens.module.get_submodule("bn").running_mean)


def test_without_room_everything_is_computed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    case = net("mlp")
    given = examples(case, 30)
    kept = list(ablation(case.lens, "act1", given, batch_size=8))
    monkeypatch.setattr("engine.inspect.why.ablation.ROOM", 0)
    assert list(ablation(case.lens, "act1", given, batch_size=8)) == kept
    assert len(kept) == 17 and kept[-1].total == 16


def test_of_many_units_some_are_tried_and_it_can_be_left() -> None:
    case = net("mlp")
    found = list(ablation(case.lens, "act1", examples(case, 20), most=10, most_units=4, batch_size=5))
    assert [each.unit for each in found] == [None, 0, 5, 10, 15]
    assert {(each.total, each.units, each.scores.examples, each.scores.of) for each in found} == {(4, 16, 10, 20)}
    asked = iter([False] * 3 + [True] * 9)
    some = list(ablation(case.lens, "act1", examples(case, 20), batch_size=10, cancelled=lambda: next(asked)))
    assert some == [Masked("act1", None, some[0].scores, 0, 16, 16)]
    assert list(ablation(case.lens, "act1", examples(case, 0))) == []


# -- what if --------------------------------------------------------------------------------------------------------


def test_a_change_moves_answer_and_accuracy() -> None:
    case = net("lenet")
    x, targets = examples(case, 9)
    first, *rest = what_if(case.lens, case.x, (x, targets), [Change("act2", "mask", 4), Change("fc2", "scale", 7, 3.0)],
                           batch_size=4)
    kept = case.plain[9].weight.detach().clone(), case.plain[9].bias.detach().clone()
    with torch.no_grad():  # tripled by its weights instead of its output
        case.plain[9].weight[7] *= 3
        case.plain[9].bias[7] *= 3
        after, sample = (masked_by_hook(case.plain, 4, 4, 1, each) for each in (x, case.x))
        case.plain[9].weight.copy_(kept[0])
        case.plain[9].bias.copy_(kept[1])
        before = case.plain(x)
    torch.testing.assert_close(first.after, sample, atol=1e-5, rtol=1e-4)
    assert first.scores_after.examples == 0 and math.isnan(first.scores_after.loss)
    assert [each.scores_after.examples for each in rest] == [4, 8, 9]
    for scores, answer in ((rest[-1].scores_before, before), (rest[-1].scores_after, after)):
        assert scores.loss == pytest.approx(float(functional.cross_entropy(answer, targets)), rel=1e-5)
        assert scores.accuracy == pytest.approx(float((answer.argmax(1) == targets).float().mean()))
    best = sample.softmax(1)[0].topk(5)
    assert [guess.number for guess in first.top_after] == best.indices.tolist()
    assert [guess.probability for guess in first.top_after] == pytest.approx(best.values.tolist(), rel=1e-4)


def test_numbers_have_a_loss_and_no_accuracy() -> None:
    lens = Lens(experiment(("fc", "Linear", {"out_features": 1}), data=DataSpec(dataset="linear"), loss="mse",
                           reduction="sum"))
    x, y = torch.randn(50, 2), torch.randn(50, 1)
    *_, last = what_if(lens, x[:1], (x, y), [Change("fc", "mask")], batch_size=20)
    assert last.scores_after.loss == pytest.approx(float((y**2).sum()) / 50, rel=1e-5)
    assert math.isnan(last.scores_after.accuracy) and last.top_after == ()


def test_batches_and_splits_are_taken() -> None:
    lens = net("mlp").lens
    data = made_data(30)
    batches = Batches(data.train, data, torch.device("cpu"))
    found = [list(what_if(lens, net("mlp").x, given, []))[-1].scores_before
             for given in (batches, data.train, batches.take(torch.arange(len(batches))))]
    assert found[0] == found[1] == found[2] and found[0].examples == len(data.train)
    with pytest.raises(StoredExamplesError):
        next(what_if(lens, net("mlp").x, Split(torch.zeros(3, 1, 9, 9), torch.zeros(3).long()), []))


def test_what_does_not_fit_is_said() -> None:
    case = net("mlp")
    for place in ("nowhere", "fc1.inner", "act1.input"):
        with pytest.raises(NoAnswerError, match=f"There is no layer {place}"):
            next(ablation(case.lens, place, examples(case, 4)))
    other = Lens(experiment(("flatten", "Flatten", {}), ("fc", "Linear", {"out_features": 7})))
    with pytest.raises(DataShapeError, match="ends in 7, but 10"):
        list(what_if(other, case.x, examples(case, 4), []))
