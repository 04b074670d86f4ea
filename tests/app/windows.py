"""For tests of the running program: its window, open and ready, and closed again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.gui import make_window
from app.window.host import Feature
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.experiment.experiment import DEFAULT

READY_MS = 60_000


@contextmanager
def opened(qtbot, folder: Path, source: str = DEFAULT, size: tuple[int, int] = (1500, 950), torch: bool = True
           ) -> Iterator[MainWindow]:
    """The window with a network ("": with none); ``torch``: ready to train, else only complete.

    The canvas has the keyboard.
    """
    window = make_window(Settings(folder))
    window.resize(*size)
    window.open_at_start([source] if source else [])
    window.show()
    with qtbot.waitActive(window):
        window.activateWindow()
    qtbot.waitUntil(lambda: window.is_ready if torch else window.is_complete, timeout=READY_MS)
    if window.page is not None:
        window.page.view.setFocus()
    yield window
    for page in window.pages:
        page.document.history.mark_clean()
    window.close()
    window.deleteLater()


def brought(window: MainWindow, kind: type[Feature]) -> Any:
    """The panel of a feature, its tab in front."""
    feature = window.feature(kind)
    window.places.bottom.bring(feature.tab)
    return feature.panel
