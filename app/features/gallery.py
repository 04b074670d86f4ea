"""The start page and what can be opened from it and from the File menu: the gallery with pictures, recent files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QSize
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QMenu

from app.features.documents import Documents
from app.window.commands import Row, Submenu
from app.window.host import Feature, Host
from engine.analysis.analysis import Analysis, analyze
from engine.experiment.experiment import Experiment, gallery_ids, load_experiment
from engine.experiment.trust import sources_of
from widgets.look.later import later
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
analyses: dict[str, Analysis] = {}  # of the gallery, which does not change


class Gallery(Feature):
    """Fills the start page while it is in front, and the menus when they open."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        host.places.start_made.connect(self._connect_start)

    def commands(self) -> Sequence[Row]:
        open_ = self.host.feature(Documents).open
        return [
            Submenu("recent", "Open recent", lambda menu: fill_recent(menu, self.host.settings.recent, open_), "File",
                    "open", rank=1),
            Submenu("gallery", "Gallery", lambda menu: fill_gallery(menu, open_), "File", "open", rank=1),
        ]

    def _connect_start(self, start: StartPage) -> None:
        documents = self.host.feature(Documents)
        start.gallery_requested.connect(lambda id: documents.open(f"gallery:{id}"))
        start.new_requested.connect(documents.new)
        start.open_requested.connect(documents.ask)
        start.recent_requested.connect(documents.open)

    def torch_is_here(self) -> None:
        self.refresh()

    def show_start(self) -> None:
        self.host.places.start.set_recent(self.host.settings.recent)
        self.refresh()

    def refresh(self) -> None:
        """Draw the pictures in the current theme."""
        if self.page is None:
            show_gallery(self.host.places.start, self.host.widget.devicePixelRatioF())


def group_of(id: str) -> str:
    """Under which heading a network of the gallery stands."""
    return QCoreApplication.translate("Gallery", str(_GROUPS.get(id, CLASSIFIERS)))


def show_gallery(page: StartPage, ratio: float) -> None:
    """Every built-in network with its picture: known ones at once, the others one by one."""
    page.set_gallery([_entry(id, ratio) for id in gallery_ids()])
    _draw(page, ratio, [id for id in gallery_ids() if id not in analyses])


def _entry(id: str, ratio: float) -> Entry:
    from widgets.canvas.pictures.picture import picture  # what only the start page shows is imported with it
    from widgets.frame.start_page import Entry

    experiment, analysis = _experiment(id), analyses.get(id)
    words = (id, translated(experiment.title), translated(experiment.about))
    if analysis is None:
        return Entry(*words, QPixmap(), None, group_of(id))
    return Entry(*words, picture(analysis, PICTURE, ratio), analysis.params, group_of(id))


def _draw(page: StartPage, ratio: float, ids: list[str]) -> None:
    """The next picture, in the window's spare time. What needs torch to be analysed waits until torch is there."""
    from widgets.canvas.pictures.picture import picture  # what only the start page shows is imported with it

    ids = [id for id in ids if _torch_is_loaded() or not sources_of(_experiment(id).graph)]
    if ids:
        experiment = _experiment(ids[0])
        analysis = analyses[ids[0]] = analyze(experiment.graph, experiment.data.sample_shape)
        page.set_picture(ids[0], picture(analysis, PICTURE, ratio), analysis.params)
        later(page, lambda: _draw(page, ratio, ids[1:]))


@lru_cache(maxsize=256)
def _experiment(id: str) -> Experiment:
    return load_experiment(f"gallery:{id}")


def _torch_is_loaded() -> bool:
    """Whether torch can be used without a wait; another thread may just be importing it."""
    module = sys.modules.get("torch")
    return module is not None and not getattr(module.__spec__, "_initializing", False)


def fill_recent(menu: QMenu, paths: Sequence[str], open_: Callable[[str], object]) -> None:
    """One entry for each recent file."""
    menu.clear()
    for path in paths:
        menu.addAction(Path(path).name, partial(open_, path)).setToolTip(path)
    if menu.isEmpty():
        menu.addAction(menu.tr("No files yet")).setEnabled(False)


def fill_gallery(menu: QMenu, open_: Callable[[str], object]) -> None:
    """One entry for each built-in network, a rule between the groups."""
    menu.clear()
    before = ""
    for id in gallery_ids():
        if before and group_of(id) != before:
            menu.addSeparator()
        before = group_of(id)
        menu.addAction(translated(_experiment(id).title), partial(open_, f"gallery:{id}"))
