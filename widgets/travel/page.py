"""The page below Look inside: curves with the handle, buttons beside them, and two moments compared."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.look.icons import icon
from widgets.parts.elided import ElidedLabel
from widgets.plot.axis import AxisWords
from widgets.plot.frame import Frame
from widgets.plot.members import Member
from widgets.plot.plot import Drawn
from widgets.travel.moment import Moments
from widgets.travel.moved import MovedLayer, MovedList
from widgets.travel.plot import TravelPlot

BESIDE, SHARE = 300, 0.36  # pixels for the layers, and of the width at most
Rows = Sequence[Sequence[float]]


@guarded
class TravelPage(QWidget):
    """Shows a run; asks for another moment, to play, to hold a moment and to let it go."""

    asked = Signal(float)  # a stop, in epochs
    play_asked = Signal()
    pin_asked = Signal(bool)  # hold the moment in hand, or none
    layer_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Time travel"))
        names, short = (self.tr("train"), self.tr("validation")), (self.tr("train"), self.tr("val."))
        cursor = self.tr("epoch {}")
        self.plot = TravelPlot(Frame(self.tr("Accuracy"), names, cursor, short))
        self.plot.surround.axis = AxisWords("epochs", cursor)
        self.plot.surround.best_word = self.tr("best")
        self.play, self.pin = _button(), _button()
        self.pin.setCheckable(True)
        self.head, self.list = ElidedLabel(role="dim"), MovedList()
        self.empty = QLabel(wordWrap=True)
        self._member, self._length, self._index, self._is_playing = Member(), 1.0, 0, False
        self._assemble()
        self.plot.asked.connect(self.asked)
        self.plot.play_asked.connect(self.play_asked)
        self.play.clicked.connect(self.play_asked)
        self.pin.clicked.connect(self.pin_asked)
        self.list.layer_chosen.connect(self.layer_chosen)
        self.show_playing(False)
        self.show_moved((), "")

    def _assemble(self) -> None:
        self.empty.setProperty("role", "dim")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(24, 24, 24, 24)
        page, row, buttons = QWidget(), QHBoxLayout(), QVBoxLayout()
        page.setLayout(row)
        row.setContentsMargins(16, 6, 8, 6)
        row.setSpacing(12)
        buttons.setSpacing(4)
        for button in (self.play, self.pin):
            buttons.addWidget(button)
        buttons.addStretch(1)
        row.addWidget(self.plot, 1)
        row.addLayout(buttons)
        row.addWidget(self._beside())
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(page)

    def _beside(self) -> QWidget:
        self.beside = beside = QWidget()
        column = QVBoxLayout(beside)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.head)
        column.addWidget(self.list, 1)
        return beside

    # -- the run ------------------------------------------------------------------------------------------------

    def show_nothing(self, text: str) -> None:
        """There is no run, and what to do about that."""
        self.empty.setText(text)
        self._stack.setCurrentIndex(0)

    def show_run(self, points: Rows, epochs: Rows, length: float, *, is_share: bool) -> None:
        """A run of so many epochs; ``is_share``: its second measure is an accuracy, which is drawn, else the loss."""
        self._member, self._length, self._index = Member(), max(1.0, length), int(is_share)
        self.plot.is_share = is_share
        self.plot.set_title(self.tr("Accuracy") if is_share else self.tr("Loss"))
        self._stack.setCurrentIndex(1)
        self.add(points, epochs)

    def add(self, points: Rows, epochs: Rows) -> None:
        """It has gone on."""
        self._member.add_points(points)
        for row in epochs:
            self._member.add_epoch(*row)
        self._length = max(self._length, self._member.end)
        self._redraw()

    def _redraw(self) -> None:
        plot, member = self.plot, self._member
        plot.runs = (Drawn(member.curves(self._index), member.best),)
        plot.full = plot.span = (0.0, self._length)
        plot.surround.legend.kinds = (0,) if member.is_unvalidated else (0, 1)
        plot.redraw()

    # -- the moment ---------------------------------------------------------------------------------------------

    def show_moments(self, moments: Moments) -> None:
        """Where one can stop, and where one is."""
        self.plot.surround.best_word = "" if moments.now == self._member.best else self.tr("best")  # it is said then
        self.plot.show_moments(moments)
        pinned = moments.pinned == moments.pinned
        self.pin.setChecked(pinned)
        self.pin.setText(self.tr("Release A") if pinned else self.tr("Hold as A"))
        self.pin.setToolTip(self.tr("Compare no more") if pinned else
                            self.tr("Keep this moment in hand, to lay others beside it"))
        self.pin.setEnabled(pinned or moments.now == moments.now)

    def show_playing(self, on: bool) -> None:
        """Whether the run is being played."""
        self._is_playing = on
        self.play.setText(self.tr("Pause") if on else self.tr("Play"))
        self.play.setToolTip(self.tr("Hold here") if on else self.tr("Go through the run, moment by moment"))
        self.play.setIcon(icon("pause" if on else "play", theme.color("text").name()))

    def show_moved(self, layers: Sequence[MovedLayer], text: str) -> None:
        """How far each layer's weights are from those of the moment that is held; none: nothing is compared."""
        self.beside.setVisible(bool(text))
        self.head.set_text(text)
        self.list.layers.show(layers)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The curves have most of it."""
        self.beside.setFixedWidth(round(min(BESIDE, SHARE * self.width())))

    def minimumSizeHint(self) -> QSize:
        """What the plot needs."""
        return QSize(self.plot.minimumWidth() + 120, self.plot.minimumHeight() + 12)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.PaletteChange) and hasattr(self, "_is_playing"):
            self.show_playing(self._is_playing)


def _button() -> QToolButton:
    button = QToolButton()
    button.setProperty("role", "plot")
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setFixedHeight(28)
    return button
