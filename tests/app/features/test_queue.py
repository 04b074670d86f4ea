"""The queue: what is asked for while another network trains waits, is trained in its turn, or meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from queue import SimpleQueue
from typing import Any, ClassVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.document.document import Pinned
from app.document.page import Page
from app.features import beside, trainer
from app.features import queue as module
from app.features.curves import Curves
from app.features.data import Data
from app.features.doctor import Doctor
from app.features.documents import Documents
from app.features.queue import Queue
from app.features.run_book import RunBook
from app.features.training import Training
from app.features.waiting import Order
from app.window.window import MainWindow
from engine.experiment.experiment import Experiment, load_experiment, save_experiment
from engine.graph.graph import Graph, Node
from engine.layers.code import Code
from engine.messages import say
from engine.training import fit
from engine.training.events import EpochEnded, Finished, Paused, Point, Progress, Started
from engine.training.state import SeriesState
from engine.training.values import Metrics, Remark, Summary
from tests.app.features.test_training import Plots
from tests.app.threads import FakeThread, hear
from tests.app.windows import CTRL, opened
from widgets.sweep.queue_view import QueueView

STARTED, PROGRESS = Started("cpu", 10, 20, 1, 3, 1), Progress(2, 3, 0.5, 1000.0, 61.0)
SUMMARY = Summary(3, 2, Metrics(0.1, 0.75), Metrics(0.2, 0.5), Metrics(0.3, 0.25), 100.0, "cpu", 10, 0)
FINISHED = Finished(SUMMARY, stopped=False)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot, tmp_path, monkeypatch) -> Iterator[MainWindow]:
    """The first network trains, another is in front."""
    monkeypatch.setattr(trainer, "TrainingThread", FakeThread)
    monkeypatch.setattr(module, "cost_of", lambda _experiment: None)
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp") as window:
        window.commands["train"].trigger()
        hear(window, STARTED)
        window.feature(Documents).open("gallery:lenet")
        yield window
        window.feature(Training).finish()


def training(window: MainWindow) -> Training:
    return window.feature(Training)


def view(window: MainWindow) -> QueueView:
    """Its tab, as one sees it."""
    window.places.stage.choose("train")
    window.places.bottom.bring(window.feature(Queue).tab)
    QApplication.processEvents()
    found = window.feature(Queue).view
    assert found is not None
    return found


def rows(window: MainWindow) -> list[tuple[str, str]]:
    return [(row.entry.network, row.entry.what) for row in view(window).rows]


def title(window: MainWindow) -> str:
    bottom = window.places.bottom
    return next(bottom.tabText(at) for at in range(bottom.count()) if bottom.tabText(at).startswith("Queue"))


def with_rate(page: Page, lr: float) -> Experiment:
    """Another learning rate is set."""
    experiment = page.document.experiment
    page.document.edit("rate", replace(experiment, recipe=experiment.recipe.with_options(lr=lr)))
    return page.document.experiment


def press(window: MainWindow, words: str) -> None:
    """A button of the message over the network in front."""
    QTest.mouseClick(next(button for button in window.page.notice.buttons if button.text() == words), LEFT)


def next_one(qtbot, before: FakeThread) -> FakeThread:
    """The run that begins by itself."""
    qtbot.waitUntil(lambda: FakeThread.newest is not before, timeout=5000)
    return FakeThread.newest


# -- after ------------------------------------------------------------------------------------------------------------


def test_train_on_another_network_waits_and_begins_by_itself(window, qtbot) -> None:
    top, page, first = window.places.top, window.page, FakeThread.newest
    assert top.train.isEnabled()
    assert top.train.toolTip() == "mlp is trained now: lenet waits as it is now, and is trained after it"
    QTest.mouseClick(top.train, LEFT)
    assert page.notice.text.text() == "lenet waits as it is now, and is trained after mlp."
    assert [button.text() for button in page.notice.buttons] == ["Train meanwhile", "Do not"]
    recipe = page.document.experiment.recipe
    assert rows(window) == [("mlp", "trains"), ("lenet", f"{recipe.epochs} epochs, lr {recipe.lr:g}")]
    assert title(window) == "Queue 1" and FakeThread.newest is first and page.document.run is None
    hear(window, PROGRESS)
    assert top.progress.left.text() == "mlp: epoch 2 of 3 · 1 waits"
    hear(window, FINISHED, over=True)
    second = next_one(qtbot, first)
    assert training(window).trainer.document is page.document and second.going.experiment == page.document.experiment
    assert page.notice.isHidden() and title(window) == "Queue" and rows(window) == [("lenet", "gets ready")]


def test_what_was_asked_for_is_trained_though_the_network_is_another_by_then(window, qtbot) -> None:
    page, first = window.page, FakeThread.newest
    QTest.keyClick(page.view, Qt.Key.Key_Return, CTRL)
    asked = page.document.experiment
    QTest.keyClick(page.view, Qt.Key.Key_Return, CTRL)
    assert len(training(window).line.entries) == 1, "the same run once"
    other = with_rate(page, 0.125)
    QTest.keyClick(page.view, Qt.Key.Key_Return, CTRL)
    assert page.notice.text.text() == "lenet waits as it is now, in place 2 of the queue."
    page.document.edit_graph("cut", page.level.graph.without(["fc1"]))
    assert not window.places.top.train.isEnabled(), "as it is by now it cannot be trained"
    hear(window, FINISHED, over=True)
    second = next_one(qtbot, first)
    assert second.going.experiment == asked and page.document.run.drawn == asked
    assert page.document.since_run is not None and second.control.wishes() == {}, "edits before are no steering"
    hear(window, STARTED)
    page.document.undo()
    assert second.control.wishes() == {}
    with_rate(page, 0.25)
    assert second.control.wishes() == {"lr": 0.25}
    hear(window, FINISHED, over=True)
    assert next_one(qtbot, second).going.experiment == other


def test_the_next_begins_however_the_one_before_ends_and_a_pause_holds_the_queue(window, qtbot) -> None:
    first, document = FakeThread.newest, window.page.document
    window.commands["pause"].trigger()
    hear(window, Paused())
    window.commands["one_epoch"].trigger()
    assert "mlp is paused, and holds the queue" in window.page.notice.text.text()
    assert rows(window) == [("mlp", "is paused: what waits is held until it goes on and has ended"),
                            ("lenet", "one epoch, then paused")]
    qtbot.wait(20)
    assert training(window).trainer.state == "paused" and len(training(window).line.entries) == 1
    window.commands["stop"].trigger()
    hear(window, Finished(SUMMARY, stopped=True), over=True)
    second = next_one(qtbot, first)
    assert training(window).trainer.trains(document)
    window.turn_to(0)
    window.commands["train_series"].trigger()
    hear(window, say("The data are gone"), over=True)
    next_one(qtbot, second)
    assert training(window).trainer.trains(window.page.document)
    window.turn_to(1)
    window.commands["train"].trigger()
    window.pages[0].document.history.mark_clean()
    assert window.close_page(0)
    qtbot.waitUntil(lambda: training(window).trainer.trains(document), timeout=5000)
    third = FakeThread.newest
    window.commands["queue_add"].trigger()
    assert rows(window)[1][0] == "lenet", "also of the network that is trained now"
    training(window).finish()
    qtbot.wait(20)
    assert third.control.stopped and FakeThread.newest is third, "with the window nothing begins any more"


def test_what_waits_is_moved_taken_out_and_goes_with_its_page(window, qtbot) -> None:
    line, page, first = training(window).line, window.page, FakeThread.newest
    window.commands["train"].trigger()
    window.feature(Documents).open("gallery:mlp-dropout")
    window.commands["train"].trigger()
    row = view(window).waiting[1]
    row.setFocus()
    QTest.keyClick(row, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [network for network, _ in rows(window)] == ["mlp", "mlp-dropout", "lenet"]
    press(window, "Do not")
    assert [entry.page for entry in line.entries] == [page] and window.page.notice.isHidden()
    window.commands["train"].trigger()
    QTest.keyClick(view(window).waiting[0], Qt.Key.Key_Delete)
    assert [entry.page for entry in line.entries] == [window.page] and page.notice.isHidden()
    window.page.document.history.mark_clean()
    assert window.close_page(2) and not line.entries and title(window) == "Queue"
    window.turn_to(0)
    window.commands["queue_add"].trigger()
    window.turn_to(1)
    window.commands["train"].trigger()
    assert title(window) == "Queue 2" and window.commands["queue_clear"].isEnabled()
    window.commands["queue_clear"].trigger()
    assert not line.entries and not window.commands["queue_clear"].isEnabled() and page.notice.isHidden()
    hear(window, FINISHED, over=True)
    qtbot.wait(20)
    assert FakeThread.newest is first


def test_data_that_changed_while_it_waited_are_said_and_the_next_one_goes_on(window, qtbot, tmp_path) -> None:
    first, feature = FakeThread.newest, window.feature(Data)
    path = tmp_path / "houses.csv"
    path.write_text("area,price\n" + "".join(f"{i},{i * 3 % 50}.5\n" for i in range(1, 61)))
    window.feature(Documents).open("gallery:linreg")
    page = window.page
    feature.files.open(path)
    qtbot.waitUntil(lambda: page.document.experiment.data.examples == 60, timeout=20_000)
    window.commands["train"].trigger()
    qtbot.waitUntil(lambda: bool(training(window).line.entries), timeout=5000)
    window.turn_to(1)
    window.commands["train"].trigger()
    path.write_text("area,price\n1,2\n")
    hear(window, FINISHED, over=True)
    second = next_one(qtbot, first)
    assert training(window).trainer.trains(window.page.document)
    assert page.notice.text.text().startswith("linreg was not trained: ") and "houses.csv" in page.notice.text.text()
    window.turn_to(2)
    press(window, "Train anyway")
    assert rows(window)[1][0] == "linreg"
    hear(window, FINISHED, over=True)
    next_one(qtbot, second)
    assert training(window).trainer.trains(page.document)


# -- meanwhile --------------------------------------------------------------------------------------------------------


class FakeHand:
    """Says what it is given, and notes its orders."""

    newest: ClassVar[FakeHand]

    def __init__(self, said: SimpleQueue[Any]) -> None:
        self.said, self.orders, self.run = said, [], None
        self.process = type("Process", (), {"pid": 2**30})
        FakeHand.newest = self

    def order(self, order: dict[str, Any]) -> None:
        self.orders.append(order)

    def says(self, window: MainWindow, **line: Any) -> None:
        self.said.put((self, line or None))
        training(window).beside.listen()

    def leave(self) -> None:
        self.orders.append({"leave": True})

    def gone(self) -> object:
        return say("its process was ended by signal {signal}", signal=9)


class FakeCrew:
    def __init__(self) -> None:
        self.said, self.hands = SimpleQueue(), []

    def hire(self) -> FakeHand:
        self.hands.append(FakeHand(self.said))
        return self.hands[-1]

    def next(self, _patience: float) -> object:
        return None if self.said.empty() else self.said.get()


@pytest.fixture
def crew(window, monkeypatch) -> None:
    monkeypatch.setattr(training(window).beside, "_crew", FakeCrew())
    monkeypatch.setattr(beside, "READ_MS", 10_000)


def test_meanwhile_it_has_a_process_of_its_own_and_is_stopped_in_its_tab(window, qtbot, crew, monkeypatch) -> None:
    top, page, first = window.places.top, window.page, FakeThread.newest
    QTest.mouseClick(top.train, LEFT)
    QTest.mouseClick(view(window).waiting[0].when.buttons["meanwhile"], LEFT)
    hand = FakeHand.newest
    [job] = [order["train"] for order in hand.orders]
    assert job["folder"] == str(page.document.run.folder) and page.document.run.drawn == page.document.experiment
    assert page.notice.isHidden() and title(window) == "Queue"
    assert rows(window) == [("mlp", "trains"), ("lenet", "gets ready")]
    assert window.places.documents.tabText(1).startswith("▸")
    hand.says(window, run=1, began=0.0, examples=1)
    hand.says(window, run=1, at=2.5)
    epochs = page.document.experiment.recipe.epochs
    assert top.progress.left.text() == f"Meanwhile: epoch 3 of {epochs}"
    plots = Plots()
    monkeypatch.setattr(window.feature(Curves), "plots", plots)
    known, before = SeriesState(page.document.experiment), page.document.run.state
    known.hear(Point(0.5, 1.5, 0.25))
    known.hear(Remark("rising", say("The loss rises"), ("lr", 0.01)))
    known.hear(EpochEnded(1, Metrics(1.0, 0.5), Metrics(2.0, 0.25), True, {}))
    page.document.run.states = known
    training(window).beside.grown.emit(page.document, before)
    training(window).beside.grown.emit(page.document, known.current)
    assert [each for each in plots.drawn if each[1:] != ([],)] == [
        ("add_points", [(0.5, 1.5, 0.25)]), ("add_epoch", 1.0, 1.0, 0.5, 2.0, 0.25, True)], "what is new, once"
    assert [str(remark.message) for remark in window.feature(Doctor).findings_of(page)] == ["The loss rises"]
    page.notice.clear()
    assert view(window).rows[1].bar.value() == round(1000 * 2.5 / epochs)
    hear(window, PROGRESS)
    assert top.progress.left.text() == f"Meanwhile: epoch 3 of {epochs}", "here one sees this network's run"
    assert "trained meanwhile" in top.train.toolTip() and not window.commands["continue"].isEnabled()
    QTest.mouseClick(top.train, LEFT)
    assert page.notice.text.text() == "lenet waits as it is now, until its run has ended."
    hear(window, FINISHED, over=True)
    qtbot.wait(20)
    assert FakeThread.newest is first, "a network learns one run at a time"
    QTest.mouseClick(top.stop, LEFT)
    assert hand.orders[-1] == {"stop": True} and not first.control.stopped
    hand.says(window, run=1, ended=False)
    next_one(qtbot, first)
    assert training(window).trainer.trains(page.document) and not training(window).beside.running


def test_what_cannot_be_trained_meanwhile_or_broke_off_says_why_and_one_whose_page_is_closed_is_left(
        window, qtbot, crew, monkeypatch) -> None:
    page = window.page
    page.document.load_weights({"w": None})
    window.commands["one_epoch"].trigger()
    assert [button.text() for button in page.notice.buttons] == ["Do not"]
    [row] = view(window).waiting
    assert not row.when.isVisible() and "begins with weights" in row.toolTip()
    page.document.load_weights(None)
    monkeypatch.setattr(module, "cost_of", lambda _experiment: say("both share the cores"))
    window.commands["train"].trigger()
    assert page.notice.text.text() == (
        "lenet waits as it is now, in place 2 of the queue. Meanwhile: both share the cores")
    tip = view(window).waiting[1].when.buttons["meanwhile"].toolTip()
    assert tip == "both share the cores" and page.notice.buttons[0].text() == "Train meanwhile", "it can all the same"
    window.commands["queue_clear"].trigger()
    page.notice.clear()
    window.commands["train"].trigger()
    press(window, "Train meanwhile")
    FakeHand.newest.says(window)
    qtbot.waitUntil(lambda: page.notice.isVisible(), timeout=5000)
    assert page.notice.text.text() == "Training lenet broke off: its process was ended by signal 9"
    assert not training(window).beside.running
    window.commands["train"].trigger()
    press(window, "Train meanwhile")
    hand = FakeHand.newest
    window.page.document.history.mark_clean()
    assert window.close_page(1) and hand.orders[-1] == {"leave": True} and not training(window).beside.running


def test_several_runs_and_code_that_nobody_agreed_to_wait() -> None:
    network = load_experiment("gallery:mlp")
    code = "class Twice(nn.Module):\n    def forward(self, x):\n        return 2 * x\n"
    folds = replace(network, recipe=network.recipe.with_options(folds=3))
    unread = replace(network, graph=Graph({"own": Node("own", Code(source=code))}))
    assert Order(Pinned(network)).why_alone is None
    assert "Several runs" in str(Order(Pinned(folds)).why_alone)
    assert "nobody has agreed" in str(Order(Pinned(unread)).why_alone)


def test_where_it_would_not_pay_that_is_said(monkeypatch) -> None:
    from engine.training import devices

    experiment = load_experiment("gallery:mlp")
    monkeypatch.undo()
    monkeypatch.setattr(module.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(devices, "useful_threads", lambda _experiment: 1)
    monkeypatch.setattr(devices, "available_devices", lambda: ["cpu"])
    assert module.cost_of(experiment) is None
    monkeypatch.setattr(devices, "useful_threads", lambda _experiment: 2)
    assert "share the 2 cores" in str(module.cost_of(experiment))
    monkeypatch.setattr(module.os, "cpu_count", lambda: 1)
    assert "one core" in str(module.cost_of(experiment))
    monkeypatch.setattr(devices, "available_devices", lambda: ["cuda:0", "cpu"])
    assert "share cuda:0" in str(module.cost_of(experiment))


def test_meanwhile_it_learns_the_same_and_its_tab_shows_it(qtbot, tmp_path, monkeypatch) -> None:
    """In a real process."""
    monkeypatch.setattr(trainer, "TrainingThread", FakeThread)
    monkeypatch.setattr(beside, "BEHIND", 0)  # where others are at work it would take long
    base = load_experiment("gallery:lenet-digits")
    recipe = base.recipe.with_options(epochs=2, batch_size=200, lr=0.05, device="cpu")
    network = replace(base, recipe=recipe)
    save_experiment(network, tmp_path / "net.loom")
    with opened(qtbot, tmp_path / "layerloom", "gallery:mlp") as window:
        window.commands["train"].trigger()
        hear(window, STARTED)
        window.feature(Documents).open(str(tmp_path / "net.loom"))
        page = window.page
        window.commands["train"].trigger()
        press(window, "Train meanwhile")
        qtbot.waitUntil(lambda: not training(window).beside.running, timeout=60_000)
        expected = [event for event in fit(page.document.experiment) if isinstance(event, EpochEnded)]
        found = page.document.run
        assert [row.train.loss for row in found.state.epochs] == [round(row.train.loss, 6) for row in expected]
        assert found.latest.keys() == expected[-1].weights.keys() and found.summary.epochs == 2
        assert all((value == expected[-1].weights[key]).all() for key, value in found.latest.items()), "bit for bit"
        assert "Training net has ended" in page.notice.text.text()
        window.feature(RunBook).refresh()
        qtbot.waitUntil(lambda: window.feature(RunBook).entry(found.folder) is not None, timeout=5000)
        assert window.places.top.progress.sentence.text() == str(found.summary.line)
        training(window).finish()
