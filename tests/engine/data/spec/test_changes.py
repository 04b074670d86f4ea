"""A person's own files that changed since they were read are noticed, and it is said how."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.data.errors import DataError
from engine.data.options.options import Fingerprint
from engine.data.spec.changes import changes, difference
from engine.data.spec.reading import described
from engine.data.spec.spec import DataSpec
from engine.data.tensors.loading import load_data

TEXT = "x,y\n" + "".join(f"{i % 7}.5,{i}.25\n" for i in range(20))


def table(path: Path) -> DataSpec:
    path.write_text(TEXT)
    return described(DataSpec(dataset="table", path=str(path)))


def pets(folder: Path) -> DataSpec:
    for label in ("cat", "dog"):
        (folder / label).mkdir(parents=True)
        for index in range(4):
            picture(folder / label / f"{index}.png", 20 * index)
    return described(DataSpec(dataset="folder", path=str(folder)))


def picture(path: Path, shade: int, side: int = 8) -> None:
    Image.fromarray(np.full((side, side, 3), shade, np.uint8)).save(path)


def test_what_is_as_it_was_is_not_mentioned(tmp_path: Path) -> None:
    spec = table(tmp_path / "a.csv")
    assert changes(spec) is None
    later = time.time_ns() + 10**10
    os.utime(tmp_path / "a.csv", ns=(later, later))  # copied, or written again as it was
    assert changes(spec) is None
    images = pets(tmp_path / "pets")
    assert changes(images) is None
    assert changes(DataSpec()) is None and changes(DataSpec(dataset="table", path="gone.csv")) is None


def test_a_table_that_was_edited_is_noticed(tmp_path: Path) -> None:
    spec = table(tmp_path / "a.csv")
    (tmp_path / "a.csv").write_text(TEXT + "1,2\n")
    assert str(changes(spec)) == (f"a.csv has changed since it was read: it had {len(TEXT)} bytes, now it has "
                                  f"{len(TEXT) + 4}")
    (tmp_path / "a.csv").write_text(TEXT.replace("0.25", "0.75", 1))
    os.utime(tmp_path / "a.csv", ns=(1, 1))
    assert "it has other contents of the same size" in str(changes(spec))
    assert changes(described(spec)) is None
    (tmp_path / "a.csv").unlink()
    with pytest.raises(DataError, match="is not there"):
        changes(spec)


@pytest.mark.parametrize(("more", "gone", "words"), [
    (3, 0, "there were 8 files, now there are 11"), (0, 2, "there were 8 files, now there are 6"),
    (2, 2, "files in it have other names or sizes"),
])  # fmt: skip
def test_images_that_came_or_went_are_noticed(more: int, gone: int, words: str, tmp_path: Path) -> None:
    spec = pets(tmp_path / "pets")
    for index in range(more):
        picture(tmp_path / "pets" / "dog" / f"new{index}.png", 9 * index)
    for index in range(gone):
        (tmp_path / "pets" / "cat" / f"{index}.png").unlink()
    assert str(changes(spec)) == f"pets has changed since it was read: {words}"


def test_images_that_were_written_over_are_noticed_though_they_look_the_same(tmp_path: Path) -> None:
    spec, later = pets(tmp_path / "pets"), time.time_ns() + 10**10
    for path in (tmp_path / "pets" / "cat").iterdir():
        path.write_bytes(path.read_bytes()[::-1])
        os.utime(path, ns=(later, later))
    said = ("pets may have changed since it was read: its files have the same names and sizes, but were written at "
            "another time")
    assert str(changes(spec)) == said
    assert spec.known is not None and spec.known.fingerprint is not None
    now = replaced(spec.known.fingerprint, newest=later)
    assert str(difference(spec.known.fingerprint, now, spec)) == said
    assert difference(replaced(now, newest=0), now, spec) is None, "of an earlier version, which did not know"


def replaced(fingerprint: Fingerprint, **values: object) -> Fingerprint:
    return fingerprint.model_copy(update=values)


def test_a_moved_folder_is_the_same(tmp_path: Path) -> None:
    spec = pets(tmp_path / "pets")
    (tmp_path / "pets").rename(tmp_path / "animals")
    moved = described(DataSpec(dataset="folder", path=str(tmp_path / "animals")))
    assert moved.known is not None and spec.known is not None
    assert difference(spec.known.fingerprint, moved.known.fingerprint, moved) is None


def test_loaded_data_know_their_files(tmp_path: Path) -> None:
    spec = table(tmp_path / "a.csv")
    assert load_data(spec).spec.known == spec.known and spec.known is not None and spec.known.fingerprint is not None
    assert DataSpec.model_validate(spec.model_dump(mode="json")) == spec
