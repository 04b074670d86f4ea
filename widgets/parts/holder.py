"""A place for a widget that stands now here, now there."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget


class Holder(QWidget):
    """As large as what it holds; empty it takes no room."""

    def __init__(self, widget: QWidget | None = None) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        if widget is not None:
            self.hold(widget)

    def hold(self, widget: QWidget) -> None:
        """Take a widget from wherever it stands; hidden by somebody it stays so."""
        if widget.parentWidget() is self:
            return
        hidden = widget.isHidden() and widget.parentWidget() is not None
        self._column.addWidget(widget)
        widget.setVisible(not hidden)  # at once: by itself Qt does it a little later

    @property
    def held(self) -> QWidget | None:
        """What stands here now."""
        item = self._column.itemAt(0)
        return item.widget() if item is not None else None
