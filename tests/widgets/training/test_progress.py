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
    theme.apply(QApplication.instance(), theme.DARK)
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


def test_it_asks_for_its_room(progress: Progress) -> None:
    assert progress.sizeHint().width() == 420
    assert 100 < progress.minimumSizeHint().width() < 420
    assert progress.minimumSizeHint().height() <= progress.sizeHint().height()


def test_figures_are_of_equal_width(progress: Progress) -> None:
    for look in (theme.LIGHT, theme.DARK):
        theme.apply(QApplication.instance(), look)
        for label in (progress.left, progress.right, progress.sentence):
            assert label.font().featureValue(QFont.Tag("tnum")) == 1
