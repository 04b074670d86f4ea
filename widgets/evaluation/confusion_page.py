"""Which classes are taken for which; of numbers, those that are predicted against the true ones."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from engine.evaluation.confusion import Confused, Share, most_confused
from engine.evaluation.values import Evaluation
from engine.units import grouped, share_text
from widgets.evaluation.matrix import ConfusionMatrix
from widgets.evaluation.page import EvaluationPage, padded
from widgets.evaluation.points_plot import Points, PointsPlot
from widgets.evaluation.scores_table import Cell, Column, ScoresTable
from widgets.look.guarded import guarded
from widgets.parts.segments import Segment, Segments

PAIRS, LIST, NARROW = 100, 208, 700  # pairs in the list; its width; from here on there is room for it
FEW = 20  # classes that have names: without these the list is there in any case


@guarded
class ConfusionPage(EvaluationPage):
    """A cell, a name or a pair is opened: its examples are asked for."""

    cell_chosen = Signal(object, object)  # true class, predicted class; None: whichever

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Confusion"), parent)
        self.matrix, self.pairs = ConfusionMatrix(), ScoresTable(self.tr("Confused most"))
        self.pairs.setMaximumWidth(LIST)
        self._found: list[Confused] = []
        self.share = Segments(
            self.tr("Numbers of the matrix"), Segment("count", self.tr("Count")),
            Segment("row", self.tr("Row %"), self.tr("Share of each true class, in %")),
            Segment("column", self.tr("Col. %"), self.tr("Share of each predicted class, in %")))
        self.share.set_tight(True)
        self.side.add(self.share)
        self.plot = PointsPlot()
        self._classes, self._numbers = padded(self.matrix, self.pairs, right=4), padded(self.plot)
        self.stack.addWidget(self._classes)
        self.stack.addWidget(self._numbers)
        self.share.chosen.connect(self._take_share)
        self.matrix.chosen.connect(self.cell_chosen)
        self.matrix.read.connect(self._say)
        self.pairs.opened.connect(lambda number: self._open(self._found[number]))
        self.pairs.clicked.connect(lambda index: self._open(self._found[self.pairs.scores.number(index.row())]))
        self.plot.chosen.connect(lambda number: self._choose(number))

    def _take_share(self, share: Share) -> None:
        self.share.show_chosen(share)
        self.matrix.show_share(share)
        self._say("")

    def _say(self, text: str) -> None:
        """What the cell says, or how one reads the matrix."""
        hint = self.tr("Rows are true, columns predicted. Click a cell to see its examples")
        self.side.read.say(text or (hint if self.evaluation is not None and self.evaluation.of_classes else ""))

    def _open(self, pair: Confused) -> None:
        self.cell_chosen.emit(pair.true, pair.predicted)

    def _choose(self, dot: int) -> None:
        if self.evaluation is not None and self.evaluation.examples:
            self.example_chosen.emit(dot // max(1, self.evaluation.true.shape[1]))

    def mark(self, cell: tuple[int, int] | None) -> None:
        """The examples of this cell are shown elsewhere."""
        self.matrix.mark(cell)

    def show_views(self, evaluation: Evaluation) -> QWidget:
        """The matrix and the pairs, or dots."""
        self.share.setVisible(evaluation.of_classes)
        self._say("")
        if not evaluation.of_classes:
            self.plot.show_points(Points(evaluation.true.ravel(), evaluation.predicted.ravel(), self.tr("true"),
                                         self.tr("predicted"), diagonal=True))
            return self._numbers
        self.matrix.show_confusion(evaluation.confusion, evaluation.classes)
        self._found = most_confused(evaluation.confusion, PAIRS)
        columns = (Column(self.tr("Confused")), Column(self.tr("Count"), tip=self.tr("How many examples"), width=58),
                   Column(self.tr("Share"), tip=self.tr("Of all examples of the true class"), width=62))
        names = evaluation.classes
        self.pairs.show_rows(columns, [(
            Cell(f"{names[each.true]} → {names[each.predicted]}", f"{names[each.true]} {names[each.predicted]}"),
            Cell(grouped(each.examples), each.examples), Cell(share_text(each.share), each.share, "dim"))
            for each in self._found])
        self._fit()
        return self._classes

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The list has room or not."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        many = self.evaluation is not None and len(self.evaluation.classes) > FEW
        self.pairs.setVisible((many or self.width() >= NARROW) and bool(self._found))
