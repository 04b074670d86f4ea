"""A layout that puts widgets side by side and goes on in the next row, as words do."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from widgets.look.guarded import guarded


@guarded
class Flow(QLayout):
    """Every widget as wide as it asks for; with ``stretch`` a row's widgets share the room that is left."""

    def __init__(self, parent: QWidget | None = None, gap: int = 8, row_gap: int = 8, stretch: bool = False) -> None:
        super().__init__(parent)
        self.setContentsMargins(0, 0, 0, 0)
        self._items: list[QLayoutItem] = []
        self._gap, self._row_gap, self._stretch = gap, row_gap, stretch

    def addItem(self, item: QLayoutItem) -> None:
        """Append."""
        self._items.append(item)

    def count(self) -> int:
        """How many widgets."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """One of them."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove one."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """None."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Rows depend on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Of all rows."""
        return self._place(width)

    def sizeHint(self) -> QSize:
        """As narrow as can be; the height follows from the width."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Room for the widest."""
        widest = max((item.minimumSize().width() for item in self._shown()), default=0)
        margins = self.contentsMargins()
        return QSize(widest + margins.left() + margins.right(), margins.top() + margins.bottom())

    def setGeometry(self, rect: QRect) -> None:
        """Put everything in its place."""
        super().setGeometry(rect)
        self._place(rect.width(), rect.topLeft())

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, width: int, corner: QPoint | None = None) -> int:
        """Put everything below this corner, or nothing without one; the height that it takes."""
        margins = self.contentsMargins()
        room, top = width - margins.left() - margins.right(), margins.top()
        for row in self._rows(room):
            widths = self._widths(row, room)
            height = max(_height(item, wide) for item, wide in zip(row, widths, strict=True))
            left = margins.left()
            for item, wide in zip(row, widths, strict=True):
                if corner is not None:
                    item.setGeometry(QRect(corner + QPoint(left, top), QSize(wide, height)))
                left += wide + self._gap
            top += height + self._row_gap
        return margins.bottom() + (top - self._row_gap if self._shown() else top)

    def _rows(self, width: int) -> list[list[QLayoutItem]]:
        rows: list[list[QLayoutItem]] = []
        left = 0
        for item in self._shown():
            wide = item.sizeHint().width()
            if rows and left + wide <= width:
                rows[-1].append(item)
            else:
                rows.append([item])
                left = 0
            left += wide + self._gap
        return rows

    def _widths(self, row: list[QLayoutItem], room: int) -> list[int]:
        widths = [min(item.sizeHint().width(), room) for item in row]
        free = room - sum(widths) - self._gap * (len(row) - 1)
        for place, item in enumerate(row):
            share = free // (len(row) - place) if self._stretch else 0
            more = max(0, min(share, item.maximumSize().width() - widths[place]))
            widths[place] += more
            free -= more
        return widths


def _height(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
