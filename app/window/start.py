"""What the start page and the File menu offer: the gallery with pictures, and recent files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QSize, QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QMenu

from app.window.settings import Settings
from engine.analysis.analysis import Analysis, analyze
from engine.experiment.experiment import Experiment, gallery_ids, load_experiment
from engine.experiment.trust import sources_of
from widgets.look.text import translated

if TYPE_CHECKING:  # when there is a page to fill; a window that begins with a network does not wait for them
    from widgets.frame.start_page import Entry, StartPage

PICTURE = QSize(260, 136)
CLASSIFIERS = QT_TRANSLATE_NOOP("Gallery", "Classifiers")
REGRESSION = QT_TRANSLATE_NOOP("Gallery", "Regression and generalisation")
STRUCTURES = QT_TRANSLATE_NOOP("Gallery", "Structures and parameters")
_GROUPS = {
    **dict.fromkeys(("linreg", "weight-decay", "polynomial", "house-prices", "edge-kernel"), REGRESSION),
    **dict.fromkeys(("fixed-hidden", "nest-mlp", "chimera", "rgnet", "tied", "lazy", "init-zoo", "centered",
                     "my-linear", "scalar-checks", "conv-checks", "pool-checks"), STRUCTURES),
}  # fmt: skip


def group_of(id: str) -> str:
    """Under which heading a network of the gallery stands."""
    return QCoreApplication.translate("Gallery", _GROUPS.get(id, CLASSIFIERS))


def fill_recent(page: StartPage, settings: Settings) -> None:
    """Show the files opened last."""
    page.set_recent(settings.recent)


def fill_gallery(page: StartPage, ratio: float) -> None:
    """Show every built-in network, with its picture in the current theme: known ones at once, the others one by one."""
    page.set_gallery([_entry(id, ratio) for id in gallery_ids()])
    _draw(page, ratio, [id for id in gallery_ids() if id not in _analyses])


def _entry(id: str, ratio: float) -> Entry:
    from widgets.canvas.view.picture import picture
    from widgets.frame.start_page import Entry

    experiment, analysis = _experiment(id), _analyses.get(id)
    words = (id, translated(experiment.title), translated(experiment.about))
    if analysis is None:
        return Entry(*words, QPixmap(), None, group_of(id))
    return Entry(*words, picture(analysis, PICTURE, ratio), analysis.params, group_of(id))


def _draw(page: StartPage, ratio: float, ids: list[str]) -> None:
    """The next picture, in the window's spare time. What needs torch to be analysed waits until torch is there."""
    from widgets.canvas.view.picture import picture

    ids = [id for id in ids if _torch_is_loaded() or not sources_of(_experiment(id).graph)]
    if ids:
        experiment = _experiment(ids[0])
        analysis = _analyses[ids[0]] = analyze(experiment.graph, experiment.data.sample_shape)
        page.set_picture(ids[0], picture(analysis, PICTURE, ratio), analysis.params)
        QTimer.singleShot(0, page, lambda: _draw(page, ratio, ids[1:]))


_analyses: dict[str, Analysis] = {}  # of the gallery, which does not change


@lru_cache(maxsize=256)
def _experiment(id: str) -> Experiment:
    return load_experiment(f"gallery:{id}")


def _torch_is_loaded() -> bool:
    """Whether torch can be used without a wait; another thread may just be importing it."""
    module = sys.modules.get("torch")
    return module is not None and not getattr(module.__spec__, "_initializing", False)


def fill_recent_menu(menu: QMenu, settings: Settings, open_: Callable[[str], object]) -> None:
    """One entry for each recent file."""
    menu.clear()
    for path in settings.recent:
        menu.addAction(Path(path).name, lambda path=path: open_(path)).setToolTip(path)
    if menu.isEmpty():
        menu.addAction(menu.tr("No files yet")).setEnabled(False)


def fill_gallery_menu(menu: QMenu, open_: Callable[[str], object]) -> None:
    """One entry for each built-in network, a rule between the groups."""
    menu.clear()
    before = ""
    for id in gallery_ids():
        if before and group_of(id) != before:
            menu.addSeparator()
        before = group_of(id)
        menu.addAction(translated(_experiment(id).title), lambda id=id: open_(f"gallery:{id}"))
