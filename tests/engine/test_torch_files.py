"""PyTorch's files as PyTorch reads them, and what is none: in words, without running it or believing its numbers."""

from __future__ import annotations

import argparse
import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from engine.torch_files import reading
from engine.torch_files.kinds import Odd, Shaped, TorchFileError
from engine.torch_files.reading import outline, tensors_of
from tests.in_time import in_time

pytestmark = pytest.mark.filterwarnings("ignore")  # torch's own, of what it will no longer have


def content() -> dict[str, Any]:
    shared = torch.arange(12.0)
    return {
        "plain": torch.rand(3, 4), "turned": torch.rand(3, 4).t(), "last": torch.rand(2, 3, 4, 5).to(
            memory_format=torch.channels_last), "empty": torch.empty(0, 3), "one": torch.tensor(3),
        "expanded": torch.rand(3, 1).expand(3, 5), "window": shared[2:6], "all": shared, "step": shared[::3],
        "half": torch.rand(3).half(), "brain": torch.rand(3).bfloat16(), "double": torch.rand(3).double(),
        "complex": torch.rand(2) * 1j, "bool": torch.tensor([True, False]), "bytes": torch.arange(5, dtype=torch.uint8),
        "weight": nn.Parameter(torch.rand(2, 2)), "ordered": OrderedDict(a=torch.ones(1)), "size": torch.Size([2, 3]),
        "epoch": 3, "lr": 0.1, "names": ["a", ("b", None)], "nested": {"deep": {"x": torch.ones(2)}},
    }  # fmt: skip


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, torch.Tensor):
        return torch.equal(ours, theirs) and ours.dtype == theirs.dtype and ours.stride() == theirs.stride()
    if isinstance(theirs, dict):
        return list(ours) == list(theirs) and all(same(ours[key], theirs[key]) for key in theirs)
    return bool(ours == theirs)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_is_read_as_torch_reads_it(zipped: bool, tmp_path: Path) -> None:
    torch.save(content(), tmp_path / "a.pt", _use_new_zipfile_serialization=zipped)
    ours, theirs = tensors_of(tmp_path / "a.pt"), torch.load(tmp_path / "a.pt", weights_only=True)
    assert same(ours, theirs)
    ours["all"][2] = 77.0  # those that share memory still do
    assert ours["window"][0] == 77.0
    shapes = outline(tmp_path / "a.pt")
    assert shapes["plain"] == Shaped((3, 4), "float32") and shapes["nested"]["deep"]["x"] == Shaped((2,), "float32")


@pytest.mark.parametrize("zipped", [True, False])
def test_what_is_no_plain_tensor_is_named(zipped: bool, tmp_path: Path) -> None:
    odd = {"sparse": torch.eye(3).to_sparse(), "rows": torch.eye(3).to_sparse_csr(),
           "quantised": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8), "args": argparse.Namespace(lr=1),
           "model": nn.Sequential(nn.Linear(2, 2)), "number": np.float64(3),
           "negated": (torch.rand(3) * 1j).conj().imag, "good": torch.ones(2)}
    torch.save(odd, tmp_path / "a.pt", _use_new_zipfile_serialization=zipped)
    found = tensors_of(tmp_path / "a.pt")
    assert {key: (str(value.what), value.kind) for key, value in found.items() if isinstance(value, Odd)} == {
        "sparse": ("a sparse tensor", "tensor"), "rows": ("a sparse tensor", "tensor"),
        "quantised": ("a quantised tensor", "tensor"), "negated": ("a conjugated or negated view", "tensor"),
        "args": ("argparse.Namespace", "object"),
        "model": ("Sequential", "model"), "number": (f"{np.float64(3).__reduce__()[0].__module__}.scalar", "object")}
    assert found["good"].tolist() == [1, 1]


class Trap:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("sprung"),)


def test_nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"a": Trap(), "b": torch.ones(1)}, "a.pt")
    assert tensors_of(Path("a.pt"))["b"].tolist() == [1] and not Path("sprung").exists()


def script() -> bytes:
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(nn.Linear(2, 2)), buffer)
    return buffer.getvalue()


def npz() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, a=np.ones(2))
    return buffer.getvalue()


def other_archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "text")
    return buffer.getvalue()


@pytest.mark.parametrize(("made", "reason"), [
    (lambda: b"", "it is empty"), (lambda: bytes(2000), "nothing but zeros"),
    (lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "only a pointer of Git LFS"),
    (lambda: b"\n<!DOCTYPE html><html>", "it is a web page"), (lambda: b"<html><body>Not found", "it is a web page"),
    (lambda: b"\x89HDF\r\n\x1a\n", "an HDF5 file.*torch.save.net.state_dict"), (lambda: b"GGUF\3\0\0\0", "torch.save"),
    (lambda: b"epoch,loss\n1,2", "no file that PyTorch wrote"), (lambda: pickle.dumps([1]), "PyTorch did not write"),
    (script, "a TorchScript program.*torch.jit.load"), (npz, "an .npz file of numpy"),
    (other_archive, "an archive, but none that torch.save wrote"),
])  # fmt: skip
def test_other_files_are_told_apart(made: Callable[[], bytes], reason: str, tmp_path: Path) -> None:
    (tmp_path / "a.pt").write_bytes(made())
    for read in (outline, tensors_of):
        with pytest.raises(TorchFileError, match=reason):
            read(tmp_path / "a.pt")


def rewritten(path: Path, change: Callable[[bytes], bytes], name: str = "data.pkl") -> Path:
    """The archive with one entry changed."""
    with zipfile.ZipFile(path) as archive:
        entries = {each: archive.read(each) for each in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for each, inner in entries.items():
            archive.writestr(each, change(inner) if each.endswith(name) else inner)
    return path


@pytest.mark.parametrize(("old", "new", "reason"), [
    (b"K\x03K\x04\x86", b"J\xff\xff\xff\x7fK\x04\x86", "says to be larger than it is"),  # the shape
    (b"K\x04K\x01\x86", b"J\xff\xff\xff\x7fK\x01\x86", "says to be larger than it is"),  # the strides
    (b"K\x04K\x01\x86", b"J\xff\xff\xff\xffK\x01\x86", "is impossible"),
    (b"K\x03K\x04\x86", b"J\xff\xff\xff\xffK\x04\x86", "is impossible"),
    (b"K\x03K\x04\x86", b"G?\xf0\0\0\0\0\0\0K\x04\x86", "is impossible"),
    (b"K\x03K\x04\x86", b"K\x03\x85", "is impossible"),
])  # fmt: skip
def test_no_number_of_a_tensor_is_believed(old: bytes, new: bytes, reason: str, tmp_path: Path) -> None:
    torch.save({"x": torch.rand(3, 4)}, tmp_path / "a.pt")

    def change(inner: bytes) -> bytes:
        assert old in inner
        return inner.replace(old, new)

    with pytest.raises(TorchFileError, match=reason):
        tensors_of(rewritten(tmp_path / "a.pt", change))


def test_a_tensor_that_is_huge_by_its_strides_alone_is_refused(tmp_path: Path) -> None:
    torch.save({"x": torch.ones(1).expand(2**40)}, tmp_path / "a.pt")
    with pytest.raises(TorchFileError, match="says to be larger"):
        tensors_of(tmp_path / "a.pt")


def test_lists_in_lists_that_would_never_end_are_bounded(tmp_path: Path) -> None:
    value: list[Any] = [1]
    for _ in range(20):
        value = [value] * 50
    torch.save({"x": value}, tmp_path / "a.pt")
    with pytest.raises(TorchFileError, match=r"holds the same values in more than .* places"):
        tensors_of(tmp_path / "a.pt")
    value = []
    value.append(value)
    torch.save({"x": value, "y": torch.ones(2)}, tmp_path / "b.pt")
    assert tensors_of(tmp_path / "b.pt")["y"].tolist() == [1, 1]  # what contains itself is left out somewhere


@pytest.mark.parametrize("twice", [lambda value: (value, value), lambda value: {"a": value, "b": value}])
def test_what_holds_itself_twice_over_and_over_is_refused_at_once(twice: Callable[[Any], Any], tmp_path: Path) -> None:
    value: Any = (1,)
    for _ in range(28):
        value = twice(value)
    torch.save({"x": torch.ones(2), "y": value}, tmp_path / "a.pt")
    for read in (tensors_of, outline):
        with in_time(), pytest.raises(TorchFileError, match="holds the same values"):
            read(tmp_path / "a.pt")


def test_as_many_values_as_a_file_may_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save({"x": list(range(500))}, tmp_path / "a.pt")
    assert tensors_of(tmp_path / "a.pt")["x"] == list(range(500))
    monkeypatch.setattr(reading, "MOST_VALUES", 300)
    with pytest.raises(TorchFileError, match=r"holds more than .* values"):
        tensors_of(tmp_path / "a.pt")


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_that_is_cut_is_an_exception_and_no_crash(zipped: bool, tmp_path: Path) -> None:
    torch.save(content(), tmp_path / "a.pt", _use_new_zipfile_serialization=zipped)
    whole = (tmp_path / "a.pt").read_bytes()
    for cut in range(1, len(whole) - 1, len(whole) // 50):
        (tmp_path / "b.pt").write_bytes(whole[:cut])
        with pytest.raises(Exception):  # noqa: B017  (whoever reads it puts it in words)
            tensors_of(tmp_path / "b.pt")


def test_another_byte_order_is_refused(tmp_path: Path) -> None:
    torch.save({"x": torch.rand(3)}, tmp_path / "a.pt")
    with pytest.raises(TorchFileError, match="another byte order"):
        tensors_of(rewritten(tmp_path / "a.pt", lambda _: b"big", "byteorder"))
