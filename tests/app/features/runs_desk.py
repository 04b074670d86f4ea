"""For tests of the book of runs in the window: folders of runs, a window on them, and hands in its table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.features.curves import Curves
from app.features.run_table import RunTable
from app.window.settings import Settings
from app.window.window import MainWindow
from engine.experiment.experiment import Experiment, Variant, save_experiment
from engine.runs.folder import record
from engine.training.events import MemberEnded, MemberStarted, SeriesFinished
from tests import mouse
from tests.app.windows import CTRL, opened
from tests.engine.cases import experiment, with_recipe
from tests.engine.runs.book.kept import events, folder_of, kept
from tests.widgets.runs import hands
from widgets.runs.comparison import RunsComparison
from widgets.runs.rows import RunRow
from widgets.runs.table import RunsTable
from widgets.training.curves import Curves as Plots

__all__ = ["Desk", "desk", "experiment", "folder_of", "kept", "series", "with_recipe"]


def series(root: Path, minute: int, base: Experiment) -> Path:
    """Two variants that were trained one after the other."""
    base = replace(base, variants=tuple(Variant(title=title, recipe={"lr": lr}) for title, lr in (("slow", 0.001),
                                                                                                   ("fast", 0.1))))
    folder = folder_of(root, minute)

    def told() -> Iterator[object]:
        for index, lr in enumerate((0.001, 0.1), 1):
            each = replace(with_recipe(base, lr=lr), variants=())
            yield MemberStarted(index, 2, base.variants[index - 1].title, each)
            yield from (run := list(events(each, (0.4, 0.5 + index / 10))))
            yield MemberEnded(index, base.variants[index - 1].title, run[-1].summary, {})  # type: ignore[attr-defined]
        yield SeriesFinished((), {}, {})

    for _ in record(told(), base, folder):  # type: ignore[arg-type]
        pass
    return folder


class Desk:
    """A window where one trains, the table of runs in front."""

    def __init__(self, window: MainWindow, qtbot) -> None:
        self.window, self.qtbot = window, qtbot
        QTest.keyClick(window, Qt.Key.Key_2, CTRL)
        self.feature = window.feature(RunTable)
        window.places.bottom.bring(self.feature.tab)
        QApplication.processEvents()

    @property
    def root(self) -> Path:
        """Where the window's runs are."""
        return self.window.settings.runs

    @property
    def table(self) -> RunsTable:
        assert self.feature.table is not None
        return self.feature.table

    @property
    def plots(self) -> Plots:
        plots = self.window.feature(Curves).plots
        assert plots is not None
        return plots

    @property
    def said(self) -> str:
        """What the notice says, "" where there is none."""
        notice = self.window.page.notice
        return notice.text.text() if notice.isVisible() else ""

    # -- what is seen -------------------------------------------------------------------------------------------

    @property
    def order(self) -> list[str]:
        """The names of the rows in sight from top to bottom."""
        return [row.title for key in hands.order(self.table) if (row := self._row(key)) is not None]

    def _row(self, key: str) -> RunRow | None:
        return self.table.model.row_at(self.table.model.index_of(key))

    def row(self, title: str) -> RunRow:
        """The row of this name."""
        return next(row for key in hands.order(self.table) if (row := self._row(key)) is not None
                    and row.title == title)

    def has(self, *titles: str) -> None:
        """Wait for these rows; what each has changed is told."""
        self.qtbot.waitUntil(lambda: self.order == list(titles) and all(self.row(title).changed for title in titles))

    @property
    def drawn(self) -> list[str]:
        """What the curves behind the run in hand are called."""
        return [other.told.title for other in self.plots.loss.others]

    @property
    def colors(self) -> dict[str, str]:
        """The colour of each of them."""
        return {other.told.title: other.color.name() for other in self.plots.loss.others}

    def draws(self, *titles: str) -> None:
        """Wait for the curves."""
        self.qtbot.waitUntil(lambda: sorted(self.drawn) == sorted(titles) and self.plots.is_settled)

    @property
    def chosen(self) -> list[str]:
        """The names of the runs that are selected."""
        return [entry.number for entry in self.feature.chosen]

    @property
    def page(self) -> RunsComparison:
        """The page of what differs."""
        page = self.window.places.bottom.widget(self._tabs().index("Compare"))
        assert isinstance(page, RunsComparison)
        return page

    def _tabs(self) -> list[str]:
        bottom = self.window.places.bottom
        return [bottom.tabText(index) for index in range(bottom.count())]

    @property
    def compared(self) -> tuple[list[str], dict[str, tuple[str, ...]], str]:
        """The page of what differs: runs, values by title, and the sentences above."""
        model = self.page.model
        values = {line.title: line.values for line in model.lines if not isinstance(line, str)}
        return [run.name for run in model.runs], values, self.page.verdicts.text()

    # -- what hands do ------------------------------------------------------------------------------------------

    def _seen(self, title: str) -> str:
        """The key of a row, scrolled into sight."""
        key = self.row(title).key
        self.table.tree.scrollTo(self.table.model.index_of(key))
        return key

    def click(self, title: str, keys: Qt.KeyboardModifier = hands.NONE, x: int = 400) -> None:
        hands.click(self.table, self._seen(title), keys, x)

    def choose(self, *titles: str) -> None:
        """Click on the first, and on the others with Ctrl."""
        for place, title in enumerate(titles):
            self.click(title, CTRL if place else hands.NONE)

    def star(self, title: str) -> None:
        self.click(title, x=hands.star_x(self.table, self._seen(title)))

    def double_click(self, title: str) -> None:
        at = hands.place(self.table, self._seen(title), 400)
        mouse.double_click(self.window, self.table.tree.viewport().mapTo(self.window, at))

    def point_at(self, title: str) -> None:
        hands.move(self.table, hands.place(self.table, self._seen(title), 400))

    def point_beside(self) -> None:
        hands.move(self.table, QPoint(400, self.table.tree.viewport().height() - 2))

    def press(self, *keys: Qt.Key, held: Qt.KeyboardModifier = hands.NONE) -> None:
        hands.press(self.table, *keys, held=held)

    def type(self, text: str) -> None:
        QTest.keyClicks(QApplication.focusWidget(), text)
        QApplication.processEvents()


@contextmanager
def desk(qtbot, folder: Path, network: Experiment | None = None, *, torch: bool = False,
         size: tuple[int, int] = (1400, 900)) -> Iterator[Desk]:
    """A window with “net”, a small perceptron, or another network of that name."""
    file = folder / "net.loom"
    if not file.exists():
        save_experiment(network or experiment(epochs=3), file)
    Settings(folder).theme = "dark"
    with opened(qtbot, folder, str(file), size=size, torch=torch) as window:
        yield Desk(window, qtbot)


def trashed(home: Path) -> list[str]:
    """What lies in the bin."""
    return sorted(path.name for path in (home / "Trash" / "files").glob("*"))


def numbers(row: RunRow) -> Sequence[str]:
    """The texts of a row's columns."""
    return [cell.text.replace("\xa0", " ") for cell in row.cells]
