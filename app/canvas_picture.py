"""A picture of the canvas without a display: ``python -m app.canvas_picture NETWORK.loom OUT``."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.document.document import Document
from app.document.page import Page
from engine.experiment.experiment import load_experiment
from engine.experiment.trust import allow, sources_of
from engine.messages import LayerloomError
from widgets.canvas.pictures.export import save_canvas
from widgets.look import theme


def main(source: str, out: str) -> int:
    """Draw it light on white; the program that calls has asked whether code may run."""
    app = QApplication(sys.argv[:1])
    theme.apply(app, theme.LIGHT)
    try:
        experiment = load_experiment(source)
        allow(sources_of(experiment.graph))
        page = Page(Document(experiment, experiment.title or "network"))
        level = page.level
        save_canvas(level.analysis, level.problems, page.scene.caption, Path(out), theme.LIGHT, ground="#ffffff")
    except LayerloomError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
