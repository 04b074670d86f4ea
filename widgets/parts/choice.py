"""A combo box that says what it chooses: ``Data  Fashion-MNIST ▾``."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded

GAP, ARROW, EDGE = 8, 24, 10
WIDEST = 17.5  # letters of a value; longer ones are shortened here, not in the list


@guarded
class Choice(QComboBox):
    """One of several, by id. Turning the wheel over it changes nothing: that happens by accident."""

    chosen = Signal(str)

    def __init__(self, label: str, narrowest: float = 7.3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label, self._narrowest = label, narrowest  # letters
        self._measured: tuple[str, int] | None = None  # the font, and how wide the widest value is in it
        self.is_brief = False
        self.setAccessibleName(label)
        self.setFixedHeight(30)
        self.activated.connect(lambda index: self.chosen.emit(self.itemData(index)))

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """What there is to choose from; what was chosen stays chosen."""
        before = self.currentData()
        if choices == [(self.itemData(index), self.itemText(index)) for index in range(self.count())]:
            return
        self.clear()
        for id, title in choices:
            self.addItem(title, id)
        self._measured = None
        self.show_choice(before or (choices[0][0] if choices else ""))
        self.view().setMinimumWidth(self._widest() + 3 * ARROW)
        self.updateGeometry()

    def show_choice(self, id: str) -> None:
        """Show one as chosen; one that is not among the choices is shown by its id."""
        if id and self.findData(id) < 0:
            self.addItem(id, id)
            self._measured = None
            self.updateGeometry()
        self.setCurrentIndex(self.findData(id))
        self.setToolTip(f"{self._label}: {self.currentText()}")

    # -- looks --------------------------------------------------------------------------------------------------

    def set_brief(self, brief: bool) -> None:
        """Where there is little room only the value is shown; what it is says the tooltip."""
        if brief != self.is_brief:
            self.is_brief = brief
            self.updateGeometry()
            self.update()

    def label_room(self) -> int:
        """What the label takes where it is shown."""
        return self.fontMetrics().horizontalAdvance(self._label) + GAP

    def _label_width(self) -> int:
        return EDGE + (0 if self.is_brief else self.label_room())

    def _widest(self) -> int:
        self.ensurePolished()
        font, metrics = self.font().key(), self.fontMetrics()
        if self._measured is None or self._measured[0] != font:
            widths = [metrics.horizontalAdvance(self.itemText(index)) for index in range(self.count())]
            self._measured = (font, max(widths, default=48) + 2)
        return self._measured[1]

    def sizeHint(self) -> QSize:
        """Room for the widest value, so that choosing moves nothing."""
        return QSize(self._label_width() + min(theme.letters(self.font(), WIDEST), self._widest()) + ARROW, 30)

    def minimumSizeHint(self) -> QSize:
        """The label and a few letters."""
        few = theme.letters(self.font(), self._narrowest)
        return QSize(self._label_width() + min(few, self._widest()) + ARROW, 30)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame and arrow of the style, our label, the value."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = ""
        with QPainter(self) as painter:
            self.style().drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option, painter, self)
            painter.setPen(theme.color("dim"))
            middle = Qt.AlignmentFlag.AlignVCenter
            if not self.is_brief:
                painter.drawText(QRect(EDGE, 0, self._label_width(), self.height()), middle, self._label)
            room = QRect(self._label_width(), 0, self.width() - self._label_width() - ARROW, self.height())
            painter.setPen(theme.color("text" if self.isEnabled() else "dim"))
            text = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, middle, text)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave it to whatever scrolls around it."""
        event.ignore()
