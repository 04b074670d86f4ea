"""A row of buttons that are one choice: ``Build | Train``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded

HEIGHT = 30


class Segment(NamedTuple):
    """One of them."""

    id: str
    title: str
    tip: str = ""
    brief: str = ""  # the title where there is little room


@guarded
class Segments(QFrame):
    """One is always chosen; a click asks for another, whoever listens says which one it is then."""

    chosen = Signal(str)

    def __init__(self, name: str, *segments: Segment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("segments")
        self.setAccessibleName(name)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.is_tight = False
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        self._segments = segments
        self.buttons: Mapping[str, QToolButton] = {segment.id: self._button(segment) for segment in segments}
        for button in self.buttons.values():
            row.addWidget(button)
        self.show_chosen(segments[0].id)

    def _button(self, segment: Segment) -> QToolButton:
        button = QToolButton()
        button.setText(segment.title)
        button.setAccessibleName(segment.title)
        button.setToolTip(segment.tip)
        button.setCheckable(True)
        button.setProperty("role", "segment")
        button.setFixedHeight(HEIGHT - 2)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # by the mouse the canvas keeps the keyboard
        button.clicked.connect(lambda: self.chosen.emit(segment.id))
        self._group.addButton(button)
        return button

    def set_tight(self, tight: bool) -> None:
        """Closer together, where there is little room."""
        if tight != self.is_tight:
            self.is_tight = tight
            for segment in self._segments:
                button = self.buttons[segment.id]
                button.setText(segment.brief or segment.title if tight else segment.title)
                theme.mark_tight(button, tight)
            self.updateGeometry()

    def set_tip(self, id: str, tip: str) -> None:
        """What choosing one does, and by which key."""
        self.buttons[id].setToolTip(tip)

    def show_chosen(self, id: str) -> None:
        """This one is chosen."""
        self.buttons[id].setChecked(True)

    @property
    def shown(self) -> str:
        """The one that is chosen."""
        return next(id for id, button in self.buttons.items() if button.isChecked())
