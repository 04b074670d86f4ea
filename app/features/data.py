"""What the data are, on the Data tab: numbers, columns, and what each transform does to one image."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.document.document import Document
from app.features.library import Library
from app.window.jobs import Jobs
from app.window.layout import Layout
from app.window.settings import Settings
from engine.data.spec.spec import DataSpec
from widgets.data.reading import facts_of, steps_of

if TYPE_CHECKING:
    from engine.data.tensors.statistics import Statistics
    from engine.data.tensors.steps import Transformed


class DataView(QObject):
    """Passes on what the library found; shows one image step by step."""

    failed = Signal(object)  # Message
    found = Signal(object)  # DataSpec with what its files hold

    def __init__(self, layout: Layout, library: Library, settings: Settings) -> None:
        super().__init__(layout)
        self._panel, self._settings = layout.data, settings
        self._spec: DataSpec | None = None
        self._count = 0
        self._jobs = Jobs(self)
        library.described.connect(self._show)
        layout.data.steps_requested.connect(self._show_steps)

    def show(self, document: Document) -> None:
        """The data of the document in front."""
        self._spec = document.experiment.data

    def _show(self, statistics: Statistics) -> None:
        self._panel.show_facts(facts_of(statistics))
        self._panel.show_preview(statistics.preview)
        self._panel.show_truth(statistics.truth)
        self._count = statistics.parts[0].examples
        self.found.emit(statistics.spec)

    def _show_steps(self, index: int) -> None:
        spec, root = self._spec, self._settings.data_root
        if spec is None or not self._count or not spec.is_image:
            return
        index %= self._count

        def tell(made: tuple[tuple[Transformed, ...], str]) -> None:
            if spec == self._spec:
                self._panel.show_steps(steps_of(made[0]), made[1])

        self._jobs.start(lambda _job: _steps(spec, index, root), tell, self.failed.emit)

    def finish(self) -> None:
        """Wait for what is running, before the window closes."""
        self._jobs.finish()


def _steps(spec: DataSpec, index: int, root: Path | None) -> tuple[tuple[Transformed, ...], str]:
    from engine.data.tensors.steps import steps_of
    from engine.data.tensors.tensors import load_data

    data = load_data(spec, root)
    label = spec.classes[int(data.train.targets[index])] if spec.task == "classification" and spec.classes else ""
    return steps_of(data, index), label
