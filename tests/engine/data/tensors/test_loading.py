"""Loading: read once for all who ask, and anew when a file has changed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from engine.data.cache import LOADED, RECENT
from engine.data.errors import StoppedError
from engine.data.formats import image_folder
from engine.data.sources import SOURCES
from engine.data.spec.reading import described, read_arrays
from engine.data.spec.spec import DataSpec
from engine.data.tensors.loading import load_data
from tests.engine.data.data_cases import mnist_files


@pytest.fixture(autouse=True)
def _nothing_loaded() -> Iterator[None]:
    LOADED.clear()
    yield
    LOADED.clear()


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that were read, in order."""
    found: list[str] = []

    def counting(read: Callable[..., Any]) -> Callable[..., Any]:
        def counted(self: Any, *arguments: Any) -> Any:
            found.append(self.id)
            return read(self, *arguments)
        return counted

    for source in SOURCES.values():
        monkeypatch.setattr(type(source), "reading", counting(type(source).reading))
    return found


def aged(folder: Path) -> Path:
    """As if nothing there had been touched for a while."""
    long_ago = (time.time_ns() - 10 * RECENT,) * 2
    for path in folder.rglob("*"):
        os.utime(path, ns=long_ago)
    return folder


@pytest.mark.parametrize("dataset", ["digits", "linear", "polynomial", "edges"])
def test_the_same_is_read_once(dataset: str, readings: list[str]) -> None:
    first, again = load_data(DataSpec(dataset=dataset)), load_data(DataSpec(dataset=dataset))
    assert readings == [dataset]
    assert again.train.inputs is first.train.inputs and again.test.targets is first.test.targets
    assert 0 < first.nbytes <= LOADED.size


@pytest.mark.parametrize("options", [{"normalize": True}, {"augment": {"flip": True}}, {"resize": 20}])
def test_what_only_batches_look_at_is_not_split_anew(options: dict[str, Any], readings: list[str]) -> None:
    first, spec = load_data(DataSpec()), DataSpec().with_options(**options)
    other = load_data(spec)
    assert other.spec == spec and first.spec == DataSpec()
    assert other.train.inputs is first.train.inputs and readings == ["digits"]


@pytest.mark.parametrize("options", [{"seed": 1}, {"validation": 0.2}, {"channels": 3}])
def test_another_split_is_made_of_what_was_read(options: dict[str, Any], readings: list[str]) -> None:
    first, other = load_data(DataSpec()), load_data(DataSpec().with_options(**options))
    LOADED.clear()
    alone = load_data(DataSpec().with_options(**options))
    assert other.train.inputs is not first.train.inputs and readings == ["digits", "digits"]
    assert torch.equal(other.train.inputs, alone.train.inputs) and (other.mean, other.std) == (alone.mean, alone.std)


@pytest.mark.parametrize(("dataset", "options"), [
    ("linear", {"seed": 1}), ("linear", {"synthetic": {"noise": 0.5}}),
    ("polynomial", {"synthetic": {"coefficients": [1, 2]}}),
])  # fmt: skip
def test_other_numbers_are_made(dataset: str, options: dict[str, Any], readings: list[str]) -> None:
    spec = DataSpec(dataset=dataset)
    first, other = load_data(spec), load_data(spec.with_options(**options))
    assert readings == [dataset, dataset] and first.train.inputs is not other.train.inputs
    assert not torch.equal(first.train.targets, other.train.targets)


def test_what_is_described_by_reading_is_not_read_again(tmp_path: Path, readings: list[str]) -> None:
    (tmp_path / "a.csv").write_text("x,y\n" + "".join(f"{index},{index / 3}\n" for index in range(20)))
    aged(tmp_path)
    spec = described(DataSpec(dataset="table", path=str(tmp_path / "a.csv")))
    assert load_data(spec).spec == spec and load_data(spec.with_options(known=None)).spec == spec
    assert readings == ["table"]
    load_data(spec.with_options(table={"standardize": False}))
    assert readings == ["table", "table"]


@pytest.mark.parametrize("same_size", [True, False])
def test_a_changed_file_is_read_anew(same_size: bool, tmp_path: Path, readings: list[str]) -> None:
    path = tmp_path / "a.npz"
    labels = np.arange(20) % 2
    np.savez(path, x=np.zeros((20, 3), np.float32), y=labels)
    aged(tmp_path)
    spec = DataSpec(dataset="tensors", path=str(path))
    for _ in range(2):
        assert not load_data(spec).train.inputs.any()
    size = path.stat().st_size
    np.savez(path, x=np.ones((20 if same_size else 40, 3), np.float32), y=np.resize(labels, 20 if same_size else 40))
    assert (path.stat().st_size == size) == same_size
    assert load_data(spec).train.inputs.all() and readings == ["tensors", "tensors"]


def folder_of_images(folder: Path, count: int = 12) -> DataSpec:
    for index in range(count):
        path = folder / "ab"[index % 2] / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((6, 6, 3), index, np.uint8)).save(path)
    aged(folder)
    return DataSpec(dataset="folder", path=str(folder))


def test_a_folder_is_read_anew_when_an_image_comes_or_goes(tmp_path: Path, readings: list[str]) -> None:
    spec = folder_of_images(tmp_path)
    for _ in range(2):
        assert load_data(spec).spec.examples == 12
    assert len(readings) == 1
    (tmp_path / "a" / "0.png").unlink()
    assert load_data(spec).spec.examples == 11 and len(readings) == 2
    assert load_data(spec.with_options(resize=4)).train.inputs.shape[1:] == (3, 4, 4) and len(readings) == 3


def test_another_data_folder_holds_other_data(tmp_path: Path, readings: list[str]) -> None:
    for name in ("one", "two"):
        aged(mnist_files(tmp_path / name))
    labels = tmp_path / "two" / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    labels.write_bytes(labels.read_bytes()[:8] + bytes(10))
    one, two = (load_data(DataSpec(dataset="mnist"), tmp_path / name) for name in ("one", "two"))
    assert one.test.targets.any() and not two.test.targets.any()
    assert load_data(DataSpec(dataset="mnist"), tmp_path / "one").test.targets.any()


def test_two_threads_that_ask_together_read_once(tmp_path: Path, readings: list[str],
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_folder, "TOGETHER", 4)
    spec, told, found = folder_of_images(tmp_path, 60), list[tuple[int, int]](), list[Any]()
    waits, goes_on = threading.Event(), threading.Event()

    def slowly(done: int, total: int) -> None:
        assert goes_on.wait(20)

    def tell(done: int, total: int) -> None:
        told.append((done, total))
        waits.set()

    first = threading.Thread(target=lambda: found.append(load_data(spec, progress=slowly)))
    first.start()
    while not readings:
        time.sleep(0.01)
    second = threading.Thread(target=lambda: found.append(load_data(spec, progress=tell)))
    second.start()
    assert waits.wait(20)  # is told how far the first is
    with pytest.raises(StoppedError, match="Reading was stopped"):
        load_data(spec, cancelled=lambda: True)  # a third one may leave
    goes_on.set()
    first.join(20)
    second.join(20)
    assert len(readings) == 1 and len(found) == 2
    assert found[0].train.inputs is found[1].train.inputs


def test_where_the_first_is_stopped_the_second_reads(tmp_path: Path, readings: list[str]) -> None:
    spec, found = folder_of_images(tmp_path), list[Any]()
    is_told, stop = threading.Event(), threading.Event()

    def cancelled() -> bool:
        is_told.set()
        return stop.wait(20)

    def stopped() -> None:
        with pytest.raises(StoppedError):
            load_data(spec, cancelled=cancelled)

    first = threading.Thread(target=stopped)
    first.start()
    assert is_told.wait(20)
    second = threading.Thread(target=lambda: found.append(load_data(spec, progress=lambda *_: stop.set())))
    second.start()
    first.join(20)
    second.join(20)
    assert len(readings) == 2 and found[0].spec.examples == 12


def test_many_threads_get_the_same(readings: list[str]) -> None:
    specs = [DataSpec(normalize=bool(index % 2), seed=index // 4 % 2) for index in range(16)]
    found: list[Any] = [None] * 16
    threads = [threading.Thread(target=lambda index=index: found.__setitem__(index, load_data(specs[index])))
               for index in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert readings == ["digits"]
    assert [data.spec for data in found] == specs
    assert len({data.train.inputs.data_ptr() for data in found}) == 2  # one for each seed


def test_arrays_are_counted_in_bytes() -> None:
    arrays = read_arrays(DataSpec(dataset="edges"))
    assert arrays.nbytes == 3 * 4 * (6 * 8 + 6 * 7)
    assert load_data(DataSpec(dataset="edges")).nbytes == arrays.nbytes
