"""The doctor beside the curves: a card for each finding of the run in hand, and whether the next one is examined."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from widgets.health.finding_card import FindingCard
from widgets.health.values import DoctorShown, FindingCardShown
from widgets.parts.scroll import BAR
from widgets.parts.words import Words

EDGE = 16


class DoctorSection(QWidget):
    """Keeps the cards that stay, so that a link that is pointed at stays under the mouse."""

    opened = Signal(object)  # the key of a finding: its layer is to be seen
    cure_clicked = Signal(object, int)
    cure_pointed = Signal(object, int, bool)
    more_clicked = Signal(object)
    switched = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: list[FindingCard] = []
        self.words = Words("small")
        self.switch = QCheckBox(self.tr("Examine the layers"))
        self.switch.setToolTip(self.tr("Every so many steps while they learn. Counts from the next run on."))
        self.switch.toggled.connect(self.switched)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE, 0, EDGE - BAR, 8)
        column.setSpacing(8)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        column.addLayout(self._list)
        column.addWidget(self.words)
        column.addWidget(self.switch)

    def show_state(self, shown: DoctorShown) -> None:
        """Show these findings, in this order."""
        kept = {card.shown.key: card for card in self.cards}
        self.cards = [self._card(kept.pop(each.key, None), each) for each in shown.cards]
        for card in kept.values():
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        for index, card in enumerate(self.cards):
            if self._list.indexOf(card) != index:
                self._list.insertWidget(index, card)
                card.show()  # Qt would do it a little later
        self.words.say(shown.words)
        if self.switch.isChecked() != shown.is_on:
            self.switch.blockSignals(True)
            self.switch.setChecked(shown.is_on)
            self.switch.blockSignals(False)

    def _card(self, kept: FindingCard | None, shown: FindingCardShown) -> FindingCard:
        if kept is not None:
            kept.show_finding(shown)
            return kept
        card, key = FindingCard(shown, self), shown.key
        self._connect(card, key)
        return card

    def _connect(self, card: FindingCard, key: Hashable) -> None:
        card.opened.connect(lambda: self.opened.emit(key))
        card.cure_clicked.connect(lambda index: self.cure_clicked.emit(key, index))
        card.cure_pointed.connect(lambda index, on: self.cure_pointed.emit(key, index, on))
        card.more_clicked.connect(lambda: self.more_clicked.emit(key))
