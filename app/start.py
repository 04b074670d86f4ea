"""What the start page shows: the gallery with pictures, and recent files."""

from __future__ import annotations

from PySide6.QtCore import QSize
from widgets.start_page import StartPage

from app.settings import Settings
from engine.experiment import gallery_ids, load_experiment
from widgets.canvas.picture import picture
from widgets.text import translated

PICTURE = QSize(260, 170)


def fill_recent(page: StartPage, settings: Settings) -> None:
    """Show the files opened last."""
    page.set_recent(settings.recent)


def fill_gallery(page: StartPage, ratio: float) -> None:
    """Show every built-in network with its picture in the current theme."""
    cards = []
    for id in gallery_ids():
        experiment = load_experiment(f"gallery:{id}")
        image = picture(experiment.graph, PICTURE, ratio)
        cards.append((id, translated(experiment.title), translated(experiment.about), image))
    page.set_gallery(cards)
