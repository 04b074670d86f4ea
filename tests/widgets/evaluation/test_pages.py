"""The four pages of an evaluation, of classes and of numbers: what they say, what is opened and chosen on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.evaluation.confusion import examples_of, mistakes, most_confused
from engine.evaluation.values import Curve, Evaluation, LeastSquares
from engine.messages import say
from tests.engine.evaluation.made import evaluation, judged
from widgets.evaluation.calibration_page import CalibrationPage
from widgets.evaluation.confusion_page import ConfusionPage
from widgets.evaluation.mistakes_page import MistakesPage
from widgets.evaluation.numbers_page import NumbersPage
from widgets.evaluation.page import EvaluationPage
from widgets.probe.example import Example

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
TEN = evaluation(10, 400, right=0.8)
P = TypeVar("P", bound=EvaluationPage)


def numbers() -> Evaluation:
    """Of a line with noise."""
    x = np.linspace(-1, 1, 50)
    y = 2 * x + np.random.default_rng(0).normal(0, 0.1, 50)
    curve = Curve("size", x, x[::5], 1.9 * x[::5], 2 * x[::5])
    best = LeastSquares(("size",), np.array([2.0]), 0.01, 0.02, np.array([1.9]), 0.1)
    nothing = np.full(50, np.nan)
    return Evaluation("validation", False, (), 0.03, y[:, None], 1.9 * x[:, None], nothing, nothing, nothing,
                      np.zeros((0, 0), np.int64), (), 0.1, 0.2, 0.98, curve, best)


NUMBERS = numbers()


def shown(page: P, qtbot: QtBot, width: int = 1000, height: int = 230) -> P:
    qtbot.addWidget(page)
    page.resize(width, height)
    page.show()
    qtbot.waitExposed(page)
    return page


def make(number: int) -> Example:
    return Example(("validation", number), np.zeros((8, 8), np.uint8), str(number), True)


@pytest.fixture
def pages(qtbot: QtBot) -> list[EvaluationPage]:
    return [shown(kind(), qtbot) for kind in (ConfusionPage, CalibrationPage, NumbersPage)]


def test_each_has_the_numbers_at_its_side(pages: list[EvaluationPage]) -> None:
    noted = replace(TEN, notes=(say("Something to know"),))
    for page in pages:
        page.show_evaluation(noted)
        side = page.side
        assert side.number.text() == f"Accuracy {TEN.accuracy:.3f}"
        assert side.detail.text().startswith(f"{TEN.right} of 400 right · loss 0.5")
        assert side.notes.text() == "Something to know" and not side.notes.isHidden()
        page.show_evaluation(NUMBERS)
        assert side.number.text() == "R² 0.980" and "mae 0.1 · rmse 0.2" in side.detail.text()


def test_messages_actions_and_progress(pages: list[EvaluationPage], qtbot: QtBot) -> None:
    for page in pages:
        page.show_message("Nothing is here", "Do it")
        assert page.message.isVisible() and page.side.number.isHidden()
        with qtbot.waitSignal(page.acted):
            QTest.mouseClick(page.action, LEFT)
        page.show_progress("Judging 1 of 2…")
        assert page.message.text() == "Judging 1 of 2…" and page.action.isHidden()
        page.show_evaluation(TEN)
        assert not page.message.isVisible()
        page.show_progress("Judging 2 of 2…")
        assert page.side.progress.text() == "Judging 2 of 2…" and not page.message.isVisible(), "the one before is seen"
        page.show_part("test")
        assert page.side.part.currentData() == "test"
        asked: list[str] = []
        page.part_chosen.connect(asked.append)
        page.side.part.setFocus()
        QTest.keyClick(page.side.part, Qt.Key.Key_Up)
        assert asked == ["validation"]


def test_the_most_confused_pairs_stand_beside_the_matrix(qtbot: QtBot) -> None:
    page = shown(ConfusionPage(), qtbot)
    page.show_evaluation(TEN)
    found = most_confused(TEN.confusion, 100)
    assert [row[:2] for row in page.pairs.texts] == [
        [f"{each.true} → {each.predicted}", str(each.examples)] for each in found]
    with qtbot.waitSignal(page.cell_chosen) as opened:
        index = page.pairs.scores.index(1, 0)
        QTest.mouseClick(page.pairs.viewport(), LEFT, NONE, page.pairs.visualRect(index).center())
    assert opened.args == [found[1].true, found[1].predicted]
    page.resize(560, 200)
    assert page.pairs.isHidden()
    page.show_evaluation(evaluation(100, 900))  # without names the list says which
    assert page.pairs.isVisible()


def test_counts_rows_and_columns(qtbot: QtBot) -> None:
    page = shown(ConfusionPage(), qtbot)
    page.show_evaluation(TEN)
    assert "Rows are true, columns predicted" in page.side.read.text()
    for share in ("row", "column", "count"):
        QTest.mouseClick(page.share.buttons[share], LEFT)
        assert page.matrix.share == share
    QTest.mouseMove(page.matrix, page.matrix.places.place(2, 2).center().toPoint())
    assert page.side.read.text().startswith("true 2, predicted 2: ")


def test_mistakes_all_and_those_of_a_cell(qtbot: QtBot) -> None:
    page = shown(MistakesPage(), qtbot)
    cells: list[object] = []
    page.cell_shown.connect(cells.append)
    page.show_examples(TEN, make, is_text=False)
    wrong = mistakes(TEN).tolist()
    assert list(page.wall.numbers) == wrong and page.side.read.text() == f"{len(wrong)} examples"
    pair = most_confused(TEN.confusion, 1)[0]
    page.open_cell(pair.true, pair.predicted)
    assert list(page.wall.numbers) == examples_of(TEN, pair.true, pair.predicted).tolist()
    assert page.which.currentText() == f"{pair.true} → {pair.predicted}" and cells[-1] == (pair.true, pair.predicted)
    page.open_cell(3, None)
    assert {int(TEN.true[number]) for number in page.wall.numbers} == {3} and page.which.currentText() == "True 3"
    page.open_cell(None, 3)
    assert {int(TEN.predicted[number]) for number in page.wall.numbers} == {3} and cells[-1] is None
    page.which.setFocus()
    QTest.keyClick(page.which, Qt.Key.Key_Home)
    assert list(page.wall.numbers) == wrong
    QTest.keyClick(page.which, Qt.Key.Key_Down)
    assert list(page.wall.numbers) == list(range(400))
    page.show_examples(judged(np.arange(2), np.arange(2), np.ones(2), 2), make, is_text=False)  # other classes
    assert page.side.read.text() == "No mistakes" and len(page.wall.numbers) == 0


def test_errors_of_numbers_are_the_largest_first(qtbot: QtBot) -> None:
    page = shown(MistakesPage(), qtbot)
    page.show_examples(NUMBERS, make, is_text=True)
    off = np.abs(NUMBERS.residuals)[:, 0]
    assert list(page.wall.numbers) == np.argsort(-off, kind="stable").tolist()


def test_calibration_in_words_and_bars(qtbot: QtBot) -> None:
    page = shown(CalibrationPage(), qtbot)
    sure = judged(np.zeros(100, int), np.array([0] * 60 + [1] * 40), np.full(100, 0.9), 2)
    page.show_evaluation(sure)
    QApplication.processEvents()
    assert page.side.read.text().startswith("Calibration error 30.0 %") and "surer than it should be" in (
        page.side.read.text())
    place = page.diagram.bar(13)  # 0.867 … 0.933
    plot = page.diagram.plot
    assert place.height() == pytest.approx(0.6 * plot.height()) and place.bottom() == pytest.approx(plot.bottom())
    QTest.mouseMove(page.diagram, QPoint(round(place.center().x()), round(place.top() + 3)))
    assert [each.number for each in page.diagram.said] == ["0.87 – 0.93", "100", "0.600", "0.900"]
    QTest.keyClick(page.diagram, Qt.Key.Key_Left)
    assert page.diagram.said[1].number == "100", "the only one"
    page.show_evaluation(replace(sure, predicted=np.full(100, -1)))
    assert page.side.read.text() == "No answer is a number"
    shy = judged(np.zeros(10, int), np.zeros(10, int), np.full(10, 0.5), 2)
    page.show_evaluation(shy)
    assert "less sure than it could be" in page.side.read.text()


def test_classes_are_sorted_by_any_column(qtbot: QtBot) -> None:
    page = shown(NumbersPage(), qtbot)
    page.show_evaluation(evaluation(12, 300))
    of = page.evaluation
    assert of is not None and [row[0] for row in page.table.texts] == [str(number) for number in range(12)]
    heading = page.table.horizontalHeader()
    for column, name in enumerate(("precision", "recall", "f1", "support"), 1):
        at = QPoint(heading.sectionViewportPosition(column) + 20, heading.height() // 2)
        wanted = sorted(getattr(each, name) for each in of.per_class)
        QTest.mouseClick(heading.viewport(), LEFT, NONE, at)
        names = [int(row[0]) for row in page.table.texts]
        first = [getattr(of.per_class[number], name) for number in names]
        assert first in (wanted, wanted[::-1])
        QTest.mouseClick(heading.viewport(), LEFT, NONE, at)
        names = [int(row[0]) for row in page.table.texts]
        assert [getattr(of.per_class[number], name) for number in names] == first[::-1]
    with qtbot.waitSignal(page.cell_chosen) as opened:
        page.table.setFocus()
        page.table.selectRow(0)
        QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert opened.args == [names[0], None]


@pytest.mark.parametrize("kind", [ConfusionPage, CalibrationPage, NumbersPage])
def test_a_dot_is_read_and_chosen(kind: type[EvaluationPage], qtbot: QtBot) -> None:
    page = shown(kind(), qtbot)
    page.show_evaluation(NUMBERS)
    plot = page.plot  # type: ignore[attr-defined]
    plot.grab()
    points = plot.points
    number = int(np.argmin(points.y))
    at = plot.spot(float(points.x[number]), float(points.y[number])).toPoint()
    QTest.mouseMove(plot, at)
    assert [each.name for each in plot.said] == [points.x_title, points.y_title]
    with qtbot.waitSignal(page.example_chosen) as chosen:
        QTest.mouseClick(plot, LEFT, NONE, at)
    assert chosen.args == [number]
    with qtbot.assertNotEmitted(page.example_chosen):
        QTest.mouseClick(plot, LEFT, NONE, QPoint(2, 2))
    QTest.mouseMove(plot, QPoint(2, 2))
    order = np.argsort(points.x, kind="stable").tolist()
    with qtbot.waitSignal(page.example_chosen) as chosen:
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Return):
            QTest.keyClick(plot, key)
    assert chosen.args == [order[1]]


def test_predicted_residuals_and_the_fit(qtbot: QtBot) -> None:
    confusion, calibration = shown(ConfusionPage(), qtbot), shown(CalibrationPage(), qtbot)
    numbers = shown(NumbersPage(), qtbot)
    for page in (confusion, calibration, numbers):
        page.show_evaluation(NUMBERS)
    one, two, three = confusion.plot.points, calibration.plot.points, numbers.plot.points
    assert one is not None and two is not None and three is not None
    assert (one.x == NUMBERS.true[:, 0]).all() and (one.y == NUMBERS.predicted[:, 0]).all() and one.diagonal
    assert (two.y == NUMBERS.residuals[:, 0]).all() and two.level == 0
    assert three.x_title == "size" and [curve.name for curve in three.curves] == ["learned", "least squares"]
    assert numbers.weights.texts == [["size", "1.9", "2"], ["bias", "0.1", "0.01"], ["loss", "0.03", "0.02"]]
    numbers.show_evaluation(replace(NUMBERS, curve=None, least_squares=None))
    assert numbers.plot.isHidden() and [row[0] for row in numbers.weights.texts] == [
        "Mean absolute error", "Root of the mean squared error", "R²", "Loss"]


def test_all_pages_fit_into_little_room(pages: list[EvaluationPage]) -> None:
    for page in pages:
        for of in (TEN, NUMBERS, evaluation(1000, 2000)):
            page.show_evaluation(of)
            least = page.minimumSizeHint()
            assert least.width() <= 480 and least.height() <= 120, type(page).__name__
