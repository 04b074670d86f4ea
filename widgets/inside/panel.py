"""The layer in hand: its header, and its pages, each of which scrolls as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from widgets.inside.arithmetic import Steps
from widgets.inside.curve import Curve
from widgets.inside.header import Header
from widgets.inside.lattice import Unit
from widgets.inside.maps_page import MapsPage
from widgets.inside.shown import Array
from widgets.inside.steps import StepsView
from widgets.inside.tensors_page import Tensor, TensorsPage
from widgets.inside.what_if import Active, Effect
from widgets.inside.why import WhyView
from widgets.look.guarded import guarded
from widgets.parts.inner_tabs import InnerTabs
from widgets.parts.scroll import BAR, ScrollPanel

EDGE, NARROW = 16, 330  # with less room a tab is called in short


@guarded
class LayerPanel(QWidget):
    """Shows plain values of one layer, and asks for more by its signals."""

    unit_hovered = Signal(int, int, int)  # channel, row, column of the output
    unit_left = Signal()
    unit_chosen = Signal(int, int, int)
    page_chosen = Signal(str)  # "maps", "kernels", "gradients", "steps" or "why": what is to be computed
    way_chosen = Signal(str)
    why_asked = Signal(str, str)  # method, class
    change_asked = Signal(object)  # Asked
    change_removed = Signal(str)
    sweep_asked = Signal()
    sweep_stopped = Signal()
    save_requested = Signal(str, str)  # page; "picture" or "numbers"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.header, self.tabs = Header(), InnerTabs()
        self.maps, self.kernels = MapsPage(), TensorsPage(self.tr("Kernels"))
        self.gradients, self.steps, self.why = TensorsPage(self.tr("Gradients")), StepsView(), WhyView()
        self._pages: dict[str, tuple[QWidget, str]] = {
            "maps": (self.maps, self.tr("Maps")), "kernels": (self.kernels, self.tr("Kernels")),
            "gradients": (self.gradients, self.tr("Gradients")), "steps": (self.steps, self.tr("Step by step")),
            "why": (self.why, self.tr("Why")),
        }  # fmt: skip
        self._scrolls = {id: _scrolled(page) for id, (page, _) in self._pages.items()}
        self._assemble()
        self._connect()

    def _assemble(self) -> None:
        rule = QFrame()
        rule.setProperty("role", "rule")
        rule.setFixedHeight(1)
        for id, (_, title) in self._pages.items():
            self.tabs.add(self._scrolls[id], title)
        inner = self.tabs.layout()
        assert isinstance(inner, QVBoxLayout)
        inner.setSpacing(0)
        inner.insertWidget(1, _inset(rule))
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE, 14, 0, 0)
        column.setSpacing(8)
        column.addWidget(_inset(self.header))
        column.addWidget(self.tabs, 1)

    def _connect(self) -> None:
        grid, what_if = self.maps.maps.grid, self.why.what_if
        for given, ours in (
            (grid.unit_hovered, self.unit_hovered), (grid.unit_left, self.unit_left),
            (grid.unit_chosen, self.unit_chosen), (self.steps.way_chosen, self.way_chosen),
            (self.why.asked, self.why_asked), (what_if.asked, self.change_asked),
            (what_if.removed, self.change_removed), (what_if.sweep_asked, self.sweep_asked),
            (what_if.sweep_stopped, self.sweep_stopped),
        ):  # fmt: skip
            given.connect(ours)
        for page in (self.maps, self.kernels, self.gradients, self.steps, self.why):
            page.save_requested.connect(lambda kind, page=page: self.save_requested.emit(self._id_of(page), kind))
        grid.unit_chosen.connect(lambda channel, _row, _column: self._hold(channel))
        self.tabs.bar.currentChanged.connect(lambda _index: self.page_chosen.emit(self.page))

    def _id_of(self, page: QWidget) -> str:
        return next(id for id, (each, _) in self._pages.items() if each is page)

    def _hold(self, channel: int | None) -> None:
        values = self.maps.maps.grid.values
        self.why.what_if.set_channel(channel, 0 if values is None else values.units.shape[0])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """All tabs are in sight."""
        super().resizeEvent(event)
        words = self.tr("Steps") if self.width() < NARROW else self._pages["steps"][1]
        index = [*self._pages].index("steps")
        if self.tabs.bar.tabText(index) != words:
            self.tabs.bar.setTabText(index, words)
            self.tabs.bar.setTabToolTip(index, self._pages["steps"][1])

    # -- what it shows ------------------------------------------------------------------------------------------

    @property
    def page(self) -> str:
        """The page in front."""
        return next(id for id, scroll in self._scrolls.items() if scroll is self.tabs.current)

    def page_of(self, id: str) -> QWidget:
        """A page in full, however much of it is scrolled away."""
        return self._pages[id][0]

    def has_page(self, id: str) -> bool:
        """Whether it applies to this layer."""
        return self.tabs.is_there(self._scrolls[id])

    def show_page(self, id: str) -> None:
        """Bring a page to the front."""
        self.tabs.show_page(self._scrolls[id])

    def set_pages(self, ids: Sequence[str]) -> None:
        """Which pages apply to this layer."""
        for id, scroll in self._scrolls.items():
            self.tabs.set_there(scroll, id in ids)

    def show_layer(self, name: str, kind: str = "", category: str = "", facts: str = "") -> None:
        """Which layer, of which kind, its shape and what it sees."""
        self.header.show_layer(name, kind, category, facts)

    def show_output(self, array: Array | None, labels: Sequence[str] = (), other: Array | None = None) -> None:
        """What it puts out for this sample, and for another one."""
        self.maps.show_output(array, labels, other)
        chosen = self.maps.maps.grid.chosen
        self._hold(chosen.channel if chosen is not None else None)

    def name_sides(self, this: str = "", other: str = "") -> None:
        """What lies beside what, where it is not two samples."""
        self.maps.name_sides(this, other)

    def show_unit(self, unit: Unit | None) -> None:
        """This unit is in hand."""
        self.maps.maps.show_unit(unit)
        self._hold(unit.channel if unit is not None else None)

    def show_channel(self, channel: int | None, count: int) -> None:
        """Which channel the unit in hand is of: in sequences and volumes that is no map."""
        self.why.what_if.set_channel(channel, count)

    def show_message(self, text: str) -> None:
        """Why there is no output; nothing: there is one."""
        self.maps.show_message(text)

    def show_curve(self, curve: Curve | None, counts: Sequence[int] = (), edges: Sequence[float] = (),
                   sentence: str = "") -> None:
        """Of an activation: its function and where the values that go in lie; None: it is none."""
        self.maps.curve.show_curve(curve)
        self.maps.curve.show_values(counts, edges, sentence)
        self.maps.curve.setVisible(curve is not None)

    def show_kernels(self, tensors: Sequence[Tensor], message: str = "") -> None:
        """Its weights."""
        self.kernels.show_tensors(tensors, message)

    def show_gradients(self, tensors: Sequence[Tensor], message: str = "") -> None:
        """The gradients of the loss by its output and its weights."""
        self.gradients.show_tensors(tensors, message)

    def show_steps(self, forward: Steps, backward: Steps | None = None) -> None:
        """The arithmetic of the unit in hand, in short below the maps and in full on its page."""
        values = self.maps.maps.grid.values
        most = values.most if values is not None else 0.0
        self.steps.show_steps(forward, backward, most)
        self.maps.show_unit_steps(forward, most)

    def show_why(self, title: str, pixels: Array | None, heat: Array | None, sentence: str = "") -> None:
        """What counted for a class, in short below the maps and in full on its page."""
        self.why.show_why(title, pixels, heat, sentence)
        self.maps.show_why(title, pixels, heat, sentence)

    def set_classes(self, classes: Sequence[tuple[str, str]], chosen: str = "") -> None:
        """What may be asked why."""
        self.why.set_classes(classes, chosen)

    def show_changes(self, changes: Sequence[Active], effect: Effect) -> None:
        """What is changed now, and what comes of it."""
        self.why.what_if.show_active(changes)
        self.why.what_if.show_effect(effect)

    def show_sweep(self, done: int | None, total: int = 0) -> None:
        """How many channels have been masked in turn; None: none is being."""
        self.why.what_if.show_sweep(done, total)

    def show_drops(self, drops: Array | None) -> None:
        """How much accuracy each channel's masking costs."""
        self.why.what_if.show_drops(drops)


def _scrolled(page: QWidget) -> ScrollPanel:
    content, scroll = QWidget(), ScrollPanel()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 12, EDGE - BAR, 16)
    column.addWidget(page)
    column.addStretch(1)
    scroll.setWidget(content)
    return scroll


def _inset(widget: QWidget) -> QWidget:
    """With the panel's edge at its right."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, EDGE, 0)
    column.addWidget(widget)
    return holder
