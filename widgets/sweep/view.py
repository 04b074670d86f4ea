"""What a sweep does and did: a race, its fields, or what decided, beside the list of its members."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from widgets.look.guarded import guarded
from widgets.parts.elided import ElidedLabel
from widgets.parts.segments import Segment, Segments
from widgets.parts.still import StillButton
from widgets.sweep.fields_plot import FieldsPlot
from widgets.sweep.importance import ImportanceView
from widgets.sweep.member_list import MemberList
from widgets.sweep.race import Race
from widgets.sweep.values import SweepShown

EDGE, HEAD = 12, 34
WIDE = 1.1  # so much wider than high, the list stands beside the picture
NARROW = 760  # pixels: less wide, the names of the looks stand closer
SHARES = (570, 430)  # of the room: for the picture and the list, at first


@guarded
class SweepView(QWidget):
    """Shows by difference; what is pointed at or selected is so in every look and in the list."""

    selected = Signal(list)  # keys
    hovered = Signal(str)  # key; "": none
    activated = Signal(str)  # to be opened

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = SweepShown()
        self.setAccessibleName(self.tr("Sweep"))
        self.head, self.said = ElidedLabel(lines=2), ElidedLabel(role="small")
        self.head.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.race, self.fields, self.importance = Race(), FieldsPlot(), ImportanceView()
        self.list = MemberList()
        self.looks = Segments(
            self.tr("How the sweep is drawn"),
            Segment("race", self.tr("Race"), self.tr("All curves on one axis")),
            Segment("fields", self.tr("Fields"), self.tr("Which settings led where")),
            Segment("importance", self.tr("Importance"), self.tr("Which field decided")))
        self.show_all = StillButton(self.tr("Show all"))
        self.show_all.setProperty("role", "tight")
        self.show_all.setToolTip(self.tr("Take every range away"))
        self._assemble()
        self._connect()
        self.show_sweep(SweepShown())

    def _assemble(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(EDGE, 6, EDGE, 2)
        top.setSpacing(8)
        top.addWidget(self.head, 1)
        top.addWidget(self.show_all)
        top.addWidget(self.looks)
        self._stack = QStackedWidget()
        for look in (self.race, self.fields, self.importance):
            self._stack.addWidget(look)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setChildrenCollapsible(False)
        for at, part in enumerate((self._stack, self.list)):
            self._split.addWidget(part)
            self._split.setStretchFactor(at, SHARES[at])
        self._split.setSizes(SHARES)
        below = QHBoxLayout()
        below.setContentsMargins(EDGE, 0, EDGE, 0)
        below.addWidget(self.said)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(top)
        column.addLayout(below)
        column.addWidget(self._split, 1)

    def _connect(self) -> None:
        for plot in (self.race, self.fields):
            plot.hovered.connect(self._hover)
            plot.selected.connect(self._select)
            plot.activated.connect(self.activated)
        self.list.hovered.connect(self._hover)
        self.list.selected.connect(self._follow_list)
        self.list.opened.connect(self.activated)
        self.fields.kept_changed.connect(self._show_kept)
        self.show_all.clicked.connect(lambda: self.fields.clear_brushes())
        self.looks.chosen.connect(self.show_look)

    # -- what to show -------------------------------------------------------------------------------------------

    def show_sweep(self, shown: SweepShown) -> None:
        """Another state of the sweep: only what differs is shown anew."""
        if shown == self._shown and self.head.text():
            return
        self._shown = shown
        self.head.set_text(shown.head or self.tr("No sweep yet"))
        self.said.set_text(" ".join(shown.said))
        self.said.setVisible(bool(shown.said))
        for look in (self.race, self.fields, self.importance):
            look.show_sweep(shown)
        self.list.show_sweep(shown)
        self._show_kept()

    def show_look(self, look: str) -> None:
        """“race”, “fields” or “importance”."""
        self.looks.show_chosen(look)
        self._stack.setCurrentIndex(list(self.looks.buttons).index(look))
        self._show_kept()

    @property
    def look(self) -> str:
        """The one in front."""
        return self.looks.shown

    def light(self, key: str) -> None:
        """Let a member stand out wherever it is shown; "": none."""
        for part in (self.race, self.fields, self.list):
            part.light(key)

    def show_selected(self, keys: Collection[str]) -> None:
        """Select these, as something else has done."""
        for part in (self.race, self.fields, self.list):
            part.show_selected(keys)

    def _hover(self, key: str) -> None:
        self.light(key)
        self.hovered.emit(key)

    def _select(self, keys: list[str]) -> None:
        self.show_selected(keys)
        self.selected.emit(keys)

    def _follow_list(self, keys: list[str]) -> None:
        """The list itself stays where it is scrolled to."""
        for plot in (self.race, self.fields):
            plot.show_selected(keys)
        self.selected.emit(keys)

    def _show_kept(self) -> None:
        """What is brushed is pale in the list too, while one sees by what."""
        is_brushed = self.look == "fields" and self.fields.kept is not None
        self.list.show_kept(self.fields.kept if is_brushed else None)
        self.show_all.setVisible(is_brushed)

    # -- shape --------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The list stands beside the picture, or below it where it is tall."""
        super().resizeEvent(event)
        self.looks.set_tight(self.width() < NARROW)
        beside = self.width() > WIDE * self.height()
        way = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        if way != self._split.orientation():
            self._split.setOrientation(way)
            self._split.setSizes(SHARES)
