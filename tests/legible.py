"""Whether every word can be read: what of a widget's texts is cut, as a list of sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea, QTabBar, QWidget

from widgets.parts.elided import ElidedButton, ElidedLabel


def cut_words(root: QWidget) -> list[str]:
    """Every text in sight that its widget, or what that lies in, cuts. “…” with a tooltip is no cut."""
    widgets = [widget for widget in (root, *root.findChildren(QWidget)) if widget.isVisibleTo(root)]
    return [said for widget in widgets if not widget.visibleRegion().isEmpty() for said in _faults(widget)]


def _faults(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QLabel) and widget.text():
        yield from _of_label(widget)
    elif isinstance(widget, QAbstractButton) and widget.text() and not isinstance(widget, ElidedButton):
        hint = widget.sizeHint()
        if widget.width() < hint.width() or widget.height() < min(hint.height(), widget.maximumHeight()):
            yield f"button “{widget.text()}”: {widget.size().toTuple()} of {hint.toTuple()}"
    elif isinstance(widget, QTabBar):
        yield from _of_tabs(widget)
    elif isinstance(widget, QScrollArea) and widget.widget() is not None:
        wide, room = widget.widget().width(), widget.viewport().width()
        if wide > room and not widget.horizontalScrollBar().isVisible():
            yield f"{type(widget.widget()).__name__} is {wide} wide in a scroll area of {room}"
    if isinstance(widget, QLabel | QAbstractButton) and not isinstance(widget.parent(), QTabBar):
        yield from _of_place(widget)


def _of_label(label: QLabel) -> Iterator[str]:
    if isinstance(label, ElidedLabel):
        if label.height() < label.sizeHint().height():
            yield f"line “{label.text()}”: {label.height()} high"
    elif not label.wordWrap():
        hint = label.minimumSizeHint()
        if label.width() < hint.width() or label.height() < hint.height():
            yield f"label “{label.text()}”: {label.size().toTuple()} of {hint.toTuple()}"
    else:
        words = re.split(r"[\s\u200b/×–—-]+", re.sub(r"<[^>]+>", " ", label.text()))
        widest = max(map(label.fontMetrics().horizontalAdvance, words))
        if label.height() < label.heightForWidth(label.width()) or widest > label.contentsRect().width():
            yield f"text “{label.text()}”: {label.size().toTuple()}, its widest word {widest}"


def _of_tabs(bar: QTabBar) -> Iterator[str]:
    for index in range(bar.count()):
        need = bar.fontMetrics().horizontalAdvance(bar.tabText(index))
        if bar.isTabVisible(index) and need > bar.tabRect(index).width() and not bar.tabToolTip(index):
            yield f"tab “{bar.tabText(index)}”: {bar.tabRect(index).width()} of {need}"


def _of_place(widget: QLabel | QAbstractButton) -> Iterator[str]:
    parent = widget.parentWidget()
    is_scrolled = parent is not None and isinstance(parent.parentWidget(), QScrollArea)
    if parent is not None and widget.text() and not is_scrolled and not parent.rect().contains(widget.geometry()):
        yield f"“{widget.text()}” at {widget.geometry().getRect()} leaves {parent.size().toTuple()}"
