"""What of a run may change while it goes on: named changes, made at a safe point, noted, the same each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import torch

from engine.blocks.edits import make_block
from engine.data.options.options import Augment
from engine.data.spec.spec import DataSpec
from engine.data.tensors.loading import load_data
from engine.experiment.experiment import Experiment
from engine.graph.parameters import NodeParameters
from engine.layers.base import OptionError
from engine.messages import LayerloomError
from engine.network.weights import initial_module
from engine.training import fit, run
from engine.training.checkpoint import Checkpoint, checkpoint_from
from engine.training.checks import memory
from engine.training.checks.memory import need_of
from engine.training.control import Control
from engine.training.events import CheckpointReached, EpochEnded, Event, Finished, Paused, Point, Started, Steered
from engine.training.loop import Repeat
from engine.training.numerics import Numerics
from engine.training.steering import AUGMENT, steered, steering, told, values_of
from engine.training.values import Remark
from tests.engine.cases import MLP, experiment, of_type, with_recipe

LAYERS = (("conv1", "Conv2d", {"out_channels": 4, "kernel_size": 3}), ("bn1", "BatchNorm2d", {}),
          ("act0", "ReLU", {}), *MLP[:-1], ("drop1", "Dropout", {"p": 0.5}), MLP[-1])
BASE = experiment(*LAYERS, optimizer="momentum", lr=0.05, batch_size=64, epochs=3, data=DataSpec())
DATA = load_data(BASE.data)
CHANGES: dict[str, dict[str, Any]] = {
    "rate": {"lr": 0.01}, "decay": {"weight_decay": 0.01}, "momentum": {"momentum": 0.5}, "L1": {"l1": 0.001},
    "larger batches": {"batch_size": 100}, "smaller batches": {"batch_size": 17}, "more epochs": {"epochs": 4},
    "fewer epochs": {"epochs": 2}, "clipping": {"clip_norm": 0.1}, "clipping values": {"clip_value": 0.01},
    "augmentation": {AUGMENT: Augment(crop=1, rotate=10.0).model_dump()}, "dropout": {"drop1.p": 0.1},
    "frozen": {"conv1.trainable": False}, "much": {"lr": 0.02, "batch_size": 33, "fc1.trainable": False},
}


@pytest.fixture(autouse=True)
def a_point_for_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("READ_EVERY", "KEEP_EVERY", "KEEP_SHARE", "KEEP_SHARE_AFTER"):
        monkeypatch.setattr(run, name, 0.0)


def steered_run(base: Experiment, plan: Mapping[float, Mapping[str, Any]]) -> list[Event]:
    """A run that is steered by hand: changes by the position that it has reached."""
    control, events, waiting = Control(), list[Event](), dict(plan)
    for event in fit(base, control):
        events.append(event)
        if isinstance(event, (Started, Point)):
            due = [position for position in waiting if event.position >= position]
            for position in due:
                control.steer(waiting.pop(position))
    assert not waiting
    return events


def weights_of(events: list[Event]) -> dict[str, torch.Tensor]:
    return dict(of_type(events, EpochEnded)[-1].weights)


def same(one: Mapping[str, torch.Tensor], other: Mapping[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


# -- the value --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_the_difference_of_two_experiments(name: str) -> None:
    changes = CHANGES[name]
    now = steered(BASE, changes)
    assert now != BASE and steering(BASE, now) == changes
    before = values_of(BASE, tuple(changes))
    assert steering(now, BASE) == before and steered(now, before) == BASE
    assert steering(BASE, BASE) == {} and steering(BASE, replace(BASE)) == {}
    assert all(str(words) for words in told(changes, before)) and len(told(changes, before)) >= len(changes)


def test_what_else_is_different_is_of_another_run() -> None:
    other = with_recipe(BASE, optimizer="adam", seed=3, schedule="cosine", lr=0.5)
    assert steering(BASE, replace(other, graph=BASE.graph.without(["drop1"]))) == {"lr": 0.5}


def test_layers_inside_of_own_blocks_are_named_by_their_place() -> None:
    graph, name = make_block(BASE.graph, ["fc1", "act1", "drop1"], "Part")
    base = replace(BASE, graph=graph)
    changes = {f"{name}.drop1.p": 0.2, f"{name}.fc1.trainable": False}
    assert steering(base, steered(base, changes)) == changes
    assert [str(words) for words in told(changes, values_of(base, tuple(changes)))] == [
        f"{name}.drop1 0.5 → 0.2", f"{name}.fc1 frozen"]


@pytest.mark.parametrize("changes", [{"nobody.p": 0.1}, {"fc1.out_features": 3}, {"drop1.inner.p": 0.1}, {"p": 0.5},
                                     {"drop1.p": 7}, {"lr": -1}, {"act1.p": 0.1}])
def test_what_cannot_change_is_a_sentence(changes: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        steered(BASE, changes)


def test_words() -> None:
    changes = {"lr": 0.06, "batch_size": 64, "drop1.p": 0.2, "fc1.trainable": True, AUGMENT: {}, "clip_norm": 1.0}
    before = {"lr": 0.1, "batch_size": 256, "drop1.p": 0.5, "fc1.trainable": False, AUGMENT: {}, "clip_norm": 0.0}
    assert [str(words) for words in told(changes, before)] == [
        "lr 0.1 → 0.06", "batch 256 → 64", "drop1 0.5 → 0.2", "fc1 learns", "augmentation", "clip norm off → 1"]
    assert [str(words) for words in told({"lr": 0.06}, {})] == ["lr 0.06"]
    changes = {"optimizer": "momentum:nesterov=yes", "schedule": "cosine", "loss": "mse"}
    assert [str(words) for words in told(changes, {"optimizer": "sgd", "schedule": "constant", "loss": "nll"})] == [
        "SGD → SGD + momentum (Nesterov)", "schedule constant → cosine",
        "loss negative log-likelihood → mean squared error"]


@pytest.mark.parametrize(("before", "now", "words"), [
    (Augment(), Augment(rotate=15), ["rotate 0 → 15"]), (Augment(rotate=15), Augment(), ["rotate 15 → 0"]),
    (Augment(crop=2), Augment(crop=4, flip_vertical=True), ["crop 2 → 4", "flip upside down on"]),
    (None, Augment(erase=0.3), ["erase 0.3"]), (None, Augment(), ["augmentation"])])
def test_of_augmentation_the_options_that_differ_are_named(before: Augment | None, now: Augment, words: list[str]
                                                           ) -> None:
    known = {} if before is None else {AUGMENT: before.model_dump()}
    assert [str(each) for each in told({AUGMENT: now.model_dump()}, known)] == words


@pytest.mark.parametrize("odd", [3, None, [], {"rotate": {}, "new": 1}])
def test_what_a_damaged_file_says_of_augmentation_is_told_too(odd: object) -> None:
    assert all(str(words) for words in told({AUGMENT: odd}, {AUGMENT: odd}))


@pytest.mark.parametrize("option", Augment.model_fields)
def test_every_option_of_augmentation_has_a_name(option: str) -> None:
    assert str(told({AUGMENT: {option: 1}}, {AUGMENT: {option: 0}})[0]).endswith(" 0 → 1")


# -- in a run ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_made_before_the_next_batch_and_noted(name: str) -> None:
    changes = CHANGES[name]
    events = steered_run(BASE, {1.4: changes})
    [change] = of_type(events, Steered)
    assert change.changes == changes and change.before == values_of(BASE, tuple(changes))
    assert change.epoch == 2 and 1.4 <= change.position < 1.5
    points = [point.position for point in of_type(events, Point)]
    assert change.position in points and points == sorted(points)
    assert of_type(events, EpochEnded)[-1].epoch == changes.get("epochs", 3)
    assert not same(weights_of(events), weights_of(steered_run(BASE, {}))) or name == "fewer epochs"


@pytest.mark.parametrize("name", CHANGES)
def test_from_any_checkpoint_a_steered_run_goes_on_bit_for_bit(name: str) -> None:
    events = steered_run(BASE, {0.0: {"lr": 0.04}, 1.4: CHANGES[name], 1.7: {"lr": 0.03}})
    whole = weights_of(events)
    kept = [event.checkpoint for event in of_type(events, CheckpointReached)]
    for checkpoint in (kept[len(kept) // 4], kept[-len(kept) // 3]):
        later = checkpoint_from(checkpoint.stored())  # as it is written and read
        rest = list(fit(BASE, resume=replace(later, noted=kept[-1].noted)))
        assert same(weights_of(rest), whole) if of_type(rest, EpochEnded) else checkpoint.position >= len(
            of_type(events, EpochEnded))


def test_a_smaller_batch_size_takes_what_is_left_of_the_epoch() -> None:
    seen: list[int] = []

    class Sizes(run.Observer):
        def on_batch(self, batch: Any) -> None:
            seen.append(len(batch.inputs))

    control = Control()
    for event in fit(with_recipe(BASE, epochs=2), control, observers=[Sizes()]):
        if isinstance(event, Point) and len(seen) == 3:
            control.steer({"batch_size": 500})
    first = [64, 64, 64, 500, 500, 1374 - 3 * 64 - 1000]
    assert seen == [*first, 500, 500, 374] and sum(first) == 1374


def test_frozen_layers_stay_as_they_are_and_learn_again() -> None:
    events = steered_run(BASE, {1.0: {"fc1.trainable": False}, 2.0: {"fc1.trainable": True}})
    first, second, third = (event.weights for event in of_type(events, EpochEnded))
    # The change is made before the first batch of an epoch, or after it
    assert not torch.equal(second["fc2.weight"], first["fc2.weight"])
    assert torch.equal(second["fc1.weight"], first["fc1.weight"])
    assert not torch.equal(third["fc1.weight"], second["fc1.weight"])


def test_dropout_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing dropped it is the run of a network without dropout from there on."""
    base = with_recipe(BASE, epochs=1)
    without = steered(base, {"drop1.p": 0.0})
    assert same(weights_of(steered_run(base, {0.0: {"drop1.p": 0.0}})), weights_of(steered_run(without, {})))


def test_what_a_frozen_layer_is_by_own_settings_stays() -> None:
    base = replace(BASE, graph=BASE.graph.with_parameters("fc2", NodeParameters(trainable=False)))
    events = steered_run(base, {1.0: {"lr": 0.01}})
    first, last = (of_type(events, EpochEnded)[place].weights for place in (0, -1))
    assert torch.equal(first["fc2.weight"], last["fc2.weight"])


def test_asked_for_the_same_value_nothing_is_noted() -> None:
    assert not of_type(steered_run(BASE, {0.5: {"lr": BASE.recipe.lr}}), Steered)


def test_other_curves_are_judged_from_where_they_are_asked_for() -> None:
    events = steered_run(BASE, {1.4: {"train_curve": True, "test_curve": True}, 2.4: {"test_curve": False}})
    assert [(event.after is not None, event.test is not None) for event in of_type(events, EpochEnded)] == [
        (False, False), (True, True), (True, False)]


FROZEN = {f"{name}.trainable": False for name in ("conv1", "bn1", "fc1", "fc2")}


@pytest.mark.parametrize(("changes", "words"), [
    (FROZEN, "Not followed: conv1 frozen, bn1 frozen, fc1 frozen, fc2 frozen. This network has nothing to learn: all "
             "of its weights are frozen"),
    ({"nobody.p": 0.1, "lr": 0.5}, "Not followed: nobody 0.1, lr 0.5. There is no layer “nobody.p” to change"),
    ({"drop1.p": 7}, "Not followed: drop1 7. Probability must be at most 1"),
    ({"p": 0.5}, "Not followed: p 0.5. There is no"),
    ({"best_by": "validation_rmse"}, "Not followed: best epoch by validation RMSE. The best epoch is chosen by"),
], ids=lambda value: next(iter(value)) if isinstance(value, dict) else "")
def test_what_the_run_could_not_go_on_with_is_said_and_it_goes_on_as_it_was(changes: dict[str, Any], words: str
                                                                            ) -> None:
    base = with_recipe(BASE, epochs=2)
    events = steered_run(base, {1.4: changes})
    [remark] = [event for event in of_type(events, Remark) if event.kind == "not followed"]
    assert str(remark.message).startswith(words) and not of_type(events, Steered)
    assert same(weights_of(events), weights_of(steered_run(base, {})))


def test_a_batch_that_cannot_fit_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    base = with_recipe(BASE, epochs=1)
    monkeypatch.setattr(memory, "_swap", lambda _: 0)
    monkeypatch.setattr(memory, "free_memory", lambda _: need_of(base).of(64))
    events = steered_run(base, {0.3: {"batch_size": 1000}, 0.6: {"batch_size": 100}})
    [remark] = [event for event in of_type(events, Remark) if event.kind == "not followed"]
    assert str(remark.message).startswith("Not followed: batch 1000. This needs ")
    assert [change.changes for change in of_type(events, Steered)] == [{"batch_size": 100}]


@pytest.mark.parametrize(("changes", "words"), [
    (FROZEN, "nothing to learn: all of its weights are frozen"), ({"best_by": "validation_rmse"}, "The best epoch is"),
    ({"batch_size": 1000}, "This needs .* for a batch of 1.000, and"),
], ids=lambda value: next(iter(value)) if isinstance(value, dict) else "")
def test_a_run_does_not_go_on_with_what_it_could_not_begin_with(changes: dict[str, Any], words: str,
                                                                monkeypatch: pytest.MonkeyPatch) -> None:
    base = with_recipe(BASE, epochs=2)
    left = of_type(fit(with_recipe(base, epochs=1)), CheckpointReached)[-1].checkpoint
    monkeypatch.setattr(memory, "_swap", lambda _: 0)
    monkeypatch.setattr(memory, "free_memory", lambda _: need_of(base).of(500))
    change = Steered(*left.course.place, left.position, changes, {})
    with pytest.raises(LayerloomError, match=words):
        next(fit(base, resume=replace(left, noted=(change,)), data=DATA))


# -- how far it goes --------------------------------------------------------------------------------------------------


def test_a_batch_and_an_epoch_at_a_time() -> None:
    control, places, position = Control(), list[float](), 0.0
    control.go_on_for("batch")
    stretches = iter(["batch", "epoch", "batch", None])
    for event in fit(BASE, control):
        position = getattr(event, "position", position)
        if isinstance(event, Paused):
            places.append(position)
            stretch = next(stretches)
            control.go_on_for(stretch) if stretch else control.resume()  # type: ignore[arg-type]
    assert places == [64 / 1374, 128 / 1374, 1.0, 1 + 64 / 1374]


def test_it_stops_after_the_epoch_when_asked(tmp_path: object) -> None:
    control, events = Control(), list[Event]()
    for event in fit(BASE, control):
        events.append(event)
        if isinstance(event, Point) and event.position > 1.3:
            control.stop_after_epoch()
    end = events[-1]
    assert isinstance(end, Finished) and end.stopped and end.summary.epochs == 2
    assert end.at is not None and end.at.judged
    checkpoint = of_type(events, CheckpointReached)[-1].checkpoint
    rest = list(fit(BASE, resume=checkpoint))
    assert same(weights_of(rest), weights_of(steered_run(BASE, {})))


def test_held_after_an_epoch_the_next_one_is_the_one_to_stop_after() -> None:
    control = Control()
    control.go_on_for("epoch")
    for event in fit(BASE, control):
        if isinstance(event, Paused):
            control.stop_after_epoch()
            control.resume()
    assert isinstance(event, Finished) and event.stopped and event.summary.epochs == 2


def test_asked_to_stop_after_the_last_epoch_it_is_finished() -> None:
    control, events = Control(), list[Event]()
    for event in fit(BASE, control):
        events.append(event)
        if isinstance(event, Point) and event.position > 2.3:
            control.stop_after_epoch()
    end = events[-1]
    assert isinstance(end, Finished) and not end.stopped and end.at is None and end.summary.epochs == 3
    assert end.summary == replace(of_type(steered_run(BASE, {}), Finished)[0].summary, **{
        name: getattr(end.summary, name) for name in ("examples_per_second", "training_seconds", "total_seconds")})


@pytest.mark.parametrize("more", [0, 2])
def test_it_holds_after_the_last_epoch_too_and_more_may_follow(more: int) -> None:
    control, places, position = Control(), list[float](), 0.0
    for event in fit(BASE, control):
        position = getattr(event, "position", position)
        if isinstance(event, Point) and 2.3 < position < 2.4:
            control.go_on_for("epoch")
        if isinstance(event, Paused):
            places.append(position)
            control.steer({"epochs": 3 + more})
            control.resume()
    assert places == [3.0] and isinstance(event, Finished) and not event.stopped
    assert event.summary.epochs == event.summary.planned == 3 + more


def test_more_epochs_and_a_stop_after_this_one() -> None:
    control, events = Control(), list[Event]()
    for event in fit(BASE, control):
        events.append(event)
        if isinstance(event, EpochEnded) and event.epoch == 3:
            control.stop_after_epoch()
            control.steer({"epochs": 5})
    end = events[-1]
    assert isinstance(end, Finished) and end.stopped and end.summary.epochs == 3 and end.summary.planned == 5
    assert of_type(events, CheckpointReached)[-1].checkpoint.whole_epochs == 3


def test_it_may_be_asked_not_to_stop_after_all() -> None:
    control = Control()
    control.stop_after_epoch()
    assert control.ends_with_epoch
    control.stop_after_epoch(False)
    assert not control.ends_with_epoch and of_type(list(fit(BASE, control)), EpochEnded)[-1].epoch == 3


def test_a_checkpoint_holds_what_was_changed() -> None:
    events = steered_run(BASE, {0.5: {"drop1.p": 0.2}})
    kept: Checkpoint = of_type(events, CheckpointReached)[-1].checkpoint
    assert checkpoint_from(kept.stored()).noted == tuple(of_type(events, Steered))


@pytest.mark.parametrize("schedule", ["constant", "step:every=1,factor=0.9", "plateau:patience=3"])
def test_with_another_schedule_a_plateau_begins_anew_and_what_it_had_fallen_is_no_more(schedule: str) -> None:
    base = with_recipe(BASE, schedule="plateau:patience=0,threshold=1,factor=0.1", epochs=4)
    kept = [event.checkpoint for event in of_type(steered_run(base, {}), CheckpointReached)]
    fallen = next(each for each in kept if each.epoch == 3 and each.optimizer["plateau"]["factor"] < 0.5)
    change = Steered(*fallen.course.place, fallen.position, {"schedule": schedule}, {})
    rests = [list(fit(base, resume=replace(fallen, noted=(change,), optimizer=optimizer)))
             for optimizer in (fallen.optimizer, {**fallen.optimizer, "plateau": {}})]
    assert same(weights_of(rests[0]), weights_of(rests[1]))


@pytest.mark.parametrize("position", [0.0, 1.0, 1.4])
def test_an_epoch_has_the_order_of_the_seed_that_its_first_batch_had(position: float) -> None:
    """In a run that goes on from anywhere, and in one that is repeated."""
    events = steered_run(BASE, {position: {"seed": 7}})
    whole, kept = weights_of(events), [event.checkpoint for event in of_type(events, CheckpointReached)]
    for checkpoint in kept[1::9]:
        rest = list(fit(BASE, resume=replace(checkpoint, noted=kept[-1].noted)))
        assert same(weights_of(rest), whole) if of_type(rest, EpochEnded) else checkpoint.position >= 3
    again = fit(BASE, repeat=Repeat(kept[-1].noted, kept[-1].numerics))
    assert same(weights_of(list(again)), whole)


def test_a_seed_that_is_set_at_the_beginning_is_that_of_every_order() -> None:
    base = with_recipe(BASE, epochs=1)
    zero = {name: tensor.clone() for name, tensor in initial_module(base).state_dict().items()}
    place = Steered(1, 0, 0.0, {"seed": 7}, {})
    runs = [list(fit(with_recipe(base, seed=seed), weights=zero, repeat=Repeat(noted, Numerics())))
            for seed, noted in ((0, [place]), (0, [replace(place, epoch=0)]), (7, []))]
    assert same(weights_of(runs[0]), weights_of(runs[2])) and same(weights_of(runs[1]), weights_of(runs[2]))
