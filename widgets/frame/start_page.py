"""The start page: begin anew, open a file, or take a ready-made network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from widgets.frame.card_grid import CardGrid
from widgets.look.guarded import guarded
from widgets.parts.filter_line import FilterLine
from widgets.parts.scroll import ScrollPanel
from widgets.parts.still import StillButton
from widgets.parts.tiles import PAD, Card, RecentFile, TwoLines

LEFT_WIDTH, WIDEST, STACKED = 264, 1296, 760
FILTER_WIDTH = 232


class Entry(NamedTuple):
    """A ready-made network; entries of one ``group`` stand under its name."""

    id: str
    title: str
    about: str
    picture: QPixmap
    params: int | None = None
    group: str = ""


def grouped_entries(entries: Iterable[Entry]) -> list[Entry]:
    """Entries of one group together, groups in the order of their first entries."""
    entries = list(entries)
    groups = list(dict.fromkeys(entry.group for entry in entries))
    return sorted(entries, key=lambda entry: groups.index(entry.group))


@guarded
class StartPage(QWidget):
    """Shows what there is to open; asks for it."""

    gallery_requested = Signal(str)
    new_requested = Signal()
    open_requested = Signal()
    recent_requested = Signal(str)
    left_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("startpage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.new, self.open = StillButton(self.tr("New network")), StillButton(self.tr("Open…"))
        self.new.setProperty("role", "primary")
        self.new.clicked.connect(self.new_requested)
        self.open.clicked.connect(self.open_requested)
        self.recent: list[RecentFile] = []
        self.left: list[TwoLines] = []  # runs that can go on
        self.grid, self.filter = CardGrid(), FilterLine(self.tr("Filter networks…"))
        self._assemble()
        self._connect()
        self.set_recent([])
        self.set_left([])

    def _assemble(self) -> None:
        self._content = QWidget()
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._content)
        self._columns.setContentsMargins(32, 40, 32, 32)
        self._columns.setSpacing(40)
        self._left = self._left_column()
        self._columns.addWidget(self._left)
        self._columns.addLayout(self._gallery_column(), 1)
        scroll = ScrollPanel()
        scroll.setWidget(self._content)
        self._scroll = scroll
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def _connect(self) -> None:
        self.filter.textChanged.connect(self._show_matching)
        self.filter.accepted.connect(lambda: self._with_first(Card.click))
        self.filter.left_downwards.connect(lambda: self._with_first(self.grid.enter))
        self.grid.typed.connect(self.filter.take)
        self.grid.left_upwards.connect(self.filter.setFocus)
        self.grid.entered.connect(lambda card: self._scroll.ensureWidgetVisible(card, ymargin=32))

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
        self._left_title = _label(self.tr("Continue a run"), "section", PAD)
        column.addWidget(self._left_title)
        self._left_runs = QVBoxLayout()
        self._left_runs.setSpacing(0)
        self._left_runs.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._left_runs)
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
        row = QHBoxLayout()
        row.addWidget(_label(self.tr("Gallery"), "heading"), 1)
        self.filter.setMaximumWidth(FILTER_WIDTH)
        row.addWidget(self.filter, 1)
        column.addLayout(row)
        self._nothing = _label("", "dim")
        self._nothing.hide()
        column.addWidget(self._nothing)
        column.addWidget(self.grid)
        column.addStretch(1)
        return column

    # -- what to show -------------------------------------------------------------------------------------------

    def set_gallery(self, entries: Iterable[tuple[Any, ...]]) -> None:
        """The ready-made networks, as Entry or its fields. Known ones only get picture and number."""
        entries = grouped_entries(Entry(*entry) for entry in entries)
        before = [(card.id, card.title, card.about, card.section) for card in self.grid.cards]
        if before == [(entry.id, entry.title, entry.about, entry.group) for entry in entries]:
            for card, entry in zip(self.grid.cards, entries, strict=True):
                card.show_picture(entry.picture)
                card.show_params(entry.params)
            return
        self.grid.show_cards([self._card(entry) for entry in entries])
        self._order()

    def _card(self, entry: Entry) -> Card:
        card = Card(*entry, self.grid)
        card.clicked.connect(lambda: self.gallery_requested.emit(entry.id))
        return card

    def _show_matching(self, text: str) -> None:
        """Leave out what does not match; say so where nothing is left."""
        self.grid.show_matching(text)
        self._nothing.setText(self.tr("No network has “{text}” in its name or description.").format(text=text.strip()))
        self._nothing.setVisible(bool(self.grid.cards) and not self.grid.matching)

    def _with_first(self, act: Callable[[Card], object]) -> None:
        if self.grid.matching:
            act(self.grid.matching[0])

    def set_picture(self, id: str, picture: QPixmap, params: int | None = None) -> None:
        """Another picture of one network, and how many parameters it has, once that is known."""
        for card in self.grid.cards:
            if card.id == id:
                card.show_picture(picture)
                if params is not None:
                    card.show_params(params)

    def set_recent(self, paths: Sequence[str]) -> None:
        """The files opened lately, newest first."""
        if self.recent and [file.path for file in self.recent] == list(paths):
            return
        for file in self.recent:
            file.hide()
            file.deleteLater()
        self.recent = [self._file(path) for path in paths]
        self._recent_title.setVisible(bool(paths))
        self._order()

    def set_left(self, runs: Sequence[tuple[str, str, str]]) -> None:
        """Runs that were left before their end: what is asked for, a name, where and when."""
        for run in self.left:
            run.hide()
            run.deleteLater()
        self.left = [self._run(*run) for run in runs]
        self._left_title.setVisible(bool(runs))
        self._order()

    def _run(self, id: str, title: str, line: str) -> TwoLines:
        run = TwoLines(title, line, self._left)
        run.setToolTip(id)
        run.clicked.connect(lambda: self.left_requested.emit(id))
        self._left_runs.addWidget(run)
        return run

    def _order(self) -> None:
        """Tab goes down the left column, then through the gallery with its filter."""
        for first, second in pairwise([self.new, self.open, *self.left, *self.recent, self.filter, *self.grid.cards]):
            QWidget.setTabOrder(first, second)

    def _file(self, path: str) -> RecentFile:
        file = RecentFile(path, self._left)
        file.clicked.connect(lambda: self.recent_requested.emit(path))
        self._recent_column.addWidget(file)
        return file

    def showEvent(self, event: QShowEvent) -> None:
        """Each visit begins with the whole gallery, and the keyboard at its filter."""
        super().showEvent(event)
        if not event.spontaneous():
            self.filter.clear()
            self.filter.setFocus()

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
