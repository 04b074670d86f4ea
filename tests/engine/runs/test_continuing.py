"""A run goes on as it was, or as a new one that begins where it was left; a series too."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import torch

from engine.data.options.options import Augment
from engine.experiment.experiment import Experiment, Variant
from engine.graph.edits import with_layers
from engine.network.weights import initial_module, on_cpu
from engine.runs.continuing import Going, RunOverError, begun_anew, check_not_over, going_on, is_same_network
from engine.runs.folder import About, record
from engine.runs.left import is_left, left_runs
from engine.runs.names import BEST, CHANGES, CHECKPOINT, EXPERIMENT, LAST, METRICS, RUN, SERIES, SERIES_ROWS, SUMMARY
from engine.runs.opened import RunError, given_in, open_run
from engine.runs.replaying import differences, replay_of
from engine.training import devices, fit, run
from engine.training.control import Control
from engine.training.events import CheckpointReached, EpochEnded, Event, MemberStarted, Point, Started, Steered
from engine.training.series import fit_series
from tests.engine.cases import MLP, experiment, of_type, with_recipe

DROPOUT = (*MLP[:-1], ("drop1", "Dropout", {"p": 0.3}), MLP[-1])
BASE = experiment(*DROPOUT, optimizer="momentum", lr=0.02, epochs=4, batch_size=150)
FOLDS = with_recipe(BASE, folds=3, epochs=3)
VARIANTS = replace(BASE, variants=(Variant(title="a", recipe={"lr": 0.01}), Variant(title="b / c", recipe={"lr": 0.1})))


@pytest.fixture(autouse=True)
def a_point_for_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)


def left_at(base: Experiment, folder: Path, position: float, *, by: str = "stop") -> None:
    """A run that was stopped, or broken off, after so many epochs."""
    control = Control()
    for event in record(fit(base, control), base, folder):
        if isinstance(event, Point) and event.position > position:
            control.stop() if by == "stop" else control.abandon()


def gone_on(going: Going, control: Control | None = None) -> list[Event]:
    events = (fit_series(going.experiment, control, weights=going.about.weights, resume=going.begun) if going.is_series
              else fit(going.experiment, control, weights=going.about.weights, resume=going.checkpoint))
    return list(record(events, going.experiment, going.folder, going.checkpoint, going.begun, going.about))


def whole(base: Experiment, folder: Path) -> Path:
    list(record(fit(base), base, folder))
    return folder


def same(one: Path, other: Path, *names: str) -> bool:
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in names or (METRICS, LAST, BEST))


# -- one run ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["stop", "kill"])
def test_as_it_was_it_goes_on_in_its_folder(by: str, tmp_path: Path) -> None:
    left_at(BASE, tmp_path / "run", 1.6, by=by)
    assert is_left(open_run(tmp_path / "run"))
    going = going_on(tmp_path / "run", BASE)
    assert going.folder == tmp_path / "run" and not going.changes and going.states.current.points
    gone_on(going)
    assert same(tmp_path / "run", whole(BASE, tmp_path / "whole")) and not is_left(open_run(tmp_path / "run"))


def test_with_more_epochs_it_is_a_new_run_that_begins_where_the_old_one_ended(tmp_path: Path) -> None:
    old = whole(with_recipe(BASE, epochs=2), tmp_path / "run")
    before = {path.name: path.read_bytes() for path in old.rglob("*") if path.is_file()}
    going = going_on(old, BASE)
    assert going.folder == tmp_path / "run-2" and list(map(str, going.changes)) == ["2 → 4 epochs"]
    events = gone_on(going)
    started = of_type(events, Started)[0]
    assert (started.position, started.epochs, started.planned) == (2, 2, 4)
    assert of_type(events, Steered)[0].changes == {"epochs": 4}
    assert same(going.folder, whole(BASE, tmp_path / "whole"))
    assert len((going.folder / CHANGES).read_text().splitlines()) == 1
    assert {path.name: path.read_bytes() for path in old.rglob("*") if path.is_file()} == before
    found = open_run(going.folder)
    assert [row.epoch for row in found.state.epochs] == [1, 2, 3, 4] and found.state.experiment == BASE
    replay = replay_of(going.folder)
    list(record(replay.events(), replay.experiment, tmp_path / "again"))
    assert differences(going.folder, tmp_path / "again") == [] and same(going.folder, tmp_path / "again", CHANGES)
    assert going_on(old, with_recipe(BASE, epochs=3)).folder == tmp_path / "run-3", "no other run is written over"


@pytest.mark.parametrize("options", [
    {"optimizer": "adam"}, {"lr": 0.1, "schedule": "cosine"}, {"loss": "nll"}, {"seed": 7}, {"averaging": "ema"},
    {"label_smoothing": 0.1, "class_weights": "balanced"}, {"accumulate": 2, "clip_norm": 0.5}, {"batch_size": 33}])
@pytest.mark.parametrize("at", [1.6, 2.0])
def test_with_another_recipe_it_is_a_new_run_too(options: dict[str, object], at: float, tmp_path: Path) -> None:
    left_at(BASE, tmp_path / "run", at - 0.01)
    asked = with_recipe(BASE, **options)
    going = going_on(tmp_path / "run", asked, lambda: tmp_path / "other")
    assert len(going.changes) == len(options) and going.folder == tmp_path / "other"
    control = Control()
    events, state = [], going.states
    for event in record(fit(going.experiment, control, resume=going.checkpoint), going.experiment, going.folder,
                        going.checkpoint, about=going.about):
        state.hear(event)
        events.append(event)
        if isinstance(event, Point) and event.position > 3.3:
            control.abandon()  # and that one is broken off as well
    assert state.experiment == asked == state.current.experiment
    gone_on(going_on(going.folder, asked, since_left=True))
    replay = replay_of(going.folder)
    list(record(replay.events(), replay.experiment, tmp_path / "again"))
    assert differences(going.folder, tmp_path / "again") == []


def test_killed_while_another_run_is_made_of_it_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    old, asked, copy = whole(with_recipe(BASE, epochs=1), tmp_path / "run"), BASE, shutil.copyfile
    for copies in count():
        left, place = iter(range(copies)), tmp_path / str(copies)

        def copied(one: Path, other: Path, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise Killed
            copy(one, other)

        with monkeypatch.context() as patched:
            patched.setattr(shutil, "copyfile", copied)
            try:
                going_on(old, asked, lambda place=place: place)  # type: ignore[misc]
            except Killed:
                with pytest.raises(RunError, match="is not a run"):
                    open_run(place)
            else:
                break
    assert copies > 3 and open_run(place).experiment.recipe.epochs == 1
    assert not list(place.glob(".*"))


def test_what_was_steered_is_not_taken_back(tmp_path: Path) -> None:
    control = Control()
    for event in record(fit(BASE, control), BASE, tmp_path / "run"):
        if isinstance(event, Point) and event.position > 0.5:
            control.steer({"lr": 0.05, "drop1.p": 0.1})
        if isinstance(event, Point) and event.position > 1.5:
            control.stop()
    as_left = open_run(tmp_path / "run").state.experiment
    assert as_left is not None and as_left.recipe.lr == 0.05
    assert not going_on(tmp_path / "run", BASE).changes, "as it was begun"
    assert not going_on(tmp_path / "run", as_left, since_left=True).changes, "as it was left"
    going = going_on(tmp_path / "run", with_recipe(as_left, epochs=5), since_left=True)
    assert list(map(str, going.changes)) == ["4 → 5 epochs"]
    gone_on(going)
    assert len((going.folder / CHANGES).read_text().splitlines()) == 2
    after = open_run(going.folder).state.experiment
    assert after is not None and (after.recipe.lr, after.recipe.epochs) == (0.05, 5)


def test_what_is_named_counts_also_where_the_run_was_begun_so(tmp_path: Path) -> None:
    control = Control()
    for event in record(fit(BASE, control), BASE, tmp_path / "run"):
        if isinstance(event, Point) and event.position > 0.5:
            control.steer({"lr": 0.05, "epochs": 9})
        if isinstance(event, Point) and event.position > 1.5:
            control.stop()
    going = going_on(tmp_path / "run", BASE)
    assert not going.changes and (going.trained.recipe.lr, going.trained.recipe.epochs) == (0.05, 9)
    going = going_on(tmp_path / "run", BASE, named=["lr", "loss"])
    assert list(map(str, going.changes)) == ["lr 0.05 → 0.02"]
    assert (going.trained.recipe.lr, going.trained.recipe.epochs) == (0.02, 9)


@pytest.mark.parametrize(("options", "words"), [
    ({"epochs": 1}, "has learned 2 epochs already, more than 1: raise"), ({"lr": 0.1}, "learned all of its 2 epochs"),
    ({"epochs": 2, "drop": True}, "learned all of its 2 epochs")])
def test_without_an_epoch_to_learn_it_is_no_other_run(options: dict[str, object], words: str, tmp_path: Path) -> None:
    base = with_recipe(BASE, epochs=2)
    whole(base, tmp_path / "run")
    graph = with_layers(BASE.graph, {"drop1": BASE.graph.nodes["drop1"].layer.with_options(p=0.1)})
    asked = replace(base, graph=graph) if options.pop("drop", False) else base
    with pytest.raises(RunOverError, match=words):
        going_on(tmp_path / "run", with_recipe(asked, **options), lambda: pytest.fail("a folder was made"))
    with pytest.raises(RunOverError, match="learned all of its 2 epochs"):
        check_not_over(going_on(tmp_path / "run", base))
    check_not_over(going_on(tmp_path / "run", with_recipe(base, epochs=3)))
    (tmp_path / "run" / SUMMARY).unlink()
    check_not_over(going_on(tmp_path / "run", base))


def test_stopped_while_it_was_tested_it_still_is(tmp_path: Path) -> None:
    base, control = with_recipe(BASE, epochs=2), Control()
    for event in record(fit(base, control), base, tmp_path / "run"):
        if isinstance(event, CheckpointReached) and event.checkpoint.whole_epochs == 2:
            control.stop()
    assert math.isnan(open_run(tmp_path / "run").state.summary.test.loss)
    going = going_on(tmp_path / "run", base)
    check_not_over(going)
    gone_on(going)
    assert same(tmp_path / "run", whole(base, tmp_path / "whole"))
    assert open_run(tmp_path / "run").state.summary.test == open_run(tmp_path / "whole").state.summary.test


def test_a_run_that_ended_early_goes_on_with_more_patience_only(tmp_path: Path) -> None:
    base = with_recipe(BASE, epochs=9, early_stop=1, lr=1e-9)
    learned = len(open_run(whole(base, tmp_path / "run")).state.epochs)
    assert learned < 9
    with pytest.raises(RunOverError, match=f"ended early, after {learned} epochs"):
        check_not_over(going_on(tmp_path / "run", base))
    with pytest.raises(RunOverError, match="ended early"):
        going_on(tmp_path / "run", with_recipe(base, lr=1e-8))
    for options in ({"early_stop": 2}, {"epochs": 10}, {"early_stop": 0}):
        going = going_on(tmp_path / "run", with_recipe(base, **options))
        gone_on(going)
        assert len(open_run(going.folder).state.epochs) > learned


@pytest.mark.parametrize("base", [BASE, FOLDS], ids=["run", "series"])
def test_the_options_of_the_command_stay_with_the_run(base: Experiment, tmp_path: Path) -> None:
    given, control = ({"lr": 0.02, "set": ["l1=0"]},), Control()
    events = fit_series(base, control) if base is FOLDS else fit(base, control)
    for event in record(events, base, tmp_path / "run", about=About(given=given)):
        if isinstance(event, Point) and event.position > 1.5:
            control.stop()
    assert given_in(tmp_path / "run") == given
    going = going_on(tmp_path / "run", base)
    assert going.about.given == given
    list(record(fit_series(base, resume=going.begun) if base is FOLDS else fit(base, resume=going.checkpoint), base,
                tmp_path / "run", going.checkpoint, going.begun))
    assert given_in(tmp_path / "run") == given, "whoever goes on"
    if base is BASE:
        going = going_on(tmp_path / "run", with_recipe(base, epochs=5))
        gone_on(going)
        assert given_in(going.folder) == given
        whole(base, tmp_path / "run")
        assert given_in(tmp_path / "run") == (), "another run took its place"


def test_augmentation_dropout_and_frozen_layers_may_be_others(tmp_path: Path) -> None:
    left_at(BASE, tmp_path / "run", 1.5)
    graph = with_layers(BASE.graph, {"drop1": BASE.graph.nodes["drop1"].layer.with_options(p=0.1)})
    asked = replace(BASE, graph=graph, data=BASE.data.with_options(augment=Augment(crop=1)))
    assert is_same_network(tmp_path / "run", asked)
    assert len(going_on(tmp_path / "run", asked).changes) == 2


# -- another network --------------------------------------------------------------------------------------------------


def test_another_network_is_no_way_to_go_on_but_its_weights_are_a_beginning(tmp_path: Path) -> None:
    whole(with_recipe(BASE, epochs=1), tmp_path / "run")
    graph = with_layers(BASE.graph, {"fc1": BASE.graph.nodes["fc1"].layer.with_options(out_features=24)})
    asked = replace(BASE, graph=graph)
    assert not is_same_network(tmp_path / "run", asked)
    with pytest.raises(RunError, match="another network"):
        going_on(tmp_path / "run", asked)
    going = begun_anew(tmp_path / "run", asked, lambda: tmp_path / "other")
    assert "fc1" in str(going.changes[0]) and going.about.weights is not None
    gone_on(going)
    replay = replay_of(tmp_path / "other")
    assert replay.weights is not None and torch.equal(replay.weights["fc1.weight"], going.about.weights["fc1.weight"])
    list(record(replay.events(), replay.experiment, tmp_path / "again"))
    assert differences(tmp_path / "other", tmp_path / "again") == []


# -- a series ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("base", [FOLDS, VARIANTS], ids=["folds", "variants"])
@pytest.mark.parametrize(("member", "at"), [(1, 0.5), (1, 2.0), (2, 1.5), (2, 3.0)])
@pytest.mark.parametrize("by", ["stop", "kill"])
def test_a_series_goes_on_where_it_was_left(base: Experiment, member: int, at: float, by: str, tmp_path: Path) -> None:
    control, index = Control(), 0
    for event in record(fit_series(base, control), base, tmp_path / "parts"):
        index = event.index if isinstance(event, MemberStarted) else index
        if index == member and isinstance(event, (Point, EpochEnded)) and event.position >= at:
            control.stop() if by == "stop" else control.abandon()
    list(record(fit_series(base), base, tmp_path / "whole"))
    going = going_on(tmp_path / "parts", base)
    assert going.is_series and going.begun is not None and len(going.begun.rows) == member - 1
    states = going.states
    assert len(states.members) == member - 1
    events = gone_on(going)
    for event in events:
        states.hear(event)
    assert of_type(events, MemberStarted)[0].index == member, "what has ended is not made again"
    assert differences(tmp_path / "whole", tmp_path / "parts") == []
    assert same(tmp_path / "whole", tmp_path / "parts", SERIES, SERIES_ROWS)
    titles = [each.state.title for each in open_run(tmp_path / "whole").members]
    assert [state.title for state in states.members] == titles
    assert all(state.summary is not None and state.best is not None for state in states.members)


def test_a_series_that_has_ended_has_nothing_to_do(tmp_path: Path) -> None:
    list(record(fit_series(FOLDS), FOLDS, tmp_path))
    before = (tmp_path / SERIES).read_bytes()
    events = gone_on(going_on(tmp_path, FOLDS))
    assert not of_type(events, MemberStarted) and (tmp_path / SERIES).read_bytes() == before


def test_a_run_of_a_series_that_is_damaged_is_made_again(tmp_path: Path) -> None:
    list(record(fit_series(FOLDS), FOLDS, tmp_path))
    first = open_run(tmp_path).members[0].folder
    (first / BEST).unlink()
    going = going_on(tmp_path, FOLDS)
    assert going.begun is not None and going.begun.rows == ()


@pytest.mark.parametrize("name", [BEST, LAST])
def test_weights_that_are_damaged_in_a_run_of_a_series_come_again_or_are_said(name: str, tmp_path: Path) -> None:
    """Those of the best epoch are needed for what comes of the series."""
    base = with_recipe(FOLDS, epochs=1)
    list(record(fit_series(base), base, tmp_path / "whole"))
    list(record(fit_series(base), base, tmp_path / "run"))
    file = open_run(tmp_path / "run").members[0].folder / name
    file.write_bytes(b"")
    going = going_on(tmp_path / "run", base)
    assert going.states.experiment == base and len(going.notes) == (name == LAST)
    assert all(str(note).startswith(f"{file} holds no weights that can be read") for note in going.notes)
    gone_on(going)
    assert bool(differences(tmp_path / "whole", tmp_path / "run")) is (name == LAST)


def test_another_series_is_refused(tmp_path: Path) -> None:
    list(record(fit_series(VARIANTS), VARIANTS, tmp_path))
    with pytest.raises(RunError, match="other variants"):
        going_on(tmp_path, replace(VARIANTS, variants=VARIANTS.variants[:1]))
    with pytest.raises(RunError, match="other variants"):
        going_on(tmp_path, FOLDS)


# -- what was left ----------------------------------------------------------------------------------------------------


def test_runs_that_were_left_are_found_newest_first(tmp_path: Path) -> None:
    left_at(BASE, tmp_path / "net-20260101-120000", 1.5)
    left_at(BASE, tmp_path / "net-20260102-120000", 1.99, by="kill")
    whole(with_recipe(BASE, epochs=1), tmp_path / "net-20260103-120000")
    left_at(BASE, tmp_path / "other-20260104-120000", 0.5)
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken-20260105-120000").mkdir()
    (tmp_path / "broken-20260105-120000" / EXPERIMENT).write_text("{")
    found = left_runs([tmp_path], 9)
    assert [left.folder.name for left in found] == ["other", "net", "net"]
    assert [str(left.line) for left in left_runs([tmp_path], 9, "net")] == ["after epoch 1 of 4", "in epoch 2 of 4"]
    assert len(left_runs([tmp_path], 1)) == 1 and left_runs([tmp_path / "nowhere"], 1) == []
    (tmp_path / "other-20260104-120000" / CHECKPOINT).unlink()
    assert len(left_runs([tmp_path], 9)) == 2, "nothing to go on from"


@pytest.mark.parametrize("parent", [None, "", "\0", 7, ["a"], "nowhere"])
def test_a_run_that_has_gone_on_as_another_is_left_no_more(parent: object, tmp_path: Path) -> None:
    first, second = tmp_path / "net-20260101-120000", tmp_path / "net-20260102-120000"
    left_at(BASE, first, 1.5)
    going = going_on(first, with_recipe(BASE, lr=0.5), lambda: second)
    gone_on(going)
    assert going.folder == second and left_runs([tmp_path], 9) == []
    about = json.loads((second / RUN).read_text())
    (second / RUN).write_text(json.dumps({**about, "parent": parent}))
    assert [left.folder.path for left in left_runs([tmp_path], 9)] == [first]


@pytest.mark.parametrize("name", [RUN, METRICS, CHANGES, LAST, BEST, SUMMARY, CHECKPOINT])
def test_without_any_one_of_its_files_it_goes_on_or_says_why_not(name: str, tmp_path: Path) -> None:
    control = Control()
    for event in record(fit(BASE, control), BASE, tmp_path / "run"):
        if isinstance(event, Point) and event.position > 1.2:
            control.steer({"lr": 0.05})
        if isinstance(event, Point) and event.position > 2.2:
            control.stop()
    (tmp_path / "run" / name).unlink(missing_ok=True)
    going = going_on(tmp_path / "run", BASE)
    assert bool(going.notes) is (name in (METRICS, CHECKPOINT))
    gone_on(going)
    assert open_run(going.folder).state.summary is not None


# -- what is said before it goes on ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kept", "lost"), [(0, 3), (1, 3), (2, 2), (4, 0)])
def test_epochs_that_are_missing_in_the_table_are_said(kept: int, lost: int, tmp_path: Path) -> None:
    left_at(BASE, tmp_path / "run", 3.4)
    table = tmp_path / "run" / METRICS
    lines = table.read_text().splitlines(keepends=True)
    table.write_text("".join(lines[:kept]))
    going = going_on(tmp_path / "run", BASE)
    assert list(map(str, going.notes)) == ([] if not lost else [
        f"{table} lacks {lost} of the 3 epochs that were learned: the run goes on, without them in its curves and "
        "tables"])
    assert going_on(tmp_path / "run", with_recipe(BASE, epochs=9)).notes == going.notes
    gone_on(going)
    assert same(tmp_path / "run", whole(BASE, tmp_path / "whole"), LAST, BEST)
    epochs = [row.epoch for row in open_run(tmp_path / "run").state.epochs]
    assert epochs == [*range(1, kept), 4]


def test_epochs_that_are_missing_in_a_run_of_a_series_are_said_as_well(tmp_path: Path) -> None:
    control = Control()
    for event in record(fit_series(FOLDS, control), FOLDS, tmp_path):
        if isinstance(event, Point) and event.position > 1.5:
            control.stop()
    assert going_on(tmp_path, FOLDS).notes == ()
    (open_run(tmp_path).members[0].folder / METRICS).unlink()
    assert "lacks 1 of the 1 epochs" in str(going_on(tmp_path, FOLDS).notes[0])
    (open_run(tmp_path).members[0].folder / CHECKPOINT).unlink()
    assert "begins with its first epoch" in str(going_on(tmp_path, FOLDS).notes[0])
    gone_on(going_on(tmp_path, FOLDS))
    assert going_on(tmp_path, FOLDS).notes == ()


@pytest.mark.parametrize("epochs", [1, 3])
def test_without_its_checkpoint_a_run_begins_anew_beside_what_it_has_learned(epochs: int, tmp_path: Path) -> None:
    control, old = Control(), tmp_path / "run"
    for event in record(fit(BASE, control), BASE, old):
        if isinstance(event, Point) and 0.5 < event.position < 0.7:
            control.steer({"lr": 0.05})
        if isinstance(event, Point) and event.position > epochs:
            control.stop()
    (old / CHECKPOINT).unlink()
    before = {path.name: path.read_bytes() for path in old.rglob("*") if path.is_file()}
    going = going_on(old, BASE, lambda: tmp_path / "new")
    assert going.folder == tmp_path / "new" and not going.changes and list(map(str, going.notes)) == [
        f"{old} has no checkpoint.pt any more: the run begins anew in {tmp_path / 'new'}, and what was learned stays"]
    list(record(fit(BASE, noted=going.about.noted), BASE, going.folder, about=going.about))
    assert {path.name: path.read_bytes() for path in old.rglob("*") if path.is_file()} == before
    assert (going.folder / METRICS).read_text().startswith((old / METRICS).read_text()), "what was steered is again"
    assert going_on(old, with_recipe(BASE, lr=0.5)).experiment.recipe.lr == 0.5


@pytest.mark.parametrize("epochs", [1, 3])
def test_a_run_that_has_ended_is_not_trained_again_for_want_of_its_checkpoint(epochs: int, tmp_path: Path) -> None:
    base = with_recipe(BASE, epochs=epochs)
    (whole(base, tmp_path / "run") / CHECKPOINT).unlink()
    for asked in (base, with_recipe(base, epochs=5)):
        with pytest.raises(RunError, match=r"has no checkpoint.pt any more: .* Move the folder away to train it anew"):
            going_on(tmp_path / "run", asked)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_with_nothing_to_go_on_from_another_recipe_is_another_run_that_says_so(tmp_path: Path) -> None:
    left_at(BASE, tmp_path / "run", 0.3, by="kill")
    (tmp_path / "run" / CHECKPOINT).unlink(missing_ok=True)
    note = f"Nothing that it could go on from was kept in {tmp_path / 'run'}: the run begins with its first epoch"
    asked = with_recipe(BASE, lr=0.1)
    for going, folder in ((going_on(tmp_path / "run", asked), "run-2"), (going_on(tmp_path / "run", BASE), "run")):
        assert going.folder == tmp_path / folder and list(map(str, going.notes)) == [note]
        assert list(map(str, going.changes)) == (["lr 0.02 → 0.1"] if folder == "run-2" else [])
        gone_on(going)
        assert same(going.folder, whole(going.experiment, tmp_path / f"whole {folder}"))
    assert open_run(tmp_path / "run-2").experiment == asked and open_run(tmp_path / "run").experiment == BASE
    left_at(BASE, tmp_path / "run", 0.3, by="kill")
    (tmp_path / "run" / CHECKPOINT).unlink(missing_ok=True)
    graph = with_layers(BASE.graph, {"fc1": BASE.graph.nodes["fc1"].layer.with_options(out_features=24)})
    with pytest.raises(RunError, match="another network"):
        going_on(tmp_path / "run", replace(BASE, graph=graph))


def test_fewer_threads_than_it_was_computed_with_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left_at(BASE, tmp_path / "run", 1.5)
    monkeypatch.setattr(devices, "ALL_THREADS", 0)
    words = "It was computed with 1 threads, and this computer has 0: the last digits of its results may differ"
    assert list(map(str, going_on(tmp_path / "run", BASE).notes)) == [words]
    assert list(map(str, replay_of(tmp_path / "run").notes)) == [words]


@pytest.mark.parametrize("damage", ["empty", "nothing", "in a circle", "none"])
def test_what_is_damaged_in_a_run_of_a_series_that_has_ended_is_said(damage: str, tmp_path: Path) -> None:
    control, index = Control(), 0
    for event in record(fit_series(FOLDS, control), FOLDS, tmp_path):
        index = event.index if isinstance(event, MemberStarted) else index
        if isinstance(event, Point) and index == 2:
            control.stop()
    table = open_run(tmp_path).members[0].folder / METRICS
    if damage == "in a circle":
        table.unlink()
        table.symlink_to(table.name)
    elif damage != "none":
        table.write_bytes(b"" if damage == "empty" else b"\0" * 99)
    words = (f"{table} lacks 3 of the 3 epochs that were learned: the series goes on, without them in its curves and "
             "tables")
    assert list(map(str, going_on(tmp_path, FOLDS).notes)) == ([] if damage == "none" else [words])


# -- changes that were not, or cannot be -----------------------------------------------------------------------------


@pytest.mark.parametrize(("change", "reason"), [
    ({"lr": -5}, "Learning rate must be more than 0"), ({"": 1}, "There is no layer “” to change"),
    ({"optimizer": "nix"}, "there is no optimizer “nix”"), ({"augment": None}, "Augmentation is not possible"),
    ({"drop1.p": 7}, "Probability must be at most 1")], ids=str)
def test_a_change_that_cannot_be_made_is_named_by_its_line(change: dict[str, object], reason: str,
                                                          tmp_path: Path) -> None:
    made = {"epoch": 2, "batch": 1, "position": 1.1, "set": {"weight_decay": 0.1}}
    words = rf"changes\.jsonl, line 2: {reason}.*\. Correct this line, or delete it$"
    for base, folder, inside in ((BASE, tmp_path / "run", ""), (FOLDS, tmp_path / "folds", "1-fold 1 of 3")):
        for event in record((fit_series if base is FOLDS else fit)(base), base, folder):
            if isinstance(event, Point) and event.position > 1.2:
                break
        (folder / inside / CHANGES).write_text("\n".join(map(json.dumps, (made, made | {"set": change}))))
        with pytest.raises(RunError, match=words):
            replay_of(folder)
        with pytest.raises(RunError, match=words):
            going_on(folder, base)
        (folder / inside / CHECKPOINT).unlink()
        (folder / inside / LAST).unlink()
        (folder / inside / BEST).unlink()
        with pytest.raises(RunError, match=words):
            going_on(folder, base)


def test_a_change_that_its_checkpoint_does_not_know_was_none(tmp_path: Path) -> None:
    left_at(BASE, tmp_path / "run", 2.5)
    made = {"epoch": 2, "batch": 1, "position": 1.1, "set": {"optimizer": "adam"}}
    (tmp_path / "run" / CHANGES).write_text(f"{json.dumps(made)}\n")
    going = going_on(tmp_path / "run", BASE)
    assert list(map(str, going.notes)) == [f"{tmp_path / 'run' / CHANGES}, line 1: the run did not make this change, "
                                           "as its checkpoint says: it is left out"]
    gone_on(going)
    assert same(tmp_path / "run", whole(BASE, tmp_path / "whole")) and not (tmp_path / "run" / CHANGES).exists()


# -- what must not be lost --------------------------------------------------------------------------------------------


def test_what_was_steered_after_the_last_checkpoint_stays_with_another_recipe(tmp_path: Path,
                                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "KEEP_EVERY", 1e9)
    monkeypatch.setattr(run, "KEEP_SHARE_AFTER", 0.0)
    control = Control()
    for event in record(fit(BASE, control), BASE, tmp_path / "run"):
        if isinstance(event, Point) and event.position > 1.5:
            control.steer({"lr": 0.005})
        if isinstance(event, Point) and event.position > 1.8:
            control.abandon()
    left = with_recipe(BASE, lr=0.005)
    for asked, here in ((with_recipe(left, epochs=6), True), (with_recipe(BASE, epochs=6), False)):
        going = going_on(tmp_path / "run", asked, since_left=here)
        assert going.checkpoint is not None and going.checkpoint.position == 1.0
        gone_on(going)
        after = open_run(going.folder).state.experiment
        assert after is not None and (after.recipe.lr, after.recipe.epochs) == (0.005, 6)


def test_after_an_early_stop_more_epochs_are_learned(tmp_path: Path) -> None:
    base = with_recipe(BASE, optimizer="sgd", lr=900.0, early_stop=1, epochs=9)
    whole(base, tmp_path / "run")
    reached = len(open_run(tmp_path / "run").state.epochs)
    assert reached < 9
    events = gone_on(going_on(tmp_path / "run", with_recipe(base, epochs=12, lr=0.001)))
    assert of_type(events, EpochEnded)[0].epoch == reached + 1


def test_weights_that_a_run_or_a_series_began_with_are_still_its_beginning(tmp_path: Path) -> None:
    weights = on_cpu(initial_module(with_recipe(BASE, seed=9)).state_dict())
    about = About(weights)
    for name, stops in (("whole", 99), ("parts", 2)):
        control = Control()
        for event in record(fit_series(FOLDS, control, weights=weights), FOLDS, tmp_path / name, about=about):
            if isinstance(event, MemberStarted) and event.index == stops:
                control.abandon()
    gone_on(going_on(tmp_path / "parts", FOLDS))
    assert differences(tmp_path / "whole", tmp_path / "parts") == []


def test_a_series_goes_on_as_it_was_begun_or_not_at_all(tmp_path: Path) -> None:
    control = Control()
    for event in record(fit_series(FOLDS, control), FOLDS, tmp_path):
        if isinstance(event, Point) and event.position > 0.5:
            control.steer({"lr": 0.01})
        if isinstance(event, Point) and event.position > 1.5:
            control.stop()
    with pytest.raises(RunError, match="begun with 3 epochs, not 5"):
        going_on(tmp_path, with_recipe(FOLDS, epochs=5))
    with pytest.raises(RunError, match="another recipe"):
        going_on(tmp_path, with_recipe(FOLDS, lr=0.3))
    going = going_on(tmp_path, with_recipe(FOLDS, lr=0.01))
    assert going.experiment == FOLDS, "as it was steered: each run begins as the first did"
    gone_on(going)
    assert len(open_run(tmp_path).members) == 3


def test_a_folder_that_is_removed_meanwhile_comes_back_with_all_that_is_known(tmp_path: Path) -> None:
    control = Control()
    for event in record(fit(BASE, control), BASE, tmp_path / "run"):
        if isinstance(event, Point) and 0.5 < event.position < 0.7:
            control.steer({"lr": 0.01})
        if isinstance(event, EpochEnded) and event.epoch == 2:
            shutil.rmtree(tmp_path / "run")
    replay = replay_of(tmp_path / "run")
    list(record(replay.events(), replay.experiment, tmp_path / "again"))
    assert differences(tmp_path / "run", tmp_path / "again") == []


def test_changes_that_only_the_checkpoint_knows_are_not_lost(tmp_path: Path) -> None:
    control = Control()
    for event in record(fit(BASE, control), BASE, tmp_path / "run"):
        if isinstance(event, Point) and event.position > 1.2:
            control.steer({"batch_size": 60, "drop1.p": 0.1})
        if isinstance(event, Point) and event.position > 1.6:
            control.stop()
    (tmp_path / "run" / CHANGES).unlink()
    control = Control()
    going = going_on(tmp_path / "run", BASE)
    for event in record(fit(BASE, control, resume=going.checkpoint), BASE, tmp_path / "run", going.checkpoint):
        if isinstance(event, Point) and event.position > 1.8:
            control.steer({"lr": 0.01})
        if isinstance(event, Point) and event.position > 1.9:
            control.stop()
    gone_on(going_on(tmp_path / "run", BASE))
    assert len(open_run(tmp_path / "run").state.changes) == 2


def test_what_was_steered_before_there_was_a_checkpoint_is_made_again(tmp_path: Path,
                                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "KEEP_EVERY", 1e9)
    for name, ends in (("whole", False), ("parts", True)):
        control = Control()
        for event in record(fit(BASE, control), BASE, tmp_path / name):
            if isinstance(event, Point) and 0.2 < event.position < 0.3:
                control.steer({"lr": 0.5})
            if isinstance(event, Point) and event.position > 0.5 and ends:
                control.abandon()
    going = going_on(tmp_path / "parts", BASE)
    assert going.checkpoint is None and len(going.about.noted) == 1
    list(record(fit(BASE, noted=going.about.noted), BASE, going.folder, about=going.about))
    assert differences(tmp_path / "whole", tmp_path / "parts") == []
    assert same(tmp_path / "whole", tmp_path / "parts", CHANGES)
