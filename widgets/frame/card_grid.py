"""Cards under headings, in as many columns as fit; arrow keys go from card to card, across the headings too."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from engine.search.matching import has_words
from widgets.look.guarded import guarded
from widgets.parts.tiles import Card

NARROWEST, GAP = 232, 16  # of cards
HEADING, ABOVE = 20, 20  # height of a heading, room above it


@guarded
class CardGrid(QWidget):
    """Cards of one width; those that do not match a filter are left out."""

    entered = Signal(object)  # the card that the keyboard is at
    left_upwards = Signal()  # up from the first row
    typed = Signal(str)  # a letter typed at a card

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: list[Card] = []
        self.rows: list[list[Card]] = []
        self.headings: dict[str, QLabel] = {}
        self.columns = 1
        self._words = ""

    @property
    def matching(self) -> list[Card]:
        """The cards that are shown."""
        return [card for row in self.rows for card in row]

    def show_cards(self, cards: Sequence[Card]) -> None:
        """Replace the cards; those of one group come one after the other."""
        for old in (*self.cards, *self.headings.values()):
            old.hide()
            old.deleteLater()
        self.cards = list(cards)
        groups = dict.fromkeys(card.section for card in cards)
        self.headings = {group: self._heading(group) for group in groups if group}
        self._arrange()

    def show_matching(self, text: str) -> None:
        """Only the cards whose texts hold all these words."""
        self._words = text.strip()
        self._arrange()

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("role", "section")
        return label

    def _matches(self, card: Card) -> bool:
        return has_words(f"{card.id} {card.title} {card.section} {card.about}", self._words)

    def _is_named(self, card: Card) -> bool:
        return bool(self._words) and has_words(f"{card.id} {card.title}", self._words)

    def _in_order(self, cards: Sequence[Card]) -> list[Card]:
        """Cards that are called what was typed come before those that only mention it, and so do their groups."""
        called = {card.section for card in cards if self._is_named(card)}
        groups = list(dict.fromkeys(card.section for card in cards))
        return sorted(cards, key=lambda card: (card.section not in called, groups.index(card.section),
                                               not self._is_named(card)))

    # -- places ---------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        self.columns = max(1, (self.width() + GAP) // (NARROWEST + GAP))
        width = (self.width() - (self.columns - 1) * GAP) // self.columns
        shown = self._in_order([card for card in self.cards if self._matches(card)])
        self.rows, top = [], 0
        for group, members in groupby(shown, key=lambda card: card.section):
            top = self._place_group(group, list(members), top, width)
        for card in self.cards:
            card.setVisible(card in shown)
        for group, heading in self.headings.items():
            heading.setVisible(any(card.section == group for card in shown))
        self.setMinimumHeight(max(0, top - GAP))

    def _place_group(self, group: str, cards: list[Card], top: int, width: int) -> int:
        """Put one group below ``top``; returns where it ends."""
        if group:
            top += ABOVE - GAP if top else 0
            self.headings[group].setGeometry(0, top, self.width(), HEADING)
            top += HEADING + GAP // 2
        for start in range(0, len(cards), self.columns):
            row = cards[start : start + self.columns]
            height = max(card.heightForWidth(width) for card in row)
            for column, card in enumerate(row):
                card.setGeometry(column * (width + GAP), top, width, height)
            self.rows.append(row)
            top += height + GAP
        return top

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other columns for another width."""
        self._arrange()

    # -- keyboard -------------------------------------------------------------------------------------------------

    def enter(self, card: Card) -> None:
        """Give a card the keyboard."""
        card.setFocus(Qt.FocusReason.TabFocusReason)
        self.entered.emit(card)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left, right, up, down, Home, End; letters go to the filter."""
        focus = self.focusWidget()
        place = next(((row, cards.index(focus)) for row, cards in enumerate(self.rows) if focus in cards), None)
        if place is None or not self._go(Qt.Key(event.key()), *place):
            if event.text().isprintable() and event.text() and not event.modifiers() & _COMMANDS:
                self.typed.emit(event.text())
            else:
                event.ignore()

    def _go(self, key: Qt.Key, row: int, column: int) -> bool:
        cards = self.matching
        index = cards.index(self.rows[row][column])
        targets = {Qt.Key.Key_Left: index - 1, Qt.Key.Key_Right: index + 1, Qt.Key.Key_Home: 0,
                   Qt.Key.Key_End: len(cards) - 1}  # fmt: skip
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            row += 1 if key == Qt.Key.Key_Down else -1
            if row < 0:
                self.left_upwards.emit()
            elif row < len(self.rows):
                self.enter(self.rows[row][min(column, len(self.rows[row]) - 1)])
            return True
        if key in targets and 0 <= targets[key] < len(cards):
            self.enter(cards[targets[key]])
        return key in targets


_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
