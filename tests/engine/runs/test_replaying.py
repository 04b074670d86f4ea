"""A run is made again from its own record, however it was steered, bit for bit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch

from engine.data.options.options import Augment
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, Variant
from engine.network.weights import initial_module, on_cpu
from engine.runs.continuing import going_on
from engine.runs.folder import About, record
from engine.runs.names import BEST, CHANGES, LAST, METRICS, RUN, START
from engine.runs.opened import RunError, open_run
from engine.runs.replaying import differences, other_versions, replay_of
from engine.training import fit, run
from engine.training.control import Control
from engine.training.devices import MOST_THREADS
from engine.training.events import EpochEnded, Event, Point, Started, ThreadsChanged
from engine.training.series import fit_series
from engine.training.threads import Threads
from engine.training.values import Remark
from tests.engine.cases import MLP, experiment, of_type, with_recipe

LAYERS = (("conv1", "Conv2d", {"out_channels": 4, "kernel_size": 3}), ("bn1", "BatchNorm2d", {}),
          ("act0", "ReLU", {}), *MLP[:-1], ("drop1", "Dropout", {"p": 0.5}), MLP[-1])
BASES = {
    "momentum": experiment(*LAYERS, optimizer="momentum", lr=0.05, epochs=3, batch_size=150),
    "adam, warm-up, cosine": experiment(*LAYERS, optimizer="adamw", schedule="cosine", warmup=0.5, epochs=3,
                                        batch_size=100, schedule_by="batch", averaging="ema:decay=0.9"),
    "gathered, clipped": experiment(*LAYERS, optimizer="rmsprop", accumulate=3, clip_norm=1.0, epochs=3, lr=0.001,
                                    data=DataSpec(augment=Augment(crop=1))),
}


@pytest.fixture(autouse=True)
def a_point_for_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)


def some_change(random: Random) -> dict[str, Any]:
    """As a person might: one or two at a time, also back again."""
    choices: dict[str, Any] = {
        "lr": random.choice([0.001, 0.01, 0.03]), "weight_decay": random.choice([0.0, 0.01]),
        "batch_size": random.choice([16, 50, 64, 300]), "epochs": random.choice([3, 4]),
        "momentum": random.choice([0.5, 0.9]), "drop1.p": random.choice([0.0, 0.2, 0.5]),
        "fc1.trainable": random.random() < 0.5, "conv1.trainable": random.random() < 0.5,
        "augment": Augment(crop=random.choice([0, 1]), flip=random.random() < 0.5).model_dump(),
        "clip_norm": random.choice([0.0, 0.5]), "l1": random.choice([0.0, 1e-4]),
    }
    return {name: choices[name] for name in random.sample(sorted(choices), random.choice([1, 1, 2]))}


def steered_by_hand(base: Experiment, folder: Path, random: Random, stops: bool = False) -> list[Event]:
    """Five times, at random; perhaps stopped in the end."""
    control, places = Control(), sorted(random.uniform(0, 2.9) for _ in range(5))
    events = []
    for event in record(fit(base, control), base, folder):
        events.append(event)
        if isinstance(event, Point) and places and event.position >= places[0]:
            places.pop(0)
            control.steer(some_change(random))
            if not places and stops:
                control.stop() if random.random() < 0.5 else control.stop_after_epoch()
    return events


def replayed(folder: Path, into: Path) -> list[Event]:
    replay = replay_of(folder)
    return list(record(replay.events(), replay.experiment, into, about=About(replay.weights, str(folder))))


def same_files(one: Path, other: Path) -> bool:
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in (METRICS, CHANGES, LAST, BEST))


@pytest.mark.parametrize("name", BASES)
@pytest.mark.parametrize("seed", range(2))
def test_steered_by_hand_and_replayed_it_is_the_same_bit_for_bit(name: str, seed: int, tmp_path: Path) -> None:
    steered_by_hand(BASES[name], tmp_path / "one", Random(f"{name} {seed}"))
    replayed(tmp_path / "one", tmp_path / "two")
    assert same_files(tmp_path / "one", tmp_path / "two") and differences(tmp_path / "one", tmp_path / "two") == []
    assert json.loads((tmp_path / "two" / RUN).read_text())["parent"] == str(tmp_path / "one")
    replayed(tmp_path / "two", tmp_path / "three")
    assert same_files(tmp_path / "one", tmp_path / "three")


@pytest.mark.parametrize("seed", range(4))
def test_stopped_by_hand_it_is_stopped_there_again(seed: int, tmp_path: Path) -> None:
    """Asked for after its last epoch it is no stop."""
    [first] = steered_by_hand(BASES["momentum"], tmp_path / "one", Random(seed), stops=True)[-1:]
    [end] = replayed(tmp_path / "one", tmp_path / "two")[-1:]
    assert end.stopped is first.stopped and (end.stopped or end.summary.epochs == 3)  # type: ignore[union-attr]
    assert same_files(tmp_path / "one", tmp_path / "two")  # type: ignore[union-attr]
    assert differences(tmp_path / "one", tmp_path / "two") == []


def test_stopped_while_an_epoch_is_judged_it_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "AFTER_STOP", 0.0)
    base = with_recipe(BASES["momentum"], batch_size=64)
    control = Control()
    for event in record(fit(base, control), base, tmp_path / "one"):
        if isinstance(event, Point) and event.position == 2.0:
            control.stop()  # nothing is left but to judge it
    replayed(tmp_path / "one", tmp_path / "two")
    assert same_files(tmp_path / "one", tmp_path / "two")


# -- what was noted before it was broken off, or as it was stopped -----------------------------------------------------


PLAIN = experiment(epochs=3, batch_size=100, lr=0.05, optimizer="sgd")


def gone_on(folder: Path, control: Control | None = None) -> Iterator[Event]:
    going = going_on(folder, PLAIN)
    return record(fit(PLAIN, control, resume=going.checkpoint), PLAIN, folder, going.checkpoint)


def broken_off_after_a_change(folder: Path, monkeypatch: pytest.MonkeyPatch,
                              change: dict[str, Any] | None = None) -> None:
    """Its rate was changed in the middle of its second epoch; kept was the first."""
    monkeypatch.setattr(run, "KEEP_EVERY", 1e9)
    control = Control()
    for event in record(fit(PLAIN, control), PLAIN, folder):
        if isinstance(event, Point) and 1.5 < event.position < 1.6:
            control.steer(change or {"lr": 0.01})
        if isinstance(event, Point) and event.position > 1.8:
            control.abandon()
    assert going_on(folder, PLAIN).states.current.points[-1].position == 1.0


@pytest.mark.parametrize("changes", [{"weight_decay": 0.1}, {"lr": 0.02}, {"lr": 0.01}, {"batch_size": 700},
                                     {"batch_size": 30, "lr": 0.01}], ids=str)
@pytest.mark.parametrize("left", [3.0, 1.7, 1.4])
def test_changed_before_a_change_that_comes_again_it_is_made_again_as_it_was(
        changes: dict[str, Any], left: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken_off_after_a_change(tmp_path / "one", monkeypatch)
    control = Control()
    for event in gone_on(tmp_path / "one", control):
        if isinstance(event, Point) and 1.2 < event.position < 1.3:
            control.steer(changes)
        if isinstance(event, Point) and left <= event.position < 3:
            control.abandon()  # broken off once more
    if left < 3:
        list(gone_on(tmp_path / "one"))
    noted = [json.loads(line) for line in (tmp_path / "one" / CHANGES).read_text().splitlines()]
    assert [each["position"] for each in noted] == sorted(each["position"] for each in noted)
    assert noted[0]["set"] == changes and len(noted) == (1 if "lr" in changes and changes["lr"] == 0.01 else 2)
    replayed(tmp_path / "one", tmp_path / "two")
    assert same_files(tmp_path / "one", tmp_path / "two")


def test_a_change_that_is_not_possible_any_more_is_not_made_again(tmp_path: Path,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    broken_off_after_a_change(tmp_path / "one", monkeypatch, {"fc2.trainable": False})
    control, events = Control(), list[Event]()
    for event in gone_on(tmp_path / "one", control):
        events.append(event)
        if isinstance(event, Point) and 1.2 < event.position < 1.3:
            control.steer({"fc1.trainable": False})
    [said] = [each for each in of_type(events, Remark) if each.kind == "not followed"]
    assert str(said.message).startswith("Not followed: fc2 frozen. This network has nothing to learn")
    assert len((tmp_path / "one" / CHANGES).read_text().splitlines()) == 1
    replayed(tmp_path / "one", tmp_path / "two")
    assert same_files(tmp_path / "one", tmp_path / "two")


def test_what_is_changed_as_it_stops_is_so_in_the_run_that_is_made_again(tmp_path: Path) -> None:
    control = Control()
    for event in record(fit(PLAIN, control), PLAIN, tmp_path / "one"):
        if isinstance(event, EpochEnded):
            control.steer({"lr": 0.01})
            control.stop_after_epoch()
    replayed(tmp_path / "one", tmp_path / "two")
    assert same_files(tmp_path / "one", tmp_path / "two")
    for name in ("one", "two"):
        list(gone_on(tmp_path / name))
    assert same_files(tmp_path / "one", tmp_path / "two")


def test_what_was_to_change_after_it_was_stopped_does_so_in_the_run_that_is_made_again(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken_off_after_a_change(tmp_path / "one", monkeypatch)
    control = Control()
    for event in gone_on(tmp_path / "one", control):
        if isinstance(event, Point) and event.position > 1.2:
            control.stop()
    replayed(tmp_path / "one", tmp_path / "two")
    for name in ("one", "two"):
        list(gone_on(tmp_path / name))
    assert same_files(tmp_path / "one", tmp_path / "two")


def test_stopped_again_before_its_next_epoch_it_is_judged_as_it_was(tmp_path: Path) -> None:
    base = with_recipe(PLAIN, batch_size=64)
    control = Control()
    for event in record(fit(base, control), base, tmp_path / "one"):
        if isinstance(event, EpochEnded):
            control.stop()
    going, control = going_on(tmp_path / "one", base), Control()
    for event in record(fit(base, control, resume=going.checkpoint), base, tmp_path / "one", going.checkpoint):
        if isinstance(event, Started):
            control.stop()
    assert json.loads((tmp_path / "one" / CHANGES).read_text())["judged"] is True
    replayed(tmp_path / "one", tmp_path / "two")
    assert same_files(tmp_path / "one", tmp_path / "two")


def test_what_it_began_with_is_kept(tmp_path: Path) -> None:
    base = BASES["momentum"]
    weights = on_cpu(initial_module(with_recipe(base, seed=5)).state_dict())
    list(record(fit(base, weights=weights), base, tmp_path / "one", about=About(weights)))
    assert (tmp_path / "one" / START).exists()
    replayed(tmp_path / "one", tmp_path / "two")
    assert same_files_without_changes(tmp_path / "one", tmp_path / "two")
    list(record(fit(base), base, tmp_path / "fresh"))
    assert str(differences(tmp_path / "one", tmp_path / "fresh")[0]) == "metrics.csv of one"


def same_files_without_changes(one: Path, other: Path) -> bool:
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in (METRICS, LAST, BEST))


def test_a_series_is_replayed_run_by_run(tmp_path: Path) -> None:
    base = with_recipe(BASES["momentum"], folds=3, epochs=2)
    control = Control()
    for event in record(fit_series(base, control), base, tmp_path / "one"):
        if isinstance(event, EpochEnded) and event.epoch == 1:
            control.steer({"lr": 0.02})
    replayed(tmp_path / "one", tmp_path / "two")
    assert differences(tmp_path / "one", tmp_path / "two") == []
    for member in open_run(tmp_path / "one").members:
        assert member.state.changes and same_files(member.folder, tmp_path / "two" / member.folder.name)


def test_variants_too(tmp_path: Path) -> None:
    base = replace(with_recipe(BASES["momentum"], epochs=1), variants=(
        Variant(title="slow", recipe={"lr": 0.001}), Variant(title="fast", recipe={"lr": 0.1})))
    list(record(fit_series(base), base, tmp_path / "one"))
    replayed(tmp_path / "one", tmp_path / "two")
    assert differences(tmp_path / "one", tmp_path / "two") == []


def test_the_threads_are_those_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With threads that follow free cores their number changes at other places each time: the record decides."""
    looks: Iterator[bool] = iter([False, True] * 1000)

    def look(threads: Threads) -> bool:
        if next(looks):
            threads.use(3 - threads.count if threads.count in (1, 2) else 1)
            return True
        return False

    base = with_recipe(BASES["momentum"], deterministic=False, epochs=2)
    with monkeypatch.context() as patched:
        patched.setattr(Threads, "look", look)
        events = list(record(fit(base), base, tmp_path / "one"))
    assert of_type(events, ThreadsChanged)
    again = replayed(tmp_path / "one", tmp_path / "two")
    assert of_type(again, ThreadsChanged) == of_type(events, ThreadsChanged)
    assert same_files(tmp_path / "one", tmp_path / "two")


@pytest.mark.parametrize("threads", [-7, 0, 10**6, 10**20])
def test_threads_that_no_computer_has_are_not_made(threads: int, tmp_path: Path,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    """As a damaged file may say."""
    used: list[int] = []
    list(record(fit(PLAIN), PLAIN, tmp_path / "one"))
    (tmp_path / "one" / CHANGES).write_text(json.dumps({"epoch": 0, "batch": 0, "position": 0, "threads": threads}))
    monkeypatch.setattr(torch, "set_num_threads", used.append)
    replayed(tmp_path / "one", tmp_path / "two")
    assert min(used) >= 1 and max(used) <= MOST_THREADS
    assert [str(note).partition(",")[0] for note in replay_of(tmp_path / "one").notes] == (
        [f"It was computed with {threads} threads"] if threads > 0 else [])


def test_a_run_that_was_broken_off_goes_on_to_its_end(tmp_path: Path) -> None:
    base, control = BASES["momentum"], Control()
    for event in record(fit(base, control), base, tmp_path / "one"):
        if isinstance(event, EpochEnded) and event.epoch == 2:
            control.abandon()
    replayed(tmp_path / "one", tmp_path / "two")
    assert differences(tmp_path / "one", tmp_path / "two") == []
    assert open_run(tmp_path / "two").state.summary is not None


def test_a_run_that_did_not_say_how_it_was_computed_is_refused(tmp_path: Path) -> None:
    list(record(fit(BASES["momentum"]), BASES["momentum"], tmp_path / "one"))
    about = json.loads((tmp_path / "one" / RUN).read_text())
    del about["channels_last"]
    (tmp_path / "one" / RUN).write_text(json.dumps(about))
    with pytest.raises(RunError, match="does not say how it was computed"):
        replay_of(tmp_path / "one")
    (tmp_path / "one" / RUN).unlink()
    with pytest.raises(RunError, match=r"run\.json is lost"):
        replay_of(tmp_path / "one")
    with pytest.raises(RunError, match="is not a run"):
        replay_of(tmp_path / "nothing")


def test_what_is_not_the_same_is_named(tmp_path: Path) -> None:
    list(record(fit(BASES["momentum"]), BASES["momentum"], tmp_path / "one"))
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    assert differences(tmp_path / "one", tmp_path / "two") == []
    (tmp_path / "two" / BEST).unlink()
    lines = (tmp_path / "two" / METRICS).read_text().splitlines()
    (tmp_path / "two" / METRICS).write_text("\n".join(lines[:-1]) + "\n")
    assert list(map(str, differences(tmp_path / "one", tmp_path / "two"))) == ["metrics.csv of one",
                                                                              "best.safetensors of one"]
    about = json.loads((tmp_path / "one" / RUN).read_text())
    about["versions"]["torch"] = "1.0"
    (tmp_path / "one" / RUN).write_text(json.dumps(about))
    about["threads"] = 77
    (tmp_path / "one" / RUN).write_text(json.dumps(about))
    version, threads = map(str, other_versions(tmp_path / "one", tmp_path / "two"))
    assert version.startswith("torch 1.0, here ") and threads == "threads 77, here 1"
