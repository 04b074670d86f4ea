"""Runs read back from their folders: finished, still going on, torn; and without torch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import torch

from engine.data.options.options import Synthetic
from engine.data.spec.spec import DataSpec
from engine.experiment.experiment import Experiment, FileError, Variant
from engine.export.weight_files import WeightsFileError
from engine.files import WriteError
from engine.messages import LayerloomError
from engine.runs.folder import record
from engine.runs.names import (
    BEST,
    CHANGES,
    CHECKPOINT,
    EXPERIMENT,
    HEALTH,
    LAST,
    METRICS,
    MOMENTS,
    POINTS,
    REMARKS,
    RUN,
    SERIES,
    SUMMARY,
    TIMES,
)
from engine.runs.opened import Run, RunError, open_run
from engine.runs.resuming import load_checkpoint
from engine.training import Control, fit, fit_series, run
from engine.training.events import CheckpointReached, EpochEnded, Event, Point, Started, ThreadsChanged
from engine.training.state import EpochRow, RunState, SeriesState
from engine.training.values import Metrics, Weights
from tests.engine.cases import experiment

ROOT = Path(__file__).parents[3]
LINE = (("fc1", "Linear", {"out_features": 1}),)
NUMBERS = DataSpec(dataset="linear", synthetic=Synthetic(rows=200, validation_rows=50, test_rows=50))
SLOW = experiment(epochs=4, optimizer="sgd", lr=0.0001)
KINDS: dict[str, Experiment] = {
    "classes": experiment(epochs=3),
    "with a remark at the end": SLOW,
    "with a remark on the way": experiment(epochs=3, optimizer="sgd", lr=900.0),
    "numbers": experiment(*LINE, data=NUMBERS, loss="mse", epochs=3),
}


@pytest.fixture(autouse=True)
def a_point_for_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "READ_EVERY", 0.0)


def followed(base: Experiment, folder: Path, changed_at: float = 0.7, stopped_at: float = 99.0) -> RunState:
    """What is collected from the events of a run; its rate is changed by hand, and it is stopped."""
    state, control = RunState(base), Control()
    for event in record(fit(base, control), base, folder):
        state.hear(event)
        if isinstance(event, Point) and event.position > changed_at:
            control.steer({"lr": 0.5 * base.recipe.lr})
        if isinstance(event, Point) and event.position > stopped_at:
            control.stop()
    return state


# -- what is the same -------------------------------------------------------------------------------------------------


def near(value: float) -> object:
    return pytest.approx(value, rel=1e-5, abs=1e-6, nan_ok=True)


def assert_metrics(found: Metrics, known: Metrics) -> None:
    assert list(found.named) == list(known.named)
    assert list(found.named.values()) == near(list(known.named.values()))  # type: ignore[arg-type]


def assert_epochs(found: list[EpochRow], known: list[EpochRow]) -> None:
    """An epoch that was stopped is no row of metrics.csv."""
    whole = [row for row in known if row.position == row.epoch]
    assert [(row.epoch, row.position) for row in found] == [(row.epoch, row.position) for row in whole]
    for row, other in zip(found, whole, strict=True):
        assert_metrics(row.train, other.train)
        assert_metrics(row.validation, other.validation)


def assert_points(found: list[Point], known: list[Point]) -> None:
    assert len(found) == len(known)
    for point, other in zip(found, known, strict=True):
        assert (point.position, point.loss, point.accuracy) == (near(other.position), near(other.loss),
                                                                near(other.accuracy))


def assert_same(found: RunState, known: RunState) -> None:
    """All that a folder keeps of a run."""
    assert_points(found.points, known.points)
    assert_epochs(found.epochs, known.epochs)
    assert found.started == known.started and (found.title, found.is_fold) == (known.title, known.is_fold)
    assert [(remark.kind, str(remark.message), remark.suggestion) for remark in found.remarks] == [
        (remark.kind, str(remark.message), remark.suggestion) for remark in known.remarks]
    assert found.changes == [replace(change, position=near(change.position)) for change in known.changes]
    assert found.best_epoch == known.best_epoch and found.was_stopped == known.was_stopped
    assert_summary(found, known)


def assert_summary(found: RunState, known: RunState) -> None:
    if known.summary is None:
        assert found.summary is None
        return
    assert found.summary is not None
    for part in ("train", "validation", "test"):
        assert_metrics(getattr(found.summary, part), getattr(known.summary, part))
    numbers = [(summary.epochs, summary.best_epoch, summary.device, summary.params, summary.seed)
               for summary in (found.summary, known.summary)]
    assert numbers[0] == numbers[1]
    assert found.summary.examples_per_second == pytest.approx(known.summary.examples_per_second, abs=0.06)


def same_weights(found: Weights, known: Weights | None) -> bool:
    return known is not None and all(torch.equal(found[name], known[name]) for name in known)


# -- runs that have ended ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_is_opened_as_it_was_followed(kind: str, tmp_path: Path) -> None:
    known = followed(KINDS[kind], tmp_path)
    found = open_run(tmp_path)
    assert_same(found.state, known)
    assert known.changes and (known.remarks or "remark" not in kind)
    assert found.experiment == KINDS[kind] and found.state.experiment == known.experiment
    assert found.has_ended and not found.members
    assert same_weights(found.best_weights(), known.best) and same_weights(found.last_weights(), known.latest)
    checkpoint = found.checkpoint()
    assert checkpoint is not None and checkpoint.position == KINDS[kind].recipe.epochs
    assert set(found.versions) == {"layerloom", "python", "torch"} and found.begun[:2] == "20"


def test_the_threads_are_those_that_were_used(tmp_path: Path) -> None:
    started, passing = Started("cpu", 650, 1374, 4, 1, 2), [ThreadsChanged(0.25, 1, 1, 2), ThreadsChanged(1.5, 4, 2, 3)]
    list(record([started, *passing], SLOW, tmp_path))
    found = open_run(tmp_path).state
    assert found.started == started and found.threads == passing and not found.changes


@pytest.mark.parametrize("at", [1.3, 2.0 - 1e-9])
def test_a_stopped_run_is_opened_without_what_was_cut_short(at: float, tmp_path: Path) -> None:
    known, found = followed(KINDS["classes"], tmp_path, stopped_at=at), open_run(tmp_path)
    assert known.was_stopped and found.has_ended
    assert_same(found.state, known)
    assert same_weights(found.best_weights(), known.best) and same_weights(found.last_weights(), known.latest)


def series_of(base: Experiment, folder: Path) -> SeriesState:
    states = SeriesState(base)
    for event in record(fit_series(base), base, folder):
        states.hear(event)
    return states


VARIED = replace(experiment(epochs=2), variants=(Variant(title="low / 1", recipe={"lr": 0.001}),
                                                 Variant(title="high: ü", recipe={"lr": 0.05})))


@pytest.mark.parametrize("base", [VARIED, experiment(epochs=1, folds=3)], ids=["variants", "folds"])
def test_a_series_is_opened_as_it_was_followed(base: Experiment, tmp_path: Path) -> None:
    known, found = series_of(base, tmp_path), open_run(tmp_path)
    assert found.has_ended and found.series == known.series and found.states.count == known.count
    assert (found.states.is_series, found.states.was_stopped) == (True, False)
    assert [member.experiment for member in found.members] == [member.experiment for member in known.members]
    for member, state in zip(found.members, known.members, strict=True):
        assert_same(member.state, state)
        assert same_weights(member.best_weights(), state.best)


# -- runs that go on --------------------------------------------------------------------------------------------------


def seen_on_the_way(base: Experiment, folder: Path) -> Iterator[tuple[Event, RunState, Run]]:
    """A run that stands still after each event, and what is in its folder then."""
    state = RunState(base)
    for event in record(fit(base), base, folder):
        state.hear(event)
        if state.started is not None:
            yield event, state, open_run(folder)


def test_a_run_can_be_opened_while_it_goes_on(tmp_path: Path) -> None:
    base = KINDS["with a remark on the way"]
    for event, known, found in seen_on_the_way(base, tmp_path):
        assert found.experiment == base and found.state.started == known.started
        assert found.has_ended == (known.summary is not None)
        assert_epochs(found.state.epochs, known.epochs)
        assert_points(found.state.points, known.points[: len(found.state.points)])
        assert [remark.kind for remark in found.state.remarks] == [remark.kind for remark in known.remarks]
        if isinstance(event, CheckpointReached):
            assert_same(found.state, known)
            assert found.checkpoint() is not None
            assert known.latest is None or same_weights(found.last_weights(), known.latest)  # none: within an epoch


def test_a_series_can_be_opened_while_it_goes_on(tmp_path: Path) -> None:
    states = SeriesState(VARIED)
    for event in record(fit_series(VARIED), VARIED, tmp_path):
        states.hear(event)
        if isinstance(event, EpochEnded):
            found = open_run(tmp_path)
            assert [member.state.title for member in found.members] == [member.title for member in states.members]
            assert not found.has_ended and found.states.is_series
            assert_epochs(found.members[-1].state.epochs, states.current.epochs)


# -- torn ones --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every file that a run can have."""
    folder = tmp_path_factory.mktemp("whole")
    followed(SLOW, folder)
    names = {path.name for path in folder.iterdir()}
    assert names == {EXPERIMENT, RUN, METRICS, POINTS, TIMES, CHANGES, REMARKS, HEALTH, LAST, BEST, CHECKPOINT,
                     SUMMARY, MOMENTS}
    return folder


def cut(path: Path, random: Random) -> None:
    if path.is_dir():
        for inside in sorted(path.iterdir()):
            cut(inside, random)
        return
    content = path.read_bytes()
    path.write_bytes(content[: random.randrange(len(content))])


def told(read: Callable[[], object]) -> bool:
    """Whether something cannot be read, and that is said in a sentence."""
    try:
        read()
    except (RunError, FileError, WeightsFileError) as error:
        assert len(str(error).split()) > 3
        return True
    return False


def is_beginning(found: RunState, known: RunState) -> bool:
    """Whether nothing is in it that was not there, in the same order."""
    return (known.epochs[: len(found.epochs)] == found.epochs and known.points[: len(found.points)] == found.points
            and known.remarks[: len(found.remarks)] == found.remarks
            and known.changes[: len(found.changes)] == found.changes
            and found.summary in (None, known.summary) and found.started in (None, known.started))


@pytest.mark.parametrize("name", [RUN, METRICS, POINTS, TIMES, CHANGES, REMARKS, HEALTH, LAST, BEST, CHECKPOINT,
                                  SUMMARY])
def test_a_file_that_is_cut_off_takes_nothing_else_with_it(name: str, whole: Path, tmp_path: Path) -> None:
    random, known = Random(name), open_run(whole).state
    for attempt in range(12):
        folder = Path(shutil.copytree(whole, tmp_path / str(attempt)))
        cut(folder / name, random)
        found = open_run(folder)
        assert is_beginning(found.state, known)
        lost = [name for name, value in (
            (RUN, found.state.started), (METRICS, len(found.state.epochs) == 4), (SUMMARY, found.state.summary),
            (POINTS, len(found.state.points) == len(known.points)), (TIMES, found.state.times == known.times),
            (CHANGES, found.state.changes),
            (REMARKS, found.state.remarks), (HEALTH, len(found.state.examined) == len(known.examined)),
            (BEST, not told(found.best_weights)), (LAST, not told(found.last_weights)),
            (CHECKPOINT, not told(found.checkpoint))) if not value]
        assert set(lost) <= {name}


def test_a_run_whose_files_are_all_cut_off_is_opened(whole: Path, tmp_path: Path) -> None:
    for seed in range(30):
        random, folder = Random(seed), Path(shutil.copytree(whole, tmp_path / str(seed)))
        for path in sorted(folder.iterdir()):
            if path.name != EXPERIMENT:
                cut(path, random)
        found = open_run(folder)
        assert is_beginning(found.state, open_run(whole).state)
        assert told(found.best_weights) and told(found.last_weights) and told(found.checkpoint)


def test_what_is_missing_is_left_out(whole: Path, tmp_path: Path) -> None:
    for path in sorted(whole.iterdir()):
        folder = Path(shutil.copytree(whole, tmp_path / path.name))
        (shutil.rmtree if path.is_dir() else Path.unlink)(folder / path.name)
        if path.name == EXPERIMENT:
            assert told(lambda folder=folder: open_run(folder))
        else:
            assert is_beginning(open_run(folder).state, open_run(whole).state)


def test_without_its_network_there_is_no_run(whole: Path, tmp_path: Path) -> None:
    for seed in range(12):
        folder = Path(shutil.copytree(whole, tmp_path / str(seed)))
        cut(folder / EXPERIMENT, Random(seed))
        assert told(lambda folder=folder: open_run(folder))
        assert told(lambda folder=folder: load_checkpoint(folder, SLOW))


def test_a_torn_run_goes_on_from_its_checkpoint(whole: Path, tmp_path: Path) -> None:
    more = replace(SLOW, recipe=SLOW.recipe.with_options(epochs=5))
    for name in (RUN, METRICS, POINTS, CHANGES, REMARKS, LAST, BEST, SUMMARY):
        folder = Path(shutil.copytree(whole, tmp_path / name))
        cut(folder / name, Random(name))
        checkpoint = load_checkpoint(folder, more)
        list(record(fit(more, resume=checkpoint), more, folder, checkpoint))
        found = open_run(folder)
        assert found.state.epochs[-1].epoch == 5 and found.has_ended
        assert not any(told(read) for read in (found.best_weights, found.last_weights, found.checkpoint))


# -- no run -----------------------------------------------------------------------------------------------------------


def test_what_is_no_run_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    (tmp_path / "empty").mkdir()
    (tmp_path / "odd" / EXPERIMENT).mkdir(parents=True)
    for name in ("file", "empty", "odd", "missing"):
        with pytest.raises(RunError, match=rf"{name} is not a run: there is no experiment.loom in it"):
            open_run(tmp_path / name)
        with pytest.raises(RunError, match="is not a run"):
            open_run(str(tmp_path / name))
    (tmp_path / "empty" / EXPERIMENT).write_text("{}")
    with pytest.raises(FileError):
        open_run(tmp_path / "empty")
    assert issubclass(FileError, LayerloomError) and issubclass(WriteError, LayerloomError)


def test_no_torch_is_loaded_until_weights_are_asked_for(whole: Path) -> None:
    code = f"""
import sys
from engine.runs.opened import open_run
run = open_run({str(whole)!r})
print(len(run.state.epochs), run.state.summary.epochs, run.has_ended, run.states.was_stopped)
print(sorted({{"torch", "numpy", "safetensors"}} & set(sys.modules)))
{{}}
print("torch" in sys.modules)
"""
    for asked in ("run.best_weights()", "run.checkpoint()"):
        said = subprocess.run([sys.executable, "-c", code.replace("{}", asked)], cwd=ROOT, capture_output=True,
                              text=True, check=True).stdout
        assert said.splitlines() == ["4 4 True False", "[]", "True"]


def test_a_series_whose_member_is_gone_keeps_the_others(tmp_path: Path) -> None:
    series_of(VARIED, tmp_path)
    first, second = open_run(tmp_path).members
    shutil.rmtree(first.folder)
    assert [member.folder for member in open_run(tmp_path).members] == [second.folder]
    cut(tmp_path / SERIES, Random(0))
    assert [member.folder for member in open_run(tmp_path).members] == [second.folder]


# -- known faults: each is to pass, and then loses its mark ------------------------------------------------------------

EPOCHS = "epoch,train_loss,train_accuracy,validation_loss,validation_accuracy"
@pytest.mark.parametrize(("name", "content"), [
    (METRICS, f"{EPOCHS}\n,1,1,1,1\n"), (METRICS, f"{EPOCHS}\n1.5,1,1,1,1\n"), (METRICS, f"{EPOCHS}\nnan,1,1,1,1\n"),
    (METRICS, f"{EPOCHS}\n1,\"{'9' * 200_000}\n"), (CHANGES, "position,lr,threads\n,,\n"),
    (CHANGES, "position,lr,threads\n1,,1.5\n"), (SUMMARY, "[]"), (SUMMARY, '{"epochs": 1e999}'),
    (SUMMARY, '{"epochs": 2, "best_epoch": 1, "train": [1]}'), (RUN, '{"versions": "x"}'), (RUN, '{"versions": [1]}'),
    (RUN, '{"device": "cpu", "params": 1e999}'), (SERIES, '{"members": [], "mean": [], "std": {}}'),
    (HEALTH, '{"epoch": 1, "batch": 2, "position": 0.5, "layers": {"fc1": [1, 2]}}\n{"layers": []}\n'),
    (REMARKS, '{"epoch": 1, "kind": "x", "message": ["a", []], "suggestion": null}\n'),
])  # fmt: skip
def test_what_makes_no_sense_is_left_out(name: str, content: str, whole: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "run"))
    (folder / name).write_text(content)
    open_run(folder)
    checkpoint = load_checkpoint(folder, SLOW)
    list(record(fit(SLOW, resume=checkpoint), SLOW, folder, checkpoint))


@pytest.mark.parametrize("base", [replace(VARIED, variants=(Variant(title="c"), Variant(title="d"))),
                                  experiment(epochs=1)], ids=["series", "run"])
def test_members_of_an_earlier_series_are_none_of_a_run_that_goes_on(base: Experiment, tmp_path: Path) -> None:
    series_of(VARIED, tmp_path)
    for event in record((fit_series if base.variants else fit)(base), base, tmp_path):
        if isinstance(event, Started):
            break
    assert [member.folder.name for member in open_run(tmp_path).members] == (["1-c"] if base.variants else [])


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85"])
def test_a_remark_about_any_title_is_read_back(sign: str, tmp_path: Path) -> None:
    base = replace(KINDS["with a remark on the way"], variants=(Variant(title=f"a{sign}b"),))
    known = series_of(base, tmp_path).members[0]
    assert [str(remark.message) for remark in open_run(tmp_path).members[0].state.remarks] == [
        str(remark.message) for remark in known.remarks]


@pytest.mark.parametrize("epochs", [4, 5])
def test_each_kind_of_remark_is_kept_once(epochs: int, tmp_path: Path) -> None:
    followed(SLOW, tmp_path)
    more = replace(SLOW, recipe=SLOW.recipe.with_options(epochs=epochs))
    checkpoint = load_checkpoint(tmp_path, more)
    list(record(fit(more, resume=checkpoint), more, tmp_path, checkpoint))
    assert [remark.kind for remark in open_run(tmp_path).state.remarks] == ["small steps"]


@pytest.mark.parametrize("name", [".", "..", "../run", "/", "", "a/../b"])
def test_a_run_is_no_member_of_itself_nor_is_anything_elsewhere(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    list(record(fit(experiment(epochs=1)), experiment(epochs=1), folder))
    (folder / RUN).write_text(json.dumps({"members": [name]}))
    assert open_run(folder).members == ()
    (folder / RUN).unlink()
    (folder / SERIES).write_text(json.dumps({"members": [{"title": "a", "folder": name}], "mean": {}, "std": {}}))
    assert open_run(folder).members == ()


@pytest.mark.parametrize("name", [RUN, SUMMARY, SERIES, REMARKS])
def test_what_is_nested_too_deeply_is_left_out(name: str, tmp_path: Path) -> None:
    list(record(fit(experiment(epochs=1)), experiment(epochs=1), tmp_path))
    (tmp_path / name).write_text("[" * 100_000)
    assert len(open_run(tmp_path).state.epochs) == 1


def test_a_member_that_is_gone_takes_no_others_title(tmp_path: Path) -> None:
    series_of(VARIED, tmp_path)
    first, *others = open_run(tmp_path).members
    (first.folder / EXPERIMENT).unlink()
    assert [member.state.title for member in open_run(tmp_path).members] == [one.state.title for one in others]
