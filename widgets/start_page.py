"""The start page: begin anew, open a file, or take a ready-made network."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from widgets.tiles import PAD, Card, RecentFile

LEFT_WIDTH, WIDEST, STACKED = 264, 1296, 760
NARROWEST, GAP = 232, 16  # of cards
CardRow = tuple[str, str, str, QPixmap] | tuple[str, str, str, QPixmap, int]


class CardGrid(QWidget):
    """Cards of one width in as many columns as fit; arrow keys go from card to card."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: list[Card] = []
        self.columns = 1

    def show_cards(self, cards: Sequence[Card]) -> None:
        """Replace the cards."""
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = list(cards)
        self._arrange()
        for card in self.cards:
            card.show()

    def _arrange(self) -> None:
        if not self.cards:
            self.setMinimumHeight(0)
            return
        self.columns = max(1, (self.width() + GAP) // (NARROWEST + GAP))
        width = (self.width() - (self.columns - 1) * GAP) // self.columns
        height = max(card.heightForWidth(width) for card in self.cards)
        for index, card in enumerate(self.cards):
            row, column = divmod(index, self.columns)
            card.setGeometry(column * (width + GAP), row * (height + GAP), width, height)
        rows = -(-len(self.cards) // self.columns)
        self.setMinimumHeight(rows * (height + GAP) - GAP)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other columns for another width."""
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left, right, up, down."""
        key, focus = Qt.Key(event.key()), self.focusWidget()
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -self.columns, Qt.Key.Key_Down: self.columns}
        if key not in steps or focus not in self.cards:
            event.ignore()
            return
        target = self.cards.index(focus) + steps[key]
        if 0 <= target < len(self.cards):
            self.cards[target].setFocus(Qt.FocusReason.TabFocusReason)


class StartPage(QWidget):
    """Shows what there is to open; asks for it."""

    gallery_requested = Signal(str)
    new_requested = Signal()
    open_requested = Signal()
    recent_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("startpage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.new, self.open = QPushButton(self.tr("New network")), QPushButton(self.tr("Open…"))
        self.new.setProperty("role", "primary")
        self.new.clicked.connect(self.new_requested)
        self.open.clicked.connect(self.open_requested)
        self.recent: list[RecentFile] = []
        self.grid = CardGrid()
        self._assemble()
        self.set_recent([])

    def _assemble(self) -> None:
        self._content = QWidget()
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._content)
        self._columns.setContentsMargins(32, 40, 32, 32)
        self._columns.setSpacing(40)
        self._left = self._left_column()
        self._columns.addWidget(self._left)
        self._columns.addLayout(self._gallery_column(), 1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._content)
        self._scroll = scroll
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def _left_column(self) -> QWidget:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(_label(self.tr("Start a network"), "heading", PAD))
        column.addWidget(_label(self.tr("Draw one yourself, or open a ready-made one and train it."), "dim", PAD))
        column.addSpacing(8)
        column.addLayout(self._button_row())
        column.addSpacing(24)
        self._recent_title = _label(self.tr("Recent"), "section", PAD)
        column.addWidget(self._recent_title)
        self._recent_column = QVBoxLayout()
        self._recent_column.setSpacing(0)
        self._recent_column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._recent_column)
        column.addStretch(1)
        return left

    def _button_row(self) -> QHBoxLayout:
        buttons = QHBoxLayout()
        buttons.setContentsMargins(PAD, 0, 0, 0)
        buttons.setSpacing(8)
        for button in (self.new, self.open):
            button.setMinimumHeight(32)
            buttons.addWidget(button)
        buttons.addStretch(1)
        return buttons

    def _gallery_column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(12)
        column.addWidget(_label(self.tr("Gallery"), "section"))
        column.addWidget(self.grid)
        column.addStretch(1)
        return column

    # -- what to show -------------------------------------------------------------------------------------------

    def set_gallery(self, cards: Sequence[CardRow]) -> None:
        """The ready-made networks: id, title, some words, picture[, parameters]. Known ones only get their picture."""
        before = [(card.id, card.title, card.about) for card in self.grid.cards]
        if before == [tuple(row[:3]) for row in cards]:
            for row in cards:
                self.set_picture(row[0], row[3])
            return
        self.grid.show_cards([self._card(*row) for row in cards])
        self._order()

    def _card(self, id: str, title: str, about: str, picture: QPixmap, params: int | None = None) -> Card:
        card = Card(id, title, about, picture, params, self.grid)
        card.clicked.connect(lambda: self.gallery_requested.emit(id))
        return card

    def set_picture(self, id: str, picture: QPixmap) -> None:
        """Another picture of one network."""
        for card in self.grid.cards:
            if card.id == id:
                card.show_picture(picture)

    def set_recent(self, paths: Sequence[str]) -> None:
        """The files opened lately, newest first."""
        if self.recent and [file.path for file in self.recent] == list(paths):
            return
        for file in self.recent:
            self._recent_column.removeWidget(file)
            file.hide()
            file.deleteLater()
        self.recent = [self._file(path) for path in paths]
        self._recent_title.setVisible(bool(paths))
        self._order()

    def _order(self) -> None:
        """Tab goes down the left column, then through the gallery."""
        for first, second in pairwise([self.new, self.open, *self.recent, *self.grid.cards]):
            QWidget.setTabOrder(first, second)

    def _file(self, path: str) -> RecentFile:
        file = RecentFile(path, self._left)
        file.clicked.connect(lambda: self.recent_requested.emit(path))
        self._recent_column.addWidget(file)
        return file

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns where there is room; wide margins rather than wide cards."""
        super().resizeEvent(event)
        stacked = self.width() < STACKED
        direction = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        self._columns.setDirection(direction)
        self._left.setMinimumWidth(0 if stacked else LEFT_WIDTH)
        self._left.setMaximumWidth(self.width() if stacked else LEFT_WIDTH)
        side = max(32, (self.width() - WIDEST) // 2)
        self._columns.setContentsMargins(side - PAD, 40, side, 32)


def _label(text: str, role: str, inset: int = 0) -> QLabel:
    """A text; ``inset`` puts it in line with the words of the tiles below."""
    label = QLabel(text, wordWrap=True)
    label.setContentsMargins(inset, 0, 0, 0)
    label.setProperty("role", role)
    return label
