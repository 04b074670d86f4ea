"""How far a run is: bar, words beside or below each other, sentences in their place."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.seen import texts
from widgets.look import theme
from widgets.training.progress import Progress


@pytest.fixture
def progress(qtbot: QtBot) -> Iterator[Progress]:
    progress = Progress()
    qtbot.addWidget(progress)
    progress.resize(420, 60)
    progress.show()
    qtbot.waitExposed(progress)
    yield progress


def said(progress: Progress) -> list[str]:
    return [text.replace("\xa0", " ") for text in texts(progress) if text]


def test_an_epoch(progress: Progress) -> None:
    progress.show_epoch(7, 1000, 0.625, 35740.2, 21.4)
    assert said(progress) == ["epoch 7 of 1 000 · 62 %", "35 740 examples/s · 0:21 left"]
    assert progress.bar.isVisible()
    assert progress.bar.value() / progress.bar.maximum() == pytest.approx(0.625)
    left, right = progress.left.geometry(), progress.right.geometry()
    assert progress.bar.geometry().bottom() < left.top()
    assert left.right() < right.left()
    assert left.top() == right.top()
    assert progress.right.alignment() & Qt.AlignmentFlag.AlignRight
    progress.show_epoch(7, 10, 0.5, 10.0, 1.0, "Fold 3")
    assert said(progress)[0] == "Fold 3 · epoch 7 of 10 · 50 %"


@pytest.mark.parametrize(("fraction", "percent", "share"), [
    (0.0, 0, 0.0), (0.29, 29, 0.29), (0.999, 99, 0.999), (1.0, 100, 1.0), (1.5, 150, 1.0), (-0.5, -50, 0.0),
    (math.nan, 0, 0.0), (math.inf, 0, 0.0),
])  # fmt: skip
def test_what_is_done(fraction: float, percent: int, share: float, progress: Progress) -> None:
    progress.show_epoch(1, 2, fraction, 1.0, math.inf)
    assert said(progress) == [f"epoch 1 of 2 · {percent} %", "1 examples/s · – left"]
    assert progress.bar.value() / progress.bar.maximum() == pytest.approx(share)


def test_a_sentence_takes_its_place(progress: Progress) -> None:
    assert said(progress) == []
    assert not progress.bar.isVisible()
    width = progress.sizeHint().width()
    progress.show_epoch(1, 2, 0.5, 1.0, 3.0)
    assert progress.sizeHint().width() == width
    progress.show_sentence("Finished.")
    assert (said(progress), progress.bar.isVisible()) == (["Finished."], False)
    progress.show_sentence("Reading data", 0.25)
    assert (said(progress), progress.bar.isVisible()) == (["Reading data"], True)
    assert progress.bar.value() / progress.bar.maximum() == 0.25
    progress.show_sentence("Reading data", 0.0)
    assert progress.bar.isVisible()


def test_words_make_room_for_each_other(progress: Progress) -> None:
    progress.show_epoch(7, 10, 0.5, 35740.0, 21.0)
    both = progress.left.sizeHint().width() + progress.right.sizeHint().width()
    progress.resize(both + 5, 60)
    QApplication.processEvents()
    assert said(progress)[1] == "35 740 examples/s · 0:21 left"
    assert progress.left.y() < progress.right.y(), "below"
    assert progress.left.x() == progress.right.x()
    assert progress.right.alignment() & Qt.AlignmentFlag.AlignLeft
    assert (progress.left.geometry().bottom() + 1) == progress.right.y()
    progress.resize(progress.right.sizeHint().width() - 10, 60)
    QApplication.processEvents()
    assert said(progress)[1] == "0:21 left", "the shortest"
    progress.resize(10, 60)
    assert said(progress)[1] == "0:21 left"
    progress.resize(both + 40, 60)
    QApplication.processEvents()
    assert said(progress)[1] == "35 740 examples/s · 0:21 left"
    assert progress.left.y() == progress.right.y()


def test_the_longest_that_fits_is_said(progress: Progress) -> None:
    progress.show_epoch(7, 10, 0.5, 35740.0, 21.0)
    advance = progress.right.fontMetrics().horizontalAdvance
    long, short = progress.right.text(), progress.right.text().split(" · ")[1]
    left = progress.left.sizeHint().width()
    for width, text, beside in ((left + 12 + advance(long) + 1, long, True), (left + 12 + advance(long), long, False),
                                (advance(long) + 1, long, False), (advance(long), short, False)):
        progress.resize(width, 60)
        for _ in range(2):
            QApplication.processEvents()
        assert progress.right.text() == text
        assert (progress.left.y() == progress.right.y()) == beside


def test_the_words_share_the_line_below_the_bar(progress: Progress) -> None:
    progress.show_epoch(7, 10, 0.5, 35740.0, 21.0)
    for _ in range(2):
        QApplication.processEvents()
    left, right, bar = (part.geometry() for part in (progress.left, progress.right, progress.bar))
    assert (left.left(), right.right()) == (bar.left(), bar.right()) == (0, 419)
    assert left.right() + 1 + 12 == right.left()
    assert right.width() == progress.right.sizeHint().width(), "the left one takes what is left"
    assert left.top() - bar.bottom() == 5
    middle = (bar.top() + left.bottom()) / 2
    assert middle == pytest.approx(progress.height() / 2, abs=1.5)
    assert (progress.bar.isTextVisible(), progress.bar.maximum()) == (False, 10_000)
    progress.show_sentence("A sentence about a run that is over, long enough for two lines of it. " * 2)
    for _ in range(2):
        QApplication.processEvents()
    assert len(progress.sentence.shown_lines()) == 2
    assert progress.sentence.height() == 2 * progress.sentence.fontMetrics().lineSpacing()
    assert not progress.left.isVisible() and not progress.right.isVisible()


def test_in_little_room_a_shorter_sentence_stands_for_the_whole(progress: Progress) -> None:
    whole, brief = "best epoch 7 of 10: train acc 0.823, on a device with a long name " * 2, "best epoch 7: 0.823"
    progress.show_sentence(whole, shorter=[brief])
    progress.resize(900, 60)
    assert " ".join(progress.sentence.shown_lines()) == whole.strip()
    progress.resize(320, 60)
    assert progress.sentence.shown_lines() == [brief]
    assert progress.sentence.text() == whole, "it can be read by pointing at it, and aloud"
    progress.resize(40, 60)
    assert progress.sentence.shown_lines()[-1].endswith("…")
    progress.show_sentence(whole)
    progress.resize(320, 60)
    assert progress.sentence.shown_lines()[-1].endswith("…"), "what was shorter belonged to another sentence"


def test_what_was_beside_the_words_goes_with_another_sentence(progress: Progress) -> None:
    progress.show_epoch(7, 10, 0.5, 35740.0, 21.0)
    progress.show_sentence("Reading data", 0.5)
    assert (progress.right.text(), progress.right.isVisible()) == ("", True)
    assert progress.sentence.isVisible() is False
    progress.show_sentence("Over")
    progress.show_epoch(8, 10, 0.5, 35740.0, 20.0)
    assert progress.left.isVisible() and not progress.sentence.isVisible()


def test_it_asks_for_its_room(progress: Progress) -> None:
    assert progress.sizeHint().width() == 420
    assert 100 < progress.minimumSizeHint().width() < 420
    assert progress.minimumSizeHint().height() <= progress.sizeHint().height()


def test_figures_are_of_equal_width(progress: Progress) -> None:
    for look in (theme.LIGHT, theme.DARK):
        theme.apply(QApplication.instance(), look)
        for label in (progress.left, progress.right, progress.sentence):
            assert label.font().featureValue(QFont.Tag("tnum")) == 1
