"""Training as a terminal shows it, line by line, and the tables that follow; nothing is trained."""

from __future__ import annotations

import io
import math
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from app.terminal import cli, console, exits, headless, run_tables
from app.terminal.console import Result, summary_lines
from app.terminal.report import Report
from engine.experiment.experiment import Experiment, Variant, save_experiment
from engine.experiment.notes import Notes, Reported
from engine.experiment.recipe import Recipe
from engine.files import WriteError
from engine.graph.graph import Graph
from engine.messages import LayerloomError, say
from engine.runs.continuing import Going
from engine.training.events import (
    EpochEnded,
    Event,
    Finished,
    MemberEnded,
    MemberStarted,
    Point,
    Preparing,
    Progress,
    RunNotSaved,
    SeriesFinished,
    SeriesRow,
    Started,
)
from engine.training.judge.outcomes import Learned, Norm, Outcome
from engine.training.state import SeriesState
from engine.training.telling import OF_A_SERIES, WHILE_LEARNING
from engine.training.values import Metrics, Remark, Summary
from tests.engine.cases import experiment

SUMMARY = Summary(3, 2, Metrics(0.1, 0.75), Metrics(0.2, 0.5), Metrics(0.3, 0.25), 100.0, "cpu", 10, 0)


class Fit:
    """What is asked of ``fit`` or ``fit_series``, and the events that they say instead of training."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[Event | Callable[[], None]] = []
        self.asked: list[str] = []
        self.said = io.StringIO()
        for name, path in (("one", "engine.training.fit"), ("series", "engine.training.series.fit_series")):
            monkeypatch.setattr(path, lambda *_given, name=name, **more: self._run(name, more))
        monkeypatch.setattr(console, "record", lambda events, *_: events)

    def _run(self, name: str, more: dict[str, object]) -> Iterator[Event]:
        self.asked.append(name)
        for event in self.events:
            if callable(event):
                event()
            else:
                yield event

    def train(self, *events: Event | Callable[[], None], of: Experiment | None = None, terminal: bool = False
              ) -> Result:
        self.events, self.said = list(events), io.StringIO()
        out = Console(file=self.said, width=120, force_terminal=terminal)
        return console.train(of or experiment(), Path("run"), out)

    @property
    def lines(self) -> list[str]:
        return self.said.getvalue().splitlines()


@pytest.fixture
def fit(monkeypatch: pytest.MonkeyPatch) -> Fit:
    return Fit(monkeypatch)


def epoch(number: int, best: bool, weight: int = 0, **more: float) -> EpochEnded:
    return EpochEnded(number, Metrics(1.5, 0.5), Metrics(2.25, 0.25), best, {"w": weight}, **more)  # type: ignore


def test_each_epoch_is_a_line_and_the_best_weights_are_the_result(fit: Fit) -> None:
    result = fit.train(
        Preparing(say("Downloading"), 1, 2), Started("cpu", 61706, 1500, 2, 1), Point(0.5, 1.0, 0.5),
        Progress(1, 2, 0.5, 1000.0, 3.0), epoch(1, True, 1), epoch(2, False, 2, fraction=0.5),
        Remark("rising", say("The loss rises")), Remark("overfitting", say("By heart")),
        RunNotSaved(say("The disk is full.")), Finished(SUMMARY, stopped=True))
    assert [line.replace("\u00a0", " ") for line in fit.lines] == [
        "Training on cpu: 61 706 parameters, 1 500 examples, 2 epochs", str(WHILE_LEARNING),
        "epoch   1   train loss 1.5000 acc 0.5000   validation loss 2.2500 acc 0.2500  ← best",
        "epoch   2   train loss 1.5000 acc 0.5000   validation loss 2.2500 acc 0.2500  (stopped within the epoch)",
        "warning: The loss rises", "hint: By heart", "warning: The disk is full. Training goes on."]
    assert result.weights == [{"w": 1}] and result.states.was_stopped
    assert str(result.states.not_saved) == "The disk is full."
    assert result.summary is SUMMARY and [row.epoch for row in result.states.current.epochs] == [1, 2]
    assert fit.asked == ["one"]


@pytest.mark.parametrize(("started", "line"), [
    (Started("mps", 1, 1, 1, 1), "Training on mps: 1 parameters, 1 example, 1 epoch"),
    (Started("cpu", 5, 2, 9, 4), "Training on cpu: 5 parameters, 2 examples, 9 epochs, from epoch 4"),
    (Started("cpu", 5, 2, 3, 4, planned=5), "Training on cpu: 5 parameters, 2 examples, 5 epochs, from epoch 4")])
def test_a_beginning_counts_in_words(started: Started, line: str, fit: Fit) -> None:
    result = fit.train(started, Finished(SUMMARY, stopped=False))
    assert fit.lines == [line, str(WHILE_LEARNING)] and result.weights == []
    assert not result.states.was_stopped and result.states.not_saved is None


@pytest.mark.parametrize(("others", "words"), [
    ((), "loss 0.1235"), ((("mae", 1.0),), "loss 0.1235"), ((("rmse", 2.0),), "loss 0.1235 rmse 2"),
    ((("rmse", 2.0), ("log_rmse", 0.5)), "loss 0.1235 log-rmse 0.5"), ((("log_rmse", math.nan),), "loss 0.1235")])
def test_of_numbers_the_measure_is_shown_that_says_most(others: tuple[tuple[str, float], ...], words: str,
                                                        fit: Fit) -> None:
    metrics = Metrics(0.12345, math.nan, others)
    fit.train(EpochEnded(1, metrics, metrics, False, {}), Finished(SUMMARY, stopped=False))
    assert fit.lines == [f"epoch   1   train {words}   validation {words}"]


@pytest.mark.parametrize(("train", "validation", "words"), [
    ({"rmse": 2.0}, {"rmse": 3.0, "log_rmse": 0.5}, "train loss 1 rmse 2   validation loss 1 rmse 3"),
    ({"rmse": 2.0, "log_rmse": 0.25}, {"rmse": 3.0, "log_rmse": math.nan},
     "train loss 1 rmse 2   validation loss 1 rmse 3"),
    ({}, {"rmse": 3.0, "log_rmse": 0.5}, "train loss 1   validation loss 1 log-rmse 0.5"),
    ({"log_rmse": 2.0}, {"rmse": 3.0}, "train loss 1   validation loss 1"),
])  # fmt: skip
def test_a_line_has_one_measure(train: dict[str, float], validation: dict[str, float], words: str, fit: Fit) -> None:
    parts = [Metrics(1.0, math.nan, tuple(each.items())) for each in (train, validation)]
    fit.train(EpochEnded(1, *parts, False, {}), Finished(SUMMARY, stopped=False))
    assert fit.lines == [f"epoch   1   {words}"]


def test_a_series_says_which_run_goes_on_and_keeps_the_best_of_each(fit: Fit) -> None:
    several = replace(experiment(), variants=(Variant(title="[red]"), Variant(title="fast")))
    result = fit.train(
        MemberStarted(1, 2, "[red]", several), epoch(1, True, 1), epoch(2, True, 2), epoch(3, False, 3),
        Finished(SUMMARY, stopped=False), MemberEnded(1, "[red]", SUMMARY, {}), MemberStarted(2, 2, "fast", several),
        Finished(SUMMARY, stopped=True), SeriesFinished((), {}, {}, stopped=True), of=several)
    assert fit.asked == ["series"] and result.states.was_stopped and result.weights == [{"w": 2}]
    assert fit.lines[0] == "[red] (1 of 2)" and fit.lines[4:] == [str(SUMMARY.line), "fast (2 of 2)"]
    assert fit.train(Finished(SUMMARY, stopped=False), of=experiment(folds=2)) and fit.asked[1:] == ["series"]
    fit.train(SeriesFinished((), {}, {}, stopped=False), of=several)


def test_the_bar_of_a_terminal_is_full_when_all_runs_are(fit: Fit) -> None:
    several = replace(experiment(), variants=(Variant(title="slow"), Variant(title="fast")))
    fit.train(Preparing(say("Downloading"), 1, 4), MemberStarted(1, 2, "slow", several),
              Progress(1, 2, 0.5, 1000.4, 3.0), Finished(SUMMARY, stopped=False), terminal=True)
    said = fit.said.getvalue()
    assert "run 1/2 · epoch 1/2" in said and "25 %" in said and "1\xa0000 examples/s" in said
    fit.train(Progress(2, 2, 0.75, 10.0, 3.0), Finished(SUMMARY, stopped=False), terminal=True)
    assert "epoch 2/2" in fit.said.getvalue() and "75 %" in fit.said.getvalue() and "run" not in fit.said.getvalue()


def test_a_folder_that_cannot_be_written_ends_it_before_anything_is_learned(fit: Fit) -> None:
    full = RunNotSaved(say("The disk is full."))
    with pytest.raises(WriteError, match="The disk is full"):
        fit.train(full, Finished(SUMMARY, stopped=False))
    assert fit.train(Point(0.5, 1.0, 0.5), full, Finished(SUMMARY, stopped=False)).states.not_saved == full.message


def test_what_is_missing_after_the_end_does_not_go_on(fit: Fit) -> None:
    fit.train(Point(0.5, 1.0, 0.5), Finished(SUMMARY, stopped=False), RunNotSaved(say("The disk is full.")))
    assert fit.lines[-1] == "warning: The disk is full."


def test_the_first_ctrl_c_ends_the_run_the_next_one_the_program(fit: Fit) -> None:
    before, held = signal.getsignal(signal.SIGINT), []
    handlers: list[object] = []

    def press() -> None:
        handler = signal.getsignal(signal.SIGINT)
        assert callable(handler) and handler is not before
        handler(signal.SIGINT, None)
        handlers.append(signal.getsignal(signal.SIGINT))

    fit.train(press, Finished(SUMMARY, stopped=True))
    assert handlers == [before] and signal.getsignal(signal.SIGINT) is before
    fit.train(lambda: held.append(signal.getsignal(signal.SIGINT)), Finished(SUMMARY, stopped=False))
    assert held[0] is not before and signal.getsignal(signal.SIGINT) is before


# -- tables ---------------------------------------------------------------------------------------------------------


def printed(tables: Iterator[object]) -> list[list[list[str]]]:
    """Each table's lines as words."""
    found = []
    for table in tables:
        out = io.StringIO()
        Console(file=out, width=200).print(table)
        lines = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in out.getvalue().splitlines()]
        found.append([line for line in lines if line])
    return found


@pytest.fixture
def outcomes(monkeypatch: pytest.MonkeyPatch) -> list[Outcome]:
    """What the weights of one run after the other amount to."""
    found: list[Outcome] = []
    monkeypatch.setattr(run_tables, "outcome", lambda _experiment, weights, _truth: found[weights["w"]])
    return found


def result_of(count: int, series: SeriesFinished | None = None, *more: Event, stopped: bool = False) -> Result:
    states = SeriesState()
    for index in range(count):
        if series is not None:
            states.hear(MemberStarted(index + 1, count, str(index), experiment()))
        states.hear(epoch(1, True, index))
        for event in (*more, Finished(SUMMARY, stopped=stopped)):
            states.hear(event)
    states.series = series
    return Result(states)


def test_one_run_has_learned_and_reported_numbers(outcomes: list[Outcome]) -> None:
    outcomes.append(Outcome((Norm("w", (2, 3), 2.0),), (Learned("weight 1", 1.5, 2.0),), ((1.0, -1.0), (0.5, 0.0))))
    notes = Notes(reported=(Reported("test accuracy", 0.5), Reported("‖w‖", 3.0), Reported("unknown", 1.0)))
    assert printed(run_tables.tables(replace(experiment(), notes=notes), result_of(1), None)) == [
        [["parameter", "learned", "true", "error"], ["weight 1", "1.5", "2", "0.5"]],
        [["kernel"], ["1", "-1"], ["0.5", "0"]],
        [["reported", "yours"], ["test accuracy", "0.5", "0.25"], ["‖w‖", "3", "2"], ["unknown", "1", "–"]]]
    outcomes[0] = Outcome((), (), ())
    assert printed(run_tables.tables(experiment(), result_of(1), None)) == []


def test_a_series_has_a_row_for_each_run_and_its_norm_where_there_is_one_matrix(outcomes: list[Outcome]) -> None:
    variants = replace(experiment(), variants=(Variant(title="slow"), Variant(title="fast")))
    rows = (SeriesRow("slow", {"train loss": 1.0, "test log_rmse": 0.5}), SeriesRow("fast", {"train loss": 2.0}))
    bias = Norm("b", (3,), 9.0)
    outcomes += [Outcome((Norm("w", (2, 3), 4.0), bias), (), ()), Outcome((bias,), (), ())]
    assert printed(run_tables.tables(variants, result_of(2, SeriesFinished(rows, {}, {})), None)) == [
        [["run", "train loss", "test log-rmse", "‖w‖"], ["slow", "1", "0.5", "4"], ["fast", "2", "–", "–"]]]
    outcomes[0] = Outcome((Norm("w", (2, 3), 4.0), Norm("v", (3, 3), 5.0)), (), ())
    assert printed(run_tables.tables(variants, result_of(2, SeriesFinished(rows, {}, {})), None))[0][0] == [
        "run", "train loss", "test log-rmse"]
    outcomes[0] = Outcome((Norm("w", (2, 3), 4.0),), (), ())
    folds = SeriesFinished(rows, {"train loss": 1.5}, {"train loss": 0.25})
    assert printed(run_tables.tables(experiment(folds=2), result_of(2, folds), None)) == [
        [["run", "train loss", "test log-rmse"], ["slow", "1", "0.5"], ["fast", "2", "–"], ["mean", "1.5", "–"],
         ["± sd", "0.25", "–"]]]


@pytest.mark.parametrize(("mean", "loss", "norm"), [({"train loss": 1.5}, "1.5", "–"), ({}, "0.25", "4")])
def test_of_folds_their_mean_stands_beside_the_reported_number(mean: dict[str, float], loss: str, norm: str,
                                                               outcomes: list[Outcome]) -> None:
    """As in the window; where no fold is whole there is no mean."""
    outcomes.append(Outcome((Norm("w", (2, 3), 4.0),), (), ()))
    notes = Notes(reported=(Reported("train loss", 0.5), Reported("‖w‖", 3.0)))
    result = result_of(1, SeriesFinished((), mean, {}))
    result.states.current.summary = replace(SUMMARY, train=Metrics(0.25))
    tables = printed(run_tables.tables(replace(experiment(folds=2), notes=notes), result, None))
    assert tables[-1] == [["reported", "yours"], ["train loss", "0.5", loss], ["‖w‖", "3", norm]]


@pytest.mark.parametrize(("count", "rows"), [(20, 20), (21, 6)])
def test_many_parameters_are_cut_and_their_error_is_the_mean(count: int, rows: int, outcomes: list[Outcome]) -> None:
    outcomes.append(Outcome((), tuple(Learned(f"weight {index}", 1.0, 3.0) for index in range(count)), ()))
    [table] = printed(run_tables.tables(experiment(), result_of(1), None))
    assert len(table) == 1 + rows
    assert (table[-1] == ["… 21 in all, on average", "2"]) is (count == 21)


def test_what_is_checked_stands_in_a_table_and_in_sentences() -> None:
    broken = experiment(("conv1", "Conv2d", {}), ("act1", "ReLU", {}), ("fc1", "Linear", {"out_features": 10}))
    report = Report(replace(broken, graph=broken.graph.with_marks(["act1"], bypassed=True)))
    rows = printed(iter([report.table()]))[0]
    assert rows[0] == ["name", "layer", "output shape", "parameters", "multiply-adds", "training memory"]
    assert rows[3][:2] == ["act1", "ReLU · bypassed"] and rows[4][2:] == ["?", "?", "?", "?"]
    assert report.has_errors and report.sentences()[0] == "data: Digits, 1×8×8, 10 classes"
    assert report.sentences()[1].startswith("error: fc1: Linear expects a flat input, got 16×")
    assert report.sentences()[1].endswith(" → “Insert Flatten” or “Insert global average pooling”")
    whole = report.as_json()
    assert [node.get("bypassed") for node in whole["nodes"]] == [None, None, True, None]
    empty = Report(Experiment(Graph()))
    assert empty.has_errors and not any(" → “”" in line for line in empty.sentences())
    numbers = Report(replace(experiment(), data=experiment().data.with_options(dataset="linear")))
    assert numbers.sentences()[0] == "data: Linear (synthetic), 2, 1 to predict"


# -- the commands ---------------------------------------------------------------------------------------------------


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Result | BaseException]:
    """What the training of a command comes to; the network is in ``net.loom``."""
    results: list[Result | BaseException] = []

    def train(*_: object, **__: object) -> Result:
        result = results[-1]
        if isinstance(result, BaseException):
            raise result
        return result

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(console, "go_on", train)
    monkeypatch.setattr(run_tables, "tables", lambda *_: iter(["a table"]))
    save_experiment(experiment(), Path("net.loom"))
    return results


def test_a_run_ends_with_its_tables_its_line_and_its_folder(trained: list[Result | BaseException],
                                                            capsys: pytest.CaptureFixture[str]) -> None:
    folds = SeriesFinished((), {}, {})
    for result, code, lines in (
            (result_of(1), 0, ["a table", *summary_lines(SUMMARY), "Run folder: run"]),
            (result_of(1, stopped=True), 0, ["Stopped: what was learned so far is kept.", "a table",
                                                       *summary_lines(SUMMARY), "Run folder: run"]),
            (result_of(1, folds), 0, ["a table", str(OF_A_SERIES), "Run folder: run"]),
            (result_of(1, None, RunNotSaved(say("full"))), 1, ["a table", *summary_lines(SUMMARY), "Run folder: run"])):
        trained.append(result)
        assert cli.main(["train", "net.loom", "--out", "run"]) == code
        assert capsys.readouterr().out.splitlines() == lines


@pytest.mark.parametrize(("error", "code", "sentence"), [
    (LayerloomError("too large"), 1, "error: too large\n"), (WriteError("full"), 2, "error: full\n"),
    (KeyboardInterrupt(), 1, "Stopped.\n")])
def test_every_failure_is_a_sentence_and_a_code(error: BaseException, code: int, sentence: str,
                                                trained: list[Result | BaseException],
                                                capsys: pytest.CaptureFixture[str]) -> None:
    trained.append(error)
    assert cli.main(["train", "net.loom"]) == code
    assert capsys.readouterr().err == sentence


def test_who_hears_no_more_ends_it_quietly(trained: list[Result | BaseException],
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    trained.append(BrokenPipeError())
    errors = io.StringIO()
    monkeypatch.setattr("sys.stderr", errors)
    assert cli.main(["train", "net.loom"]) == 0 and errors.closed


def test_output_that_is_no_terminal_is_wide_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert exits.console().width == exits.WIDTH
    monkeypatch.setattr("sys.stdout", type("Terminal", (io.StringIO,), {"isatty": lambda _: True})())
    assert exits.console().width == 40


@pytest.mark.parametrize(("words", "recipe", "variants"), [
    ([], Recipe(epochs=4), 2), (["--no-variants"], Recipe(epochs=4), 0),
    (["--k-fold", "3"], Recipe(epochs=4, folds=3), 0),
    (["--epochs", "7", "--lr", "0.5", "--batch-size", "9", "--seed", "3", "--device", "cuda:1"],
     Recipe(epochs=7, lr=0.5, batch_size=9, seed=3, device="cuda:1"), 2)])
def test_what_is_told_counts_for_this_run(words: list[str], recipe: Recipe, variants: int,
                                          monkeypatch: pytest.MonkeyPatch,
                                          trained: list[Result | BaseException]) -> None:
    seen: list[tuple[object, ...]] = []
    monkeypatch.setattr(console, "go_on", lambda *given, **_: seen.append(given) or result_of(1))
    save_experiment(replace(experiment(), recipe=Recipe(epochs=4), variants=(Variant(title="a"), Variant(title="b"))),
                    Path("net.loom"))
    assert cli.main(["train", "net.loom", *words, "--data-root", "data"]) == 0
    [(going, _, root, kept)] = seen
    assert isinstance(going, Going)
    told, folder = going.experiment, going.folder
    assert told.recipe == recipe and len(told.variants) == variants
    assert isinstance(folder, Path) and folder.parent == Path("runs") and folder.name.startswith("net-")
    assert (root, kept, going.checkpoint, going.begun, going.changes) == (Path("data"), False, None, None, ())
    if words:
        assert cli.main(["train", "net.loom", "--resume"]) == 2


@pytest.mark.parametrize(("result", "verified", "code"), [
    (result_of(1), True, 0), (result_of(1), False, 1), (result_of(2, SeriesFinished((), {}, {})), False, 0)])
def test_without_a_display_it_trains_and_says_where_everything_is(
        result: Result, verified: bool, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
        capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(console, "train", lambda *_: result)
    monkeypatch.setattr(headless, "new_run_folder", lambda _place, name: tmp_path / name)
    monkeypatch.setattr(headless, "load_weights", lambda path: path)
    exported = type("Exported", (), {"message": "It is the same", "verified": verified})
    monkeypatch.setattr("engine.export.export.export", lambda *_: exported)
    drawn: list[Path] = []
    monkeypatch.setattr(headless, "curves_picture", lambda _history, path: drawn.append(path))
    assert headless.main(["gallery:mlp"]) == code
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "There is no display here, so no window opens: Layerloom trains without one."
    assert lines[1].startswith("Network: ") and lines[-1].endswith("--help” lists what can be done without a display.")
    folder = tmp_path / "mlp"
    assert drawn == ([] if result.states.series else [folder / "curves.png"])
    assert lines[2:-1] == ([f"Run folder: {folder}"] if result.states.series else [
        *summary_lines(SUMMARY), "It is the same", str(folder / "mlp.safetensors"), str(folder / "curves.png")])
