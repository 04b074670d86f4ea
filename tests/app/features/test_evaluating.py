"""Judging in the window: what is in hand is judged on the split that is chosen, and all pages follow."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.features import trainer as trainer_module
from app.features.correcting import Correcting
from app.features.data import Data
from app.features.evaluating import Evaluating
from app.features.evaluation_tabs import EvaluationTabs
from app.features.inside import Inside
from app.features.probing import Probing
from app.features.training import Training
from app.insight import evaluated as evaluated_module
from app.window.window import MainWindow
from engine import DataSpec, build_module, evaluate, load_data, open_run, record
from engine.data.tensors.identity import identity
from engine.data.tensors.splitting import folded
from engine.evaluation.confusion import examples_of, mistakes, most_confused
from engine.experiment.experiment import Experiment, save_experiment
from engine.experiment.recipe import Recipe
from engine.graph.graph import Graph
from engine.layers.activation import ReLU
from engine.layers.linear import Flatten, Linear
from engine.training.events import EpochEnded, Started
from engine.training.series import fit_series
from engine.training.values import Metrics
from tests.app.looking import LEFT, NONE, Looking, looking, looking_window, network, written
from tests.app.threads import FakeThread, hear
from tests.app.windows import CTRL

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
MLP = network(None, Flatten(), Linear(out_features=12), ReLU(), Linear(out_features=10))


@pytest.fixture(scope="module")
def shared_window(request) -> Iterator[MainWindow]:
    with looking_window(request) as window:
        yield window


class Judged(Looking):
    """Looks at the tabs of an evaluation."""

    def __init__(self, window: MainWindow, qtbot) -> None:
        super().__init__(window, qtbot)
        self.tabs, self.evaluating = window.feature(EvaluationTabs), window.feature(Evaluating)

    def bring(self, name: str = "confusion") -> Any:
        """A page, its tab in front; what it shows is known."""
        self.window.places.bottom.bring(getattr(self.tabs, f"{name}_tab"))
        self.wait()
        return getattr(self.tabs, name)

    def wait(self) -> None:
        """All that is asked for is judged and shown."""
        self.settle()
        self._qtbot.waitUntil(lambda: not self.evaluating.is_busy)
        self.settle()

    @property
    def titles(self) -> list[str]:
        bottom = self.window.places.bottom
        return [bottom.tabText(index) for index in range(bottom.count())][1:5]

    @property
    def experiment(self) -> Experiment:
        return self.page.document.experiment


@pytest.fixture
def look(shared_window, qtbot, tmp_path) -> Iterator[Callable[..., Judged]]:
    """Opens a network, and looks into it."""
    held = []

    def look(source: str | Graph = MLP, **options: Any) -> Judged:
        text = source if isinstance(source, str) else written(tmp_path, source, **options)
        held.append(looking(shared_window, qtbot, text))
        held[-1].__enter__()
        return Judged(shared_window, qtbot)

    yield look
    shared_window.feature(Evaluating).rest()
    for each in held:
        each.__exit__(None, None, None)


@pytest.fixture
def judged(monkeypatch) -> list[str]:
    """The parts that were judged, each time that it was done."""
    parts: list[str] = []
    plain = evaluated_module.judging

    def judging(experiment, weights, part, *rest, **more):
        parts.append(part)
        return plain(experiment, weights, part, *rest, **more)

    monkeypatch.setattr(evaluated_module, "judging", judging)
    return parts


def other(experiment: Experiment, seed: int) -> dict[str, torch.Tensor]:
    return build_module(replace(experiment, recipe=experiment.recipe.with_options(seed=seed))).state_dict()


# -- what is judged ----------------------------------------------------------------------------------------------------


def test_all_pages_show_what_the_engine_says(look):
    seen = look()
    page, wanted = seen.bring(), evaluate(seen.experiment)
    assert (page.matrix.confusion == wanted.confusion).all() and page.matrix.names == tuple("0123456789")
    assert page.side.number.text() == f"Accuracy {wanted.accuracy:.3f}"
    wrong = wanted.examples - wanted.right
    assert seen.titles == ["Confusion", f"Mistakes {wrong}", "Calibration", "Numbers"]
    assert list(seen.bring("mistakes").wall.numbers) == mistakes(wanted).tolist()
    assert seen.bring("calibration").diagram.calibration is not None
    assert [row[-1] for row in seen.bring("numbers").table.texts] == [str(each.support) for each in wanted.per_class]


def test_nothing_is_judged_while_nobody_wants_to_know(look, judged):
    seen = look()
    seen.window.places.bottom.bring(seen.window.feature(Data).tab)
    seen.wait()
    judged.clear()
    seen.page.document.load_weights(other(seen.experiment, 5))
    seen.wait()
    assert judged == []
    seen.bring("numbers")
    assert judged == ["validation"]


def test_weights_in_hand_are_followed_and_known_ones_are_kept(look, judged):
    seen = look()
    page = seen.bring()
    weights = other(seen.experiment, 5)
    judged.clear()
    seen.page.document.load_weights(weights)
    seen.window.refresh()
    seen.wait()
    assert (page.matrix.confusion == evaluate(seen.experiment, weights).confusion).all()
    for source, held in (("initial", None), ("loaded", weights), ("initial", None)):
        seen.window.feature(Inside).set_source(source)
        seen.wait()
        assert (page.matrix.confusion == evaluate(seen.experiment, held).confusion).all()
    assert judged == ["validation"], "what was judged is known"


def test_edits_that_change_no_number_cost_nothing(look, judged):
    seen = look()
    page = seen.bring()
    judged.clear()
    document, base = seen.page.document, seen.experiment
    document.edit("slower", replace(base, recipe=base.recipe.with_options(lr=0.123)))
    seen.wait()
    assert judged == []
    document.edit("smooth", replace(base, recipe=base.recipe.with_options(label_smoothing=0.5)))
    seen.wait()
    assert judged == ["validation"]
    assert page.evaluation.loss == pytest.approx(evaluate(seen.experiment).loss)
    layer = seen.experiment.graph.nodes["linear2"].layer.with_options(out_features=7)
    document.edit_graph("fewer", seen.experiment.graph.with_layer("linear2", layer))
    seen.wait()
    assert "ends in 7, but there are 10" in page.message.text() and page.message.isVisible()
    assert seen.titles[1] == "Mistakes"
    judged.clear()
    seen.window.refresh()
    seen.wait()
    assert judged == [] and page.message.isVisible(), "it would not come otherwise"
    seen.window.commands["undo"].trigger()
    seen.wait()
    assert not page.message.isVisible()


def test_the_split_is_chosen_and_test_is_asked_about_once(look, judged):
    seen = look()
    page = seen.bring()
    judged.clear()
    page.side.part.setFocus()
    QTest.keyClick(page.side.part, Qt.Key.Key_Up)
    seen.wait()
    assert judged == ["train"] and page.evaluation.examples == evaluate(seen.experiment, split="train").examples
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down):
        QTest.keyClick(page.side.part, key)
    seen.wait()
    assert "test" not in judged and "worthless" in page.message.text() and page.action.isVisible()
    QTest.mouseClick(page.action, LEFT)
    seen.wait()
    assert judged == ["train", "test"] and page.evaluation.part == "test" and "worthless" in page.side.notes.text()
    assert seen.bring("mistakes").side.part.currentData() == "test", "all pages are of one part"
    QTest.keyClick(page.side.part, Qt.Key.Key_Up)
    QTest.keyClick(page.side.part, Qt.Key.Key_Down)
    seen.wait()
    assert page.evaluation.part == "test" and judged.count("test") == 1


def test_an_empty_split_says_which_to_ask_for(look):
    seen = look(data=DataSpec(validation=0.0))
    page = seen.bring()
    assert "There are no validation examples: ask for train or test" in page.message.text()
    assert page.action.isHidden()


def test_data_that_are_not_here_are_never_fetched(look, judged):
    seen = look(data=DataSpec().with_dataset("mnist"))
    page = seen.bring()
    assert "MNIST is not on this computer yet" in page.message.text() and judged == []
    QTest.mouseClick(page.action, LEFT)
    assert seen.window.places.bottom.shows(seen.window.feature(Data).tab)


def test_weights_of_another_network_are_said(look):
    seen = look()
    weights = {**build_module(seen.experiment).state_dict(), "linear2.weight": torch.zeros(3, 3)}
    seen.page.document.load_weights(weights)
    seen.window.refresh()
    page = seen.bring()
    assert page.side.notes.text() == "The weights do not fit linear2: there the network is untrained"


def test_numbers_have_pages_of_their_own(look, tmp_path):
    save_experiment(Experiment(network(None, Linear(out_features=1)), DataSpec().with_dataset("polynomial"),
                               Recipe(loss="mse")), tmp_path / "line.loom")
    seen = look(str(tmp_path / "line.loom"))
    page = seen.bring("numbers")
    wanted = evaluate(seen.experiment)
    assert seen.titles == ["Predicted", "Errors", "Residuals", "Fit"]
    assert [curve.name for curve in page.plot.points.curves] == ["learned", "least squares"]
    assert page.weights.texts[-1][0] == "loss" and len(page.weights.texts) == 6
    errors = seen.bring("mistakes")
    assert list(errors.wall.numbers) == mistakes(wanted).tolist()
    seen._qtbot.waitUntil(lambda: errors.wall.example(0) is not None)
    assert errors.wall.example(0).pixels is None and "→" in errors.wall.example(0).caption


# -- what is done on them ----------------------------------------------------------------------------------------------


def test_a_cell_opens_its_pictures_and_a_picture_is_taken_in_hand(look):
    seen = look()
    page, wanted = seen.bring(), evaluate(seen.experiment)
    pair = most_confused(wanted.confusion, 1)[0]
    QTest.mouseClick(page.matrix, LEFT, NONE,
                     page.matrix.places.place(pair.true, pair.predicted).center().toPoint())
    mistakes_page = seen.tabs.mistakes
    assert seen.window.places.bottom.shows(seen.tabs.mistakes_tab) and page.matrix.marked == (pair.true, pair.predicted)
    numbers = examples_of(wanted, pair.true, pair.predicted).tolist()
    assert list(mistakes_page.wall.numbers) == numbers
    seen._qtbot.waitUntil(lambda: mistakes_page.wall.example(0) is not None)
    example = mistakes_page.wall.example(0)
    assert example.caption == f"{pair.true}→{pair.predicted}" and example.key == ("validation", numbers[0])
    assert f"true {pair.true}, predicted {pair.predicted}, sure by " in example.said
    QTest.mouseClick(mistakes_page.wall.viewport(), LEFT, NONE, mistakes_page.wall.place(0).center().toPoint())
    seen.wait()
    make = seen.now.make
    assert (make.part, make.index) == example.key and seen.now.seen.sample.place == example.key
    assert seen.now.seen.guesses[0].number == pair.predicted and seen.now.seen.true_class == pair.true


def test_a_menu_of_an_example_can_be_filled_by_others(look):
    seen = look()
    page, asked = seen.bring("mistakes"), []
    seen._qtbot.waitUntil(lambda: page.wall.example(0) is not None)

    def fill(menu, inside, part, number):
        asked.append((inside.page, part, number))
        menu.addAction("More")

    seen.tabs.menu_filling.connect(fill)
    at = page.wall.place(1).center().toPoint()
    QApplication.sendEvent(page.wall.viewport(), QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, at, page.wall.viewport().mapToGlobal(at)))
    menu = seen.tabs.menu
    assert asked == [(seen.page, "validation", page.wall.numbers[1])]
    assert [action.text() for action in menu.actions()] == [
        "Look at it", "Compare with it", "", "Exclude", "Label it", "More"]
    menu.actions()[1].trigger()
    menu.close()
    seen.wait()
    assert seen.now.second.index == page.wall.numbers[1]
    seen.tabs.menu_filling.disconnect(fill)


def test_a_mistake_is_excluded_by_its_menu_and_comes_back_with_undo(look):
    seen = look()
    page = seen.bring("mistakes")
    seen._qtbot.waitUntil(lambda: page.wall.example(0) is not None)
    document = seen.page.document

    def judged() -> int:
        return len(seen.tabs._shown.evaluation.true) if seen.tabs._shown is not None else 0

    before = judged()
    at = page.wall.place(0).center().toPoint()
    QApplication.sendEvent(page.wall.viewport(), QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, at, page.wall.viewport().mapToGlobal(at)))
    menu = seen.tabs.menu
    next(action for action in menu.actions() if action.text() == "Exclude").trigger()
    menu.close()
    seen._qtbot.waitUntil(lambda: len(document.experiment.data.corrections) == 1)
    seen._qtbot.waitUntil(lambda: judged() == before - 1)
    document.undo()
    assert not document.experiment.data.corrections
    seen._qtbot.waitUntil(lambda: judged() == before)


def mistake_menu(page, index: int, tabs: EvaluationTabs) -> QMenu:
    at = page.wall.place(index).center().toPoint()
    QApplication.sendEvent(page.wall.viewport(), QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, at, page.wall.viewport().mapToGlobal(at)))
    return tabs.menu


def test_a_fold_is_judged_on_what_it_has_not_learned(look, tmp_path):
    seen = look(epochs=1, folds=3)
    base, document = seen.experiment, seen.page.document
    list(record(fit_series(base), base, tmp_path / "folds"))
    run = open_run(tmp_path / "folds")
    shutil.rmtree(run.members[0].folder)
    run = open_run(tmp_path / "folds")
    states, member = run.states, run.members[-1]
    states.members[-1].best = states.members[-1].latest = member.best_weights()
    document.begin_run(run.folder, states)
    seen.window.refresh()
    wanted, data = evaluate(member.folder), load_data(base.data)
    found, page, fold = seen.bring(), seen.bring("mistakes"), folded(data, 3, 2)
    assert found.evaluation.examples == wanted.examples == len(fold.validation) and not found.evaluation.notes
    assert found.evaluation.loss == pytest.approx(wanted.loss) and (found.matrix.confusion == wanted.confusion).all()
    seen._qtbot.waitUntil(lambda: page.wall.example(0) is not None)
    id = identity(fold, "validation", page.wall.numbers[0])
    QTest.mouseClick(page.wall.viewport(), LEFT, NONE, page.wall.place(0).center().toPoint())
    seen.wait()
    assert identity(data, seen.now.make.part, seen.now.make.index) == id, "it is looked at where it is without folds"
    menu = mistake_menu(page, 0, seen.tabs)
    next(action for action in menu.actions() if action.text() == "Exclude").trigger()
    menu.close()
    seen._qtbot.waitUntil(lambda: len(document.experiment.data.corrections) == 1)
    assert document.experiment.data.corrections[0].id == id
    seen.wait()
    assert seen.tabs._shown.evaluation.examples == wanted.examples - 1, "the others are in its fold still"
    document.edit("seed", replace(base, data=base.data.with_options(seed=7)))
    seen.wait()
    assert "may have learned some" in str(seen.tabs._shown.evaluation.notes[0])


def test_a_menu_is_of_the_examples_that_were_judged(look):
    seen = look()
    page, document = seen.bring("mistakes"), seen.page.document
    seen._qtbot.waitUntil(lambda: page.wall.example(0) is not None)
    data, number, before = load_data(seen.experiment.data), int(page.wall.numbers[1]), seen.now.make
    assert number > 0
    wanted, first = identity(data, "validation", number), identity(data, "validation", 0)
    seen.window.feature(Correcting).exclude(document, [first])  # the wall shows what was judged before
    menu = mistake_menu(page, 1, seen.tabs)
    menu.actions()[0].trigger()
    assert seen.now.make is before, "that place has another example now"
    next(action for action in menu.actions() if action.text() == "Exclude").trigger()
    menu.close()
    seen._qtbot.waitUntil(lambda: len(document.experiment.data.corrections) == 2)
    assert {each.id for each in document.experiment.data.corrections} == {first, wanted}


def test_the_command_brings_it(look):
    seen = look()
    seen.key(Qt.Key.Key_1, CTRL)
    seen.window.commands["evaluate"].trigger()
    seen.wait()
    assert seen.window.places.panels.workspace == "inside" and seen.tabs.confusion.isVisible()


def test_each_epoch_is_judged_to_its_end_while_it_trains(look, monkeypatch, judged):
    monkeypatch.setattr(trainer_module, "TrainingThread", FakeThread)
    seen = look(epochs=9)
    page = seen.bring()
    judged.clear()
    seen.window.feature(Training).train()
    hear(seen.window, Started("cpu", 3, 10, 1, 10, 1))
    for epoch in range(1, 8):
        weights = other(seen.experiment, epoch)
        hear(seen.window, EpochEnded(epoch, Metrics(1.0), Metrics(1.0 / epoch), True, weights))
    seen.wait()
    assert (page.matrix.confusion == evaluate(seen.experiment, weights).confusion).all(), "the newest is seen at last"
    assert 1 <= len(judged) <= 7
    hear(seen.window, over=True)


def test_closing_while_it_judges(look):
    seen = look()
    seen.window.places.bottom.bring(seen.tabs.confusion_tab)
    seen.page.document.load_weights(other(seen.experiment, 8))
    seen.window.refresh()
    seen.window.feature(Probing)
    seen.window.commands["start"].trigger()
    QApplication.processEvents()
    assert not seen.evaluating.is_busy
    seen.window.turn_to(1)
    seen.wait()
    assert seen.tabs.confusion.evaluation is not None and np.isfinite(seen.tabs.confusion.evaluation.loss)
    assert seen.tabs.confusion.rect().contains(QPoint(1, 1))
