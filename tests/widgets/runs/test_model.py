"""Rows shown by difference: whatever comes after whatever, Qt's own tester finds nothing wrong, and views follow."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from tests.widgets.runs.desk import COLUMNS, color_of, row
from tests.widgets.runs.hands import heard
from widgets.runs.model import RunsModel
from widgets.runs.ordering import Shown, Sorting
from widgets.runs.rows import RunRow
from widgets.runs.table import RunsTable

WARNS = QAbstractItemModelTester.FailureReportingMode.Warning


def keys(model: RunsModel, parent: QModelIndex = QModelIndex()) -> list[object]:  # noqa: B008
    """The rows as a view reads them; a group as a pair."""
    found = list[object]()
    for place in range(model.rowCount(parent)):
        index = model.index(place, 0, parent)
        assert model.parent(index) == parent and index.row() == place
        found.append((index.data(), keys(model, index)) if model.hasChildren(index) else index.data())
    return found


def shown(*rows: str | tuple[str, Sequence[str]]) -> list[Shown]:
    """Rows by name, groups with their members."""
    return [Shown(row(each)) if isinstance(each, str) else
            Shown(row(each[0]), tuple(Shown(row(member)) for member in each[1])) for each in rows]  # fmt: skip


def some(chance: random.Random) -> list[str | tuple[str, list[str]]]:
    """Some of twelve names in any order, a few of them below groups."""
    names = [f"r{number}" for number in chance.sample(range(12), chance.randrange(13))]
    groups = [(f"g{number}", [names.pop() for _ in range(min(len(names), chance.randrange(1, 4)))])
              for number in chance.sample(range(3), chance.randrange(3)) if names]
    rows: list[str | tuple[str, list[str]]] = [*names, *groups]
    chance.shuffle(rows)
    return rows


@pytest.mark.parametrize("seed", range(2))
def test_whatever_comes_after_whatever(seed: int, qapp: QApplication) -> None:
    chance, model = random.Random(seed), RunsModel()
    model.set_columns(COLUMNS)
    QAbstractItemModelTester(model, WARNS, model)
    for _ in range(40):
        rows = some(chance)
        held = {index.data(): QPersistentModelIndex(index) for index in all_of(model)}
        groups = {index.data(): index.parent().data() for index in all_of(model)}
        model.show(shown(*rows))
        assert keys(model) == rows
        now = {index.data(): index.parent().data() for index in all_of(model)}
        for name, index in held.items():  # what stays below the same group is followed, the rest leads nowhere
            stays = name in now and now[name] == groups[name]
            assert (index.data() == name) if stays else not index.isValid()


def all_of(model: RunsModel) -> list[QModelIndex]:
    tops = [model.index(place, 0) for place in range(model.rowCount())]
    return [*tops, *(model.index(place, 0, top) for top in tops for place in range(model.rowCount(top)))]


def test_only_what_is_new_is_told(qapp: QApplication) -> None:
    model = RunsModel()
    model.set_columns(COLUMNS)
    model.show(shown("a", "b", ("g", ["c", "d"]), "e"))
    told = {name: heard(getattr(model, name)) for name in ("rowsInserted", "rowsRemoved", "layoutChanged",
                                                           "dataChanged", "modelReset")}  # fmt: skip
    model.show(shown("a", "b", ("g", ["c", "d"]), "e"))
    assert not any(told.values())
    model.show(shown("a", "b", ("g", ["c", "d", "x"]), "e", "f"))
    assert [len(said) for said in told.values()] == [2, 0, 0, 0, 0]
    model.show(shown("a", ("g", ["c", "d", "x"]), "e", "f"))
    assert [len(said) for said in told.values()] == [2, 1, 1, 0, 0]
    changed = [each._replace(row=row(each.row.key, "new")) if each.row.key in "ef" else each
               for each in shown("a", ("g", ["c", "d", "x"]), "e", "f")]  # fmt: skip
    model.show(changed)
    assert [(first.row(), last.row(), last.column()) for first, last, *_ in told["dataChanged"]] == [(2, 3, 7)]  # type: ignore[misc]


def test_an_index_of_a_row_that_is_gone_leads_nowhere(qapp: QApplication) -> None:
    model = RunsModel()
    model.set_columns(COLUMNS)
    model.show(shown("a", ("g", ["b"])))
    old = [model.index_of(key) for key in ("a", "g", "b")]
    model.show(())
    assert [(index.data(), model.rowCount(index), model.parent(index).isValid()) for index in old] == [
        (None, 0, False)] * 3  # fmt: skip
    assert not model.index_of("a").isValid() and not model.index(0, 0).isValid()
    assert model.row_at(QModelIndex()) is None


@pytest.mark.parametrize("seed", range(2))
def test_an_afternoon_of_everything_at_once(seed: int, qapp: QApplication) -> None:
    """Selection and folds follow their rows, whatever is sorted, filtered, added and deleted."""
    chance, table = random.Random(seed), RunsTable(color_of)
    table.resize(700, 200)
    table.show()
    QAbstractItemModelTester(table.model, WARNS, table.model)
    rows, number, chosen = list[RunRow](), 0, set[str]()
    told = heard(table.selected)
    for _ in range(80):
        act = chance.randrange(6)
        if act == 0 and rows:
            rows.pop(chance.randrange(len(rows)))
        elif act == 1 and rows:
            table.select(chosen_now := chance.sample([key for each in rows for key in each.runs], 1))
            chosen = set(chosen_now) & runs_in(table)
        elif act == 2:
            table.set_sorting(Sorting(chance.choice(("", "best", "run", "seed")), chance.random() < 0.5))
        elif act == 3:
            table.bar.line.setText(chance.choice(("", "", "1", "best>0.5", "seed=0")))
        elif act == 4:
            table.tree.expandAll()
        else:
            number += 1
            best = chance.random()
            seeds = tuple(row(f"{number}.{each}", "", best, seed=str(each)) for each in range(3))
            rows.insert(0, row(str(number), "", best, children=seeds if chance.random() < 0.3 else ()))
        table.show_rows(COLUMNS, tuple(rows))
        QApplication.processEvents()
        left = chosen & runs_in(table)
        assert set(table.keys) == left
        assert bool(told) == (left != chosen) and all(set(each) <= chosen for each in told)  # type: ignore[call-overload]
        chosen = left
        told.clear()
    table.close()


def runs_in(table: RunsTable) -> set[str]:
    """The runs that are shown."""
    tops = (table.model.index(place, 0) for place in range(table.model.rowCount()))
    return {key for top in tops for key in table.model.shown_runs(top)}


def test_columns_have_their_names(qapp: QApplication) -> None:
    model = RunsModel()
    model.set_columns(COLUMNS)
    titles = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    assert titles == ["Run", "What changed", "best", "last", "train", "params", "time", "seed"]
    assert [model.column_key(column) for column in (0, 1, 2, 7)] == ["run", "changed", "best", "seed"]
