"""Which arrays of a file are used: those that say their part; what is left out is said, what is unclear refused."""

from __future__ import annotations

import re
import zipfile
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
    (["x", "y", "mask", "sample_weight", "ids"], 0, None,
     ["Learned from are x, y; not used: mask, sample_weight, ids"]),
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
    with pytest.raises(DataError, match=f"the labels go from {2**63} to {2**63 + 8}. no label can be larger"):
        read_tensors(tmp_path / "a.npz")
    np.savez(tmp_path / "a.npz", x=np.zeros((9, 2)), y=np.arange(9, dtype=np.uint64) % 3)
    assert read_tensors(tmp_path / "a.npz").targets.tolist() == [0, 1, 2] * 3


@pytest.mark.parametrize(("content", "reason"), [
    ({"x": torch.zeros(9, 2), "labels": [0, 1, 2] * 3}, "“labels” is neither an array nor a tensor: save it as one"),
    ({"x": [[0.5]] * 9, "y": [0, 1, 2] * 3}, "“x” is neither an array nor a tensor"),
    ({"x": np.zeros((9, 2)), "y": torch.zeros(9)}, "x is an array of NumPy: save a tensor"),
    ([(torch.zeros(2), torch.tensor(1))] * 2, "holds no arrays by name: save a dict with x and y"),
    ({"pictures": torch.zeros(9, 2), "labels": torch.zeros(9)}, "There are: labels, pictures"),
])  # fmt: skip
def test_what_is_said_to_be_there_is_what_is_there(content: object, reason: str, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "a.pt")
    with pytest.raises(DataError, match=reason):
        read_tensors(tmp_path / "a.pt")


def test_names_of_classes_beside_the_targets_are_said_not_to_be_used(tmp_path: Path) -> None:
    torch.save({"x": torch.zeros(9, 2), "y": torch.arange(9) % 3, "labels": ["a", "b", "c"]}, tmp_path / "a.pt")
    assert [str(note) for note in read_tensors(tmp_path / "a.pt").report.notes] == [
        "Learned from are x, y; not used: labels"]


def test_an_array_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.zeros((9, 2)), y=np.arange(9) % 3)
    with zipfile.ZipFile(tmp_path / "a.npz", "a") as archive:
        archive.writestr("x", b"")
    with pytest.raises(DataError, match="holds “x” twice"):
        read_tensors(tmp_path / "a.npz")


# -- what float32 cannot hold ------------------------------------------------------------------------------------------

FEW = np.arange(20) % 4
ROUNDED = {
    "ids": (np.arange(20) + 16777210, "whole numbers over 16777216 are rounded .* such as 16777217 to 16777216"),
    "large ids": (np.arange(20, dtype=np.uint64) + 2**60, f"such as {2**60 + 1} to {2**60}"),
    "negative ones": (-np.arange(20, dtype=np.int32) - 16777210, "such as -16777217 to -16777216"),
    "timestamps": (np.arange(20) * 1.0 + 1.6e9, "such as 1600000001 to 1600000000"),
    "close ones": (np.where(FEW, 1, 1 + 1e-9), r"so close that they become the same .* such as 1 and 1\.000000001"),
    "days": (2459580.5 + np.arange(20) / 24, "so close that they become the same"),
    "tiny ones": (np.where(FEW, 0.5, 1e-50), "such as 1e-50 are so small that they become 0"),
}  # fmt: skip


@pytest.mark.parametrize("case", ROUNDED)
def test_what_float32_cannot_tell_apart_is_said(case: str, tmp_path: Path) -> None:
    values, note = ROUNDED[case]
    beside = np.stack([FEW.astype(values.dtype), values], axis=1)
    ways = {"x": [(values, FEW), (beside, FEW)], "y": [(beside * 0, values)] if values.dtype.kind == "f" else []}
    for name, pairs in ways.items():
        for x, y in pairs:
            np.savez(tmp_path / "a.npz", x=x, y=y)
            said = [str(each) for each in read_tensors(tmp_path / "a.npz").report.notes]
            assert len(said) == 1 and re.search(f"“{name}”: .*{note}", said[0])


@pytest.mark.parametrize("values", [
    np.random.default_rng(0).normal(size=(3000, 30)), np.random.default_rng(0).random(100_000) * 1e9,
    np.arange(20) * 2**20, np.arange(20) * 1e30, (np.arange(20) / 10).repeat(3) + 0.1 * 3,
    np.arange(20.0) % 2 * 2 + 16777216, np.random.default_rng(0).integers(0, 256, (20, 3, 9, 9)) / 255,
    np.arange(20, dtype=np.float32) + 1e9,
], ids=str)  # fmt: skip
def test_what_nothing_is_lost_of_is_not_said(values: np.ndarray, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=values, y=np.arange(len(values)) % 3)
    assert read_tensors(tmp_path / "a.npz").report.notes == ()
