"""CIFAR-10, CIFAR-100 and SVHN: read as torchvision reads them, and without letting a file run anything."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from engine.data.errors import DataDamagedError, DataError, DataMissingError
from engine.data.fetching.folder import missing_files, raw_folder
from engine.data.fetching.torchvision_import import torchvision
from engine.data.sources import SOURCES
from engine.data.spec.reading import read_arrays
from engine.data.spec.spec import DataSpec
from engine.data.tensors.loading import load_data
from tests.engine.data.data_cases import cifar_batch, cifar_files, files_of, python2_pickle, svhn_files


@pytest.fixture
def as_they_are(monkeypatch: pytest.MonkeyPatch) -> Any:
    """torchvision's data sets, which read our small files although their checksums are others."""
    sets = torchvision().datasets
    for module in (sets.cifar, sets.svhn):
        monkeypatch.setattr(module, "check_integrity", lambda *_: True)
    return sets


@pytest.mark.parametrize("dataset", ["cifar10", "cifar100"])
def test_cifar_is_torchvisions(dataset: str, as_they_are: Any, tmp_path: Path) -> None:
    cifar_files(dataset, tmp_path)
    arrays = read_arrays(DataSpec(dataset=dataset), tmp_path)
    parts = ((True, arrays.inputs, arrays.targets), (False, arrays.test_inputs, arrays.test_targets))
    for train, images, labels in parts:
        theirs = getattr(as_they_are, dataset.upper())(str(tmp_path), train=train)
        assert images is not None and labels is not None
        assert np.array_equal(images.transpose(0, 2, 3, 1), theirs.data)
        assert labels.tolist() == theirs.targets
        assert len(SOURCES[dataset].expects.classes) == len(theirs.classes)
    data = load_data(DataSpec(dataset=dataset), tmp_path)
    assert data.train.inputs.shape[1:] == (3, 32, 32) and data.spec.sample_shape == (3, 32, 32)


def test_the_classes_are_the_official_ones() -> None:
    assert SOURCES["cifar10"].expects.classes[:3] == ("airplane", "automobile", "bird")
    assert len(set(SOURCES["cifar100"].expects.classes)) == 100
    assert SOURCES["cifar100"].expects.classes == tuple(sorted(SOURCES["cifar100"].expects.classes))


def test_newer_pickles_are_read_too(tmp_path: Path) -> None:
    folder = cifar_files("cifar100", tmp_path)
    batch = cifar_batch(5, 100, 3, "fine_labels")
    for protocol in (2, 4):
        (folder / "test").write_bytes(pickle.dumps(batch, protocol=protocol))
        arrays = read_arrays(DataSpec(dataset="cifar100"), tmp_path)
        assert arrays.test_inputs is not None
        assert np.array_equal(arrays.test_inputs.reshape(5, -1), batch["data"])


class Evil:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, (f"open({str(self.path)!r}, 'w')",)


def test_a_pickle_runs_nothing(tmp_path: Path) -> None:
    folder = cifar_files("cifar10", tmp_path)
    content = pickle.dumps({"data": Evil(tmp_path / "ran"), "labels": [0]}, protocol=2)
    (folder / "test_batch").write_bytes(content)
    with pytest.raises(DataDamagedError, match="test_batch is damaged"):
        read_arrays(DataSpec(dataset="cifar10"), tmp_path)
    assert not (tmp_path / "ran").exists()
    pickle.loads(content)
    assert (tmp_path / "ran").exists()  # it would have


def damage(**changes: object) -> bytes:
    return python2_pickle({**cifar_batch(4, 10, 0), **changes})


CIFAR_DAMAGE = {
    "cut": (damage()[:-900], "does not hold"),
    "text": (b"<html>not here</html>", "does not hold"),
    "empty": (b"", "does not hold"),
    "a list": (python2_pickle([1, 2]), "does not hold"),
    "no images": (python2_pickle({"labels": [1]}), "no 32×32 images"),
    "other size": (damage(data=np.zeros((4, 12), np.uint8)), "no 32×32 images"),
    "label too large": (damage(labels=[0, 1, 2, 10]), "no labels from 0 to 9"),
    "labels of text": (damage(labels=["a"] * 4), "no labels from 0 to 9"),
    "too few labels": (damage(labels=[1]), "1 labels for 4 images"),
}  # fmt: skip


@pytest.mark.parametrize("case", CIFAR_DAMAGE)
def test_a_damaged_batch_is_a_sentence(case: str, tmp_path: Path) -> None:
    content, reason = CIFAR_DAMAGE[case]
    (cifar_files("cifar10", tmp_path) / "data_batch_3").write_bytes(content)
    with pytest.raises(DataDamagedError, match=f"data_batch_3 is damaged: .*{reason}"):
        read_arrays(DataSpec(dataset="cifar10"), tmp_path)


def test_svhn_is_torchvisions(as_they_are: Any, tmp_path: Path) -> None:
    svhn_files(tmp_path)
    arrays = read_arrays(DataSpec(dataset="svhn"), tmp_path)
    for split, images, labels in (("train", arrays.inputs, arrays.targets),
                                  ("test", arrays.test_inputs, arrays.test_targets)):
        theirs = as_they_are.SVHN(str(tmp_path), split=split)
        assert np.array_equal(images, theirs.data)
        assert np.array_equal(labels, theirs.labels)


def wrong(labels: np.ndarray | None, images: np.ndarray) -> dict[str, np.ndarray]:
    return {"X": images} if labels is None else {"X": images, "y": labels}


IMAGES, LABELS = np.zeros((32, 32, 3, 4), np.uint8), np.ones((4, 1), np.uint8)
SVHN_DAMAGE = {
    "no labels": (wrong(None, IMAGES), "no labels for its 4 images"),
    "too few labels": (wrong(LABELS[:2], IMAGES), "2 labels for its 4 images"),
    "label 11": (wrong(LABELS * 11, IMAGES), "other than 1 to 10"),
    "other size": (wrong(LABELS, IMAGES[:8]), "no 32×32 images"),
    "no images": ({"y": LABELS}, "no 32×32 images"),
}  # fmt: skip


@pytest.mark.parametrize("case", SVHN_DAMAGE)
def test_a_damaged_matlab_file_is_a_sentence(case: str, tmp_path: Path) -> None:
    svhn_files(tmp_path)
    content, reason = SVHN_DAMAGE[case]
    savemat(tmp_path / "test_32x32.mat", content)
    with pytest.raises(DataDamagedError, match=reason):
        read_arrays(DataSpec(dataset="svhn"), tmp_path)


@pytest.mark.parametrize("cut", [0, 5, 100, 400])
def test_a_cut_matlab_file_is_a_sentence(cut: int, tmp_path: Path) -> None:
    svhn_files(tmp_path)
    path = tmp_path / "train_32x32.mat"
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DataError, match=r"train_32x32\.mat is damaged"):
        read_arrays(DataSpec(dataset="svhn"), tmp_path)


@pytest.mark.parametrize("dataset", ["cifar10", "cifar100", "svhn", "emnist", "house-prices"])
def test_what_is_missing_is_named_with_its_folder(dataset: str, tmp_path: Path) -> None:
    assert missing_files(files_of(dataset), tmp_path) == list(files_of(dataset).names) != []
    with pytest.raises(DataMissingError) as raised:
        read_arrays(DataSpec(dataset=dataset), tmp_path)
    assert str(raised.value).startswith(f"{SOURCES[dataset].title} is not here: put {files_of(dataset).names[0]}")
    assert str(raised.value).endswith(str(raw_folder(files_of(dataset), tmp_path)))


def test_knowing_what_is_missing_loads_nothing_heavy() -> None:
    code = ("import sys, engine.data.fetching.folder as f, engine.data.spec.spec as s\n"
            "[f.missing_files(s.DataSpec(dataset=id).files) for id in ('cifar10', 'house-prices')]; "
            "print({'torch', 'numpy', 'pandas', 'scipy', 'PIL'} & set(sys.modules))")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"
