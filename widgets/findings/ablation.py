"""An ablation of every channel of a layer: its bars, how far it is, and the layers that wait for theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStackedLayout, QVBoxLayout, QWidget

from engine.units import measure_text, share_text
from widgets.findings.ablation_bars import Ablation, AblationBars, known_count
from widgets.findings.save_menu import SaveButton
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.parts.elided import ElidedLabel
from widgets.parts.segments import Segment, Segments
from widgets.parts.still import StillButton

ORDER, SORTED, NARROW, LOW = "order", "sorted", 620, 150
State = Literal["running", "waiting", "done", "failed"]


class Queued(NamedTuple):
    """A layer in the queue; ``share`` of 1 where it is masked now."""

    layer: str
    state: State
    share: float | None = None


@guarded
class AblationChart(QWidget):
    """Asks for the ablation; whoever listens shows what is known."""

    channel_chosen = Signal(int)
    asked = Signal()  # mask every channel in turn
    stopped = Signal()
    save_requested = Signal(str)  # "png", "svg", "npz"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Ablation"))
        self.title, self.baseline, self.queue = ElidedLabel(), ElidedLabel(role="dim"), ElidedLabel(role="small")
        self.order = Segments(self.tr("Order of the channels"), Segment(ORDER, self.tr("In order")),
                              Segment(SORTED, self.tr("Sorted")))
        self.button, self.save, self.bar = StillButton(), SaveButton(), QProgressBar()
        self.bars, self.empty = AblationBars(), QLabel(wordWrap=True)
        self._is_running, self._reason, self._is_queue = False, "", False
        self._build()
        self.order.chosen.connect(self._set_order)
        self.button.clicked.connect(lambda: (self.stopped if self._is_running else self.asked).emit())
        self.save.chosen.connect(self.save_requested)
        self.bars.channel_chosen.connect(self.channel_chosen)
        self.show_ablation(None)
        self.show_queue(())
        self.show_progress(None)

    def _build(self) -> None:
        self.button.setProperty("role", "tight")
        self.order.set_tight(True)
        self.empty.setProperty("role", "dim")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(24, 8, 24, 8)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the ablation"))
        top = QHBoxLayout()
        top.setContentsMargins(12, 6, 12, 0)
        top.setSpacing(10)
        for part, stretch in ((self.title, 0), (self.baseline, 1), (self.button, 0), (self.order, 0), (self.save, 0)):
            top.addWidget(part, stretch)
        below, whole, self._stack = QHBoxLayout(), QVBoxLayout(self), QStackedLayout()
        below.setContentsMargins(12, 0, 12, 0)
        below.setSpacing(12)
        below.addWidget(self.queue)
        below.addWidget(self.bar, 1)
        whole.setContentsMargins(0, 0, 0, 6)
        whole.setSpacing(4)
        whole.addLayout(top)
        whole.addLayout(below)
        whole.addLayout(self._stack, 1)
        self._stack.addWidget(self.empty)  # now that it has a parent: by itself it would be a window for a moment
        self._stack.addWidget(self.bars)
        self._put_on()

    def _put_on(self) -> None:
        font = theme.ui_font(13, QFont.Weight.DemiBold)
        if self.title.font() != font:
            self.title.setFont(font)

    # -- what to show -------------------------------------------------------------------------------------------

    def show_layer(self, layer: str, reason: str = "") -> None:
        """The layer in hand, of which nothing is known yet; ``reason``: why its channels cannot be masked."""
        self._reason = reason
        self.title.set_text(layer)
        self.show_ablation(None)

    def show_ablation(self, ablation: Ablation | None) -> None:
        """What is known of a layer; None: nothing."""
        self.bars.show_ablation(ablation)
        self._stack.setCurrentIndex(0 if ablation is None else 1)
        self.order.setEnabled(ablation is not None)
        self.save.setVisible(ablation is not None)
        if ablation is not None:
            self.title.set_text(ablation.layer)
            self._reason = ""
            full = self.tr("accuracy {accuracy} with all channels · {known} masked")
            short = self.tr("{accuracy} with all · {known}")
            words = {"accuracy": measure_text(ablation.baseline), "known": known_count(ablation)}
            self.baseline.set_text(full.format(**words), [short.format(**words), measure_text(ablation.baseline)])
        else:
            self.baseline.set_text("")
        self._refresh()

    def show_progress(self, share: float | None, words: str = "") -> None:
        """How far it is, of 1; None: nothing runs."""
        self._is_running = share is not None
        self.bar.setVisible(share is not None)
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(1000 * min(1.0, max(0.0, share or 0.0))))
        self.bar.setToolTip(words)
        self.bar.setAccessibleDescription(words)
        self._refresh()

    def show_queue(self, queue: Sequence[Queued]) -> None:
        """The layers that were asked for, in their order."""
        text = " · ".join(self._queued(each) for each in queue)
        self.queue.set_text(text)
        self.queue.setAccessibleName(self.tr("Queue: {layers}").format(layers=text))
        self._is_queue = bool(queue)
        self._refresh()

    def _queued(self, queued: Queued) -> str:
        states = {"running": share_text(queued.share or 0.0), "waiting": self.tr("waits"), "done": "✓",
                  "failed": self.tr("failed")}
        return f"{queued.layer} {states[queued.state]}"

    def choose_channel(self, channel: int | None) -> None:
        """The channel in hand elsewhere."""
        self.bars.choose(channel)

    def _refresh(self) -> None:
        self.queue.setVisible(self._is_queue and (self._is_running or self.height() >= LOW))
        start = self.tr("Mask every channel in turn")
        brief = self.tr("Mask in turn") if self.width() < NARROW else start
        self.button.setText(self.tr("Stop") if self._is_running else brief)
        self.button.setToolTip("" if self._is_running else start)
        self.button.setEnabled(self._is_running or (bool(self.title.text()) and not self._reason))
        nothing = self.tr("Choose a layer with channels.") if not self.title.text() else self.tr(
            "Mask every channel in turn, and see what the accuracy loses without it.")
        self.empty.setText(self._reason or nothing)

    def _set_order(self, id: str) -> None:
        self.order.show_chosen(id)
        self.bars.set_sorted(id == SORTED)

    # -- looks --------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """With little room fewer words."""
        super().resizeEvent(event)
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Take the new theme's fonts."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._put_on()
