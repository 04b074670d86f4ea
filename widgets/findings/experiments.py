"""Small experiments on the open network: at the left what can be asked, at the right what was found."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from widgets.findings.finding_page import FindingPage
from widgets.findings.offer_card import OfferCard
from widgets.findings.values import FindingShown, Offer, Running
from widgets.look.guarded import guarded
from widgets.parts.scroll import BAR, ScrollPanel

EDGE, NARROWEST, WIDEST, COMPACT = 8, 172, 380, 640  # pixels; of the list, of the page
SHARES = 36, 64


@guarded
class Experiments(QWidget):
    """One runs at a time; whoever listens shows how far it is and what it has found."""

    asked = Signal(str)
    stopped = Signal()
    save_requested = Signal(str, str)  # of which experiment; "png", "svg", "npz"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Experiments"))
        self.cards: list[OfferCard] = []
        self.page = FindingPage()
        self._findings: dict[str, FindingShown] = {}
        self._errors: dict[str, str] = {}
        self._running: tuple[str, Running] | None = None
        self._chosen = ""
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(EDGE, EDGE, EDGE - BAR + 2, EDGE)
        self._column.setSpacing(2)
        self._column.addStretch(1)
        self._scroll, rule = ScrollPanel(), QFrame()
        self._scroll.setWidget(self._list)
        self._scroll.setMinimumWidth(NARROWEST)
        self._scroll.setMaximumWidth(WIDEST)
        rule.setProperty("role", "rule")
        rule.setFixedWidth(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._scroll, SHARES[0])
        row.addWidget(rule)
        row.addWidget(self.page, SHARES[1])
        self.page.save_requested.connect(self._save)
        self._refresh()

    # -- what to show -------------------------------------------------------------------------------------------

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """What can be tried; findings of those that stay are kept. The first one is in hand where none was."""
        there = {card.offer.id: card for card in self.cards}
        focus = next((card.offer.id for card in self.cards if card.hasFocus()), None)
        for id in there.keys() - {offer.id for offer in offers}:
            self._drop(there.pop(id))
        self.cards = [there.get(offer.id) or self._card(offer) for offer in offers]
        for place, (card, offer) in enumerate(zip(self.cards, offers, strict=True)):
            card.show_offer(offer)
            self._column.removeWidget(card)
            self._column.insertWidget(place, card)
        if self._chosen not in {offer.id for offer in offers}:
            self._chosen = offers[0].id if offers else ""
            if focus is not None and self.cards:
                self.cards[0].setFocus()
        self._refresh()

    def show_progress(self, id: str, share: float | None, words: str) -> None:
        """This one runs; ``share`` of 1, None where nobody knows."""
        self._running = id, Running(share, words)
        self._errors.pop(id, None)
        self._refresh()

    def show_finding(self, id: str, finding: FindingShown) -> None:
        """What it has found; it runs no more."""
        self._end(id)
        self._findings[id] = finding
        self._refresh()

    def show_error(self, id: str, text: str) -> None:
        """Why it has found nothing; it runs no more."""
        self._end(id)
        self._findings.pop(id, None)
        self._errors[id] = text
        self._refresh()

    def show_stopped(self) -> None:
        """Nothing runs any more."""
        self._running = None
        self._refresh()

    def forget(self) -> None:
        """What was found is of another network."""
        self._findings.clear()
        self._errors.clear()
        self._running = None
        self._refresh()

    def finding(self, id: str) -> FindingShown | None:
        """What was found last, if anything."""
        return self._findings.get(id)

    @property
    def chosen(self) -> str:
        """The one in hand, "" where there is none."""
        return self._chosen

    def choose(self, id: str) -> None:
        """Take one in hand."""
        if id != self._chosen and any(card.offer.id == id for card in self.cards):
            self._chosen = id
            self._refresh()

    def _end(self, id: str) -> None:
        self._errors.pop(id, None)
        if self._running is not None and self._running[0] == id:
            self._running = None

    def _refresh(self) -> None:
        for card in self.cards:
            id = card.offer.id
            running = self._running[1] if self._running is not None and self._running[0] == id else None
            card.show_state(running, self._running is not None and running is None, id in self._findings)
            card.show_chosen(id == self._chosen)
            if id == self._chosen:
                self.page.show_state(card.offer, self._findings.get(id), running, self._errors.get(id, ""))
        if not self._chosen:
            self.page.show_nothing(self.tr("There is nothing to try on this network."))

    # -- cards --------------------------------------------------------------------------------------------------

    def _card(self, offer: Offer) -> OfferCard:
        card = OfferCard(offer)
        card.set_compact(self._is_compact)
        card.chosen.connect(lambda: self.choose(card.offer.id))
        card.asked.connect(lambda: self.asked.emit(card.offer.id))
        card.stopped.connect(self.stopped)
        card.walked.connect(lambda by: self._walk(card, by))
        return card

    def _drop(self, card: OfferCard) -> None:
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _walk(self, card: OfferCard, by: int) -> None:
        at = min(len(self.cards) - 1, max(0, self.cards.index(card) + by))
        self.choose(self.cards[at].offer.id)
        self.cards[at].setFocus(Qt.FocusReason.TabFocusReason)
        self._scroll.ensureWidgetVisible(self.cards[at])

    def _save(self, kind: str) -> None:
        if self._chosen in self._findings:
            self.save_requested.emit(self._chosen, kind)

    # -- looks --------------------------------------------------------------------------------------------------

    @property
    def _is_compact(self) -> bool:
        return self.width() < COMPACT

    def resizeEvent(self, event: QResizeEvent) -> None:
        """With little room the cards say less."""
        super().resizeEvent(event)
        for card in self.cards:
            card.set_compact(self._is_compact)

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's fonts."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            for card in self.cards:
                card.put_on()
