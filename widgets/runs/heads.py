"""The heading of runs that are compared: above each column its run, with a way to its canvas."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QPushButton, QTableView, QVBoxLayout, QWidget

from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.parts.elided import ElidedButton, ElidedLabel
from widgets.runs.compared import ComparedRun
from widgets.runs.painting import RADIUS, ColorOf, dot_color

TALL = 58
LEFT, RIGHT = 14, 6  # of the dot, and of the values below it
GAP, EDGES = 2, LEFT + 6 + RIGHT + 4


@guarded
class RunHead(QWidget):
    """One of them: its dot, its name, what changed in it."""

    opened = Signal(str)
    shown = Signal(str)  # beside the first

    def __init__(self, color_of: ColorOf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color_of, self._run = color_of, ComparedRun("", "")
        self.name, self.words = ElidedButton(), ElidedLabel(role="small")
        self.link = QPushButton(self.tr("on the canvas"))
        self.name.setProperty("role", "name")
        self.link.setProperty("role", "quiet")
        self.name.clicked.connect(lambda: self.opened.emit(self._run.key))
        self.link.clicked.connect(lambda: self.shown.emit(self._run.key))
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(GAP)
        line.addWidget(self.name)
        line.addStretch()
        line.addWidget(self.link)
        column = QVBoxLayout(self)
        column.setContentsMargins(LEFT + 6, 4, RIGHT, 6)
        column.setSpacing(0)
        column.addLayout(line)
        under = QHBoxLayout()
        under.setContentsMargins(9, 0, 0, 0)
        under.addWidget(self.words)
        column.addLayout(under)

    def show_run(self, run: ComparedRun, is_first: bool) -> None:
        """Of this run; the first has nothing to be shown beside."""
        self._run = run
        self.name.setText(run.name)
        self.name.setAccessibleName(self.tr("Open the canvas of run {name}").format(name=run.name))
        self.words.set_text(run.words)
        self.link.setVisible(not is_first)
        self.link.setToolTip(self.tr("Show what differs in the network"))
        self.link.setAccessibleName(self.tr("Run {name} on the canvas").format(name=run.name))
        self.update()

    @property
    def least(self) -> int:
        """Room for the whole name, and the link beside it."""
        parts = [part for part in (self.name, self.link) if not part.isHidden()]
        for part in parts:
            part.ensurePolished()  # before it is seen it does not know how much room its look takes
        return EDGES + sum(part.sizeHint().width() for part in parts) + GAP * len(parts)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(dot_color(self._run.color, self._color_of))
            painter.drawEllipse(QPointF(LEFT + RADIUS, self.name.geometry().center().y() + 0.5), RADIUS, RADIUS)


@guarded
class RunHeads(QHeaderView):
    """All of them, each over its column wherever that is scrolled to."""

    opened = Signal(str)
    shown = Signal(str)

    def __init__(self, color_of: ColorOf, view: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, view)
        self._color_of = color_of
        self.heads: list[RunHead] = []
        self.setFixedHeight(TALL)
        self.setSectionsClickable(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.sectionResized.connect(self._place)
        view.horizontalScrollBar().valueChanged.connect(self._place)

    def show_runs(self, runs: Sequence[ComparedRun]) -> None:
        """One above each column."""
        while len(self.heads) < len(runs):
            head = RunHead(self._color_of, self.viewport())
            head.opened.connect(self.opened)
            head.shown.connect(self.shown)
            self.heads.append(head)
        for head in self.heads[len(runs):]:
            head.hide()
            head.deleteLater()
        del self.heads[len(runs):]
        for place, (head, run) in enumerate(zip(self.heads, runs, strict=True)):
            head.show_run(run, place == 0)
            head.show()
        self._place()

    def least(self, column: int) -> int:
        """What a column must be for its run's name and link."""
        return self.heads[column].least

    def _place(self) -> None:
        for column, head in enumerate(self.heads[: self.count()]):
            head.setGeometry(QRect(self.sectionViewportPosition(column), 0, self.sectionSize(column), TALL - 1))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), TALL)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803  (Qt's)
        """The runs draw themselves; below them is a thin line."""
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("line"))
