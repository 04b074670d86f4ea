"""Tables: what columns are, how they become numbers, and scikit-learn and pandas as oracles."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas
import pytest
import torch
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from engine.data.fetching.folder import raw_folder
from engine.data.sources import SOURCES
from engine.data.spec.reading import described, read_arrays
from engine.data.spec.spec import DataSpec
from engine.data.tensors.batches import Batches
from engine.data.tensors.data import Data
from engine.data.tensors.loading import load_data
from engine.data.tensors.splitting import folded
from engine.layers.base import OptionError
from tests.engine.data.data_cases import files_of, preview_of

TEXT = """Area,Rooms,Heating,Colour,Price
50.5,2,gas,red,100
70,3,oil,,150
,3,gas,blue,140
90,,wood,red,210
110,5,gas,blue,250
65,3,oil,red,135
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "houses.csv"
    file.write_text(TEXT)
    return file


def spec_of(path: Path, **table: object) -> DataSpec:
    return DataSpec(dataset="table", path=str(path)).with_options(table=table)


def large(path: Path, rows: int = 60, gaps: bool = True) -> pandas.DataFrame:
    """A table with gaps in numbers and categories, and its file."""
    random = np.random.default_rng(0)
    frame = pandas.DataFrame({
        "a": random.normal(5, 3, rows), "b": random.integers(0, 100, rows).astype(float),
        "c": random.choice(["x", "y", "z"], rows), "d": random.choice(["no", "yes"], rows),
        "y": random.normal(100, 20, rows),
    })  # fmt: skip
    if gaps:
        for column in "abcd":
            frame.loc[random.choice(rows, 7, replace=False), column] = None
    frame.to_csv(path, index=False)
    return frame


def test_numbers_are_taken_and_categories_one_hot(path: Path) -> None:
    arrays = read_arrays(spec_of(path))
    assert arrays.report.features == ("Area", "Rooms", "Heating=gas", "Heating=oil", "Heating=wood", "Colour=blue",
                                      "Colour=red", "Colour=missing")
    assert np.isnan(arrays.inputs[2, 0]) and np.isnan(arrays.inputs[3, 1]) and np.isnan(arrays.inputs).sum() == 2
    assert arrays.inputs[1].tolist() == [70, 3, 0, 1, 0, 0, 0, 1]
    assert arrays.targets.tolist() == [[100], [150], [140], [210], [250], [135]]
    found = described(spec_of(path))
    assert (found.sample_shape, found.task, found.output_shape, found.examples) == ((8,), "regression", (1,), 6)


@pytest.mark.parametrize("fill", ["mean", "median"])
def test_preparation_is_scikit_learns_with_the_training_rows_statistics(fill: str, tmp_path: Path) -> None:
    frame = large(tmp_path / "t.csv")
    data = load_data(spec_of(tmp_path / "t.csv", missing_numbers=fill).with_options(seed=4))
    order = np.random.default_rng(4).permutation(60)
    test, validation, train = order[:9], order[9:14], order[14:]
    numbers = StandardScaler().fit(frame.loc[train, ["a", "b"]])  # ignores gaps
    filler = SimpleImputer(strategy=fill).fit(frame.loc[train, ["a", "b"]])
    categories = ColumnTransformer([("c", OneHotEncoder(sparse_output=False), ["c", "d"])]).fit(
        frame.fillna({"c": "~missing", "d": "~missing"}))
    for split, rows in ((data.train, train), (data.validation, validation), (data.test, test)):
        part = frame.loc[rows]
        ours = split.inputs.numpy()
        assert ours[:, :2] == pytest.approx(numbers.transform(
            pandas.DataFrame(filler.transform(part[["a", "b"]]), columns=["a", "b"])), abs=1e-5)
        assert np.array_equal(ours[:, 2:], categories.transform(part.fillna({"c": "~missing", "d": "~missing"})))
        assert split.targets[:, 0].numpy() == pytest.approx(part["y"].to_numpy(), rel=1e-6)


def test_only_training_rows_are_looked_at(tmp_path: Path) -> None:
    rows = [f"{index},{index % 7}" for index in range(40)]
    (tmp_path / "a.csv").write_text("\n".join(["x,y", *rows]))
    before = load_data(spec_of(tmp_path / "a.csv", task="regression"))
    test = np.random.default_rng(0).permutation(40)[:6]
    for row in test:
        rows[row] = f"1e6,{row % 7}"
    (tmp_path / "a.csv").write_text("\n".join(["x,y", *rows]))
    after = load_data(spec_of(tmp_path / "a.csv", task="regression"))
    assert torch.equal(before.train.inputs, after.train.inputs)
    assert not torch.equal(before.test.inputs, after.test.inputs)


def test_missing_numbers_are_zero_after_standardising(path: Path) -> None:
    spec = spec_of(path)
    data = load_data(spec)
    assert data.unscaled is not None
    for split, raw in ((data.train, data.unscaled.train), (data.test, data.unscaled.rows[data.unscaled.of_test])):
        gaps = torch.from_numpy(np.isnan(raw))
        assert (split.inputs[gaps] == 0).all()
    plain = load_data(spec.with_options(table={"standardize": False}))
    assert plain.unscaled is not None
    areas = plain.unscaled.train[:, 0]
    assert plain.train.inputs[:, 0].tolist() == pytest.approx(np.where(np.isnan(areas), np.nanmean(areas), areas))


def test_a_gap_may_have_a_column_of_its_own_or_drop_its_row(path: Path) -> None:
    own = read_arrays(spec_of(path, missing_numbers="category"))
    assert own.report.features[:4] == ("Area", "Area is missing", "Rooms", "Rooms is missing")
    assert own.inputs[:, 1].tolist() == [0, 0, 1, 0, 0, 0]
    dropped = read_arrays(spec_of(path, missing_numbers="drop", missing_categories="drop"))
    assert dropped.targets[:, 0].tolist() == [100, 250, 135]
    assert "Colour=missing" not in dropped.report.features
    assert "3 rows with missing values are left out" in [str(note) for note in dropped.report.notes]


def test_always_gives_every_category_a_missing_one(path: Path) -> None:
    names = read_arrays(spec_of(path, missing_categories="always")).report.features
    assert "Heating=missing" in names and "Colour=missing" in names


def test_columns_are_used_as_the_person_says(path: Path) -> None:
    arrays = read_arrays(spec_of(path, kinds=[["Rooms", "category"], ["Area", "ignore"]]))
    assert arrays.report.features[:4] == ("Rooms=2", "Rooms=3", "Rooms=5", "Rooms=missing")
    assert not any(name.startswith("Area") for name in arrays.report.features)
    said = read_arrays(spec_of(path, kinds=[["Garden", "number"]])).report.notes
    assert "The table has no column “Garden”" in [str(note) for note in said]


def test_the_target_may_be_logarithmic(path: Path) -> None:
    targets = read_arrays(spec_of(path, log_target=True)).targets
    assert targets[:, 0].tolist() == pytest.approx([math.log(price) for price in (100, 150, 140, 210, 250, 135)])


@pytest.mark.parametrize(("column", "task", "classes"), [
    ("Heating", "classification", ("gas", "oil", "wood")), ("Rooms", "regression", ()), ("Price", "regression", ()),
])  # fmt: skip
def test_the_target_tells_the_task(column: str, task: str, classes: tuple[str, ...], path: Path) -> None:
    found = described(spec_of(path, target=column))
    assert (found.task, found.classes) == (task, classes)


def test_few_whole_numbers_are_classes(tmp_path: Path) -> None:
    rows = "\n".join(f"{index / 7},{(10, 2, 1)[index % 3]}" for index in range(30))
    (tmp_path / "a.csv").write_text(f"x,y\n{rows}\n")
    found = described(spec_of(tmp_path / "a.csv"))
    assert found.classes == ("1", "2", "10")  # by size
    assert described(spec_of(tmp_path / "a.csv", task="regression")).task == "regression"
    data = load_data(found)
    assert data.train.targets.dtype == torch.int64 and data.spec.output_shape == (3,)


def test_rows_without_a_target_are_left_out_and_said(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2.5\n2,\n3,NA\n4,3.5\n5,4.5\n")
    arrays = read_arrays(spec_of(tmp_path / "a.csv"))
    assert arrays.targets[:, 0].tolist() == [2.5, 3.5, 4.5]
    assert "2 rows without a value of “y” are left out; the first is line 3" in [str(n) for n in arrays.report.notes]


def test_folds_are_standardised_by_their_own_training_rows(tmp_path: Path) -> None:
    large(tmp_path / "t.csv")
    data = load_data(spec_of(tmp_path / "t.csv"))
    means = set()
    for number in range(5):
        fold = folded(data, 5, number)
        assert fold.unscaled is not None
        raw, ours = fold.unscaled.train[:, :2], fold.train.inputs[:, :2].numpy()
        expected = (raw - np.nanmean(raw, axis=0)) / np.nanstd(raw, axis=0)
        assert ours == pytest.approx(np.nan_to_num(expected), abs=1e-5)
        assert torch.equal(fold.test.targets, data.test.targets)
        means.add(float(np.nanmean(raw)))
    assert len(means) == 5


def test_normalise_is_by_feature(path: Path) -> None:
    data = load_data(spec_of(path, standardize=False).with_options(normalize=True))
    x, y = Batches(data.train, data, torch.device("cpu")).take(torch.arange(len(data.train)))
    assert x.mean(0).abs().max() < 1e-5 and x.dtype == torch.float32
    deviations = x.std(0, correction=0)
    assert ((deviations - 1).abs() < 1e-4).logical_or(deviations == 0).all()
    assert y.shape == (len(data.train), 1)


# -- house prices -----------------------------------------------------------------------


def houses(root: Path) -> pandas.DataFrame:
    """A small table in the form of Kaggle's: Id, gaps, texts, SalePrice."""
    random = np.random.default_rng(0)
    frame = pandas.DataFrame({
        "Id": np.arange(1, 41), "LotArea": random.integers(1000, 20000, 40),
        "YearBuilt": random.integers(1900, 2010, 40),
        "Alley": random.choice(["Grvl", "Pave"], 40), "Zone": random.choice(["RL", "RM"], 40),
        "SalePrice": random.integers(50_000, 500_000, 40),
    })  # fmt: skip
    frame.loc[:9, "Alley"] = None
    frame.loc[3:7, "LotArea"] = None
    folder = raw_folder(files_of("house-prices"), root)
    folder.mkdir(parents=True, exist_ok=True)
    frame.to_csv(folder / files_of("house-prices").names[0], index=False, na_rep="NA")
    return frame


def test_house_prices_are_prepared_as_in_the_book(tmp_path: Path) -> None:
    frame = houses(tmp_path)
    spec = DataSpec(dataset="house-prices")
    assert (spec.sample_shape, spec.examples, spec.task) == ((331,), 1460, "regression")
    data: Data = load_data(spec, tmp_path)
    names = data.report.features
    book = pandas.get_dummies(frame[["Alley", "Zone"]], dummy_na=True)
    assert sorted(names[2:]) == sorted(name.replace("_nan", "_missing").replace("_", "=", 1) for name in book.columns)
    assert data.spec.sample_shape == (len(names),) == (8,) == described(spec, tmp_path).sample_shape
    order = np.random.default_rng(0).permutation(40)
    assert data.test.targets[:, 0].numpy() == pytest.approx(np.log(frame["SalePrice"][order[:6]].to_numpy()))
    assert data.train.inputs[:, :2].mean(0).tolist() == pytest.approx([0, 0], abs=1e-5)


def test_before_the_download_house_prices_are_as_they_are_said_to_be(tmp_path: Path) -> None:
    spec = DataSpec(dataset="house-prices")
    assert described(spec, tmp_path) == spec and spec.is_known
    assert SOURCES["house-prices"].kind == "download"


# -- preview ----------------------------------------------------------------------------


def test_the_preview_tells_what_columns_are(path: Path) -> None:
    shown = preview_of(spec_of(path, kinds=[["Rooms", "category"]]))
    table = {column.name: (column.looks_like, column.kind, column.missing, column.distinct) for column in shown.columns}
    assert table == {"Area": ("number", "number", 1, 5), "Rooms": ("number", "category", 1, 3),
                     "Heating": ("category", "category", 0, 3), "Colour": ("category", "category", 1, 2),
                     "Price": ("number", "number", 0, 6)}  # fmt: skip
    assert [column.name for column in shown.columns if column.is_target] == ["Price"]
    assert shown.rows[1] == ("70", "3", "oil", "", "150") and (shown.count, len(shown.rows)) == (6, 6)
    assert (shown.encoding, shown.delimiter) == ("utf-8", ",")


def test_the_preview_stands_although_a_choice_is_impossible(path: Path) -> None:
    shown = preview_of(spec_of(path, target="Garden", kinds=[["Heating", "number"]]))
    notes = {column.name: str(column.note) for column in shown.columns if column.note}
    assert notes == {"Heating": "“Heating”, line 2: “gas” is not a number. Correct it, or use the column as a category"}
    assert "There is no column “Garden”: choose the target" in [str(note) for note in shown.notes]


def test_looking_like_does_not_depend_on_the_order_of_kinds() -> None:
    table = DataSpec(dataset="table").table.with_kind("a", "number").with_kind("b", "ignore").with_kind("a", "category")
    assert table.kind_of("a") == "category" and table.kind_of("b") == "ignore" and table.kind_of("c") is None
    assert table.with_kind("a", None).kinds == (("b", "ignore"),)
    with pytest.raises(OptionError):
        table.with_options(kinds=[["a", "colour"]])


def test_tables_are_read_without_pandas_and_torch(path: Path) -> None:
    code = ("import sys, engine.data.spec.reading as s, engine.data.spec.spec as p; print('pandas' in sys.modules); "
            f"s.read_arrays(p.DataSpec(dataset='table', path={str(path)!r})); print('pandas' in sys.modules, "
            "'torch' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.split() == [
        "False", "False", "False"]


@pytest.mark.parametrize(("column", "rows"), [("x", 30), ("y", 29)])
@pytest.mark.parametrize("text", ["1e300", "-inf", "1e999"])
def test_numbers_that_the_network_cannot_take_are_named_and_missing(column: str, rows: int, text: str,
                                                                   tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    table = [{"x": f"{i}.5", "y": str(2.5 * i)} for i in range(30)]
    table[3][column] = text
    file.write_text("x,y\n" + "\n".join(f"{row['x']},{row['y']}" for row in table))
    arrays = read_arrays(spec_of(file))
    assert len(arrays.inputs) == rows and np.isnan(arrays.inputs[:, 0]).sum() == rows - 29
    assert f"“{column}”, row 4 (line 5): “{text}” is not a number a network can take: it counts as missing" in [
        str(note) for note in arrays.report.notes]
