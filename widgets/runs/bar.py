"""The line above the runs: which of them are shown, and by which metric they are told."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtGui import QActionGroup, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from engine.units import grouped
from widgets.look import theme
from widgets.look.guarded import guarded
from widgets.parts.elided import ElidedButton
from widgets.parts.filter_line import FilterLine
from widgets.parts.segments import Segment, Segments
from widgets.runs.filtering import Filter

LEFT, RIGHT = 14, 12
EDGES = LEFT + RIGHT
LETTERS = 30  # of the filter where there is room


class MetricButton(ElidedButton):
    """“metric ▾ validation accuracy”: a menu of what best, last and train are of."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setProperty("role", "quiet")
        self._metrics: tuple[tuple[str, str], ...] = ()
        self.current = ""
        self._menu = QMenu(self)
        self.clicked.connect(lambda: self._menu.popup(self.mapToGlobal(QPoint(0, self.height()))))
        self.show_metrics((), "")

    def show_metrics(self, metrics: Sequence[tuple[str, str]], current: str) -> None:
        """What there is to choose from, and which it is; with nothing to choose from it is not there."""
        if (tuple(metrics), current) != (self._metrics, self.current):
            self._metrics, self.current = tuple(metrics), current
            self._menu.clear()
            group = QActionGroup(self._menu)
            for key, title in metrics:
                action = self._menu.addAction(title, partial(self.chosen.emit, key))
                action.setCheckable(True)
                action.setChecked(key == current)
                group.addAction(action)
        title = dict(metrics).get(current, "")
        self.setText(self.tr("metric ▾ {title}").format(title=title))
        self.setAccessibleName(self.tr("Metric: {title}").format(title=title))
        self.setVisible(bool(metrics))


class RunsTools(QWidget):
    """At the right: of which networks, and the metric. May also stand beside tabs."""

    metric_changed = Signal(str)
    scope_changed = Signal(str)  # “network” or “all”

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.metrics = MetricButton()
        self.scope = Segments(self.tr("Runs of"), Segment("network", self.tr("this network")),
                              Segment("all", self.tr("all")))
        self.scope.set_tight(True)
        self.metrics.chosen.connect(self.metric_changed)
        self.scope.chosen.connect(self.scope_changed)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self.scope)
        line.addWidget(self.metrics)


@guarded
class RunsBar(QWidget):
    """The filter, how many it leaves, and the tools."""

    filtered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_on, self._gap = False, 8
        self.line = FilterLine(self.tr("Filter: name, words, note, lr>0.1"))
        self.line.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.line.setMinimumWidth(120)
        self.line.setMaximumWidth(theme.letters(theme.ui_font(13), LETTERS) + 40)
        self.star = QToolButton()
        self.star.setText("★")
        self.star.setCheckable(True)
        self.star.setToolTip(self.tr("Only runs with a star"))
        self.star.setAccessibleName(self.tr("Only runs with a star"))
        self.left, self.all = QLabel(), QToolButton()
        self.left.setProperty("role", "small")
        self.all.setText("×")
        self.all.setToolTip(self.tr("Show all runs"))
        self.all.setAccessibleName(self.tr("Show all runs"))
        self.tools = RunsTools()
        self.line.textChanged.connect(self.filtered)
        self.star.toggled.connect(self.filtered)
        self.all.clicked.connect(self.clear)
        self._assemble()
        self.show_count(0, 0)

    def _assemble(self) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(LEFT, 4, RIGHT, 4)
        line.setSpacing(self._gap)
        line.addWidget(self.line, 3)
        for widget in (self.star, self.left, self.all):
            line.addWidget(widget)
        line.addStretch(1)
        line.addWidget(self.tools)

    @property
    def filter(self) -> Filter:
        """What is asked for."""
        return Filter(self.line.text(), self.star.isChecked())

    def clear(self) -> None:
        """Leave everything."""
        was = self.blockSignals(True)
        self.line.clear()
        self.star.setChecked(False)
        self.blockSignals(was)
        self.filtered.emit()

    def show_count(self, left: int, total: int) -> None:
        """How many runs the filter leaves, while there is one."""
        self._is_on = self.filter.is_on and total > 0
        self.left.setText(self.tr("{left} of {total} runs").format(left=grouped(left), total=grouped(total)))
        self.all.setVisible(self._is_on)
        self._make_room()

    def _make_room(self) -> None:
        """The number has to go first."""
        self.left.setVisible(self._is_on and self._rest() + self._least(self.left) <= self.width())

    def _rest(self) -> int:
        """What everything else needs."""
        return EDGES + sum(self._least(widget) for widget in (self.line, self.star, self.all, self.tools))

    def _least(self, widget: QWidget) -> int:
        wide = widget.minimumWidth() or widget.minimumSizeHint().width()
        return wide + self._gap

    def minimumSizeHint(self) -> QSize:
        """The number may be left out."""
        return QSize(self._rest(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._make_room()
