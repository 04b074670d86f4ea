"""Painting that goes wrong is told in the log, ends nothing and leaves the painter as it was."""

from __future__ import annotations

import logging

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from widgets.look.guarded import guarded


class Item:
    """Paints a red square, and fails where it is told to."""

    def __init__(self, fails: bool) -> None:
        self.fails = fails

    @guarded
    def paint(self, painter: QPainter, size: int) -> None:
        painter.setOpacity(0.5)
        painter.translate(3, 0)
        painter.setOpacity(1.0)
        painter.fillRect(0, 0, size, size, QColor("red"))
        painter.setOpacity(0.25)
        if self.fails:
            raise ValueError


@pytest.mark.parametrize("fails", [False, True])
def test_the_painter_is_as_it_was_whatever_happens(fails: bool, qapp: QApplication,
                                                   caplog: pytest.LogCaptureFixture) -> None:
    image = QImage(10, 10, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    with caplog.at_level(logging.ERROR):
        Item(fails).paint(painter, 2)
    assert (painter.opacity(), painter.worldTransform().dx()) == (1.0, 0.0)
    painter.end()
    assert image.pixelColor(4, 1) == QColor("red"), "it is given what it needs"
    assert [record.getMessage() for record in caplog.records] == ["painting failed"] * fails
