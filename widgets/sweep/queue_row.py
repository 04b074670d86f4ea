"""One row of the queue: what trains or waits, its place, how long it takes, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QProgressBar, QWidget

from engine.units import share_text
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.parts.elided import ElidedLabel
from widgets.parts.segments import Segment, Segments
from widgets.sweep.field_row import RemoveButton
from widgets.sweep.values import Waiting

ROW, PLACE, BAR = 44, 22, 110  # pixels
AFTER, MEANWHILE = "after", "meanwhile"


@guarded
class QueueRow(QWidget):
    """Has the keyboard as a whole; the mouse takes hold of it where it is no button."""

    removed = Signal()
    stepped = Signal(int)  # up or down, by the keyboard: the row
    walked = Signal(int)  # the keyboard goes on to another row
    dragged = Signal(QPointF)  # where the mouse is, on the screen
    dropped = Signal(QPointF)
    cancelled = Signal()
    meanwhile_changed = Signal(bool)

    def __init__(self, entry: Waiting) -> None:
        super().__init__()
        self.entry = entry
        self._pressed: QPointF | None = None
        self.is_dragged = False
        self.place, self.network, self.what = QLabel(), ElidedLabel(), ElidedLabel(role="dim")
        self.estimate, self.bar, self.remove = ElidedLabel(role="dim"), QProgressBar(), RemoveButton()
        self.when = Segments(self.tr("When it trains"),
                             Segment(AFTER, self.tr("After"), self.tr("When those before it are done")),
                             Segment(MEANWHILE, self.tr("Meanwhile"), self.tr("Beside what trains now")))
        self._assemble()
        self.remove.clicked.connect(self.removed)
        self.when.chosen.connect(lambda id: self.meanwhile_changed.emit(id == MEANWHILE))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(ROW)

    def _assemble(self) -> None:
        self.place.setFixedWidth(PLACE)
        self.place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.place.setProperty("role", "dim")
        self.estimate.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(BAR)
        self.bar.setRange(0, 1000)
        self.when.set_tight(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(10)
        row.addWidget(self.place)
        row.addWidget(self.network)
        row.addWidget(self.what, 1)
        for part in (self.bar, self.estimate, self.when, self.remove):
            row.addWidget(part)
        self.put_on()

    def put_on(self) -> None:
        """Take the theme's fonts and colours."""
        font = theme.ui_font(13, QFont.Weight.DemiBold)
        if self.network.font() != font:
            self.network.setFont(font)
            self.place.setFont(theme.mono_font(12))
        self.remove.put_on()

    def show_entry(self, entry: Waiting, place: int | None, aligned: bool) -> None:
        """Another state; ``place``: among those that wait; ``aligned``: with rows that have the switch."""
        self.entry = entry
        self.place.setText("" if place is None else str(place))
        self.network.set_text(entry.network)
        self.what.set_text(entry.what)
        self.estimate.set_text(entry.estimate)
        self.estimate.setVisible(bool(entry.estimate))
        self.bar.setVisible(entry.running and entry.progress is not None)
        self.bar.setValue(round(1000 * (entry.progress or 0.0)))
        _keep_room(self.when, aligned and not entry.running)
        self.when.setVisible(entry.can_meanwhile and not entry.running)
        self.when.show_chosen(MEANWHILE if entry.meanwhile else AFTER)
        self.when.set_tip(MEANWHILE, entry.hint or self.tr("Beside what trains now"))
        self.remove.setVisible(not entry.running)
        self._say(place)

    def _say(self, place: int | None) -> None:
        name = self.entry.network
        self.remove.setAccessibleName(self.tr("Take {name} out of the queue").format(name=name))
        self.remove.setToolTip(self.remove.accessibleName())
        where = self.tr("trains") if place is None else self.tr("waits in place {place}").format(place=place)
        done = share_text(self.entry.progress) if self.entry.progress is not None else ""
        self.setAccessibleName(", ".join(filter(None, (name, self.entry.what, where, done, self.entry.estimate))))
        self.bar.setAccessibleName(self.tr("Progress of {name}").format(name=name))
        hint = self.tr("Drag it, or Alt and an arrow key, to move it; Delete takes it out")
        why = self.entry.hint if not self.entry.can_meanwhile else ""
        self.setToolTip("" if place is None else f"{hint}\n{why}" if why else hint)
        self.setCursor(Qt.CursorShape.ArrowCursor if place is None else Qt.CursorShape.OpenHandCursor)

    # -- keys and mouse -----------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, with Alt they carry the row along; Delete takes it out; Esc lets it go where it was."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        key = Qt.Key(event.key())
        if key in steps and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.stepped.emit(steps[key])
        elif key in steps:
            self.walked.emit(steps[key])
        elif key == Qt.Key.Key_Delete and not self.entry.running:
            self.removed.emit()
        elif key == Qt.Key.Key_Escape and self.is_dragged:
            self._let_go()
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self.entry.running:
            self._pressed = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        far = (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if far and not self.is_dragged:
            self.is_dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.update()
        if self.is_dragged:
            self.dragged.emit(event.globalPosition())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_dragged = self.is_dragged
        self._let_go()
        if was_dragged:
            self.dropped.emit(event.globalPosition())

    def _let_go(self) -> None:
        self._pressed, self.is_dragged = None, False
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.update()

    # -- painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ground where it trains or is held, a ring where the keyboard is."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
            raised = self.entry.running or self.is_dragged or self.underMouse()
            ring = "accent" if self.hasFocus() or self.is_dragged else "raised" if raised else "panel"
            painter.setPen(QPen(theme.color(ring), 1))
            painter.setBrush(theme.color("raised" if raised else "panel"))
            painter.drawRoundedRect(box, 6, 6)

    def event(self, event: QEvent) -> bool:
        """The ground follows mouse and keyboard."""
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave, QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().event(event)


def _keep_room(widget: QWidget, keep: bool) -> None:
    """Whether its place is left free while it is not there."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(keep)
    widget.setSizePolicy(policy)
