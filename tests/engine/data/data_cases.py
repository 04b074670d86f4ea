"""Small data sets in the original formats, for several tests."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import savemat

from engine.data.fetching.folder import Files, Official, raw_folder
from engine.data.formats.preview import Preview
from engine.data.formats.table import reading
from engine.data.progress import result_of
from engine.data.sources import SOURCES
from engine.data.spec.spec import DataSpec
from tests.engine.cases import idx


def files_of(dataset: str) -> Files:
    """What a data set's source says of its files."""
    return DataSpec(dataset=dataset).files


def only_mirror(monkeypatch: pytest.MonkeyPatch, official: Callable[[], Official]) -> None:
    """From now on everything is downloaded from there."""
    for source in SOURCES.values():
        if source.kind == "download":
            monkeypatch.setattr(type(source), "official", lambda _self: official())


def preview_of(spec: DataSpec) -> Preview:
    """What is shown of a table, whatever its options."""
    path, = spec.source.paths(spec, None)
    return reading.preview_of(result_of(reading.found_in(path, spec.table)), spec.table)


SUFFIXES = [suffix for source in SOURCES.values() if source.own is not None for suffix in source.own.suffixes]


def own_file(path: Path) -> Path:
    """Twenty rows of two numbers and a third one to learn, as the suffix says, for both faces of the program."""
    x = np.arange(40, dtype=np.float32).reshape(20, 2) / 40
    y = x.sum(1, keepdims=True)
    if path.suffix == ".npz":
        np.savez(path, x=x, y=y)
    elif path.suffix in (".pt", ".pth"):
        torch.save({"x": torch.from_numpy(x), "y": torch.from_numpy(y)}, path)
    else:
        joint = "\t" if path.suffix == ".tsv" else ","
        rows = [joint.join(map(str, (*row, *target))) for row, target in zip(x, y, strict=True)]
        path.write_text("\n".join([joint.join("aby"), *rows]))
    return path


def mnist_files(root: Path) -> Path:
    """Twenty training and ten test images in torchvision's layout below ``root``."""
    folder = raw_folder(files_of("mnist"), root)
    folder.mkdir(parents=True)
    rng = np.random.default_rng(1)
    for part, count in (("train", 20), ("t10k", 10)):
        images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        (folder / f"{part}-images-idx3-ubyte").write_bytes(idx(images))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx((np.arange(count) % 10).astype(np.uint8)))
    return root


def idx_files(spec: DataSpec, root: Path) -> None:
    """A hundred training images and twenty others, whose labels are those of letters too."""
    folder = raw_folder(spec.files, root)
    folder.mkdir(parents=True)
    for name in spec.files.names:
        count = 20 if name.startswith("t10k") or "-test-" in name else 100
        array = np.zeros((count, 28, 28), np.uint8) if "images" in name else np.arange(count, dtype=np.uint8) % 9 + 1
        (folder / name).write_bytes(idx(array))


def python2_pickle(value: object) -> bytes:
    """Protocol 2 as Python 2 wrote it, texts and bytes alike as byte strings: how CIFAR's files are."""
    return b"\x80\x02" + _python2(value) + b"."


def _python2(value: object) -> bytes:
    if isinstance(value, dict):
        items = b"".join(_python2(key) + _python2(item) for key, item in value.items())
        return b"}(" + items + b"u"
    if isinstance(value, list):
        return b"](" + b"".join(map(_python2, value)) + b"e"
    if isinstance(value, int):
        return b"J" + struct.pack("<i", value)
    if isinstance(value, np.ndarray):
        made = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n" + _python2(0) + b"\x85" + _text(b"b") + b"tR"
        kind = b"cnumpy\ndtype\n" + _text(b"u1") + _python2(0) + _python2(1) + b"\x87R"
        kind += b"(" + _python2(3) + _text(b"|") + b"NNN" + _python2(-1) * 2 + _python2(0) + b"tb"
        shape = b"(" + b"".join(map(_python2, value.shape)) + b"t"
        return made + b"(" + _python2(1) + shape + kind + b"\x89" + _text(value.tobytes()) + b"tb"
    return _text(str(value).encode("latin1"))


def _text(content: bytes) -> bytes:
    return b"T" + struct.pack("<i", len(content)) + content


def cifar_batch(count: int, classes: int, seed: int, label: str = "labels") -> dict[str, object]:
    """What one of CIFAR's files holds."""
    random = np.random.default_rng(seed)
    return {"batch_label": f"batch {seed}", label: random.integers(0, classes, count).tolist(),
            "data": random.integers(0, 256, (count, 3072), dtype=np.uint8),
            "filenames": [f"{index}.png" for index in range(count)]}


def cifar_files(dataset: str, root: Path) -> Path:
    """Every file of CIFAR-10 or CIFAR-100 in torchvision's layout, with few images."""
    files, classes = files_of(dataset), SOURCES[dataset].expects.classes
    folder = raw_folder(files, root)
    folder.mkdir(parents=True)
    label, meta = ("labels", "label_names") if dataset == "cifar10" else ("fine_labels", "fine_label_names")
    for seed, name in enumerate(files.names):
        (folder / name).write_bytes(python2_pickle(cifar_batch(7 + seed, len(classes), seed, label)))
    name = "batches.meta" if dataset == "cifar10" else "meta"
    (folder / name).write_bytes(python2_pickle({meta: list(classes)}))
    return folder


def svhn_files(root: Path) -> None:
    """Both of SVHN's MATLAB files, with few images."""
    root.mkdir(parents=True, exist_ok=True)
    for name, count in (("train_32x32.mat", 23), ("test_32x32.mat", 11)):
        images = np.random.default_rng(count).integers(0, 256, (32, 32, 3, count), dtype=np.uint8)
        savemat(root / name, {"X": images, "y": (np.arange(count) % 10 + 1).astype(np.uint8)[:, None]})
