"""The numbers of each class in a table; of numbers, the fitted curve, and least squares beside what was learned."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from engine.evaluation.values import Curve as Fitted
from engine.evaluation.values import Evaluation, LeastSquares
from engine.units import grouped, measure_text, value_text
from widgets.evaluation.page import EvaluationPage, padded
from widgets.evaluation.points_plot import Curve, Points, PointsPlot
from widgets.evaluation.scores_table import Cell, Column, ScoresTable
from widgets.look.guarded import guarded

LIST, QWIDGETSIZE_MAX = 250, 2**24 - 1


@guarded
class NumbersPage(EvaluationPage):
    """A class is opened: its examples are asked for."""

    cell_chosen = Signal(object, object)  # true class, None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Numbers"), parent)
        self.table, self.weights = ScoresTable(self.tr("Numbers of each class")), ScoresTable(self.tr("Weights"))
        self.plot = PointsPlot()
        self._classes, self._numbers = padded(self.table, right=4), padded(self.plot, self.weights, right=4)
        self.stack.addWidget(self._classes)
        self.stack.addWidget(self._numbers)
        self.table.opened.connect(lambda number: self.cell_chosen.emit(number, None))
        self.plot.chosen.connect(self._choose)

    def _choose(self, number: int) -> None:
        self.example_chosen.emit(number)

    def show_views(self, evaluation: Evaluation) -> QWidget:
        """The table, or the fit."""
        if evaluation.of_classes:
            self._show_classes(evaluation)
            self.side.read.say(self.tr("A click on a heading sorts, a double click shows a class's examples"))
            return self._classes
        self._show_fit(evaluation)
        return self._numbers

    def _show_classes(self, evaluation: Evaluation) -> None:
        most = max((each.support for each in evaluation.per_class), default=0)
        columns = (Column(self.tr("Class")),
                   Column(self.tr("Precision"), 1.0, self.tr("Of what is called so, the share that is so")),
                   Column(self.tr("Recall"), 1.0, self.tr("Of what is so, the share that is called so")),
                   Column(self.tr("F1"), 1.0, self.tr("The harmonic mean of precision and recall")),
                   Column(self.tr("Support"), float(most or 1), self.tr("How many examples are of the class")))
        self.table.show_rows(columns, [(
            Cell(each.name, each.name), *(Cell(measure_text(value), value, tone) for value, tone in (
                (each.precision, "accent"), (each.recall, "validation"), (each.f1, "ok"))),
            Cell(grouped(each.support), each.support, "wire")) for each in evaluation.per_class])

    def _show_fit(self, evaluation: Evaluation) -> None:
        curve, best = evaluation.curve, evaluation.least_squares
        self.plot.setVisible(curve is not None)
        self.weights.setVisible(best is not None or curve is None)
        self.weights.setMaximumWidth(LIST if curve is not None else QWIDGETSIZE_MAX)
        if curve is not None:
            self.plot.show_points(Points(curve.x, evaluation.true.ravel(), curve.name, self.tr("true"),
                                         self._curves(curve)))
        if best is not None:
            self._show_weights(evaluation, best)
            self.side.read.say(self.tr("The network is linear in its weights: least squares of the training examples "
                                       "are the best it can learn"))
        else:
            self._show_measures(evaluation)
            self.side.read.say("")

    def _curves(self, curve: Fitted) -> list[Curve]:
        found = [Curve(self.tr("learned"), curve.grid, curve.predicted, "validation")]
        if curve.closed is not None:
            found.append(Curve(self.tr("least squares"), curve.grid, curve.closed, "text", dashed=True))
        return found

    def _show_weights(self, evaluation: Evaluation, best: LeastSquares) -> None:
        columns = (Column(self.tr("Weight")), Column(self.tr("Learned"), width=78),
                   Column(self.tr("Squares"), tip=self.tr("By least squares"), width=78))
        rows = [(name, learned, closed) for name, learned, closed in
                zip(best.names, best.learned.tolist(), best.weights.tolist(), strict=True)]
        if best.bias == best.bias:
            rows.append((self.tr("bias"), best.learned_bias, best.bias))
        rows.append((self.tr("loss"), evaluation.loss, best.loss))
        self.weights.show_rows(columns, [(Cell(name, name), Cell(value_text(one), one), Cell(value_text(other), other))
                                         for name, one, other in rows])

    def _show_measures(self, evaluation: Evaluation) -> None:
        rows = ((self.tr("Mean absolute error"), evaluation.mae), (self.tr("Root of the mean squared error"),
                evaluation.rmse), (self.tr("R²"), evaluation.r2), (self.tr("Loss"), evaluation.loss))
        self.weights.show_rows((Column(self.tr("Measure")), Column(self.tr("Value"))),
                               [(Cell(name, name), Cell(value_text(value), value)) for name, value in rows])
