"""Images of any depth, orientation and size: what is white is the same in all of a folder, and large ones fit."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from engine.data.formats import image_folder, pixels
from engine.data.formats.arrays import Arrays
from engine.data.formats.image import Picture, read_header, read_picture
from engine.data.formats.image_folder import read_folder
from engine.data.progress import result_of

KINDS = {"RGB": np.uint8, "L": np.uint8, "I;16": np.uint16, "I": np.int32, "F": np.float32}


def pgm(path: Path, values: np.ndarray, white: int, is_plain: bool = False) -> None:
    head = f"{'P2' if is_plain else 'P5'}\n{values.shape[1]} {values.shape[0]}\n{white}\n".encode()
    texts = " ".join(map(str, values.ravel())).encode()
    path.write_bytes(head + (texts if is_plain else values.astype(">u2").tobytes()))


def folder(path: Path, images: dict[str, list[np.ndarray]], suffix: str) -> Arrays:
    for name, arrays in images.items():
        (path / name).mkdir(parents=True)
        for index, values in enumerate(arrays):
            Image.fromarray(values).save(path / name / f"{index}.{suffix}")
    return result_of(read_folder(path))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("mode", KINDS)
@pytest.mark.parametrize("packed", [None, "tiff_lzw"])
def test_a_turned_tiff_is_upright_in_header_and_pixels(orientation: int, mode: str, packed: str | None,
                                                       tmp_path: Path) -> None:
    shape = (6, 10, 3) if mode == "RGB" else (6, 10)
    image = Image.fromarray((np.arange(np.prod(shape)).reshape(shape) * 257 % 250).astype(KINDS[mode]))
    image.getexif()[0x0112] = orientation
    image.save(tmp_path / "a.tif", exif=image.getexif(), compression=packed)
    upright = np.asarray(ImageOps.exif_transpose(image))
    assert read_header(tmp_path / "a.tif")[:2] == upright.shape[:2]
    found = read_picture(tmp_path / "a.tif", 3, *upright.shape[:2]).pixels
    wanted = np.rint(upright / 257) if mode == "I;16" else upright
    assert np.array_equal(found[0], wanted[..., 0] if mode == "RGB" else wanted)


@pytest.mark.parametrize("is_plain", [False, True])
@pytest.mark.parametrize("white", [65535, 1023, 4095])
def test_a_dark_grey_map_stays_dark(white: int, is_plain: bool, tmp_path: Path) -> None:
    for name, most in (("dark", 200), ("light", white)):
        (tmp_path / name).mkdir()
        for index in range(3):
            pgm(tmp_path / name / f"{index}.pgm", np.linspace(0, most, 64).astype(int).reshape(8, 8), white, is_plain)
    arrays = result_of(read_folder(tmp_path))
    wanted = [np.linspace(0, most, 64).astype(int) * 255 / white for most in (200, white)]
    assert np.abs(arrays.inputs[[0, 3]].reshape(2, 64) - np.array(wanted)).max() <= 0.51
    assert not any("white" in str(note) for note in arrays.report.notes)


@pytest.mark.parametrize(("kind", "most", "white"), [
    (np.float32, (0.5, 1), 1), (np.float32, (1, 200), 255), (np.float32, (0.25, 2000), 65535),
    (np.int32, (90, 255), 255), (np.int32, (1000, 60000), 65535), (np.int32, (1000, 131072), 131072),
    (np.float32, (7, 1e6), 1e6),
])  # fmt: skip
def test_greys_without_a_range_are_scaled_alike_and_it_is_said(kind: type, most: tuple[float, float], white: float,
                                                               tmp_path: Path) -> None:
    grid = np.linspace(0, 1, 64).reshape(8, 8)
    values = [(grid * each).astype(kind) for each in most]
    arrays = folder(tmp_path, {"a": [values[0]] * 3, "b": [values[1]] * 3}, "tif")
    for found, wanted in zip(arrays.inputs[[0, 3], 0], values, strict=True):
        assert np.abs(found - wanted * (255 / white)).max() <= 0.51
    note, = (str(each) for each in arrays.report.notes if "white" in str(each))
    assert note.startswith("6 images hold numbers from 0 to ") and note.endswith(" is, and 0 is black")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "I;16", "F", "RGB"])
def test_a_large_image_in_strips_is_the_same(mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 30, 4), np.uint8)
    image = Image.fromarray(noise[..., 0].astype(KINDS[mode])) if mode in KINDS and mode != "RGB" \
        else Image.fromarray(noise).convert("P" if mode == "PA" else mode)
    path = tmp_path / ("a.tif" if mode == "F" else "a.png")
    image.save(path, **({"transparency": 3} if mode == "PA" else {}))
    whole = [read_picture(path, channels, 20, 15) for channels in (1, 3)]
    monkeypatch.setattr(pixels, "STRIP", 100)
    for channels, before in zip((1, 3), whole, strict=True):
        after = read_picture(path, channels, 20, 15)
        assert np.array_equal(after.pixels, before.pixels) and after.was == before.was


def test_reading_can_be_left_while_an_image_takes_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(tmp_path / "a").mkdir()
    Path(tmp_path / "b").mkdir()
    for name in ("a/0", "a/1", "b/0", "b/1"):
        Image.new("L", (8, 8)).save(tmp_path / f"{name}.png")
    monkeypatch.setattr(image_folder, "LARGE", 1)
    before = set(threading.enumerate())
    begun, goes_on = [], threading.Event()

    def slow(path: Path, *_: object) -> Picture:
        begun.append(path)
        goes_on.wait(5)
        return Picture(np.zeros((1, 8, 8), np.uint8), None)

    monkeypatch.setattr(image_folder, "read_picture", slow)
    steps = read_folder(tmp_path)
    assert [next(steps).doing for _ in range(5)] == ["reading"] * 5
    steps.close()
    assert len(begun) == 1  # large ones are not decoded beside each other
    goes_on.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert len(begun) == 1  # nor any after it was left
