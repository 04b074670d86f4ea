"""What the start page and the File menu offer: the gallery with pictures, and recent files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QMenu

from app.settings import Settings
from engine.analysis import analyze
from engine.experiment import gallery_ids, load_experiment
from widgets.canvas.picture import picture
from widgets.start_page import StartPage
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
        analysis = analyze(experiment.graph, experiment.data.sample_shape)
        image = picture(analysis, PICTURE, ratio)
        cards.append((id, translated(experiment.title), translated(experiment.about), image, analysis.params))
    page.set_gallery(cards)


def fill_recent_menu(menu: QMenu, settings: Settings, open_: Callable[[str], object]) -> None:
    """One entry for each recent file."""
    menu.clear()
    for path in settings.recent:
        menu.addAction(Path(path).name, lambda path=path: open_(path)).setToolTip(path)
    if menu.isEmpty():
        menu.addAction(menu.tr("No files yet")).setEnabled(False)


def fill_gallery_menu(menu: QMenu, open_: Callable[[str], object]) -> None:
    """One entry for each built-in network."""
    menu.clear()
    for id in gallery_ids():
        title = translated(load_experiment(f"gallery:{id}").title)
        menu.addAction(title, lambda id=id: open_(f"gallery:{id}"))
