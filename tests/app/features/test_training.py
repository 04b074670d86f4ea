"""A run in the window: which buttons can be pressed, what is said meanwhile, what its tab, curves and panels show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from app.document.document import Document
from app.features import trainer as module
from app.features.cures import offered, texts
from app.features.curves import Curves
from app.features.documents import Documents
from app.features.minimap import Minimap
from app.features.remarks import Remarks
from app.features.trainer import Trainer
from app.features.training import Training
from app.window.window import MainWindow
from engine.experiment.experiment import Experiment
from engine.messages import say
from engine.training.events import (
    EpochEnded,
    Finished,
    MemberEnded,
    MemberStarted,
    Paused,
    Point,
    Preparing,
    Progress,
    Resumed,
    RunNotSaved,
    SeriesFinished,
    Started,
)
from engine.training.observer import Observer
from engine.training.values import Metrics, Remark, Summary
from tests.app.threads import FakeThread, hear
from tests.app.windows import in_front, opened, turn_to
from widgets.fields.editors import LineEditor
from widgets.plot.view_options import ViewOptions

STARTED, PROGRESS = Started("cpu", 10, 20, 1, 3, 1), Progress(2, 3, 0.5, 1000.0, 61.0)
SUMMARY = Summary(3, 2, Metrics(0.1, 0.75), Metrics(0.2, 0.5), Metrics(0.3, 0.25), 100.0, "cpu", 10, 0)


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch) -> Iterator[MainWindow]:
    monkeypatch.setattr(module, "TrainingThread", FakeThread)
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp") as window:
        yield window
        trainer(window).finish()


class Plots:
    """Notes what it is asked to draw."""

    def __init__(self) -> None:
        self.drawn: list[tuple[Any, ...]] = []
        self.view = ViewOptions()

    def __getattr__(self, name: str) -> Any:
        return lambda *given, **named: self.drawn.append((name, *given, *named.values()))

    def taken(self) -> list[tuple[Any, ...]]:
        """What was drawn since it was asked last, but for the rate that is said over it."""
        drawn, self.drawn = self.drawn, []
        return [each for each in drawn if each[0] not in ("set_rate", "set_ways")]


def trainer(window: MainWindow) -> Trainer:
    return window.feature(Training).trainer


def shown(window: MainWindow) -> str:
    """What the top bar says, with how full its bar is."""
    progress = window.places.top.progress
    if progress.bar.isHidden():
        return progress.sentence.text()
    return f"{progress.bar.value() / 100:.0f} % {progress.left.text()}"


def can_be_changed(window: MainWindow) -> bool:
    """Whether the recipe's seed can be."""
    fields = {field.accessibleName(): field for field in window.feature(Curves).recipe.findChildren(LineEditor)}
    return fields["Seed"].isEnabled()


def epoch(number: int, best: bool) -> EpochEnded:
    return EpochEnded(number, Metrics(1.0, 0.5), Metrics(2.0, 0.25), best, {})


def test_a_run_from_the_button_to_its_last_line(window, monkeypatch):
    top, tab, page = window.places.top, window.places.documents, window.page
    minimap = window.feature(Minimap).map(page)
    running = []
    monkeypatch.setattr(minimap, "show_running", running.append)
    plots = Plots()
    monkeypatch.setattr(window.feature(Curves), "plots", plots)
    turn_to(window, "Problems")
    page.notice.show_message("of before", "info")
    top.train.setFocus()
    QTest.mouseClick(top.train, Qt.MouseButton.LeftButton)
    assert window.places.bottom.shows(window.feature(Curves).tab) and QApplication.focusWidget() is page.view
    assert not page.notice.isVisible() and running[-1] is True
    assert tab.tabText(0) == "▸ mlp.loom"
    assert [button.isEnabled() for button in (top.train, top.stop)] == [False, True]
    drawn = plots.taken()
    assert ("set_second", "Accuracy", True) in drawn and ("clear", page.document.experiment.recipe.epochs) in drawn
    assert drawn[-1] == ("set_hint", "Getting ready…")
    assert not can_be_changed(window)
    hear(window, Preparing(say("Downloading"), 1, 4))
    assert shown(window) == "25 % Downloading"
    hear(window, Preparing(say("Unpacking"), 1, 0))
    assert shown(window) == "Unpacking"
    hear(window, STARTED)
    assert shown(window) == "Training on cpu"
    assert [button.isEnabled() for button in (top.train, top.stop)] == [True, True] and top.train.text() == "Pause"
    plots.taken()
    hear(window, PROGRESS, Point(0.5, 1.5, 0.25), epoch(1, True))
    assert shown(window) == "50 % epoch 2 of 3 · 50 %" and "1:01 left" in top.progress.right.text()
    assert plots.taken() == [("add_points", [(0.5, 1.5, 0.25)]), ("add_epoch", 1.0, 1.0, 0.5, 2.0, 0.25, True)]
    top.train.click()
    hear(window, Paused())
    assert top.train.text() == "Resume" and top.train.isEnabled()
    assert top.progress.right.text() == "paused" and shown(window) == "50 % epoch 2 of 3 · 50 %"
    top.train.click()
    hear(window, Resumed())
    assert top.train.text() == "Pause" and not FakeThread.newest.control.paused
    top.train.click()
    assert FakeThread.newest.control.paused
    QTest.mouseClick(top.stop, Qt.MouseButton.LeftButton)
    assert FakeThread.newest.control.stopped
    assert [button.isEnabled() for button in (top.train, top.stop)] == [False, False]
    hear(window, Finished(SUMMARY, stopped=True), over=True)
    assert shown(window) == str(SUMMARY.line) and running[-1] is False and tab.tabText(0) == "mlp.loom"
    assert [button.isEnabled() for button in (top.train, top.stop)] == [True, False]
    assert can_be_changed(window) and plots.taken()[-1] == ("set_hint", "")
    window.feature(Documents).open("gallery:lenet")
    assert shown(window) == "" and ("show_all", [], []) not in plots.taken()
    tab.setCurrentIndex(0)
    drawn = plots.taken()
    assert ("show_all", [(0.5, 1.5, 0.25)], [(1.0, 1.0, 0.5, 2.0, 0.25, True)]) in drawn
    assert ("set_log", page.document.experiment.notes.log_scale) in drawn
    assert shown(window) == str(SUMMARY.line)


def test_training_begins_with_what_fits_of_loaded_weights(window, qtbot):
    import torch

    from engine.network.weights import initial_module

    document = window.page.document
    state = initial_module(document.experiment).state_dict()
    document.load_weights({key: torch.full_like(value, 2.0) for key, value in state.items()})
    graph = document.experiment.graph
    name = next(name for name, node in graph.nodes.items() if node.layer.kind() == "Linear")
    document.edit_graph("wider", graph.with_layer(name, graph.nodes[name].layer.with_options(out_features=77)))
    begun = FakeThread.newest
    window.commands["train"].trigger()
    qtbot.waitUntil(lambda: FakeThread.newest is not begun, timeout=20_000)
    used = FakeThread.newest.going.about.weights
    last = [key for key in used if not key.startswith(name)][-1]
    assert used[f"{name}.weight"].shape[0] == 77 and used[last].unique().tolist() == [2.0]
    told = window.page.notice.text.text()
    assert told.startswith("The loaded weights: ") and f"{name}.weight (" in told
    assert document.owner is None and document.loaded is used
    document.load_weights({"of another network": torch.ones(3)}, Experiment())
    trainer(window).finish()
    window.commands["train"].trigger()
    qtbot.waitUntil(lambda: "do not fit" in window.page.notice.text.text(), timeout=20_000)
    next(button for button in window.page.notice.findChildren(QAbstractButton) if "Forget" in button.text()).click()
    assert document.loaded is None


def changed_since_loading(window: MainWindow, fits: bool = True) -> Document:
    """The document in front, with weights of it loaded, and changed since; or with some of another network."""
    import torch

    from engine.network.weights import initial_module

    document = window.page.document
    document.load_weights(initial_module(document.experiment).state_dict())
    if not fits:
        document.load_weights({"of another network": torch.ones(3)}, Experiment())
    graph = document.experiment.graph
    name = next(name for name, node in graph.nodes.items() if node.layer.kind() == "Linear")
    document.edit_graph("wider", graph.with_layer(name, graph.nodes[name].layer.with_options(out_features=77)))
    return document


def test_a_run_begins_for_the_network_it_was_asked_for_though_another_comes_in_front(window, qtbot):
    first, document = window.page, changed_since_loading(window)
    window.commands["train"].trigger()
    window.feature(Documents).open("gallery:lenet")
    qtbot.waitUntil(lambda: trainer(window).state == "preparing", timeout=20_000)
    assert trainer(window).document is document and window.page is not first
    assert FakeThread.newest.going.about.weights is document.loaded
    assert first.notice.text.text().startswith("The loaded weights: ") and window.page.notice.text.text() == ""


@pytest.mark.parametrize("meanwhile", ["another trains", "it is wrong by now", "it is closed"])
def test_why_a_run_does_not_begin_after_all_is_said_over_its_network(window, qtbot, monkeypatch, meanwhile):
    first, document = window.page, changed_since_loading(window)
    started = []
    monkeypatch.setattr(window.feature(Training), "_jobs", SimpleNamespace(
        start=lambda *given: started.append(given), finish=lambda: None))
    window.commands["train"].trigger()
    [(work, done, _)] = started
    fit = work(None)
    window.feature(Documents).open("gallery:lenet")
    if meanwhile == "another trains":
        window.commands["train"].trigger()
        done(fit)
        assert first.notice.text.text() == "mlp waits as it is now, and is trained after lenet."
        assert trainer(window).document is window.page.document
        assert [entry.document for entry in window.feature(Training).line.entries] == [document]
    elif meanwhile == "it is wrong by now":
        document.edit_graph("cut", document.experiment.graph.without(["fc1"]))
        wrong = next(problem for problem in first.problems if problem.severity == "error")
        done(fit)
        assert first.notice.text.text() == str(wrong.message) and trainer(window).state == "idle"
    else:
        document.history.mark_clean()
        window.close_page(0)
        done(fit)
        assert trainer(window).state == "idle"
    assert window.page.notice.text.text() == ""


def test_weights_that_do_not_fit_are_forgotten_of_the_network_that_has_them(window, qtbot):
    first, document = window.page, changed_since_loading(window, fits=False)
    window.commands["train"].trigger()
    window.feature(Documents).open("gallery:mlp-dropout")
    other = window.page
    other.document.load_weights({"its own": None})
    qtbot.waitUntil(lambda: "do not fit" in first.notice.text.text(), timeout=20_000)
    assert other.notice.text.text() == ""
    window.turn_to(0)
    [button] = first.notice.buttons
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert document.loaded is None and other.document.loaded == {"its own": None}
    assert first.notice.text.text() == "Training starts from fresh weights" and other.notice.text.text() == ""


def test_what_a_remark_offers_undoes_no_newer_value(window):
    page = window.page
    window.commands["train"].trigger()
    hear(window, STARTED, Remark("rising", say("The loss rises"), ("lr", 0.01)))
    document, [button, *_others] = page.document, page.notice.buttons
    document.edit("rate", replace(document.experiment, recipe=document.experiment.recipe.with_options(lr=0.003)))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert document.experiment.recipe.lr == 0.003
    assert page.notice.text.text() == "Learning rate is 0.003 by now, and stays so"


def test_a_series_says_which_of_its_runs_goes_on(window, monkeypatch):
    page, plots = window.page, Plots()
    monkeypatch.setattr(window.feature(Curves), "plots", plots)
    page.document.loaded = {"w": None}
    window.commands["train_series"].trigger()
    assert FakeThread.newest.is_series
    plots.taken()
    other = Experiment(title="other")
    hear(window, MemberStarted(1, 2, "slow", other))
    assert shown(window) == "1 of 2: slow" and plots.taken() == [("begin_member", 0, "slow")]
    hear(window, Preparing(say("Downloading"), 1, 2))
    assert shown(window) == "50 % 1 of 2: slow · Downloading"
    hear(window, STARTED)
    assert shown(window) == "1 of 2: slow · Training on cpu, from the loaded weights"
    hear(window, PROGRESS)
    assert shown(window) == "50 % 1 of 2: slow · epoch 2 of 3 · 50 %"
    hear(window, epoch(1, True), MemberEnded(1, "slow", SUMMARY, {}),
         MemberStarted(2, 2, "fold 2", other, is_fold=True))
    assert shown(window) == "fold 2 of 2"
    hear(window, Point(0.5, 1.5, 0.25), Finished(SUMMARY, stopped=False), SeriesFinished((), {}, {}), over=True)
    assert shown(window) == f"fold 2 of 2 · {SUMMARY.line}"
    window.feature(Documents).open("gallery:lenet")
    plots.taken()
    window.places.documents.setCurrentIndex(0)
    assert ("show_series", [("slow", [], [(1.0, 1.0, 0.5, 2.0, 0.25, True)]), ("fold 2", [(0.5, 1.5, 0.25)], [])]
            ) in plots.taken()


def test_what_cannot_be_trained_says_why_and_its_rate_can_be_changed_on_the_way(window):
    top, page = window.places.top, window.page
    before = page.document.experiment
    page.document.edit_graph("cut", page.level.graph.without(["fc1"]))
    [problem] = [problem for problem in page.problems if problem.severity == "error"][:1]
    assert not top.train.isEnabled() and str(problem.message) in top.train.toolTip()
    window.commands["train"].trigger()
    assert trainer(window).state == "idle" and in_front(window) == "Problems"
    page.document.undo()
    assert top.train.isEnabled() and top.train.toolTip() == "Train this network"
    window.commands["start"].trigger()
    assert not top.train.isEnabled() and top.train.toolTip() == "Open a network first"
    window.commands["train"].trigger()
    assert trainer(window).state == "idle"
    window.turn_to(0)
    window.is_ready = False
    window.feature(Training).show_trainability()
    assert not top.train.isEnabled() and top.train.toolTip().startswith("PyTorch is still loading")
    window.commands["train"].trigger()
    assert trainer(window).state == "idle"
    window.is_ready = True
    window.commands["train"].trigger()
    thread = FakeThread.newest
    assert not thread.is_series
    page.document.edit("rate", replace(before, recipe=before.recipe.with_options(lr=0.125)))
    assert thread.control.wishes() == {"lr": 0.125}
    page.document.undo()
    assert thread.control.wishes() == {"lr": before.recipe.lr}
    window.feature(Documents).open("gallery:lenet")
    other = window.page.document.experiment
    window.page.document.edit("rate", replace(other, recipe=other.recipe.with_options(lr=0.5)))
    assert thread.control.wishes() == {}, "that is another network's"
    window.commands["train"].trigger()
    assert FakeThread.newest is thread, "one after the other"
    window.page.document.history.mark_clean()
    assert window.close_page(1) and not thread.control.stopped
    page.document.history.mark_clean()
    assert window.close_page(0) and thread.control.stopped and trainer(window).document is None
    assert trainer(window).state == "idle"


def test_folds_are_a_series_by_themselves(window):
    document = window.page.document
    recipe = document.experiment.recipe.with_options(folds=3)
    document.edit("folds", replace(document.experiment, recipe=recipe))
    window.commands["train"].trigger()
    assert FakeThread.newest.is_series


def test_what_a_run_shows_to_be_wrong_is_said_over_its_network(window):
    page = window.page
    window.commands["train"].trigger()
    hear(window, STARTED)
    window.feature(Documents).open("gallery:lenet")
    hear(window, Remark("rising", say("The loss rises"), ("lr", 0.01)))
    assert page.notice.text.text() == "The loss rises" and window.page.notice.text.text() != "The loss rises"
    [button, *_others] = page.notice.buttons
    assert button.text() == "Set Learning rate to 0.01"
    before = page.document.experiment
    button.click()
    assert page.document.experiment == replace(before, recipe=before.recipe.with_options(lr=0.01))
    assert page.document.history.undo_text == "Set Learning rate to 0.01" and page.notice.isHidden()
    hear(window, Remark("overfitting", say("It learns by heart")))
    cures = texts(offered(page.document.experiment, Remark("overfitting", say("It learns by heart"))))
    assert page.notice.text.text() == "It learns by heart"
    assert cures and [each.text() for each in page.notice.buttons] == list(cures[:2])
    for event, words in ((RunNotSaved(say("The disk is full")), "The disk is full"),
                         (say("It cannot go on"), "It cannot go on")):
        hear(window, event, over=words == "It cannot go on")
        assert page.notice.text.text() == words and window.page.notice.text.text() == ""
    assert shown(window) == ""
    window.feature(Remarks).remark(None, Remark("rising", say("Of nothing")))
    assert window.page.notice.text.text() == ""


def test_advice_waits_until_an_error_or_a_question_is_closed(window):
    page = window.page
    window.commands["train"].trigger()
    hear(window, STARTED, Remark("large batch", say("Few batches"), ("batch_size", 16)),
         Remark("underfitting", say("Underfitting")))
    assert page.notice.text.text() == "Underfitting", "the newest, and the others come back"
    hear(window, RunNotSaved(say("The disk is full")))
    assert page.notice.text.text() == "The disk is full"
    for words in ("Underfitting", "Few batches"):
        page.notice.dismiss()
        assert page.notice.text.text() == words and page.notice.isVisible()
    hear(window, Remark("overfitting", say("By heart")), over=True)
    window.commands["train"].trigger()
    assert page.notice.isHidden()
    page.notice.show_message("New", "info")
    page.notice.dismiss()
    assert page.notice.isHidden(), "what is of the run before is gone"


def test_only_what_may_change_on_the_way_is_passed_on(qtbot, tmp_path, monkeypatch):
    """A variant may have another than the recipe: looking at its network again is no change."""
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp") as window:
        feature, document, told = window.feature(Training), window.page.document, []
        monkeypatch.setattr(feature.trainer, "steer", told.append)
        monkeypatch.setattr(feature.trainer, "start", lambda of, *_: (
            setattr(feature.trainer, "document", of), setattr(feature.trainer, "state", "running")))
        feature.train(series=True)
        window.refresh()
        assert told == []
        lr = document.experiment.recipe.lr
        recipe = document.experiment.recipe.with_options(lr=lr / 2)
        document.edit("Slower", replace(document.experiment, recipe=recipe))
        window.refresh()
        document.undo()
        recipe = document.experiment.recipe.with_options(loss="bce", batch_size=7)
        document.edit("Others", replace(document.experiment, recipe=recipe))
        assert told == [{"lr": lr / 2}, {"lr": lr}, {"batch_size": 7}]
        feature.trainer.document, feature.trainer.state = None, "idle"


def test_a_feature_may_look_into_the_training_that_begins(window, monkeypatch):
    """A probe of every layer's output is an observer, and a feature that gives it to the run."""
    seen, one = [], Observer()

    def observers(document: Document) -> list[Observer]:
        seen.append(document)
        return [one]

    monkeypatch.setattr(window.feature(Training), "observers", observers)
    window.commands["train"].trigger()
    assert FakeThread.newest.given[4] == [one] and seen == [window.page.document]


WAITS = "mlp is trained now: lenet waits as it is now, and is trained after it"


def press(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(window.page.view, key, Qt.KeyboardModifier.ControlModifier)


def test_a_paused_run_goes_on_from_its_own_network_alone(window):
    """Whoever trains another one means that."""
    top = window.places.top
    press(window, Qt.Key.Key_Return)
    hear(window, STARTED)
    press(window, Qt.Key.Key_P)
    hear(window, Paused())
    assert top.train.text() == "Resume" and top.train.toolTip() == "Go on training"
    window.feature(Documents).open("gallery:lenet")
    held = "mlp is paused: lenet waits as it is now, until that run has gone on and ended"
    assert top.train.text() == "Train" and top.train.toolTip() == held and top.train.isEnabled()
    assert "mlp" in top.stop.toolTip() and top.one_batch.isEnabled()
    for command in ("train", "train_series"):
        window.commands[command].trigger()
        assert FakeThread.newest.control.paused and window.page.notice.text.text() == (
            "lenet waits as it is now: mlp is paused, and holds the queue until it has gone on and ended.")
        window.page.notice.dismiss()
        window.commands["queue_clear"].trigger()
    press(window, Qt.Key.Key_Return)
    assert FakeThread.newest.control.paused and window.page.notice.isVisible()
    assert window.page.document.run is None
    window.show_start()
    assert top.train.text() == "Train" and not top.train.isEnabled()
    window.commands["train"].trigger()
    assert FakeThread.newest.control.paused
    window.turn_to(0)
    assert top.train.text() == "Resume" and top.train.isEnabled()
    press(window, Qt.Key.Key_Return)
    assert not FakeThread.newest.control.paused


def test_what_is_done_to_a_run_that_one_does_not_see_is_said(window):
    press(window, Qt.Key.Key_Return)
    hear(window, STARTED)
    first = window.page
    window.feature(Documents).open("gallery:lenet")
    assert window.places.top.train.toolTip() == WAITS
    notice, control = window.page.notice, FakeThread.newest.control
    press(window, Qt.Key.Key_P)
    assert control.paused and notice.text.text() == "Training mlp is paused"
    press(window, Qt.Key.Key_P)
    assert not control.paused and notice.text.text() == "Training mlp goes on"
    window.commands["stop"].trigger()
    assert control.stopped and notice.text.text() == "Training mlp is stopped"
    window.commands["pause"].trigger()
    assert not control.paused and notice.text.text() == "Training mlp is stopped"
    hear(window, Finished(SUMMARY, stopped=True), over=True)
    assert first.notice.isHidden() and window.places.top.train.toolTip() == "Train this network"
