"""Pictures of the window with every network of the gallery, in both themes, into a folder.

    xvfb-run -s "-screen 0 1600x1000x24" .venv/bin/python tests/app/window/gallery_screenshots.py OUT [DATA] [NETWORK …]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from PySide6.QtWidgets import QApplication

from app.features.curves import Curves
from app.features.documents import Documents
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.experiment.experiment import gallery_ids
from engine.experiment.trust import allow, sources_of
from tests.app.window.screenshots import SIZE, pause, until


def main(folder: Path, data: Path | None = None, networks: Sequence[str] = ()) -> None:
    """Write ``NETWORK-THEME.png`` for each."""
    app = QApplication(sys.argv[:1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(Path(home))
        if data is not None:
            settings.data_root = data
        window = MainWindow(settings)
        window.resize(*SIZE)
        window.open_at_start([])
        window.show()
        until(lambda: window.is_ready)
        for network in networks or gallery_ids():
            picture(window, network, folder)
        window.close()
    app.processEvents()


def picture(window: MainWindow, network: str, folder: Path) -> None:
    """One network, its middle layer selected, in both themes."""
    window.feature(Documents).open(f"gallery:{network}")
    page = window.page
    assert page is not None
    allow(sources_of(page.document.experiment.graph))
    window.look_again()
    pause(0.1)  # it is shown from its top first
    page.view.fit()
    names = list(page.level.graph.order)
    page.scene.select(names[len(names) // 2 : len(names) // 2 + 1])
    window.places.bottom.bring(window.feature(Curves).tab)
    for theme in ("dark", "light"):
        window.commands[f"theme_{theme}"].trigger()
        pause(0.4)
        window.grab().save(str(folder / f"{network}-{theme}.png"))
    page.document.history.mark_clean()
    window.close_page(window.pages.index(page))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(Path, sys.argv[2:3]), networks=sys.argv[3:])
