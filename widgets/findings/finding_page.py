"""What one experiment has found: a sentence, its pictures, and on what it was tried; before that, its question."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from widgets.findings.picture_view import FindingPicture
from widgets.findings.save_menu import SaveButton
from widgets.findings.values import FindingShown, Offer, Running
from widgets.look.text import breakable
from widgets.parts.elided import ElidedLabel
from widgets.parts.flow import Flow
from widgets.parts.scroll import BAR, ScrollPanel

EDGE, INSET, WIDEST, LONGEST = 10, 6, 860, 760  # of the page; of words in it; of a picture; of a line of words


class FindingPage(ScrollPanel):
    """Shows one state at a time."""

    save_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.save = ElidedLabel(role="number"), SaveButton()
        self.sentence, self.about, self.hint = QLabel(wordWrap=True), QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.bar, self.error = QProgressBar(), QLabel(wordWrap=True)
        self.pictures: list[FindingPicture] = []
        self._held: FindingShown | None = None
        self._build()
        self.save.chosen.connect(self.save_requested)
        self.setAccessibleName(self.tr("Finding"))

    def _build(self) -> None:
        self.about.setProperty("role", "small")
        self.hint.setProperty("role", "dim")
        self.error.setProperty("role", "error")
        self.bar.setTextVisible(False)
        for label in (self.sentence, self.about, self.hint, self.error):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setMaximumWidth(LONGEST)
            label.setContentsMargins(INSET, 0, INSET, 0)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar.setFixedWidth(240)
        head, self._rows = QHBoxLayout(), QWidget()
        head.setSpacing(8)
        head.setContentsMargins(INSET, 0, INSET, 0)
        head.addWidget(self.title, 1)
        head.addWidget(self.save)
        self._flow = Flow(self._rows, gap=20, row_gap=12, stretch=True)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(EDGE, 10, EDGE - BAR, 12)
        column.setSpacing(8)
        column.addLayout(head)
        run = QHBoxLayout()
        run.setContentsMargins(INSET, 0, INSET, 0)
        run.addWidget(self.bar)
        run.addStretch(1)
        for part in (self.sentence, self.error):
            column.addWidget(part)
        column.addLayout(run)
        for below in (self.hint, self._rows, self.about):
            column.addWidget(below)
        column.addStretch(1)
        self.setWidget(page)

    def show_nothing(self, hint: str) -> None:
        """Nothing is in hand."""
        self._show("", "", hint)

    def show_state(self, offer: Offer, finding: FindingShown | None, running: Running | None, error: str) -> None:
        """What is known of one experiment. While it runs again its last finding stays in sight."""
        if running is not None:
            self._show(offer.title, offer.question, running.words, finding=finding, running=running)
        elif error:
            self._show(offer.title, offer.question, error=error)
        elif finding is not None:
            self._show(finding.title, finding.sentence, finding=finding)
        elif offer.reason:
            self._show(offer.title, offer.question, offer.reason)
        else:
            self._show(offer.title, offer.question, self.tr("Press Try, or Enter in the list, to find out."))

    def _show(self, title: str, sentence: str, hint: str = "", *, error: str = "", finding: FindingShown | None = None,
              running: Running | None = None) -> None:
        self.title.set_text(title)
        self.title.setVisible(bool(title))
        about = finding.about if finding is not None else ""
        for label, text in ((self.sentence, sentence), (self.hint, hint), (self.error, error), (self.about, about)):
            label.setText(breakable(text))
            label.setVisible(bool(text))
        self.bar.setVisible(running is not None)
        if running is not None:
            self.bar.setRange(0, 1000 if running.share is not None else 0)
            self.bar.setValue(round(1000 * min(1.0, max(0.0, running.share or 0.0))))
        self.save.setVisible(finding is not None and running is None)
        self._show_pictures(finding)

    def _show_pictures(self, finding: FindingShown | None) -> None:
        """Those that are there already stay, so that one can go on reading them."""
        if finding is self._held:
            return
        self._held = finding
        while self._flow.takeAt(0) is not None:
            pass
        for picture in self.pictures:
            picture.hide()
            picture.deleteLater()
        self.pictures = [FindingPicture(picture) for picture in (finding.pictures if finding is not None else ())]
        self._rows.setVisible(bool(self.pictures))
        for view in self.pictures:
            view.setMaximumWidth(WIDEST)
            view.save_requested.connect(self.save_requested)
            self._flow.addWidget(view)
            view.show()  # at once: by itself Qt does it a little later
        self.verticalScrollBar().setValue(0)
