"""How much curves are smoothed: a slider below its button."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.plot.view_options import MOST_SMOOTH

STEPS = 100  # from 0 to 1
WIDE, WAIT_MS = 180, 40  # pixels; while it is dragged curves are smoothed only so often


@guarded
class SmoothPopup(QFrame):
    """Arrow keys move it by a hundredth, Page Up and Page Down by a tenth; Esc or a click elsewhere ends it."""

    changed = Signal(float)

    def __init__(self, parent: QWidget, value: float) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.slider, self._number = QSlider(Qt.Orientation.Horizontal), QLabel()
        self.slider.setRange(0, round(STEPS * MOST_SMOOTH))
        self.slider.setPageStep(STEPS // 10)
        self.slider.setValue(round(STEPS * value))
        self.slider.setFixedWidth(WIDE)
        self.slider.setAccessibleName(self.tr("Smoothing"))
        self.slider.setAccessibleDescription(self.tr("How much the points before count; the raw curve stays in sight"))
        self._number.setFont(theme.mono_font(12))
        self._number.setFixedWidth(theme.letters(self._number.font(), 5))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(10)
        for part in (QLabel(self.tr("Smoothing")), self.slider, self._number):
            row.addWidget(part)
        self._later = QTimer(self, singleShot=True, interval=WAIT_MS)
        self._later.timeout.connect(self._tell)
        self.slider.valueChanged.connect(self._follow)
        self._show_number()

    def open_below(self, button: QWidget) -> None:
        """Appear with the right end below the button's, on its screen, and take the keyboard."""
        self.adjustSize()
        at, screen = button.mapToGlobal(QPoint(button.width() - self.width(), button.height() + 2)), button.screen()
        room = screen.availableGeometry()
        self.move(max(room.left(), min(at.x(), room.right() - self.width())),
                  max(room.top(), min(at.y(), room.bottom() - self.height())))
        self.show()
        self.slider.setFocus(Qt.FocusReason.PopupFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """What was moved last counts."""
        if self._later.isActive():
            self._later.stop()
            self._tell()
        super().hideEvent(event)

    def _follow(self) -> None:
        self._show_number()
        if not self._later.isActive():
            self._later.start()

    def _tell(self) -> None:
        self.changed.emit(self.slider.value() / STEPS)

    def _show_number(self) -> None:
        self._number.setText(f"{self.slider.value() / STEPS:.2f}")
