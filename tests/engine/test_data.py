"""Data: files, downloads, splits and batches."""

from __future__ import annotations

import functools
import gzip
import hashlib
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.data import download, tensors
from engine.data.download import DataOfflineError, fetch, official
from engine.data.folder import FILES, data_folder, missing_files, raw_folder
from engine.data.sources import Arrays, DataDamagedError, DataError, DataMissingError, read_arrays, read_idx
from engine.data.spec import DATASETS, DataSpec
from engine.data.tensors import Batches, StoppedError, load_data, ranges, resized, split_data
from tests.engine.cases import idx, made_data

CPU = torch.device("cpu")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Twenty training and ten test images in torchvision's layout."""
    folder = raw_folder("mnist", tmp_path / "data")
    folder.mkdir(parents=True)
    rng = np.random.default_rng(1)
    for part, count in (("train", 20), ("t10k", 10)):
        images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        (folder / f"{part}-images-idx3-ubyte").write_bytes(idx(images))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx((np.arange(count) % 10).astype(np.uint8)))
    return tmp_path / "data"


# -- sources ----------------------------------------------------------------------------


def test_the_bundled_digits_are_scikit_learns() -> None:
    original = pytest.importorskip("sklearn.datasets").load_digits()
    arrays = read_arrays("digits")
    assert np.array_equal(arrays.images[:, 0], np.round(original.images * 255 / 16))
    assert np.array_equal(arrays.labels, original.target)
    assert len(arrays.labels) == DATASETS["digits"].examples


def test_reading_files_loads_neither_torch_nor_sklearn() -> None:
    code = ("import sys, engine.data.sources as s; s.read_arrays('digits'); "
            "print({'torch', 'sklearn'} & set(sys.modules))")
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_reads_torchvisions_layout(root: Path, packed: bool) -> None:
    if packed:
        for path in list(raw_folder("mnist", root).iterdir()):
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
    arrays = read_arrays("mnist", root)
    assert arrays.images.shape == (20, 1, 28, 28)
    assert arrays.test_labels is not None and arrays.test_labels.tolist() == list(range(10))


def test_reads_mnist_as_torchvision_does(mnist_root: Path) -> None:
    from engine.data.torchvision_import import torchvision

    theirs = torchvision().datasets.MNIST(str(mnist_root), train=False)
    arrays = read_arrays("mnist", mnist_root)
    assert arrays.test_images is not None and arrays.test_labels is not None
    assert np.array_equal(arrays.test_images[:, 0], theirs.data.numpy())
    assert np.array_equal(arrays.test_labels, theirs.targets.numpy())
    assert len(arrays.images) == 60_000


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
    (raw_folder("mnist", root) / name).write_bytes(content)
    with pytest.raises(DataDamagedError, match=reason) as raised:
        read_arrays("mnist", root)
    assert name in str(raised.value)


WHOLE = gzip.compress(idx(IMAGES))


@pytest.mark.parametrize("content", [b"no gzip", WHOLE[:-30], WHOLE[:-20] + b"?" * 20], ids=["other", "cut", "altered"])
def test_a_damaged_archive_is_a_sentence(root: Path, content: bytes) -> None:
    plain = raw_folder("mnist", root) / FILES[0]
    plain.unlink()
    plain.with_name(f"{plain.name}.gz").write_bytes(content)
    with pytest.raises(DataDamagedError, match="damaged"):
        read_arrays("mnist", root)


def test_what_cannot_be_opened_or_is_missing_is_a_sentence(root: Path) -> None:
    with pytest.raises(DataError, match="could not be read: is a directory"):
        read_idx(root, 1)
    (raw_folder("mnist", root) / FILES[1]).unlink()
    with pytest.raises(DataMissingError, match=r"MNIST is not here: put train-labels-idx1-ubyte \(or .gz\) into"):
        read_arrays("mnist", root)


# -- folders and downloads ----------------------------------------------------------------------------


def test_the_data_folder_follows_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert data_folder() == tmp_path / "home" / "Layerloom" / "data"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert data_folder() == Path.home() / "Library" / "Application Support" / "Layerloom" / "data"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert data_folder() == tmp_path / "local" / "Layerloom" / "data"
    monkeypatch.setenv("LAYERLOOM_DATA", str(tmp_path / "chosen"))
    assert data_folder() == tmp_path / "chosen"
    assert missing_files("digits") == []
    assert missing_files("mnist") == list(FILES)


def test_torchvision_tells_mirrors_and_checksums() -> None:
    mirrors, checksums = official("fashion-mnist")
    assert mirrors and set(checksums) == {f"{name}.gz" for name in FILES}
    assert official("mnist")[1] != checksums  # asked twice: the second import must not fail


@pytest.fixture
def mirror(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, dict[str, str]]]:
    """A local server with packed files, known as the only mirror; its address and checksums."""
    served = tmp_path / "served"
    served.mkdir()
    for path in raw_folder("mnist", root).iterdir():
        (served / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    checksums = {path.name: hashlib.md5(path.read_bytes()).hexdigest() for path in served.iterdir()}

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(served)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}/"
    monkeypatch.setattr(download, "official", lambda _: (["http://127.0.0.1:9/", address], checksums))
    yield address, checksums
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.usefixtures("mirror")
def test_downloads_what_is_missing_from_the_next_mirror(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    data = load_data(DataSpec(dataset="mnist"), tmp_path / "new", lambda done, total: seen.append((done, total)))
    assert (len(data.train), len(data.validation), len(data.test)) == (18, 2, 10)
    assert any(done == total > 0 for done, total in seen)
    names = sorted(path.name for path in raw_folder("mnist", tmp_path / "new").iterdir())
    assert names == sorted(f"{name}.gz" for name in FILES)  # nothing else is left
    assert list(fetch("mnist", tmp_path / "new")) == []


def test_a_wrong_file_is_refused(mirror: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    mirror[1]["t10k-images-idx3-ubyte.gz"] = "0" * 32
    with pytest.raises(DataOfflineError, match="what came is not the original file"):
        list(fetch("mnist", tmp_path / "new"))
    assert not (raw_folder("mnist", tmp_path / "new") / "t10k-images-idx3-ubyte.gz").exists()


@pytest.mark.usefixtures("mirror")
def test_a_download_can_be_stopped(tmp_path: Path) -> None:
    steps = fetch("mnist", tmp_path / "new")
    for step in steps:
        if step.done:
            break
    steps.close()
    assert list(raw_folder("mnist", tmp_path / "new").iterdir()) == []
    with pytest.raises(StoppedError):
        load_data(DataSpec(dataset="mnist"), tmp_path / "other", cancelled=lambda: True)


def test_offline_is_one_sentence_with_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = dict.fromkeys((f"{name}.gz" for name in FILES), "")
    monkeypatch.setattr(download, "official", lambda _: (["http://127.0.0.1:9/"], names))
    with pytest.raises(DataOfflineError) as raised:
        load_data(DataSpec(dataset="fashion-mnist"), tmp_path)
    sentence = str(raised.value)
    assert sentence.startswith("Fashion-MNIST is not here and could not be downloaded (connection refused): put ")
    assert sentence.endswith(str(tmp_path / "FashionMNIST" / "raw")) and FILES[3] in sentence


# -- splits and batches ----------------------------------------------------------------------------


def numbered(count: int, test: int = 0) -> Arrays:
    """Images whose two pixels are their own number."""
    def images(first: int, many: int) -> np.ndarray:
        return np.array([[[divmod(n, 256)]] for n in range(first, first + many)], np.uint8).reshape(-1, 1, 1, 2)

    labels = np.zeros(count, np.uint8)
    return Arrays(images(0, count), labels, *((images(count, test), np.zeros(test, np.uint8)) if test else ()))


def numbers(split: tensors.Split) -> list[int]:
    return [int(high) * 256 + int(low) for high, low in split.images[:, 0, 0]]


@pytest.mark.parametrize(("official_test", "sizes"), [(0, (765, 85, 150)), (50, (900, 100, 50))])
def test_splits_are_disjoint_and_seeded(official_test: int, sizes: tuple[int, ...]) -> None:
    arrays = numbered(1000, official_test)
    parts = [numbers(split) for split in _splits(split_data(DataSpec(seed=3), arrays))]
    assert tuple(map(len, parts)) == sizes
    assert sorted(number for part in parts for number in part) == list(range(1000 + official_test))
    assert parts == [numbers(split) for split in _splits(split_data(DataSpec(seed=3), arrays))]
    assert parts[1] != numbers(split_data(DataSpec(seed=4), arrays).validation)


def _splits(data: tensors.Data) -> tuple[tensors.Split, ...]:
    return data.train, data.validation, data.test


@pytest.mark.parametrize("share", [1e-9, 1 - 1e-9])
def test_no_split_is_empty(share: float) -> None:
    assert all(len(split) for split in _splits(split_data(DataSpec(validation=share), numbered(20))))


def test_moments_are_those_of_the_training_images() -> None:
    data = made_data(300)
    pixels = data.train.images.numpy() / 255
    assert data.mean == pytest.approx((pixels.mean(),)) and data.std == pytest.approx((pixels.std(),))


@pytest.mark.parametrize("normalize", [False, True])
def test_a_batch_is_what_torchvisions_transforms_would_give(normalize: bool) -> None:
    data = made_data(100, DataSpec(normalize=normalize))
    x, labels = Batches(data.train, data, CPU).take(torch.tensor([4, 2, 2]))
    expected = data.train.images[[4, 2, 2]].float() / 255
    if normalize:
        expected = (expected - data.mean[0]) / data.std[0]
    assert torch.allclose(x, expected, atol=1e-6) and (normalize or torch.equal(x, expected))
    assert x.is_contiguous(memory_format=torch.channels_last) and x.dtype == torch.float32
    assert labels.tolist() == data.train.labels[[4, 2, 2]].tolist()


def pictures(size: int) -> torch.Tensor:
    """Smooth and noisy uint8 images 40×1×size×size."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.randint(0, 256, (20, 1, size, size), generator=generator).float()
    smooth = torch.nn.functional.avg_pool2d(noise, 5, 1, 2)
    return torch.cat([noise, smooth]).to(torch.uint8)


def by_pil(images: torch.Tensor, size: int) -> torch.Tensor:
    made = [np.asarray(Image.fromarray(image[0].numpy()).resize((size, size), Image.Resampling.BILINEAR)) for image in
            images]
    return torch.from_numpy(np.stack(made))[:, None]


def test_resizing_is_bit_equal_to_pil() -> None:
    assert torch.equal(resized(pictures(28), 96), by_pil(pictures(28), 96))
    assert resized(pictures(28), 28).data_ptr() != 0 and torch.equal(resized(pictures(28), 28), pictures(28))


@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (6, 1), (8, 1), (5, 3), (2, 6)])
def test_resizing_keeps_images_and_channels_apart(shape: tuple[int, int]) -> None:
    images = torch.randint(0, 256, (*shape, 9, 7), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    alone = [[resized(image[None, None], 12)[0, 0] for image in channels] for channels in images]
    assert torch.equal(resized(images, 12), torch.stack([torch.stack(channels) for channels in alone]))


@pytest.mark.parametrize(("size", "to"), [(8, 28), (28, 96), (28, 13), (64, 224)])
def test_resizing_is_close_to_pil_at_any_size_and_on_any_device(size: int, to: int) -> None:
    images = pictures(size)
    for got, most in ((resized(images, to), 2), (tensors.resized_in_float(images, to), 1)):
        assert got.dtype == torch.uint8
        assert (got.int() - by_pil(images, to).int()).abs().max() <= most


def test_batches_know_their_shape_after_resizing() -> None:
    data = made_data(30, DataSpec(resize=12))
    batches = Batches(data.train, data, CPU)
    assert batches.sample_shape == (1, 12, 12) and batches.take(torch.arange(5))[0].shape == (5, 1, 12, 12)


@pytest.mark.parametrize(("count", "size", "expected"), [
    (10, 4, [4, 4, 2]), (9, 4, [4, 5]), (8, 4, [4, 4]), (3, 100, [3]), (1, 4, [1]), (3, 1, [1, 1, 1]), (5, 2, [2, 3]),
])  # fmt: skip
def test_ranges_cover_everything_and_no_batch_of_one_is_left(count: int, size: int, expected: list[int]) -> None:
    made = ranges(count, size)
    assert [end - begin for begin, end in made] == expected
    assert [number for begin, end in made for number in range(begin, end)] == list(range(count))
