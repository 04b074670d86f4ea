"""A folder of a person's own images: every mode and size, broken files, parts, progress."""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageFile

from engine.data.errors import DataError, StoppedError
from engine.data.fetching.torchvision_import import torchvision
from engine.data.formats import image_folder, image_tree
from engine.data.formats.image import ImageError, read_header, read_picture
from engine.data.spec.reading import described, read_arrays
from engine.data.spec.spec import DataSpec
from engine.data.tensors.batches import Batches
from engine.data.tensors.loading import load_data


def noise(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    shape = (height, width, channels) if channels > 1 else (height, width)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def photograph(path: Path, height: int = 12, width: int = 10, channels: int = 3, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(noise(height, width, channels, seed)).save(path)
    return path


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """Ten cats and eight dogs, 12×10, lossless."""
    for name, count in (("cats", 10), ("dogs", 8)):
        for index in range(count):
            photograph(tmp_path / name / f"{index}.png", seed=100 * count + index)
    return tmp_path


def spec_of(path: Path, **options: object) -> DataSpec:
    return DataSpec.model_validate({"dataset": "folder", "path": str(path), **options})


def test_images_are_torchvisions_image_folder(pets: Path) -> None:
    theirs = torchvision().datasets.ImageFolder(str(pets))
    arrays = read_arrays(spec_of(pets))
    assert np.array_equal(arrays.inputs.transpose(0, 2, 3, 1), np.stack([np.asarray(image) for image, _ in theirs]))
    assert arrays.targets.tolist() == theirs.targets
    assert arrays.known is not None and arrays.known.classes == tuple(theirs.classes) == ("cats", "dogs")


def test_what_a_header_tells_is_what_loading_gives(pets: Path) -> None:
    spec = spec_of(pets)
    assert not spec.is_known and spec.output_shape == ()
    found = described(spec)
    assert (found.sample_shape, found.classes, found.examples) == ((3, 12, 10), ("cats", "dogs"), 18)
    assert found.is_known and found.task == "classification" and found.output_shape == (2,)
    data = load_data(spec)
    assert data.spec == found
    assert sorted(map(len, (data.train, data.validation, data.test))) == [2, 3, 13]
    assert Batches(data.train, data, torch.device("cpu")).sample_shape == found.sample_shape


MODES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "RGB": lambda image: image, "L": lambda image: image.convert("L"), "1": lambda image: image.convert("1"),
    "P": lambda image: image.quantize(16), "CMYK": lambda image: image.convert("CMYK"),
    "RGBA": lambda image: image.convert("RGBA"), "LA": lambda image: image.convert("LA"),
    "YCbCr": lambda image: image.convert("YCbCr"),
}  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_mode_becomes_grey_or_colour(mode: str, channels: int, tmp_path: Path) -> None:
    image = MODES[mode](Image.fromarray(noise(9, 7)))
    assert image.mode == mode
    path = tmp_path / "image.tiff"
    image.save(path)
    pixels = read_picture(path, channels, 9, 7).pixels
    assert pixels.shape == (channels, 9, 7) and pixels.dtype == np.uint8
    with Image.open(path) as again:
        expected = np.asarray(again.convert("L" if channels == 1 else "RGB"))
    assert np.array_equal(pixels.transpose(1, 2, 0).squeeze(), expected)
    assert read_header(path).is_grey == (mode in ("1", "L", "LA"))


def test_sixteen_bits_are_scaled_not_cut(tmp_path: Path) -> None:
    values = np.linspace(0, 65535, 63).reshape(9, 7).astype(np.uint16)
    Image.fromarray(values).save(tmp_path / "deep.png")
    assert np.abs(read_picture(tmp_path / "deep.png", 1, 9, 7).pixels[0].astype(int) - values / 257).max() <= 0.5
    Image.fromarray((values / 65535).astype(np.float32)).save(tmp_path / "decimal.tiff")
    assert np.abs(read_picture(tmp_path / "decimal.tiff", 1, 9, 7).pixels[0].astype(int) - values / 257).max() <= 0.51


@pytest.mark.parametrize("suffix", ["gif", "png", "webp"])
def test_of_an_animation_the_first_frame_counts(suffix: str, tmp_path: Path) -> None:
    frames = [Image.fromarray(np.full((6, 6, 3), value, np.uint8)) for value in (255, 0, 0)]
    frames[0].save(tmp_path / f"moving.{suffix}", save_all=True, append_images=frames[1:])
    assert read_picture(tmp_path / f"moving.{suffix}", 3, 6, 6).pixels.min() > 250


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_upright(orientation: int, tmp_path: Path) -> None:
    upright = noise(8, 5)
    # what each value says of the stored image: how it is turned and mirrored
    lying = {1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1],
             5: upright.transpose(1, 0, 2), 6: np.rot90(upright, 1), 7: np.rot90(upright.transpose(1, 0, 2), 2),
             8: np.rot90(upright, -1)}[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(lying)).save(tmp_path / "turned.png", exif=exif)
    assert read_header(tmp_path / "turned.png")[:2] == (8, 5)
    assert np.array_equal(read_picture(tmp_path / "turned.png", 3, 8, 5).pixels.transpose(1, 2, 0), upright)


def test_images_of_other_sizes_are_resized_by_pil(pets: Path) -> None:
    photograph(pets / "dogs" / "large.jpg", 40, 31, seed=5)
    photograph(pets / "dogs" / "single.bmp", 1, 1, seed=6)
    arrays = read_arrays(spec_of(pets))  # as most are
    assert arrays.inputs.shape == (20, 3, 12, 10)
    with Image.open(pets / "dogs" / "large.jpg") as image:
        expected = np.asarray(image.resize((10, 12), Image.Resampling.BILINEAR))
    assert np.array_equal(arrays.inputs[-2].transpose(1, 2, 0), expected)
    assert len(np.unique(arrays.inputs[-1].reshape(3, -1), axis=1).T) == 1
    assert read_arrays(spec_of(pets, resize=16)).inputs.shape == (20, 3, 16, 16)
    assert read_arrays(spec_of(pets, channels=1)).inputs.shape == (20, 1, 12, 10)


def test_without_a_common_size_the_medians_count(tmp_path: Path) -> None:
    for index, (height, width) in enumerate([(10, 40), (20, 30), (30, 20), (40, 10), (25, 25)]):
        photograph(tmp_path / "ab"[index % 2] / f"{index}.png", height, width)
    assert described(spec_of(tmp_path)).sample_shape == (3, 25, 25)
    assert read_arrays(spec_of(tmp_path)).inputs.shape == (5, 3, 25, 25)


def test_grey_images_stay_grey_unless_one_has_colour(tmp_path: Path) -> None:
    for index in range(6):
        photograph(tmp_path / "ab"[index % 2] / f"{index}.png", 5, 5, channels=1, seed=index)
    assert described(spec_of(tmp_path)).sample_shape == (1, 5, 5)
    assert described(spec_of(tmp_path, channels=3)).sample_shape == (3, 5, 5)
    photograph(tmp_path / "a" / "colour.png", 5, 5)
    assert described(spec_of(tmp_path)).sample_shape == (3, 5, 5)


BROKEN = {
    "text.png": b"this is text", "empty.jpg": b"", "cut.png": None, "header.bmp": b"BM" + bytes(20),
    "zip.gif": b"PK\x03\x04" + bytes(50),
}  # fmt: skip


def test_broken_images_are_named_and_skipped(pets: Path) -> None:
    whole = photograph(pets / "cats" / "cut.png").read_bytes()
    for name, content in BROKEN.items():
        (pets / "cats" / name).write_bytes(content if content is not None else whole[: len(whole) // 2])
    (pets / "cats" / "notes.txt").write_text("no image at all, and none is expected")
    (pets / "dogs" / ".hidden.png").write_bytes(b"")
    data = load_data(spec_of(pets))
    assert {skipped.path for skipped in data.report.skipped} == {str(Path("cats") / name) for name in BROKEN}
    assert len(data.train) + len(data.validation) + len(data.test) == data.spec.examples == 18
    assert data.report.notes == ()  # it is said once
    reasons = {Path(skipped.path).name: str(skipped.reason) for skipped in data.report.skipped}
    assert reasons["text.png"] == "it is not an image" and reasons["cut.png"] == "it is damaged or cut short"
    assert data.spec.sample_shape == described(spec_of(pets)).sample_shape


def test_an_image_that_claims_to_be_huge_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = photograph(tmp_path / "bomb.png", 40, 40)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(ImageError, match="too large"):
        read_header(path)


def parts(folder: Path, *names: str) -> Path:
    for number, part in enumerate(names):
        for index in range(4 + number):
            photograph(folder / part / "ab"[index % 2] / f"{index}.png", 6, 6, seed=10 * number + index)
    return folder


def test_parts_by_name_are_kept(tmp_path: Path) -> None:
    data = load_data(spec_of(parts(tmp_path, "train", "val", "test")))
    assert tuple(map(len, (data.train, data.validation, data.test))) == (4, 5, 6)
    assert data.spec.classes == ("a", "b")
    theirs = torchvision().datasets.ImageFolder(str(tmp_path / "val"))
    assert np.array_equal(data.validation.inputs.permute(0, 2, 3, 1), np.stack([np.asarray(i) for i, _ in theirs]))


@pytest.mark.parametrize(("names", "sizes"), [(("Training", "Testing"), (4, 5)), (("train", "valid"), (9,))])
def test_parts_that_are_not_there_are_set_aside(names: tuple[str, str], sizes: tuple[int, ...], tmp_path: Path) -> None:
    data = load_data(spec_of(parts(tmp_path, *names)))
    assert len(data.train) + len(data.validation) + len(data.test) == 9 and data.spec.classes == ("a", "b")
    assert len(data.test) == 5 if len(sizes) == 2 else len(data.validation) == 5
    assert len(data.train) and len(data.validation) and len(data.test)


def test_without_a_training_part_all_folders_are_classes(tmp_path: Path) -> None:
    names = ("validation", "others")
    data = load_data(spec_of(parts(tmp_path, *names)))
    assert data.spec.classes == tuple(sorted(names)) and data.spec.examples == 9


@pytest.mark.parametrize(("twin", "part"), [("training", "train"), ("Training", "train")])
def test_of_two_names_for_one_part_the_shorter_counts(twin: str, part: str, tmp_path: Path) -> None:
    parts(tmp_path, part, "val")
    photograph(tmp_path / twin / "a" / "0.png")
    assert described(spec_of(tmp_path)).examples == 9


@pytest.mark.parametrize(("others", "size"), [([(9, 9), (8, 8)], (7, 6)), ([(9, 9), (8, 8), (9, 8)], (8, 8))])
def test_half_of_the_images_decide_the_size(others: list[tuple[int, int]], size: tuple[int, int],
                                            tmp_path: Path) -> None:
    for index, (height, width) in enumerate([(7, 6), (7, 6), *others]):
        photograph(tmp_path / "ab"[index % 2] / f"{index}.png", height, width)
    assert described(spec_of(tmp_path)).sample_shape == (3, *size)


def test_a_class_whose_images_are_all_broken_is_said(pets: Path) -> None:
    whole = photograph(pets / "birds" / "0.png").read_bytes()
    (pets / "birds" / "0.png").write_bytes(whole[: len(whole) // 2])  # its header can be read
    report = load_data(spec_of(pets)).report
    assert [str(note) for note in report.notes] == ["None of the images in “birds” could be read"]
    assert [skipped.path for skipped in report.skipped] == [str(Path("birds", "0.png"))]


def test_a_training_part_without_a_whole_image_is_a_sentence(tmp_path: Path) -> None:
    parts(tmp_path, "train", "val")
    for path in (tmp_path / "train").rglob("*.png"):
        path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DataError, match=r"there are no images to train with$"):
        load_data(spec_of(tmp_path))


@pytest.mark.parametrize(("kind", "values", "bytes_"), [
    (np.int32, [0, 100, 255], [0, 100, 255]), (np.int32, [0, 256, 65535], [0, 1, 255]),
    (np.int32, [0, 65536, 131072], [0, 128, 255]), (np.float32, [0, 0.5, 1], [0, 128, 255]),
    (np.float32, [0, 0.2, 0.4], [0, 51, 102]), (np.float32, [0, 1.5, 255], [0, 2, 255]),
    (np.float32, [-1, 1, 2], [0, 128, 255]),
    (np.float32, [-9, 257, 514], [0, 1, 2]), (np.float32, [0, np.nan, 1], [0, 0, 255]),
    (np.uint16, [0, 257, 514], [0, 1, 2]),
])  # fmt: skip
def test_other_greys_are_scaled_to_bytes(kind: type, values: list[float], bytes_: list[int], tmp_path: Path) -> None:
    Image.fromarray(np.array([values], kind)).save(tmp_path / "a.tiff")
    assert read_picture(tmp_path / "a.tiff", 1, 1, 3).pixels[0, 0].tolist() == bytes_


def test_classes_named_like_parts_are_classes(tmp_path: Path) -> None:
    for index in range(6):  # toys and a timetable: no folders inside
        photograph(tmp_path / ("train", "plane")[index % 2] / f"{index}.png", 6, 6)
    assert described(spec_of(tmp_path)).classes == ("plane", "train")


BAD = {
    "one class": (lambda root: photograph(root / "cats" / "1.png"), "only one class with images, “cats”"),
    "no subfolders": (lambda root: photograph(root / "1.png"), "no images in subfolders"),
    "empty": (lambda root: None, "no images in subfolders"),
    "too few": (lambda root: [photograph(root / name / "1.png") for name in "ab"], "only 2 images"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_folder_that_is_no_data_is_a_sentence(case: str, tmp_path: Path) -> None:
    make, reason = BAD[case]
    make(tmp_path)
    for use in (described, load_data):
        with pytest.raises(DataError, match=reason):
            use(spec_of(tmp_path))


def test_all_broken_is_a_sentence_that_names_one(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_bytes(b"?")
    with pytest.raises(DataError, match=r"2 images could not be read.*a.1\.png: it is not an image"):
        load_data(spec_of(tmp_path))


def test_one_image_is_one_image(tmp_path: Path) -> None:
    for name in "ab":
        photograph(tmp_path / name / "0.png")
    with pytest.raises(DataError, match=r"has only 2 images: at least 3 are needed$"):
        load_data(spec_of(tmp_path))
    (tmp_path / "a" / "broken.png").write_bytes(b"?")
    with pytest.raises(DataError, match=r": 1 image could not be read, which leaves too few\. The first: "):
        load_data(spec_of(tmp_path))


def test_an_empty_class_is_left_out_and_said(pets: Path) -> None:
    (pets / "birds").mkdir()
    data = load_data(spec_of(pets))
    assert data.spec.classes == ("cats", "dogs")
    assert "“birds” holds no image that can be read: it is left out" in [str(note) for note in data.report.notes]


def test_what_is_not_there_or_not_chosen_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Choose a folder of images first"):
        load_data(DataSpec(dataset="folder"))
    for path in (tmp_path / "nowhere", Path("a" * 5000), Path("nul\0l")):
        with pytest.raises(DataError, match="is not there"):
            load_data(DataSpec(dataset="folder").model_copy(update={"path": str(path)}))
    file = photograph(tmp_path / "file.png")
    with pytest.raises(DataError, match="is a file: choose a folder"):
        load_data(spec_of(file))


def test_a_relative_path_may_lie_in_the_data_folder(pets: Path) -> None:
    assert described(spec_of(Path(pets.name)), pets.parent).examples == 18


def test_too_many_for_the_memory_is_a_sentence(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_folder, "MAX_BYTES", 1000)
    with pytest.raises(DataError, match="choose a smaller Resize"):
        load_data(spec_of(pets))
    assert len(load_data(spec_of(pets, resize=4, channels=1)).train)


def test_reading_says_how_far_it_is_and_can_be_stopped(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_folder, "TOGETHER", 4)
    seen: list[tuple[int, int]] = []
    load_data(spec_of(pets), progress=lambda done, total: seen.append((done, total)))
    reading = [step for step in seen if step[1]]
    assert len(reading) == 5 and reading[0][0] == 0 < reading[-1][0] < reading[-1][1]
    assert reading == sorted(reading)
    calls = iter([False] * 6 + [True])
    with pytest.raises(StoppedError, match="Reading was stopped"):
        load_data(spec_of(pets), cancelled=lambda: next(calls))


# -- transparency ------------------------------------------------------------------------------------------------------


def drawing(path: Path, colour: tuple[int, int, int], mode: str = "RGBA", ground: int = 0, solid: int = 255) -> None:
    """A bar of one colour from the top to the bottom of nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[..., :3], pixels[..., 3] = colour, ground
    pixels[:, 2:5, 3] = solid
    Image.fromarray(pixels).convert(mode).save(path)


IN_ALPHA = "6 images have their drawing in their transparency: what is opaque is white, what is transparent black"


@pytest.mark.parametrize(("colour", "mode", "bar", "ground", "note"), [
    ((0, 0, 0), "RGBA", 0, 255, "6 images have transparency: they were put on white"),
    ((0, 0, 0), "LA", 0, 255, "6 images have transparency: they were put on white"),
    ((90, 90, 90), "RGBA", 90, 255, "6 images have transparency: they were put on white"),
    ((255, 255, 255), "RGBA", 255, 0, IN_ALPHA), ((250, 250, 250), "LA", 255, 0, IN_ALPHA),
])  # fmt: skip
def test_a_drawing_on_nothing_is_seen(colour: tuple[int, int, int], mode: str, bar: int, ground: int, note: str,
                                      tmp_path: Path) -> None:
    for index in range(6):
        drawing(tmp_path / "ab"[index % 2] / f"{index}.png", colour, mode)
    data = load_data(spec_of(tmp_path, channels=1))
    assert data.train.inputs[0, 0, 4].tolist() == [ground] * 2 + [bar] * 3 + [ground] * 3
    assert [str(each) for each in data.report.notes if "transparency" in str(each)] == [note]


def test_one_drawing_on_nothing_is_one(tmp_path: Path) -> None:
    for index in range(6):
        drawing(tmp_path / "ab"[index % 2] / f"{index}.png", (90, 90, 90), ground=255 if index else 0)
    notes = [str(note) for note in load_data(spec_of(tmp_path, channels=1)).report.notes]
    assert [note for note in notes if "same" not in note] == ["1 image has transparency: it was put on white"]


def test_colours_on_nothing_are_put_on_white_as_pil_does(tmp_path: Path) -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (9, 7, 4), dtype=np.uint8)
    image = Image.fromarray(pixels)
    image.save(tmp_path / "a.png")
    white = Image.new("RGBA", image.size, "white")
    expected = np.asarray(Image.alpha_composite(white, image).convert("RGB"))
    assert np.array_equal(read_picture(tmp_path / "a.png", 3, 9, 7).pixels.transpose(1, 2, 0), expected)


def test_a_palette_may_have_a_transparent_colour(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1, 1, 0]], np.uint8)).convert("P")
    image.putpalette([0, 0, 0, 40, 40, 40])
    image.save(tmp_path / "a.png", transparency=0)
    assert read_picture(tmp_path / "a.png", 1, 1, 4).pixels[0, 0].tolist() == [255, 40, 40, 255]


@pytest.mark.parametrize("solid", [255, 128])
def test_what_is_opaque_everywhere_is_as_it_was(solid: int, tmp_path: Path) -> None:
    drawing(tmp_path / "a.png", (10, 20, 30), ground=255, solid=255)
    assert read_picture(tmp_path / "a.png", 3, 8, 8).was is None
    assert read_picture(tmp_path / "a.png", 3, 8, 8).pixels[:, 0, 0].tolist() == [10, 20, 30]
    drawing(tmp_path / "b.png", (10, 20, 30), ground=solid, solid=solid)  # the same everywhere, as glass
    assert read_picture(tmp_path / "b.png", 3, 8, 8).was == (None if solid == 255 else "on white")


# -- bounds ------------------------------------------------------------------------------------------------------------


def tiff(width: int, height: int) -> bytes:
    """A grey image of 16 bits that says to be so large."""
    rows = [(256, 4, width), (257, 4, height), (258, 3, 16), (259, 3, 1), (262, 3, 1), (273, 4, 122), (278, 4, 9),
            (279, 4, 198)]
    body = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in rows)
    return (b"II*\0" + struct.pack("<IH", 8, len(rows)) + body + bytes(4)).ljust(320, b"\0")


@pytest.mark.parametrize(("size", "reason"), [
    ((11, 13_434_889), "too large"), ((9000, 9000), "too large: 9000×9000 pixels"),
    ((3000, 3000), r"says to have 3000×3000 pixels, which cannot be in 320.B"),
])  # fmt: skip
def test_pixels_are_counted_before_they_are_decoded(size: tuple[int, int], reason: str, tmp_path: Path,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.tiff"
    path.write_bytes(tiff(*size))
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: pytest.fail("decoded"))
    for read in (read_header, lambda path: read_picture(path, 1, 8, 8)):
        with pytest.raises(ImageError, match=reason):
            read(path)


def test_an_image_of_one_colour_is_no_bomb(tmp_path: Path) -> None:
    Image.new("L", (1900, 1900), 7).save(tmp_path / "a.png", optimize=True)
    assert read_picture(tmp_path / "a.png", 1, 8, 8).pixels.max() == 7


def test_programs_that_draw_are_no_images(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n")
    with pytest.raises(ImageError, match="it is a PostScript file, which cannot be read: save it as PNG or JPEG"):
        read_picture(tmp_path / "a.png", 3, 8, 8)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
def test_what_is_no_plain_file_is_named_and_skipped(pets: Path) -> None:
    os.mkfifo(pets / "cats" / "pipe.png")
    (pets / "cats" / "zero.png").symlink_to("/dev/zero")
    (pets / "cats" / "round.png").symlink_to(pets / "cats" / "round.png")
    (pets / "dogs" / "up").symlink_to(pets)  # a circle of folders is not followed
    report = load_data(spec_of(pets)).report
    assert {Path(each.path).name: str(each.reason) for each in report.skipped} == {
        "pipe.png": "it is not a plain file", "zero.png": "it is not a plain file",
        "round.png": "too many levels of symbolic links"}


def test_the_whole_disk_is_no_folder_of_images(tmp_path: Path) -> None:
    for path in (Path("/"), Path("/usr/..")):
        with pytest.raises(DataError, match="is the whole disk: choose a folder"):
            described(spec_of(path))
        with pytest.raises(DataError, match="is the whole disk: choose a folder"):
            load_data(spec_of(path))


def test_too_many_files_are_refused(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_tree, "MOST_ENTRIES", 18)
    assert described(spec_of(pets)).examples == 18
    monkeypatch.setattr(image_tree, "MOST_ENTRIES", 17)
    with pytest.raises(DataError, match="holds more than 17 files: choose the folder with the images alone"):
        described(spec_of(pets))


def test_a_folder_that_may_not_be_read_is_said(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photograph(pets / "birds" / "a.png")
    scandir = os.scandir

    def closed(path: object) -> object:
        if str(path).endswith("birds"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "scandir", closed)
    report = load_data(spec_of(pets)).report
    assert [(each.path, str(each.reason)) for each in report.skipped] == [("birds", "permission denied")]
    assert report.notes == ()


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode here")
def test_names_that_are_no_text_are_shown_with_question_marks(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path)
    for index, name in enumerate([b"caf\xe9", b"plain"] * 3):
        Path(os.fsdecode(folder + b"/" + name)).mkdir(exist_ok=True)
        Image.fromarray(noise(4, 4)).save(os.fsdecode(folder + b"/" + name + f"/{index}.png".encode()))
    assert described(spec_of(tmp_path)).classes == ("caf?", "plain")
    assert load_data(spec_of(tmp_path)).spec.examples == 6
