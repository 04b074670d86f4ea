"""Every term of one number, in a table that scrolls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from engine.units import value_text
from widgets.look import theme
from widgets.look.guarded import guarded

ROW, MOST, MEASURED = 22, 8, 50  # pixels of a row; rows in sight; rows that decide how wide a column is
_ACROSS = Qt.Orientation.Horizontal
Index = QModelIndex | QPersistentModelIndex


@guarded
class TermModel(QAbstractTableModel):
    """Rows of numbers and words."""

    def __init__(self) -> None:
        super().__init__()
        self._heading: tuple[str, ...] = ()
        self._terms: Sequence[Sequence[str | float]] = ()

    def show_terms(self, heading: Sequence[str], terms: Sequence[Sequence[str | float]]) -> None:
        """Replace all of them."""
        self.beginResetModel()
        self._heading, self._terms = tuple(heading), terms
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        """One a term."""
        return 0 if parent.isValid() else len(self._terms)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own default)
        """As the heading has."""
        return 0 if parent.isValid() else len(self._heading)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Numbers on the right, both in the font of numbers."""
        value = self._terms[index.row()][index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return value if isinstance(value, str) else value_text(float(value))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if isinstance(value, str) else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return theme.mono_font(11) if role == Qt.ItemDataRole.FontRole else None

    def headerData(self, section: int, orientation: Qt.Orientation,
                   role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles above; terms are not numbered."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) and orientation == _ACROSS:
            return self._heading[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and orientation == _ACROSS:
            side = Qt.AlignmentFlag.AlignRight if section else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class TermTable(QTableView):
    """A few rows in sight, the rest by scrolling."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.terms = TermModel()
        self.setModel(self.terms)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # a name begins with its layer and ends with its place
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setResizeContentsPrecision(MEASURED)
        self.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.horizontalHeader().setMinimumSectionSize(40)
        self.horizontalHeader().setHighlightSections(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(self.tr("Terms"))

    def show_terms(self, heading: Sequence[str], terms: Sequence[Sequence[str | float]]) -> None:
        """All terms; as high as they need, up to a few rows."""
        self.terms.show_terms(heading, terms)
        if heading:
            self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.setFixedHeight(min(MOST, len(terms)) * ROW + self.horizontalHeader().sizeHint().height() + 2)
        self.setVisible(bool(terms))
