"""The panels around the canvas: folded by keys or by the mouse, as large as a person drags them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.window.commands import words
from app.window.settings import PanelState
from widgets.frame.grip import Grip, Side
from widgets.frame.panel_splitter import Extent, Panel, PanelSplitter

EXTENTS: Mapping[Side, Extent] = {
    "left": Extent(least=180, most=480, usual=220, share=0.17),
    "right": Extent(least=280, most=640, usual=300, share=0.225),
    "bottom": Extent(least=120, most=2000, usual=300, share=0.36),
}
LEAST_MIDDLE = 520  # pixels that the canvas keeps: where there are fewer, a panel gives way
TITLES: Mapping[Side, str] = {"left": "Left panel", "right": "Right panel", "bottom": "Bottom panel"}


class Panels(QObject):
    """Left and right of a middle, and below the canvas in it."""

    changed = Signal()  # one was folded, unfolded or dragged
    folding = Signal(object)  # QWidget: it is about to go

    def __init__(self, left: QWidget, right: QWidget, bottom: QWidget, canvas: QWidget) -> None:
        super().__init__()
        self.across, self.down = PanelSplitter(Qt.Orientation.Horizontal), PanelSplitter(Qt.Orientation.Vertical)
        self._canvas, self._working = canvas, True
        self.down.add_middle(canvas)
        self._panels: dict[Side, tuple[PanelSplitter, Panel]] = {
            "left": (self.across, self.across.add_panel(left, EXTENTS["left"]))}
        self.middle = QWidget()
        self.middle.setMinimumWidth(LEAST_MIDDLE)
        self._column = QVBoxLayout(self.middle)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.across.add_middle(self.middle)
        self._panels["right"] = self.across, self.across.add_panel(right, EXTENTS["right"])
        self._panels["bottom"] = self.down, self.down.add_panel(bottom, EXTENTS["bottom"])
        self.grips = {side: self._grip(side) for side in EXTENTS}
        self._before: frozenset[Side] | None = None  # which were folded before the canvas was alone
        for splitter in (self.across, self.down):
            splitter.changed.connect(self._tell)
            splitter.folding.connect(lambda panel: self.folding.emit(panel.widget))

    def fill_middle(self, above: QWidget) -> None:
        """Something above the canvas, and what is below it."""
        self._column.addWidget(above)
        self._column.addWidget(self.down, 1)

    def _grip(self, side: Side) -> Grip:
        grip = Grip(side, self._canvas)
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

    @property
    def are_folded(self) -> bool:
        """Whether the canvas is to be alone."""
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
        for splitter in (self.across, self.down):
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
