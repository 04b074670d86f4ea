"""The training thread as the window sees it: what it says becomes a state, a run, and events in their order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.document.document import Document
from app.features import trainer as module
from app.features.trainer import Trainer
from app.window.leaving import forget_ended
from engine.experiment.experiment import Experiment, Variant
from engine.experiment.recipe import Recipe
from engine.messages import say
from engine.runs.names import EXPERIMENT
from engine.runs.naming import run_folders
from engine.training.events import EpochEnded, Finished, MemberEnded, MemberStarted, Paused, Point, Resumed, Started
from engine.training.values import Metrics, Summary
from tests.app.threads import FakeThread

STARTED = Started("cpu", 10, 20, 3, 1)
SUMMARY = Summary(3, 2, Metrics(0.1), Metrics(0.2), Metrics(0.3), 100.0, "cpu", 10, 0)


class Desk:
    """A trainer with a document, and all that it tells."""

    def __init__(self, runs: Path) -> None:
        self.parent, self.runs = QObject(), runs
        self.trainer, self.document = Trainer(self.parent), Document(Experiment(), "net")
        self.told: list[Any] = []
        for signal in (self.trainer.state_changed, self.trainer.points_arrived, self.trainer.event_arrived,
                       self.trainer.failed):
            signal.connect(self.told.append)

    @property
    def thread(self) -> FakeThread:
        return FakeThread.newest

    def start(self, series: bool = False) -> FakeThread:
        self.document.loaded = {"w": 0}  # type: ignore[dict-item]
        self.trainer.start(self.document, self.runs, Path("data"), series)
        self.told.clear()
        return self.thread

    def hear(self, *events: object) -> list[Any]:
        """What is told when the thread has said this."""
        self.thread.events.extend(events)
        self.told.clear()
        self.trainer.drain()
        return self.told


@pytest.fixture
def desk(qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(module, "TrainingThread", FakeThread)
    return Desk(tmp_path / "runs")


def epoch(number: int, best: bool, **weights: int) -> EpochEnded:
    return EpochEnded(number, Metrics(1.0), Metrics(1.0), best, weights)  # type: ignore[arg-type]


def test_a_run_has_a_folder_of_its_own_and_begins_from_loaded_weights(desk: Desk) -> None:
    assert desk.trainer.state == "idle" and not desk.trainer.trains(desk.document)
    desk.trainer.start(desk.document, desk.runs, Path("data"), True)
    run, thread = desk.document.run, None
    assert run is not None and run.folder.parent == desk.runs and run.folder.is_dir()
    assert run_folders([made_run(run.folder).parent])[0].is_of("net")
    thread = desk.thread
    going = thread.going
    assert thread.given[1:] == (set(), Path("data"), True, (), True)
    assert (going.experiment, going.folder, going.checkpoint) == (desk.document.experiment, run.folder, None)
    assert thread.asked == ["start"] and desk.told == ["preparing"] and desk.trainer.trains(desk.document)
    assert not desk.trainer.trains(Document(Experiment(), "other"))


def made_run(folder: Path) -> Path:
    """The thread has written there what it trains."""
    (folder / EXPERIMENT).write_text("{}")
    return folder


def test_a_run_that_came_to_nothing_leaves_no_folder(desk: Desk) -> None:
    thread = desk.start()
    thread.is_over = True
    assert desk.runs.is_dir() and desk.hear(say("There is no such device")) and not desk.runs.exists()
    thread = desk.start()
    assert desk.document.run is not None
    folder = made_run(desk.document.run.folder)
    thread.is_over = True
    desk.hear(Finished(SUMMARY, stopped=False))
    assert folder.is_dir()


@pytest.mark.parametrize(("folds", "all_of_them", "several", "variants"), [
    (0, False, False, 0), (0, True, True, 1), (3, False, True, 0), (3, True, True, 1)])
def test_one_trains_the_network_as_it_is_drawn_or_all_its_variants(folds: int, all_of_them: bool, several: bool,
                                                                   variants: int, desk: Desk) -> None:
    """As the terminal does with and without --no-variants."""
    drawn = Experiment(recipe=Recipe(folds=folds), variants=(Variant(title="a"),))
    desk.document = Document(drawn, "net")
    thread = desk.start(all_of_them)
    trained = thread.going.experiment
    assert (thread.is_series, len(trained.variants)) == (several, variants)
    assert trained == replace(drawn, variants=trained.variants)


def test_points_are_told_together_and_before_what_was_said_after_them(desk: Desk) -> None:
    points = [Point(position, 1.0, 0.5) for position in (0.1, 0.2, 0.3)]
    desk.start()
    assert desk.hear(STARTED, *points[:2], epoch(1, True), points[2]) == [
        "running", STARTED, points[:2], epoch(1, True), points[2:]]
    assert desk.document.run is not None and desk.document.run.state.points == points
    assert desk.hear() == []


def test_it_holds_goes_on_and_stops(desk: Desk) -> None:
    thread = desk.start()
    desk.hear(STARTED)
    desk.trainer.pause_or_resume()
    assert thread.control.paused and desk.trainer.state == "running", "until it really holds"
    assert desk.hear(Paused()) == ["paused", Paused()]
    desk.trainer.pause_or_resume()
    assert not thread.control.paused and desk.hear(Resumed()) == ["running", Resumed()]
    desk.trainer.steer({"lr": 0.25, "drop1.p": 0.5})
    assert thread.control.wishes() == {"lr": 0.25, "drop1.p": 0.5}
    desk.trainer.stop()
    assert thread.control.stopped and desk.told == ["running", Resumed(), "stopping"]
    assert desk.hear(Paused(), STARTED, Resumed()) == [Paused(), STARTED, Resumed()], "it stays stopping"
    assert thread.asked == ["start"], "still patient"


def test_code_that_does_not_end_is_interrupted_after_a_while(desk: Desk, qtbot: QtBot,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_MS", 5)
    thread = desk.start()
    desk.trainer.stop()
    qtbot.waitUntil(lambda: "interrupt" in thread.asked)
    thread = desk.start()
    desk.trainer.stop()
    thread.is_over = True
    desk.hear()
    qtbot.wait(30)
    assert "interrupt" not in thread.asked, "it had ended"


def test_what_is_said_last_is_heard_before_the_end(desk: Desk) -> None:
    thread = desk.start()
    thread.is_over = True
    assert desk.hear(STARTED, Finished(SUMMARY, stopped=False)) == [
        "running", STARTED, Finished(SUMMARY, stopped=False), "idle"]
    assert desk.document.run is not None and desk.document.run.summary is SUMMARY
    assert thread.asked == ["start", "wait", "delete"]
    assert desk.trainer.document is desk.document and not desk.trainer.trains(desk.document)
    desk.told.clear()
    for act in (desk.trainer.pause_or_resume, desk.trainer.stop, desk.trainer.drain,
                lambda: desk.trainer.steer({"lr": 1.0})):
        act()
    assert desk.told == [] and desk.trainer.state == "idle", "nobody is there to be asked"


def test_the_events_of_a_run_are_drained_by_themselves_while_it_goes_on(desk: Desk, qtbot: QtBot) -> None:
    thread = desk.start()
    thread.events.append(STARTED)
    qtbot.waitUntil(lambda: desk.trainer.state == "running")
    thread.is_over = True
    qtbot.waitUntil(lambda: desk.trainer.state == "idle")


def test_a_failure_is_told_and_no_event(desk: Desk) -> None:
    failure = say("It cannot be trained")
    thread = desk.start()
    thread.is_over = True
    assert desk.hear(failure) == [failure, "idle"]
    assert desk.document.run is not None and desk.document.run.summary is None


def test_the_weights_of_the_best_and_of_the_last_epoch_are_kept(desk: Desk) -> None:
    desk.start()
    run = desk.document.run
    assert run is not None
    desk.hear(epoch(1, False, w=1))
    assert (run.latest, run.best) == ({"w": 1}, {"w": 1}), "the first is the best so far"
    desk.hear(epoch(2, True, w=2), epoch(3, False, w=3))
    assert (run.latest, run.best) == ({"w": 3}, {"w": 2})


def test_in_a_series_the_weights_are_of_the_run_that_has_come_furthest(desk: Desk) -> None:
    desk.start(series=True)
    run, one, two = desk.document.run, Experiment(title="one"), Experiment(title="two")
    assert run is not None
    desk.hear(MemberStarted(1, 2, "one", one))
    assert run.experiment is not one, "it has no weights yet"
    desk.hear(epoch(1, True, w=1))
    assert run.experiment is one
    ended = MemberEnded(1, "one", SUMMARY, {})
    desk.hear(ended, MemberStarted(2, 2, "two", two))
    assert [(state.title, state.experiment) for state in run.ended] == [("one", one)]
    assert (run.experiment, run.best) == (one, {"w": 1})
    desk.hear(epoch(1, False, w=2))
    assert (run.experiment, run.best, run.latest) == (two, {"w": 2}, {"w": 2})
    desk.hear(epoch(2, False, w=3))
    assert run.best == {"w": 2}


@pytest.mark.parametrize(("ends", "asked"), [(True, ["wait a moment", "wait", "delete"]),
                                             (False, ["wait a moment", "interrupt", "leave"])])
def test_a_run_is_left_where_it_is_when_its_document_closes(desk: Desk, ends: bool, asked: list[str]) -> None:
    thread = desk.start()
    thread.ends_by_itself = ends
    thread.events.append(STARTED)
    desk.trainer.finish()
    assert thread.control.stopped and thread.asked == ["start", *asked]
    assert desk.told == ["running", STARTED, "idle"] and desk.trainer.document is None
    desk.trainer.finish()
    assert desk.trainer.state == "idle"
    thread.is_over = True
    forget_ended()
