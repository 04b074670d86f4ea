"""The results: notes, reported and own numbers, runs compared, parameters, kernels."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from engine.experiment.notes import Notes
from tests.in_front import in_front
from tests.seen import label_with, texts
from widgets.look import theme
from widgets.look.measures import difference_text, measure_title
from widgets.parts.section import Section
from widgets.results.results import Results
from widgets.results.values import Parameter, ReportedRow, RunRow
from widgets.tensors.kernel_picture import KernelPicture

LEFT = Qt.MouseButton.LeftButton
NOTES = Notes(section="6.6 LeNet", look="Sigmoid units need a large learning rate. " * 4,
              tries=("Replace every sigmoid by ReLU.", "Use max pooling."))
FOLDS = [RunRow(f"Fold {k}", 100, 0.1 + k / 100, 0.2 + k / 100, (("log_rmse", 0.15),)) for k in range(1, 6)]


@pytest.fixture
def results(qtbot: QtBot) -> Results:
    return in_front(qtbot, Results(), 1100, 260)


def there(results: Results) -> set[str]:
    return {section.title.text() for section in results.findChildren(Section) if section.isVisible()}


def plain(texts: list[list[str]]) -> list[list[str]]:
    return [[text.replace("\u00a0", " ") for text in line] for line in texts]


def test_without_results_it_says_what_to_do(results: Results) -> None:
    hint = "Train the network: what it reaches is shown here"
    assert texts(results) == [hint]
    assert label_with(results, hint).alignment() == Qt.AlignmentFlag.AlignCenter
    results.show_comparison([ReportedRow("test accuracy", 0.822, None)])
    assert hint not in texts(results)
    results.clear()
    assert texts(results) == [hint]


def test_notes_are_for_reading(results: Results) -> None:
    results.show_notes(NOTES)
    assert texts(results) == ["What to look at", "6.6 LeNet", NOTES.look.strip(), "Try",
                              "• Replace every sigmoid by ReLU.\n• Use max pooling."]
    assert there(results) == {"What to look at"}
    results.show_notes(Notes(look="Only this."))
    assert texts(results) == ["What to look at", "Only this."]


def test_reported_beside_yours(results: Results) -> None:
    results.show_comparison([
        ReportedRow("train loss", 0.469, 0.452), ReportedRow("test accuracy", 0.822, 0.831),
        ReportedRow("examples/s", 35726, 1204.2), ReportedRow("‖w‖", 13.73, None),
        ReportedRow("loss", 0.000248, 0.000103),
    ])  # fmt: skip
    assert plain(results.comparison.texts) == [
        ["", "Reported", "Yours", "Difference"],
        ["Train loss", "0.469", "0.452", "−0.017"],
        ["Test accuracy", "0.822", "0.831", "+0.009"],
        ["Examples per second", "35 726", "1 204", "−34 522"],
        ["‖w‖", "13.730", "–", ""],
        ["Loss", "0.000248", "0.000103", "−0.000145"],
    ]
    assert "Test accuracy" in results.comparison.accessibleDescription()


def test_whose_numbers_they_are(results: Results) -> None:
    results.show_comparison([ReportedRow("test accuracy", 0.822, 0.97)], "Yours: MNIST, 1 epoch")
    assert results.whose.isVisible()
    assert results.whose.text() == "Yours: MNIST, 1 epoch"
    results.show_comparison([ReportedRow("test accuracy", 0.822, 0.83)])
    assert not results.whose.isVisible()


def test_all_measures_of_all_parts(results: Results) -> None:
    results.show_measures(("train", "test"), [("top5", (0.99, math.nan)), ("f1", (0.82, 0.81))])
    assert results.measures.texts == [["", "train", "test"], ["Top-5 accuracy", "0.990", "–"], ["F1", "0.820", "0.810"]]


def test_variants_are_compared_and_run(results: Results, qtbot: QtBot) -> None:
    results.offer_series("variants", 2)
    assert there(results) == {"Variants"}
    assert not results.series.isVisible()
    with qtbot.waitSignal(results.run_variants_requested):
        qtbot.mouseClick(results.run_all, LEFT)
    results.run_all.setFocus()
    with qtbot.waitSignal(results.run_variants_requested):
        qtbot.keyClick(results.run_all, Qt.Key.Key_Space)
    results.show_series([RunRow("λ = 0", 100, 1.2e-5, 0.182, (("‖w‖", 13.73),)),
                         RunRow("λ = 3", 100, 0.002, 0.011, (("‖w‖", 0.389),))])
    assert results.series.texts == [["", "Epochs", "Train loss", "Validation loss", "‖w‖"],
                                    ["λ = 0", "100", "0.000012", "0.182", "13.730"],
                                    ["λ = 3", "100", "0.002", "0.011", "0.389"]]
    results.offer_series("variants", 2, enabled=False)
    assert not results.run_all.isEnabled()
    results.offer_series("", 0)
    assert there(results) == {"Runs"}
    assert not results.run_all.isVisible()


@pytest.mark.parametrize(("kind", "count", "words", "title"), [
    ("variants", 2, "Run both variants", "Variants"), ("variants", 3, "Run all 3 variants", "Variants"),
    ("folds", 2, "Run 2 folds", "Folds"), ("", 0, None, None),
])  # fmt: skip
def test_what_can_be_run_is_offered(results: Results, kind: str, count: int, words: str | None,
                                    title: str | None) -> None:
    results.offer_series(kind, count)
    assert results.run_all.isVisible() == (words is not None)
    assert results.run_all.isEnabled()
    assert there(results) == ({title} if title else set())
    assert words is None or results.run_all.text() == words
    results.show_series([RunRow("a", None, 1.0, 2.0)], RunRow("", None, 1.0, 2.0))
    assert results.series.texts[1:] == [["a", "", "1.000", "2.000"]], "a mean alone is none"
    assert there(results) == {title or "Runs"}
    results.show_series(())
    assert there(results) == ({title} if title else set())
    assert not results.series.isVisible()


def test_what_the_network_is_stands_first(results: Results) -> None:
    results.show_notes(Notes(section="6.6 LeNet", look="Look.", tries=("One.",)), "A small one.")
    QApplication.processEvents()
    words = ["What to look at", "A small one.", "6.6 LeNet", "Look.", "Try", "•  One."]
    tops = [next(label for label in results.findChildren(QLabel) if label.isVisible() and label.text() == text).mapTo(
        results, QPoint()).y() for text in words]
    assert tops == sorted(set(tops))
    for notes, about, left in ((Notes(), "A small one.", ["A small one."]), (Notes(section="6.6"), "", ["6.6"]),
                               (Notes(tries=("One.",)), "", ["Try", "• One."])):
        results.show_notes(notes, about)
        assert texts(results) == ["What to look at", *left]
    results.show_notes(Notes())
    assert there(results) == set()


@pytest.mark.parametrize(("count", "shown"), [(10, 10), (11, 8), (12, 8)])
def test_of_many_parameters_the_first_are_shown(results: Results, count: int, shown: int) -> None:
    results.show_parameters([Parameter(f"w[{index}]", 1.0, 1.0 + index / 10) for index in range(count)])
    assert [line[0] for line in results.parameters.texts[1:]] == [f"w[{index}]" for index in range(shown)]
    said = [text for text in texts(results) if text.startswith("and ")]
    left = count - shown
    assert said == ([f"and {left} more; the largest error is {(count - 1) / 10:.4f}"] if left else [])
    results.show_parameters(())
    assert there(results) == set()


@pytest.mark.parametrize(("count", "shown"), [(1, 1), (2, 2), (12, 12), (13, 13), (14, 13), (20, 13)])
def test_of_many_epochs_the_first_and_the_last_are_shown(results: Results, count: int, shown: int) -> None:
    results.show_kernel_steps([(epoch, [[1.0, 2.0], [3.0, epoch]]) for epoch in range(1, count + 1)])
    assert results.steps.texts[0] == ["Epoch", "[0, 0]", "[0, 1]", "[1, 0]", "[1, 1]"]
    epochs = [int(line[0]) for line in results.steps.texts[1:]]
    assert epochs == [1, *range(count - shown + 2, count + 1)]
    assert results.steps.texts[-1][1:4] == ["1.0000", "2.0000", "3.0000"]


def test_the_kernel_stays_while_either_is_known(results: Results) -> None:
    results.show_kernel([[1.0]])
    results.show_kernel_steps([(1, [[1.0]])])
    results.show_kernel_steps(())
    assert there(results) == {"Kernel"}
    assert not results.steps.isVisible()
    results.show_kernel_steps([(1, [[1.0]])])
    results.show_kernel(())
    assert there(results) == {"Kernel"}
    results.show_kernel_steps(())
    assert there(results) == set()


def test_nine_numbers_are_a_table_and_none_is_no_table(results: Results) -> None:
    for kernel, seen in (([[0.0] * 3] * 3, True), ([[0.0] * 10], False), ([[]], False)):
        results.show_kernel_steps([(1, kernel)])
        assert results.steps.isVisible() == seen


def test_without_rows_a_table_is_not_there(results: Results) -> None:
    results.show_comparison([ReportedRow("loss", None, 0.5)])
    assert results.comparison.texts[1] == ["Loss", "–", "0.500", ""]
    results.show_measures(("train",), [("accuracy", (0.5,))])
    assert there(results) == {"Reported and yours", "Measures"}
    results.show_comparison(())
    assert there(results) == {"Measures"}
    results.show_measures((), ())
    assert there(results) == set()


def test_folds_with_mean_and_deviation(results: Results) -> None:
    results.offer_series("folds", 5)
    assert "5" in results.run_all.text()
    mean, sd = RunRow("", None, 0.13, 0.23, (("log_rmse", 0.15),)), RunRow("", None, 0.0158, 0.0158, (("log_rmse", 0),))
    results.show_series(FOLDS, mean, sd)
    assert [line[0] for line in results.series.texts] == ["", *(f"Fold {k}" for k in range(1, 6)), "Mean ± sd"]
    assert results.series.texts[-1] == ["Mean ± sd", "", "0.130 ± 0.016", "0.230 ± 0.016", "0.150 ± 0.000"]
    last = label_with(results.series, "Mean ± sd").font().weight()
    assert last > label_with(results.series, "Fold 1").font().weight()


def test_learned_against_true(results: Results) -> None:
    results.show_parameters([Parameter("w[0]", 2.0003, 2), Parameter("w[1]", -3.4011, -3.4), Parameter("b", 4.2, 4.2)])
    assert results.parameters.texts == [["", "Learned", "True", "Error"], ["w[0]", "2.0003", "2.0000", "0.0003"],
                                        ["w[1]", "−3.4011", "−3.4000", "−0.0011"], ["b", "4.2000", "4.2000", "0.0000"]]
    assert not any("more" in text for text in texts(results))
    results.show_parameters([Parameter(f"w[{index}]", 0.01 * index, 0.01) for index in range(200)])
    assert len(results.parameters.texts) == 9
    assert "and 192 more; the largest error is 1.9800" in texts(results)


def test_a_kernel_turns_before_ones_eyes(results: Results) -> None:
    results.show_kernel([[0.1, -0.2]])
    labels, size = list(results.findChildren(QLabel)), results.kernel.size()
    for step in range(1, 11):
        results.show_kernel([[step / 10, -step / 10]])
        QApplication.processEvents()
    assert results.kernel.rows == ((1.0, -1.0),)
    assert results.kernel.size() == size
    assert list(results.findChildren(QLabel)) == labels  # nothing is made anew
    assert results.kernel.accessibleDescription() == "1.000 −1.000"


def test_a_kernel_epoch_by_epoch(results: Results) -> None:
    results.show_kernel_steps([(epoch, [[epoch / 100, -epoch / 100]]) for epoch in range(1, 31)])
    assert results.steps.texts[0] == ["Epoch", "[0, 0]", "[0, 1]"]
    assert results.steps.texts[1] == ["1", "0.0100", "−0.0100"]
    assert [line[0] for line in results.steps.texts[2:]] == [str(epoch) for epoch in range(19, 31)]
    assert there(results) == {"Kernel"}
    results.show_kernel_steps([(1, [[0.0] * 5] * 2)])
    assert there(results) == set(), "ten numbers are for the heat map"
    results.show_kernel_steps([(1, [[0.0] * 3] * 3)])
    assert results.steps.texts[0][-1] == "[2, 2]"
    results.clear()
    assert there(results) == set()


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT])
def test_colours_of_a_kernel(qtbot: QtBot, look: theme.Theme) -> None:
    theme.apply(QApplication.instance(), look)
    map_ = KernelPicture()
    qtbot.addWidget(map_)
    map_.show_rows([[1.0, -1.0], [0.0, math.nan]])
    map_.resize(map_.sizeHint())
    picture = map_.grab().toImage()
    corners = [picture.pixelColor(map_.cell(*place).topLeft().toPoint() + QPoint(8, 6))
               for place in ((0, 0), (0, 1), (1, 0), (1, 1))]
    assert corners == [QColor(look.accent), QColor(look.validation), QColor(look.raised), QColor(look.raised)]


def test_a_large_kernel_has_no_numbers_and_no_kernel_no_place(results: Results) -> None:
    results.show_kernel([[1.0] * 11] * 11)
    assert results.kernel.sizeHint().width() < 300
    results.show_kernel(())
    assert there(results) == set()


def test_rows_of_a_table_are_kept_while_its_shape_is(results: Results) -> None:
    results.show_series(FOLDS[:2])
    before = label_with(results.series, "Fold 1")
    results.show_series(FOLDS[1:3])
    assert label_with(results.series, "Fold 2") is before
    assert before.text() == "Fold 2"
    results.show_series(FOLDS[:3])
    assert len(results.series.texts) == 4


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("size", [(620, 260), (1100, 260), (1600, 700)])
def test_nothing_is_cut(results: Results, size: tuple[int, int]) -> None:
    results.resize(*size)
    results.show_notes(NOTES)
    results.show_comparison([ReportedRow("test accuracy", 0.822, 0.831)])
    results.offer_series("folds", 5)
    results.show_series(FOLDS)
    results.show_parameters([Parameter("w", 1.0, 1.0)])
    results.show_kernel([[0.9895, -0.9873]])
    results.show_measures(("train", "validation", "test"), [("accuracy", (0.8, 0.8, 0.8))])
    for _ in range(2):  # words come to their place in the second round
        QApplication.processEvents()
    sections = results.findChildren(Section)
    assert len(sections) == 6
    boxes = [section.geometry() for section in sections]
    assert not any(a.intersects(b) for index, a in enumerate(boxes) for b in boxes[:index])
    assert all(box.right() < size[0] for box in boxes)
    labels = [label for label in results.findChildren(QLabel) if label.isVisible() and label.text()]
    assert len(labels) > 50
    for label in labels:
        need = label.heightForWidth(label.width()) if label.wordWrap() else label.minimumSizeHint().height()
        assert label.height() >= need, label.text()
        assert label.wordWrap() or label.width() >= label.minimumSizeHint().width(), label.text()


def test_how_far_two_measures_are_apart() -> None:
    assert difference_text(0.822, 0.831) == "+0.009"
    assert difference_text(0.5, 0.5) == "+0.000"
    assert difference_text(None, 1.0) == difference_text(1.0, math.nan) == ""


@pytest.mark.parametrize(("name", "title"), [
    ("rmse", "RMSE"), ("test accuracy", "Test accuracy"), ("validation rmse", "Validation RMSE"),
    ("train top5", "Train top-5 accuracy"), ("test f1", "Test F1"), ("test r2", "Test R²"), ("train log_rmse",
                                                                                             "Train log RMSE"),
    ("something else", "something else"), ("‖w‖", "‖w‖"), ("examples/s", "Examples per second"),
])  # fmt: skip
def test_measures_have_names(name: str, title: str) -> None:
    assert measure_title(name) == title


def test_nothing_of_another_network_stays(results: Results) -> None:
    results.show_kernel([[1.0, 2.0]])
    results.show_kernel_steps([(1, [[1.0, 2.0]])])
    results.clear()
    assert (results.kernel.rows, there(results)) == ((), set())
    results.show_kernel_steps(())
    assert there(results) == set()
