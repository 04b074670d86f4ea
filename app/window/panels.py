"""The rooms round the canvas, arranged in one way for building, others for training and looking: the same widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.window.arrangement import TITLES, Arrangement, Plan
from app.window.settings import PanelState, Workspace
from widgets.frame.grip import Grip, Side
from widgets.frame.panel_splitter import Extent, PanelSplitter
from widgets.parts.holder import Holder

__all__ = ["TITLES", "Panels", "Rooms"]

PLANS: Mapping[Workspace, Plan] = {
    "build": Plan({
        "left": Extent(least=180, most=480, usual=220, share=0.17),
        "right": Extent(least=280, most=640, usual=300, share=0.225),
        "bottom": Extent(least=120, most=2000, usual=300, share=0.36),
    }, least_middle=520),
    "train": Plan({  # at the left a column of cards
        "left": Extent(least=200, most=800, usual=300, share=0.22, stretched=0.35),
        "right": Extent(least=280, most=640, usual=304, share=0.225),
        "bottom": Extent(least=120, most=2000, usual=360, share=0.36),
    }, least_middle=400, is_below=True),
    "inside": Plan({
        "left": Extent(least=200, most=480, usual=236, share=0.156),
        "right": Extent(least=312, most=760, usual=340, share=0.22),
        "bottom": Extent(least=120, most=2000, usual=230, share=0.26),
    }, least_middle=420),
}  # fmt: skip


@dataclass(frozen=True)
class Rooms:
    """What is arranged."""

    documents: QWidget  # the tabs of the open networks
    canvas: QWidget
    palette: QWidget
    inspector: QWidget
    bottom: QWidget
    curves: QWidget
    right: QWidget  # for training: the recipe, and a tab where the inspector stands
    layer: Holder  # there
    probe: QWidget  # for looking inside: what is looked at
    insight: QWidget  # and what is seen of the layer in hand


class Panels(QObject):
    """One arrangement at a time; each has its own sizes and folds."""

    changed = Signal()  # one was folded, unfolded or dragged, or all are arranged anew
    folding = Signal(object)  # QWidget: it is about to go

    def __init__(self, rooms: Rooms) -> None:
        super().__init__()
        self.workspace: Workspace = "build"
        self.body = QStackedWidget()
        self._aside = Holder()  # the inspector, where one looks inside
        places = {"build": (Holder(), Holder(), Holder()), "train": (Holder(), Holder(), rooms.layer),
                  "inside": (Holder(), Holder(), self._aside)}
        (middle, below, beside), (left, bottom, _) = places["build"], places["train"]
        around, under, _ = places["inside"]
        self._arrangements: dict[Workspace, Arrangement] = {
            "build": Arrangement(rooms.palette, beside, below, middle, PLANS["build"]),
            "train": Arrangement(left, rooms.right, bottom, rooms.curves, PLANS["train"]),
            "inside": Arrangement(rooms.probe, rooms.insight, under, around, PLANS["inside"]),
        }
        self._rooms, self._holders = rooms, places
        for workspace, each in self._arrangements.items():
            self.body.addWidget(each.across)
            each.changed.connect(lambda workspace=workspace: self._tell(workspace))
            each.folding.connect(self.folding)
        self._fill()

    def _tell(self, workspace: Workspace) -> None:
        if workspace == self.workspace:
            self.changed.emit()

    # -- arranging ----------------------------------------------------------------------------------------------

    def arrange(self, workspace: Workspace) -> None:
        """The same rooms in another order."""
        if workspace != self.workspace:
            self.workspace = workspace
            self._fill()
            self.changed.emit()

    def _fill(self) -> None:
        canvas, bottom, inspector = self._holders[self.workspace]
        canvas.hold(self._rooms.canvas)
        bottom.hold(self._rooms.bottom)
        inspector.hold(self._rooms.inspector)
        self._now.above.hold(self._rooms.documents)
        self.body.setCurrentWidget(self._now.across)

    @property
    def _now(self) -> Arrangement:
        return self._arrangements[self.workspace]

    @property
    def across(self) -> PanelSplitter:
        """All of it."""
        return self._now.across

    @property
    def down(self) -> PanelSplitter:
        """The middle, and what is below it."""
        return self._now.down

    @property
    def grips(self) -> Mapping[Side, Grip]:
        """What brings a folded panel back."""
        return self._now.grips

    # -- folding ------------------------------------------------------------------------------------------------

    def shows(self, side: Side) -> bool:
        """Whether a panel is there."""
        return self._now.shows(side)

    def fold(self, side: Side, folded: bool) -> None:
        """Put a panel away, or bring it back."""
        self._now.fold(side, folded)

    def want(self, side: Side, sizes: tuple[int, int]) -> None:
        """Between which sizes a panel of this workspace shows all that there is in it."""
        self._now.want(side, sizes)

    @property
    def are_folded(self) -> bool:
        """Whether the middle is to be alone."""
        return self._now.are_folded

    def leave_alone(self, alone: bool) -> None:
        """Fold them all, or bring them back."""
        self._now.leave_alone(alone)

    def set_working(self, working: bool) -> None:
        """There are no panels beside the start page."""
        for each in self._arrangements.values():
            each.set_working(working)

    # -- from start to start ------------------------------------------------------------------------------------

    def states(self) -> dict[str, PanelState]:
        """What is to be remembered of this workspace."""
        return self._now.states()

    def restore(self, workspace: Workspace, states: Mapping[str, PanelState]) -> None:
        """As they were at the end."""
        self._arrangements[workspace].restore(states)
