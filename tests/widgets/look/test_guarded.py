"""No exception leaves what Qt calls, in any class of the program; it is told in one place, and a test hears of it."""

from __future__ import annotations

import gc
import importlib
import inspect
import logging
import pkgutil
import sys
import threading
import weakref
from collections.abc import Iterator
from types import FunctionType

import pytest
from PySide6.QtCore import QEvent, QModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QApplication, QGraphicsItem, QGraphicsScene, QGraphicsView, QWidget
from pytestqt.qtbot import QtBot

import app
import widgets
from widgets.look.guarded import empty_of, guarded, is_guarded, overrides, report_the_rest


def _kinds(kind: type) -> Iterator[type]:
    for sub in type.__subclasses__(kind):
        yield sub
        yield from _kinds(sub)


@pytest.fixture(scope="module")
def ours() -> dict[str, FunctionType]:
    """Every method of the program that Qt may call in the place of its own."""
    for package in (widgets, app):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    return {f"{kind.__module__}.{kind.__qualname__}.{name}": method for kind in set(_kinds(object))
            if str(kind.__module__).split(".")[0] in ("widgets", "app") for name, method in overrides(kind)}


def test_every_override_of_the_program_is_guarded(ours: dict[str, FunctionType]) -> None:
    assert len(ours) > 250
    bare = sorted(name for name, method in ours.items() if not is_guarded(method))
    assert not bare, f"@guarded is missing over the classes of {bare}"


def test_whatever_fails_qt_is_given_something_of_the_right_kind(ours: dict[str, FunctionType]) -> None:
    kinds = {"None": type(None), "bool": bool, "int": int, "str": str, "QSize": QSize, "QRectF": QRectF,
             "QPainterPath": QPainterPath, "QModelIndex": QModelIndex, "Qt.ItemFlag": Qt.ItemFlag,
             "Qt.Orientation": Qt.Orientation, "Any": type(None), "object": type(None)}
    for name, method in ours.items():
        written, empty = method.__annotations__["return"], empty_of(inspect.unwrap(method))
        assert isinstance(empty, kinds.get(written, type(None))), f"{name} would return {empty!r} as {written}"
        assert written in kinds or "None" in written, f"{name}: what is empty of {written}?"


@guarded
class Broken(QWidget):
    """Fails in whatever Qt asks of it."""

    fails = True

    def paintEvent(self, event: QEvent) -> None:
        painter = QPainter(self)
        painter.drawPoint(1, 1)
        if self.fails:
            raise GeneratorExit

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.User:
            raise KeyError("event")
        return super().event(event)

    def sizeHint(self) -> QSize:
        if self.fails:
            raise ValueError
        return super().sizeHint()

    def hasHeightForWidth(self) -> bool:
        return super().hasHeightForWidth()


def test_a_widget_that_fails_everywhere_is_shown_and_goes_on(qtbot: QtBot, unforeseen: list[str]) -> None:
    widget = Broken()
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    for _ in range(3):  # a painter left at work would end the process with the second picture
        widget.repaint()
        widget.grab()
    assert not QApplication.sendEvent(widget, QEvent(QEvent.Type.User))
    assert not widget.sizeHint().isValid() and not widget.hasHeightForWidth()
    assert any("Broken.paintEvent" in text and "GeneratorExit" in text for text in unforeseen)
    assert any("Broken.event" in text and "KeyError: 'event'" in text for text in unforeseen)
    widget.fails = False
    unforeseen.clear()


@guarded
class BrokenItem(QGraphicsItem):
    """Goes wrong where it is told to."""

    def __init__(self) -> None:
        self.fails = False
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemSendsGeometryChanges)

    def boundingRect(self) -> QRectF:
        assert not self.fails
        return QRectF(0, 0, 10, 10)

    def itemChange(self, change: QGraphicsItem.GraphicsItemChange, value: object) -> object:
        assert not self.fails
        return super().itemChange(change, value)

    def paint(self, painter: QPainter, option: object, widget: QWidget | None = None) -> None:
        painter.setOpacity(0.5)
        painter.translate(3, 0)
        painter.fillRect(0, 0, 2, 2, QColor("red"))
        assert not self.fails


def test_an_item_that_fails_stays_where_it_is_moved_to(qtbot: QtBot, unforeseen: list[str]) -> None:
    scene = QGraphicsScene()
    view, item = QGraphicsView(scene), BrokenItem()
    qtbot.addWidget(view)
    scene.addItem(item)
    item.fails = True
    item.setPos(30, 40)
    assert item.pos() == QPointF(30, 40) and item.boundingRect() == QRectF()
    view.grab()
    assert {text.split(" ")[3].split(".")[-1].split("\n")[0] for text in unforeseen} >= {"itemChange", "boundingRect"}
    unforeseen.clear()


@pytest.mark.parametrize("fails", [False, True])
def test_the_painter_is_as_it_was_whatever_happens(fails: bool, qapp: QApplication, unforeseen: list[str]) -> None:
    image, item = QImage(10, 10, QImage.Format.Format_RGB32), BrokenItem()
    image.fill(QColor("white"))
    painter, item.fails = QPainter(image), fails
    item.paint(painter, None)
    assert (painter.opacity(), painter.worldTransform().dx()) == (1.0, 0.0)
    painter.end()
    assert image.pixelColor(4, 1) != QColor("white") and len(unforeseen) == fails
    unforeseen.clear()


class Thing:
    """Something that an exception holds."""


def test_what_a_slot_raises_comes_to_the_same_place_and_holds_nothing(qtbot: QtBot, unforeseen: list[str],
                                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    for module, hook in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(module, hook, getattr(module, hook))
    report_the_rest()
    held: list[weakref.ref[Thing]] = []

    def slot() -> None:
        thing = Thing()
        held.append(weakref.ref(thing))
        raise ZeroDivisionError("in a slot")

    widget = QWidget()
    qtbot.addWidget(widget)
    widget.windowTitleChanged.connect(slot)
    widget.setWindowTitle("another")
    threading.Thread(target=lambda: 1 / 0).start()
    qtbot.waitUntil(lambda: len(unforeseen) == 2)
    gc.collect()
    assert "in a slot" in unforeseen[0] and "thread" in unforeseen[1] and held[0]() is None
    unforeseen.clear()


def test_the_log_says_where(caplog: pytest.LogCaptureFixture, unforeseen: list[str]) -> None:
    with caplog.at_level(logging.ERROR):
        BrokenItem.itemChange(None, None, 7)  # type: ignore[arg-type]
    said = [record.getMessage() for record in caplog.records]
    assert said == [f"unforeseen error in {__name__}.BrokenItem.itemChange"]
    unforeseen.clear()
