"""A page: one document's canvas."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.document import Document
from engine.advice import Problem, Repair, advise
from engine.analysis import Analysis, analyze
from engine.graph import Graph
from widgets.canvas.scene import CanvasScene
from widgets.canvas.view import CanvasView
from widgets.notice import Notice
from widgets.text import message_text, translated


class Page(QWidget):
    """Shows a document on its own canvas, and keeps its latest analysis."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.scene = CanvasScene()
        self.view = CanvasView(self.scene)
        self.notice = Notice(self.view)
        # Both end with the page, in the window's thread, whenever Python gets round to the rest.
        document.setParent(self)
        self.scene.setParent(self)
        self.analysis: Analysis = analyze(Graph())
        self.problems: tuple[Problem, ...] = ()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.scene.edit_requested.connect(document.edit_graph)
        self.scene.repair_requested.connect(self.repair)
        document.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the document as it is now: graph, shapes, numbers, problems."""
        experiment = self.document.experiment
        self.scene.show_graph(experiment.graph)
        self.scene.show_caption(self._caption())
        self.analysis = analyze(experiment.graph, experiment.data.sample_shape)
        self.problems = advise(experiment, self.analysis)
        self.scene.show_analysis(self.analysis, self.problems)

    def repair(self, repair: Repair) -> None:
        """Do what a repair button says."""
        self.document.edit_graph(message_text(repair.text), repair.apply(self.document.experiment.graph))
        self.view.setFocus()  # the button is gone; stray keys shall not land elsewhere

    def jump_to(self, name: str) -> None:
        """Select a layer and bring it into view."""
        self.scene.select([name])
        self.view.fit(selection_only=True)

    def _caption(self) -> str:
        """What the Input card says about its data."""
        data = self.document.experiment.data
        words = [translated(data.info.title)]
        if data.resize:
            words.append(f"{data.resize}×{data.resize}")
        if data.normalize:
            words.append(self.tr("normalised"))
        return " · ".join(words)
