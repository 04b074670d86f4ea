"""Which arrays of a file are used: those that say their part; what is left out is said, what is unclear refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data.errors import DataError
from engine.data.formats.arrays import Arrays
from engine.data.formats.tensor_file import read_tensors


def read(path: Path, names: list[str], suffix: str = "npz") -> Arrays:
    """Each array holds its place in the list, so that it is seen which is read."""
    arrays = {name: np.full((20, 3), place, np.float32) if set(name.casefold().split("_")) & {"x", "images"}
              else np.arange(20) % 3 for place, name in enumerate(names)}
    file = path / f"a.{suffix}"
    if suffix == "npz":
        np.savez(file, **arrays)
    else:
        torch.save({name: torch.from_numpy(each) for name, each in arrays.items()}, file)
    return read_tensors(file)


@pytest.mark.parametrize("suffix", ["npz", "pt"])
@pytest.mark.parametrize(("names", "train", "test", "notes"), [
    (["x", "y"], 0, None, []),
    (["x", "y", "x_test", "y_test"], 0, 2, []),
    (["x", "y", "x_train", "y_train", "x_test", "y_test"], 2, 4,
     ["Learned from are x_train, y_train; not used: x, y"]),
    (["X_train", "Y_train", "x", "y"], 0, None, ["Learned from are X_train, Y_train; not used: x, y"]),
    (["x", "x_train", "y"], 1, None, ["Learned from are x_train, y; not used: x"]),
    (["train_x", "train_y", "test_x"], 0, None, ["“test_x” has no targets beside it: it is left out"]),
    (["x", "y", "y_val"], 0, None, ["“y_val” has no examples beside it: it is left out"]),
])  # fmt: skip
def test_the_parts_that_say_so_are_used_and_the_rest_is_said(names: list[str], train: int, test: int | None,
                                                             notes: list[str], suffix: str, tmp_path: Path) -> None:
    arrays = read(tmp_path, names, suffix)
    assert (arrays.inputs == train).all()
    assert arrays.test_inputs is None if test is None else (arrays.test_inputs == test).all()
    assert [str(note) for note in arrays.report.notes] == notes


@pytest.mark.parametrize(("names", "reason"), [
    (["x", "y", "X", "Y"], "x, X could each be the examples"),
    (["x", "y", "labels"], "y, labels could each be the tar"),
    (["x", "images", "y"], "x, images could each be the examples"),
    (["x", "y", "x_test", "test_x", "y_test"], "x_test, test_x could each be the examples"),
])  # fmt: skip
def test_several_of_a_kind_are_refused(names: list[str], reason: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=reason):
        read(tmp_path, names)


def test_labels_of_64_bits_without_a_sign_are_said_as_they_are(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.zeros((9, 2)), y=np.arange(9, dtype=np.uint64) + 2**63)
    with pytest.raises(DataError, match=f"the labels go from {2**63} to {2**63 + 8}. Classes are counted from 0"):
        read_tensors(tmp_path / "a.npz")
    np.savez(tmp_path / "a.npz", x=np.zeros((9, 2)), y=np.arange(9, dtype=np.uint64) % 3)
    assert read_tensors(tmp_path / "a.npz").targets.tolist() == [0, 1, 2] * 3
