"""A panel that scrolls up and down and never changes the width of what it holds; sideways only where it must."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from widgets.look.guarded import guarded

BAR = 10  # a scroll bar's width, as in the style sheet


@guarded
class ScrollPanel(QScrollArea):
    """Keeps the scroll bar's width free, so that nothing moves when the bar comes.

    Whether it comes is decided here and not by Qt, which asks at the full width: contents that grow as they get
    narrower, as words do, would make it come and go for ever.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._show_bar(False)

    def _show_bar(self, there: bool) -> None:
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOn if there else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if self.verticalScrollBarPolicy() != policy:
            self.setVerticalScrollBarPolicy(policy)
            self.setViewportMargins(0, 0, 0 if there else BAR, 0)

    def _decide(self) -> None:
        content = self.widget()
        if content is not None:
            self._decide_sideways(content.minimumSizeHint().width() > self.width() - BAR)
            width = max(1, self.width() - BAR)
            grown = content.heightForWidth(width) if content.hasHeightForWidth() else 0
            self._show_bar(max(grown, content.minimumSizeHint().height(), content.minimumHeight()) > self.height())

    def _decide_sideways(self, wanted: bool) -> None:
        """With a wide font and in little room, words that cannot break are reached, not cut."""
        policies = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(policies.ScrollBarAsNeeded if wanted else policies.ScrollBarAlwaysOff)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another height may need the bar, another width other lines."""
        self._decide()
        super().resizeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The contents have grown or shrunk."""
        if event.type() == QEvent.Type.LayoutRequest and watched is self.widget():
            self._decide()
        return super().eventFilter(watched, event)
