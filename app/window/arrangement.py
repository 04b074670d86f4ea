"""Three panels around a middle: folded by keys or by the mouse, as large as a person drags them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.window.commands import words
from app.window.settings import PanelState
from widgets.frame.grip import Grip, Side
from widgets.frame.panel_splitter import Extent, Panel, PanelSplitter
from widgets.parts.holder import Holder

TITLES: Mapping[Side, str] = {"left": "Left panel", "right": "Right panel", "bottom": "Bottom panel"}


@dataclass(frozen=True)
class Plan:
    """How large the panels may be, and what the middle keeps: where there is less, a panel gives way.

    ``is_below``: the left panel stands below what is above the middle, else beside it.
    """

    extents: Mapping[Side, Extent]
    least_middle: int
    is_below: bool = False


class Arrangement(QObject):
    """Left and right of a middle, and below it."""

    changed = Signal()  # one was folded, unfolded or dragged
    folding = Signal(object)  # QWidget: it is about to go

    def __init__(self, left: QWidget, right: QWidget, bottom: QWidget, middle: QWidget, plan: Plan) -> None:
        super().__init__()
        self.across, self.down = PanelSplitter(Qt.Orientation.Horizontal), PanelSplitter(Qt.Orientation.Vertical)
        self._beside = PanelSplitter(Qt.Orientation.Horizontal) if plan.is_below else self.across
        self._middle, self._working = middle, True
        self.above = Holder()
        self._panels: dict[Side, tuple[PanelSplitter, Panel]] = {
            "left": (self._beside, self._beside.add_panel(left, plan.extents["left"]))}
        self.across.add_middle(self._column(plan.least_middle))
        self._panels["right"] = self.across, self.across.add_panel(right, plan.extents["right"])
        self.down.add_middle(middle)
        self._panels["bottom"] = self.down, self.down.add_panel(bottom, plan.extents["bottom"])
        self.grips = {side: self._grip(side) for side in TITLES}
        self._before: frozenset[Side] | None = None  # which were folded before the middle was alone
        for splitter in self._splitters:
            splitter.changed.connect(self._tell)
            splitter.folding.connect(lambda panel: self.folding.emit(panel.widget))

    @property
    def _splitters(self) -> tuple[PanelSplitter, ...]:
        return tuple(dict.fromkeys((self.across, self._beside, self.down)))

    def _column(self, least: int) -> QWidget:
        """The middle with what is above it, and with the left panel where that stands below."""
        whole = QWidget()
        whole.setMinimumWidth(least)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.above)
        if self._beside is not self.across:
            self._beside.add_middle(self.down)
        column.addWidget(self.down if self._beside is self.across else self._beside, 1)
        return whole

    def _grip(self, side: Side) -> Grip:
        grip = Grip(side, self._middle)
        grip.set_words(words(TITLES[side]))
        grip.clicked.connect(partial(self.fold, side, False))
        return grip

    # -- folding ------------------------------------------------------------------------------------------------

    def shows(self, side: Side) -> bool:
        """Whether a panel is there."""
        return self._panels[side][1].there

    def fold(self, side: Side, folded: bool) -> None:
        """Put a panel away, or bring it back: if need be in the place of the one at the bottom, which is wide."""
        splitter, panel = self._panels[side]
        if panel.folded != folded or panel.there == folded:
            splitter.fold(panel, folded)
        if self._working and not folded and not panel.there and side != "bottom":
            self.fold("bottom", True)
            self.down.updateGeometry()  # Qt would do it a little later
            splitter.fold(panel, False)

    def want(self, side: Side, sizes: tuple[int, int]) -> None:
        """Between which sizes a panel shows all that there is in it."""
        splitter, panel = self._panels[side]
        splitter.want(panel, sizes)

    @property
    def are_folded(self) -> bool:
        """Whether the middle is to be alone."""
        return all(panel.folded for _, panel in self._panels.values())

    def leave_alone(self, alone: bool) -> None:
        """Fold them all; else bring back those that were there before, or all."""
        if alone == self.are_folded:
            return
        before = frozenset(side for side, (_, panel) in self._panels.items() if panel.folded)
        shall = frozenset(self._panels) if alone else self._before or frozenset()
        for side, (splitter, panel) in self._panels.items():
            if panel.folded != (side in shall):
                splitter.fold(panel, side in shall)
        self._before = before if alone else None
        self._tell()

    def _tell(self) -> None:
        if not self.are_folded:
            self._before = None
        self._show_grips()
        self.changed.emit()

    def set_working(self, working: bool) -> None:
        """There are no panels beside the start page."""
        self._working = working
        for splitter in self._splitters:
            splitter.show_panels(working)
        self._tell()

    def _show_grips(self) -> None:
        for side, grip in self.grips.items():
            grip.setVisible(self._working and not self.shows(side))

    # -- from start to start ------------------------------------------------------------------------------------

    def states(self) -> dict[str, PanelState]:
        """What is to be remembered."""
        return {side: PanelState(panel.size, panel.folded) for side, (_, panel) in self._panels.items()}

    def restore(self, states: Mapping[str, PanelState]) -> None:
        """As they were at the end."""
        for side, (splitter, panel) in self._panels.items():
            if side in states:
                splitter.restore(panel, *states[side])
        self._tell()
