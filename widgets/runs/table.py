"""The table of runs: what changed in each, what it reached; shown by difference, sorted, filtered, chosen from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from itertools import chain

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from widgets.look.guarded import guarded
from widgets.parts.elided import ElidedLabel
from widgets.runs.bar import RunsBar
from widgets.runs.menu import run_menu
from widgets.runs.model import RunsModel
from widgets.runs.ordering import RUN, Sorting, arrange, count_runs
from widgets.runs.painting import ColorOf
from widgets.runs.rows import Column, RunRow
from widgets.runs.tree import RunsTree


@guarded
class RunsTable(QWidget):
    """Told which runs there are, asks for everything else. Lists of keys name runs: groups stand for their members."""

    selected = Signal(list)
    hovered = Signal(str)  # the key of a row, a group's own too; "" for none
    activated = Signal(str)  # go to its canvas
    star_changed = Signal(list, bool)
    note_changed = Signal(str, str)  # the key of a row, a group's own too
    delete_requested = Signal(list)
    compare_requested = Signal(list)
    folder_requested = Signal(str)
    export_requested = Signal(list, str)  # “csv” or “tensorboard”
    metric_changed = Signal(str)
    scope_changed = Signal(str)  # “network” or “all”
    tidy_requested = Signal()
    arranged = Signal()  # a person sorted, or made a column wider

    def __init__(self, color_of: ColorOf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[RunRow] = ()
        self._total = 0
        self._told: list[str] = []
        self.sorting = Sorting()  # also by a column that is not there, until it is
        self._is_quiet = False
        self.model = RunsModel(self)
        self.bar, self.tree = RunsBar(), RunsTree(self.model, color_of)
        self.foot, self.tidy = ElidedLabel(role="small"), QPushButton()
        self._assemble()
        self._connect()
        self._show_emptiness(0)

    def _assemble(self) -> None:
        self._pages = QStackedWidget()
        self._none = QLabel(wordWrap=True)
        self._none.setProperty("role", "dim")
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._none.setMargin(16)
        self._pages.addWidget(self.tree)
        self._pages.addWidget(self._none)
        self.foot.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.tidy.setProperty("role", "quiet")
        self._foot = QWidget()
        line = QHBoxLayout(self._foot)
        line.setContentsMargins(14, 2, 12, 2)
        line.setSpacing(4)
        line.addWidget(self.foot, 1)
        line.addWidget(self.tidy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._pages, 1)
        column.addWidget(self._foot)
        self.setFocusProxy(self.tree)
        self.set_foot("")

    def _connect(self) -> None:
        tree, bar = self.tree, self.bar
        tree.chosen.connect(self._tell)
        tree.hovered.connect(self.hovered)
        tree.activated_row.connect(self.activated)
        tree.star_pressed.connect(self._star)
        tree.note_written.connect(self.note_changed)
        tree.delete_pressed.connect(self.delete_selected)
        tree.typed.connect(bar.line.take)
        tree.left_upwards.connect(bar.line.setFocus)
        tree.head.sorted_by.connect(self._sort)
        tree.head.widened.connect(self.arranged)
        bar.filtered.connect(self._filter)
        bar.line.left_downwards.connect(self._go_down)
        bar.line.accepted.connect(self._go_down)
        bar.tools.metric_changed.connect(self.metric_changed)
        bar.tools.scope_changed.connect(self._change_scope)
        self.tidy.clicked.connect(self.tidy_requested)

    # -- what it shows ------------------------------------------------------------------------------------------

    def show_rows(self, columns: Sequence[Column], rows: Sequence[RunRow]) -> None:
        """Show these, the newest first; whatever is not another one stays as it is."""
        chosen, anchor = self._told, self.tree.anchor()
        was, self._is_quiet = self._is_quiet, True
        is_new = self.model.set_columns(columns)
        if is_new:
            self.tree.head.set_sorting(self.sorting)
        self._rows, self._total = rows, sum(len(row.runs) for row in rows)
        self._show(anchor)
        self._is_quiet = was
        if is_new:
            self.select(chosen)
        self._tell()

    def _show(self, anchor: tuple[str, int] | None) -> None:
        columns, filter, has_keys = self.model.columns, self.bar.filter, self._has_keys()
        shown = arrange(self._rows, columns, filter, self.sorting)
        was, self._is_quiet = self._is_quiet, True
        with nullcontext() if self.model.has_places(shown) else self.tree.keeping_chosen():
            self.model.show(shown)
        self._is_quiet = was
        self.tree.fit(_longest(self._rows, columns))
        self.tree.settle(anchor)
        left = count_runs(shown)
        self.bar.show_count(left, self._total)
        self._show_emptiness(left)
        if has_keys and not left:
            self.bar.line.setFocus()

    def _has_keys(self) -> bool:
        """Whether the keyboard is in the rows."""
        focus = self.window().focusWidget()
        return focus is not None and (focus is self.tree or self.tree.isAncestorOf(focus))

    def _show_emptiness(self, left: int) -> None:
        if not self._rows:
            scope = self.bar.tools.scope.shown
            self._none.setText(self.tr("No runs yet: press Train, every run is kept here") if scope == "all" else
                               self.tr("No runs of this network yet: press Train, every run is kept here"))
        elif not left:
            text = self.bar.filter.text
            self._none.setText(self.tr("No run fits “{text}”").format(text=text) if text else
                               self.tr("No run has a star: press Space on one to give it one"))
        self._pages.setCurrentIndex(0 if left else 1)

    def set_metrics(self, metrics: Sequence[tuple[str, str]], current: str) -> None:
        """By what runs may be told, as key and title, and by which they are."""
        self.bar.tools.metrics.show_metrics(metrics, current)

    def set_scope(self, scope: str) -> None:
        """Whether the runs are those of this “network”, or “all”."""
        self.bar.tools.scope.show_chosen(scope)
        self._show_emptiness(self.model.rowCount())

    def set_foot(self, text: str, link: str = "") -> None:
        """How many runs there are and what they take on the disk; and a link for what can be done about it."""
        self.foot.set_text(text)
        self.tidy.setText(link)
        self.tidy.setVisible(bool(link))
        self._foot.setVisible(bool(text or link))

    # -- selecting ----------------------------------------------------------------------------------------------

    @property
    def keys(self) -> list[str]:
        """The runs that are selected, from top to bottom."""
        return self.tree.chosen_runs()

    def select(self, keys: Sequence[str]) -> None:
        """Select these without saying so; a group of which all are meant as a whole."""
        if set(keys) != set(self.keys):
            was, self._is_quiet = self._is_quiet, True
            self.tree.choose(self._places(set(keys)))
            self._is_quiet = was
        self._told = self.keys

    def _places(self, keys: set[str]) -> list[QModelIndex]:
        tops = [self.model.index(row, 0) for row in range(self.model.rowCount())]
        return list(chain.from_iterable(self._within(index, keys) for index in tops))

    def _within(self, index: QModelIndex, keys: set[str]) -> list[QModelIndex]:
        runs = set(self.model.shown_runs(index))
        if runs <= keys or self.tree.key_at(index) in keys:
            return [index]
        if not runs & keys:
            return []
        self.tree.setExpanded(index, True)
        members = [self.model.index(row, 0, index) for row in range(self.model.rowCount(index))]
        return [member for member in members if self.tree.key_at(member) in keys]

    def _tell(self) -> None:
        if not self._is_quiet and (keys := self.keys) != self._told:
            before, self._told = self._told, keys
            if set(before) != set(keys):
                self.selected.emit(keys)

    def light(self, key: str) -> None:
        """Let a row stand out, or none: its curve is hovered."""
        self.tree.light(key)

    def pick(self, key: str) -> None:
        """Its curve was clicked: bring its row into sight, selected with those that are, and the keyboard to it."""
        index = self.model.index_of(key)
        if index.isValid():
            self.tree.pick(index)

    # -- sorting and filtering ----------------------------------------------------------------------------------

    def set_sorting(self, sorting: Sorting) -> None:
        """Sort them so."""
        self.sorting = sorting
        self.tree.head.set_sorting(sorting)
        self._show(None)

    @property
    def widths(self) -> dict[str, int]:
        """Of the columns that a person made as wide as they are, by key."""
        return self.tree.head.widths

    def set_widths(self, widths: Mapping[str, int]) -> None:
        """Make them as wide again."""
        self.tree.head.set_widths(widths)

    def sort_by(self, column: str) -> None:
        """As a click on its heading does."""
        place = next(place for place in range(self.model.columnCount()) if self.model.column_key(place) == column)
        role = Qt.ItemDataRole.InitialSortOrderRole
        first = self.model.headerData(place, Qt.Orientation.Horizontal, role) == Qt.SortOrder.DescendingOrder
        is_sorted = self.sorting.column == column
        is_last = is_sorted and self.sorting.is_descending != first
        self._sort(Sorting() if is_last else Sorting(column, first != is_sorted))

    def _sort(self, sorting: Sorting) -> None:
        self.set_sorting(sorting)
        self.arranged.emit()

    def _filter(self) -> None:
        self._show(None)
        self._tell()

    def _change_scope(self, scope: str) -> None:
        self._show_emptiness(self.model.rowCount())
        self.scope_changed.emit(scope)

    def _go_down(self) -> None:
        self.tree.setFocus()
        if not self.tree.currentIndex().isValid():
            self.tree.setCurrentIndex(self.model.index(0, 0))

    # -- acts, which the menu and the keys have too -------------------------------------------------------------

    def open_selected(self) -> None:
        """Go to the canvas of the one run that is selected."""
        if len(keys := self.keys) == 1:
            self.activated.emit(keys[0])

    def compare_selected(self) -> None:
        """Ask for what differs between those that are selected."""
        if len(keys := self.keys) > 1:
            self.compare_requested.emit(keys)

    def show_folder(self) -> None:
        """Ask for the folder of the one run that is selected."""
        if len(keys := self.keys) == 1:
            self.folder_requested.emit(keys[0])

    def toggle_star(self) -> None:
        """Give all that are selected a star, or take it from them where all have one."""
        self._star("")

    def edit_note(self) -> None:
        """Type the note of the current row."""
        self.tree.edit_note()

    def export_selected(self, kind: str) -> None:
        """Ask for a file of what is selected."""
        if keys := self.keys:
            self.export_requested.emit(keys, kind)

    def delete_selected(self) -> None:
        """Ask that what is selected goes."""
        if keys := self.keys:
            self.delete_requested.emit(keys)

    def _star(self, key: str) -> None:
        """Of one row, "" of those that are selected."""
        indexes = [self.model.index_of(key)] if key else list(self.tree.chosen_rows()) or [self.tree.currentIndex()]
        rows = [row for index in indexes if (row := self.model.row_at(index)) is not None]
        if rows:
            keys = [run for index in indexes for run in self.model.shown_runs(index)]
            self.star_changed.emit(keys, not all(row.star for row in rows))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the right button on a row, or by the key."""
        if not self.tree.currentIndex().isValid() or not self.keys:
            return
        at = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            box = self.tree.visualRect(self.tree.currentIndex())
            at = self.tree.viewport().mapToGlobal(box.bottomLeft() + QPoint(40, 0))
        run_menu(self).popup(at)


def _longest(rows: Sequence[RunRow], columns: Sequence[Column]) -> dict[str, str]:
    """The longest text of each column: their letters are all of one width."""
    every = [row.cells for row in chain(rows, chain.from_iterable(row.children for row in rows))]
    names = {RUN: max((row.title for row in rows), key=len, default="")}
    return names | {column.key: max((cells[place].text for cells in every if place < len(cells)), key=len, default="")
                    for place, column in enumerate(columns)}  # fmt: skip
