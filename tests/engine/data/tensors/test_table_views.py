"""A table before and after it is prepared, and its columns against the target, by pandas and scikit-learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas
import pytest
from sklearn.preprocessing import StandardScaler

from engine.data.spec.spec import DataSpec
from engine.data.tensors.data import Data
from engine.data.tensors.loading import load_data
from engine.data.tensors.samples import rows
from engine.data.tensors.statistics import statistics
from engine.data.tensors.table_views import POINTS, entered, pairs


def table(path: Path, rows: int = 60, target: str = "price", validation: float = 0.1,
          **options: object) -> tuple[pandas.DataFrame, Data]:
    random = np.random.default_rng(0)
    frame = pandas.DataFrame({"Id": range(1, rows + 1), "price": random.normal(100, 20, rows).round(2),
                              "size": random.normal(5, 3, rows).round(3), "kind": random.choice(["a", "b"], rows)})
    frame.loc[4, "price"] = None  # this row is left out
    frame.to_csv(path, index=False)
    spec = DataSpec(dataset="table", path=str(path), validation=validation)
    return frame, load_data(spec.with_options(table={"target": target, **options}))


def test_the_first_rows_are_those_of_the_file_that_are_used_as_the_network_gets_them(tmp_path: Path) -> None:
    frame, data = table(tmp_path / "a.csv")
    found = entered(data)
    assert found is not None
    assert found.numbers == tuple(row for row in range(1, 21) if row != 5)
    assert found.raw_names == ("Id", "size", "kind", "price") and found.left_out == ("Id",)
    assert found.names == ("size", "kind=a", "kind=b", "price") and found.more == 0
    used = frame.drop(index=4).reset_index(drop=True)
    order = np.random.default_rng(0).permutation(59)
    scaler = StandardScaler().fit(used.loc[order[9:][5:], ["size"]])
    for place, (row, values) in enumerate(zip(found.raw, found.values, strict=True)):
        assert row == (str(used["Id"][place]), str(used["size"][place]), used["kind"][place], str(used["price"][place]))
        expected = scaler.transform(used.loc[[place], ["size"]])[0, 0]
        assert values[0] == pytest.approx(expected, abs=1e-5)
        assert values[1:3] == (float(used["kind"][place] == "a"), float(used["kind"][place] == "b"))
        assert values[3] == pytest.approx(used["price"][place], rel=1e-6)


def test_number_columns_stand_against_the_target(tmp_path: Path) -> None:
    frame, data = table(tmp_path / "a.csv", 1800)
    found = pairs(data)
    assert found is not None and (found.names, found.target, found.classes) == (("size",), "price", ())
    assert found.values.shape == (POINTS, 1) and found.rows == len(data.train)
    both = set(zip(frame["size"].round(3), frame["price"].astype(np.float32), strict=True))
    assert all((round(x, 3), np.float32(y)) in both for x, y in zip(found.values[:, 0], found.targets, strict=True))


def test_for_classes_the_targets_are_their_numbers(tmp_path: Path) -> None:
    frame, data = table(tmp_path / "a.csv", target="kind")
    found = pairs(data)
    assert found is not None and found.classes == ("a", "b") and found.names == ("price", "size")
    kinds = dict(zip(frame["size"].round(3), frame["kind"], strict=True))
    assert [found.classes[int(code)] for code in found.targets] == [kinds[round(x, 3)] for x in found.values[:, 1]]


@pytest.mark.parametrize("target", ["price", "kind"])
def test_without_validation_rows_everything_is_shown_as_well(tmp_path: Path, target: str) -> None:
    frame, data = table(tmp_path / "a.csv", target=target, validation=0)
    found, against = entered(data), pairs(data)
    assert len(data.validation) == 0 and found is not None and against is not None
    used = frame.dropna(subset=target)[target][:len(found.values)]
    expected = used if target == "price" else used.map(data.spec.classes.index)
    assert [row[-1] for row in found.values] == pytest.approx(list(expected), rel=1e-6)
    assert against.rows == len(data.train) and len(rows(data, 5).values) == 5
    assert [part.examples for part in statistics(data).parts] == [len(data.train), 0, len(data.test)]


def test_what_is_no_table_has_neither() -> None:
    data = load_data(DataSpec(dataset="linear"))
    assert entered(data) is None and pairs(data) is None
