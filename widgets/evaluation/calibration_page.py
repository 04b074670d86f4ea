"""Whether a network is as often right as it is sure; of numbers, how far off it is by what it predicts."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from engine.evaluation.calibration import Calibration, calibration
from engine.evaluation.values import Evaluation
from engine.units import measure_text
from widgets.evaluation.page import EvaluationPage, padded
from widgets.evaluation.points_plot import Points, PointsPlot
from widgets.evaluation.reliability import Reliability
from widgets.look.guarded import guarded

EVEN = 0.005  # a lean that is not worth a word


@guarded
class CalibrationPage(EvaluationPage):
    """The diagram, and its error in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Calibration"), parent)
        self.diagram, self.plot = Reliability(), PointsPlot()
        self._classes, self._numbers = padded(self.diagram), padded(self.plot)
        self.stack.addWidget(self._classes)
        self.stack.addWidget(self._numbers)
        self.plot.chosen.connect(self._choose)

    def _choose(self, dot: int) -> None:
        if self.evaluation is not None and self.evaluation.examples:
            self.example_chosen.emit(dot // max(1, self.evaluation.true.shape[1]))

    def show_views(self, evaluation: Evaluation) -> QWidget:
        """The diagram, or residuals."""
        if not evaluation.of_classes:
            self.side.read.say(self.tr("A residual is what is true less what is predicted: a pattern in them is "
                                       "something that the network has not learned"))
            self.plot.show_points(Points(evaluation.predicted.ravel(), evaluation.residuals.ravel(),
                                         self.tr("predicted"), self.tr("residual"), level=0.0))
            return self._numbers
        found = calibration(evaluation)
        self.diagram.show_calibration(found)
        self.side.read.say(self._words(found))
        return self._classes

    def _words(self, found: Calibration) -> str:
        """The error, and to which side it leans."""
        if found.error != found.error:
            return self.tr("No answer is a number")
        words = self.tr("Calibration error {error} %: so far is how sure it is from how often it is right")
        error = words.format(error=measure_text(100 * found.error, 1))
        if abs(found.lean) < EVEN:
            return error
        lean = self.tr("It is surer than it should be") if found.lean > 0 else self.tr(
            "It is less sure than it could be")
        return f"{error}. {lean}"
