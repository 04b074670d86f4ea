"""MNIST's format and its relatives: files as torchvision lays them out, and damaged ones."""

from __future__ import annotations

import gzip
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from engine.data.errors import DataDamagedError, DataError, DataMissingError
from engine.data.fetching.folder import missing_files, raw_folder
from engine.data.fetching.torchvision_import import torchvision
from engine.data.formats.idx import read_idx
from engine.data.sources import SOURCES
from engine.data.sources.mnist import FILES
from engine.data.spec.reading import read_arrays
from engine.data.spec.spec import DataSpec
from tests.engine.cases import idx
from tests.engine.data.data_cases import files_of, mnist_files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return mnist_files(tmp_path / "data")


def test_the_bundled_digits_are_scikit_learns() -> None:
    original = load_digits()
    arrays = read_arrays(DataSpec(dataset="digits"))
    assert np.array_equal(arrays.inputs[:, 0], np.round(original.images * 255 / 16))
    assert np.array_equal(arrays.targets, original.target)
    assert len(arrays.targets) == SOURCES["digits"].expects.examples


def test_reading_files_loads_neither_torch_nor_sklearn() -> None:
    code = ("import sys, engine.data.spec.reading as r, engine.data.spec.spec as s; r.read_arrays(s.DataSpec()); "
            "print({'torch', 'sklearn'} & set(sys.modules))")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_reads_torchvisions_layout(root: Path, packed: bool) -> None:
    if packed:
        for path in list(raw_folder(files_of("mnist"), root).iterdir()):
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
    arrays = read_arrays(DataSpec(dataset="mnist"), root)
    assert arrays.inputs.shape == (20, 1, 28, 28)
    assert arrays.test_targets is not None and arrays.test_targets.tolist() == list(range(10))


def test_reads_mnist_as_torchvision_does(mnist_root: Path) -> None:
    from engine.data.fetching.torchvision_import import torchvision

    theirs = torchvision().datasets.MNIST(str(mnist_root), train=False)
    arrays = read_arrays(DataSpec(dataset="mnist"), mnist_root)
    assert arrays.test_inputs is not None and arrays.test_targets is not None
    assert np.array_equal(arrays.test_inputs[:, 0], theirs.data.numpy())
    assert np.array_equal(arrays.test_targets, theirs.targets.numpy())
    assert len(arrays.inputs) == 60_000


IMAGES = np.zeros((20, 28, 28), np.uint8)
DAMAGE: dict[str, tuple[str, bytes, str]] = {
    "truncated images": ("train-images-idx3-ubyte", idx(IMAGES)[:-1], "ends too early"),
    "truncated header": ("train-images-idx3-ubyte", idx(IMAGES)[:10], "ends too early"),
    "empty": ("t10k-labels-idx1-ubyte", b"", "ends too early"),
    "too long": ("train-images-idx3-ubyte", idx(IMAGES) + b"x", "longer than it says"),
    "not this format": ("train-images-idx3-ubyte", b"<html>" * 9, "does not begin"),
    "claims to be huge": ("train-images-idx3-ubyte", struct.pack(">4I", 0x803, 2**31, 2**31, 28), "does not begin"),
    "other size": ("train-images-idx3-ubyte", idx(np.zeros((20, 32, 32), np.uint8)), "32×32, not 28×28"),
    "labels missing": ("train-labels-idx1-ubyte", idx(np.zeros(19, np.uint8)), "19 labels for 20 images"),
    "label out of range": ("train-labels-idx1-ubyte", idx(np.full(20, 10, np.uint8)), "label 10, but there are 10"),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGE)
def test_a_damaged_file_is_a_sentence(root: Path, case: str) -> None:
    name, content, reason = DAMAGE[case]
    (raw_folder(files_of("mnist"), root) / name).write_bytes(content)
    with pytest.raises(DataDamagedError, match=reason) as raised:
        read_arrays(DataSpec(dataset="mnist"), root)
    assert name in str(raised.value)


WHOLE = gzip.compress(idx(IMAGES))


@pytest.mark.parametrize("content", [b"no gzip", WHOLE[:-30], WHOLE[:-20] + b"?" * 20], ids=["other", "cut", "altered"])
def test_a_damaged_archive_is_a_sentence(root: Path, content: bytes) -> None:
    plain = raw_folder(files_of("mnist"), root) / FILES[0]
    plain.unlink()
    plain.with_name(f"{plain.name}.gz").write_bytes(content)
    with pytest.raises(DataDamagedError, match="damaged"):
        read_arrays(DataSpec(dataset="mnist"), root)


def test_what_cannot_be_opened_or_is_missing_is_a_sentence(root: Path) -> None:
    with pytest.raises(DataError, match="could not be read: is a directory"):
        read_idx(root, 1)
    (raw_folder(files_of("mnist"), root) / FILES[1]).unlink()
    with pytest.raises(DataMissingError, match=r"MNIST is not here: put train-labels-idx1-ubyte \(or .gz\) into"):
        read_arrays(DataSpec(dataset="mnist"), root)


# -- EMNIST and KMNIST ------------------------------------------------------------------


@pytest.fixture(params=["balanced", "letters", "digits", "byclass", "bymerge", "mnist"])
def emnist(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[DataSpec, Path]:
    """Every class once in training, and three test images, as NIST's files hold them."""
    spec = DataSpec(dataset="emnist", emnist=request.param)
    folder, first = raw_folder(spec.files, tmp_path), request.param == "letters"
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    for part, count in (("train", spec.num_classes), ("test", 3)):
        name = f"emnist-{request.param}-{part}"
        images = random.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        (folder / f"{name}-images-idx3-ubyte").write_bytes(idx(images))
        (folder / f"{name}-labels-idx1-ubyte").write_bytes(idx((np.arange(count) + first).astype(np.uint8)))
    return spec, tmp_path


def test_emnist_is_torchvisions_turned_upright(emnist: tuple[DataSpec, Path]) -> None:
    spec, root = emnist
    assert missing_files(spec.files, root) == []
    arrays = read_arrays(spec, root)
    theirs = torchvision().datasets.EMNIST(str(root), split=spec.emnist, train=True)
    assert np.array_equal(arrays.inputs[:, 0], theirs.data.numpy().transpose(0, 2, 1))
    names = [theirs.classes[label] for label in theirs.targets.tolist()]
    ours = [spec.classes[label] for label in arrays.targets.tolist()]
    written = str.casefold if spec.emnist == "letters" else str  # both forms of a letter are one class there
    assert list(map(written, ours)) == list(map(written, names))


def test_letters_are_counted_from_one(tmp_path: Path) -> None:
    spec = DataSpec(dataset="emnist", emnist="letters")
    folder = raw_folder(spec.files, tmp_path)
    folder.mkdir(parents=True)
    for part in ("train", "test"):
        (folder / f"emnist-letters-{part}-images-idx3-ubyte").write_bytes(idx(IMAGES))
        (folder / f"emnist-letters-{part}-labels-idx1-ubyte").write_bytes(idx(np.zeros(20, np.uint8)))
    with pytest.raises(DataDamagedError, match="counted from 1"):
        read_arrays(spec, tmp_path)


def test_kmnist_is_torchvisions(root: Path) -> None:
    raw_folder(files_of("mnist"), root).parent.rename(root / "KMNIST")
    arrays = read_arrays(DataSpec(dataset="kmnist"), root)
    theirs = torchvision().datasets.KMNIST(str(root), train=True)
    assert np.array_equal(arrays.inputs[:, 0], theirs.data.numpy())
    assert arrays.targets.tolist() == theirs.targets.tolist()
    assert SOURCES["kmnist"].expects.classes == tuple(theirs.classes)


@pytest.mark.parametrize("shape", [(0, 28, 28), (4_093_642_755, 4_094_558_208, 0)])
def test_a_file_of_nothing_is_damaged_however_large_it_says_it_is(tmp_path: Path, shape: tuple[int, ...]) -> None:
    path = tmp_path / "images"
    path.write_bytes(struct.pack(">4I", 0x803, *shape))
    with pytest.raises(DataDamagedError, match="it is empty"):
        read_idx(path, 3)
