"""A folder of images in which more lies than images of classes: it is read as it is meant, refused, or said."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.data.errors import DataError
from engine.data.formats import image_tree
from engine.data.formats.arrays import Arrays
from engine.data.formats.image import ImageError, read_header, read_picture
from engine.data.formats.image_folder import read_folder, scan
from engine.data.progress import result_of

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(60)
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'
count = iter(range(10**6))


def image(path: Path, size: int = 6, kind: str = "PNG") -> Path:
    """One that looks like no other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(next(count)).integers(0, 256, (size, size, 3), np.uint8)
    with path.open("wb") as file:
        Image.fromarray(pixels).save(file, kind)
    return path


def other(path: Path, content: bytes = b"?") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def classes(folder: Path, *names: str, each: int = 4) -> Path:
    for name in names:
        for index in range(each):
            image(folder / name / f"{index}.png")
    return folder


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    return classes(tmp_path / "pets", "cats", "dogs")


def read(folder: Path) -> Arrays:
    return result_of(read_folder(folder))


def notes(folder: Path) -> list[str]:
    return [str(note) for note in read(folder).report.notes]


def test_a_plain_folder_needs_no_word(pets: Path) -> None:
    for name in ("Thumbs.db", "desktop.ini", ".DS_Store", "annotations.xml", "cats.json", "readme.md"):
        other(pets / "cats" / name)
        other(pets / name)
    image(pets / "__MACOSX" / "cats" / "0.png")
    image(pets / "cats" / ".ipynb_checkpoints" / "0-checkpoint.png")
    other(pets / "cats" / "__MACOSX" / "._0.png")
    assert notes(pets) == [] and len(read(pets).inputs) == 8


# -- files in a class's folder -----------------------------------------------------------------------------------------


def test_types_that_no_reader_knows_are_counted(pets: Path) -> None:
    for index in range(3):
        other(pets / "cats" / f"{index}.HEIC", HEIC)
    other(pets / "dogs" / "a.mp4", b"\0\0\0\x18ftypisom")
    assert notes(pets) == ["4 files of types that cannot be read are left out: .heic (3), .mp4 (1). If they are "
                           "images, save them as PNG or JPEG"]


@pytest.mark.parametrize("name", ["a.nef", "a.svg", "a.npy", "a.psd", "a.zip", "a"])
def test_one_file_of_another_type_is_one(name: str, pets: Path) -> None:
    with Image.open(pets / "cats" / "0.png") as small:
        small.save(pets / "cats" / "0.tif")
    content = (pets / "cats" / "0.tif").read_bytes() if name == "a.nef" else b"PK\x03\x04"  # raw images begin as TIFF
    (pets / "cats" / "0.tif").unlink()
    other(pets / "cats" / name, content)
    kind = Path(name).suffix or "no ending"
    assert notes(pets) == [f"1 file of a type that cannot be read is left out: {kind} (1). If it is an image, save it "
                           "as PNG or JPEG"]


@pytest.mark.parametrize(("name", "kind"), [
    ("10023", "PNG"), ("10023", "TIFF"), ("a.jpg_large", "JPEG"), ("b.png?size=large", "PNG"), ("c.image", "WEBP"),
    ("d.1", "BMP"), ("e", "GIF"), ("Dr. No", "JPEG2000"), ("f.x", "AVIF"),
])  # fmt: skip
def test_an_image_is_known_by_what_it_holds(name: str, kind: str, pets: Path) -> None:
    expected = read_picture(image(pets / "cats" / name, kind=kind), 3, 6, 6).pixels
    arrays = read(pets)
    assert len(arrays.inputs) == 9 and any(np.array_equal(each, expected) for each in arrays.inputs[:5])
    ending = "." + name.rsplit(".", 1)[1] if "." in name and " " not in name else "no ending"
    assert [str(note) for note in arrays.report.notes] == [
        f"1 file was read as the image that it holds, which its name does not say: {ending} (1)"]


@pytest.mark.parametrize(("content", "reason"), [
    (HEIC, "it is HEIC, which cannot be read: save it as PNG or JPEG"), (b"", "it is empty"),
    (SVG, "it is an SVG drawing, which cannot be read: save it as PNG or JPEG"),
    (b"8BPS\0\1", "it is a Photoshop file, which cannot be read: save it as PNG or JPEG"),
    (b"\n<!DOCTYPE html><html>", "it is a web page, not an image: download the file itself"),
    (b"version https://git-lfs.github.com/spec/v1\n",
     "it only says where the image is (Git LFS): fetch it with git lfs pull"),
    (b"BMW and others", "it is not an image"),
    (b"II*\0\x08\0\0\0\0\0", "it is damaged, or of a kind that cannot be read: save it as PNG or JPEG"),
    (b"\x89PNG\r\n\x1a\n", "it is damaged, or of a kind that cannot be read: save it as PNG or JPEG"),
])  # fmt: skip
def test_what_is_called_an_image_and_is_none_is_said(content: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ImageError) as raised:
        read_header(other(tmp_path / "a.jpg", content))
    assert str(raised.value) == reason


@pytest.mark.parametrize("suffix", ["gif", "png", "webp", "tiff", "avif"])
def test_further_pictures_of_a_file_are_said(suffix: str, pets: Path) -> None:
    frames = [Image.fromarray(np.full((6, 6, 3), value, np.uint8)) for value in (250, 10, 90)]
    for name in ("cats/a", "cats/b", "dogs/c"):
        frames[0].putpixel((0, 0), (next(count) % 250, 9, 200))
        frames[0].save(pets / f"{name}.{suffix}", save_all=True, append_images=frames[1:])
        frames[0].save(pets / f"{name}-one.{suffix}")
    assert "Of 3 files only the first picture was read" in notes(pets)


def test_a_second_picture_that_is_damaged_does_not_cost_the_first(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 40), value) for value in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    whole = (tmp_path / "a.gif").read_bytes()
    (tmp_path / "a.gif").write_bytes(whole[:-20])
    assert read_header(tmp_path / "a.gif").has_more


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no such files here")
def test_what_is_no_plain_file_is_no_image_without_an_ending(pets: Path) -> None:
    os.mkfifo(pets / "cats" / "pipe")
    assert notes(pets)[0].startswith("1 file of a type that cannot be read is left out: no ending (1)")


def test_images_that_do_not_decode_may_leave_too_few(tmp_path: Path) -> None:
    for path in classes(tmp_path, "cats", "dogs", each=2).rglob("*.png"):
        path.write_bytes(path.read_bytes()[:-40])
    other(tmp_path / "dogs" / "a.heic", HEIC)
    with pytest.raises(DataError, match=r": 4 images could not be read, which leaves too few\. The first: cats.0\.png: "
                                        r"it is damaged or cut short\. 1 file of a type that cannot be read"):
        read(tmp_path)


def test_looking_at_many_files_can_be_left(pets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_tree, "BIT", 4)
    assert [step.done for step in image_tree.looked_through(pets)] == [4, 8, 12]
    for index in range(4):
        image(pets / f"{index}.png")
    assert [step.done for step in image_tree.looked_through(pets)] == [4, 8, 12, 16]


def test_images_that_are_resized_unasked_are_counted(pets: Path) -> None:
    image(pets / "cats" / "large.png", 9)
    assert notes(pets) == ["1 image of another size was resized to 6×6"]
    assert not result_of(read_folder(pets, resize=6)).report.notes


# -- folders -----------------------------------------------------------------------------------------------------------


def test_images_beside_the_classes_are_counted(pets: Path) -> None:
    for index in range(2):
        image(pets / f"{index}.png")
    other(pets / "a.heic", HEIC)
    image(pets / "10023")
    other(pets / "LICENSE", b"Do as you like")
    assert notes(pets) == ["4 images are in no class's folder and are left out: pets (4)"]


def test_a_table_beside_the_classes_is_not_read(pets: Path) -> None:
    other(pets / "labels.csv", b"file,label\n")
    assert notes(pets) == ["labels.csv is not read: the classes are the names of the folders"]


def test_an_archive_beside_the_classes_is_not_read(pets: Path) -> None:
    other(pets / "test1.zip", b"PK\3\4")
    other(pets / "manual.pdf", b"%PDF")
    assert notes(pets) == ["test1.zip is not read: unpack it, if its images are not here yet"]
    shutil.rmtree(pets / "cats")
    with pytest.raises(DataError, match=r"only one class with images, “dogs”.*\. test1\.zip is not read: unpack it"):
        result_of(scan(pets))


def test_parts_that_are_not_read_are_said(tmp_path: Path) -> None:
    for part in ("train", "val", "holdout", "Training"):
        classes(tmp_path / part, "a", "b")
    other(tmp_path / "docs" / "readme.txt")
    image(tmp_path / "extra" / "a.png")
    assert notes(tmp_path) == ["17 images are in no part's folder and are left out: Training (8), holdout (8), extra "
                               "(1). Parts are train, val and test"]


def test_a_part_without_classes_is_said(tmp_path: Path) -> None:
    classes(tmp_path / "train", "a", "b")
    for index in range(5):
        image(tmp_path / "test" / f"{index}.jpg")
    assert notes(tmp_path) == ["5 images are in no class's folder and are left out: test (5)"]


@pytest.mark.parametrize("names", [
    ("train", "test"), ("train", "test1"), ("train", "test", "test1"), ("val", "test"), ("training_set", "test_set"),
    ("seg_train", "seg_test", "seg_pred"), ("trainset", "testset"), ("Train Images", "Test Images"),
    ("train", "valid", "unlabeled"),
])  # fmt: skip
def test_parts_are_no_classes(names: tuple[str, ...], tmp_path: Path) -> None:
    classes(tmp_path, *names)
    with pytest.raises(DataError, match=r"is divided into “.*”, but not into classes: name the parts train, val and"):
        result_of(scan(tmp_path))


def test_parts_in_parts_are_no_classes(tmp_path: Path) -> None:
    for part in ("train", "test"):
        classes(tmp_path / part / f"{part}_set", "a", "b")
    with pytest.raises(DataError, match=r"is divided into “test_set”, “train_set”, but not into classes"):
        result_of(scan(tmp_path))


@pytest.mark.parametrize("names", [("rapid test", "pcr test"), ("train", "plane"), ("test tube", "test paper"),
                                   ("test 1", "test 2"), ("dev", "dev2")])
def test_classes_may_be_called_nearly_like_parts(names: tuple[str, ...], tmp_path: Path) -> None:
    assert result_of(scan(classes(tmp_path, *names))).classes == tuple(sorted(names))


@pytest.mark.parametrize("name", ["unlabeled", "holdout", "train", "val", "Masks"])
def test_a_class_that_may_be_a_part_is_said(name: str, pets: Path) -> None:
    assert notes(classes(pets, name)) == [f"“{name}” is read as a class: move it away if it is none"]


def test_images_and_a_table_are_no_classes(tmp_path: Path) -> None:
    classes(tmp_path, "images")
    other(tmp_path / "labels.csv", b"file,label\n")
    with pytest.raises(DataError, match=r"only one class with images, “images”.*\. labels\.csv is not read: the class"):
        result_of(scan(tmp_path))


def test_masks_beside_images_are_said(pets: Path) -> None:
    image(pets / "cats" / "benign_mask.png")  # of nothing that is there
    image(pets / "cats" / "_mask.png")
    image(pets / "cats" / "0_mask.png")
    file = Path("cats/0_mask.png")
    assert notes(pets) == [f"{file} is read as an image, but named like another's mask: move it away if it is one"]
    image(pets / "dogs" / "3_MASK_1.png")
    assert notes(pets) == [f"2 images are named like masks of others, such as {file}: move them away if they are masks"]


def test_folders_inside_a_class_are_named(pets: Path) -> None:
    classes(pets, "cats/old", "dogs/old/dark")
    arrays = read(pets)
    assert [str(note) for note in arrays.report.notes] == [
        f"Images in folders inside a class belong to that class: {Path('cats/old')}, {Path('dogs/old/dark')}"]
    assert np.bincount(arrays.targets).tolist() == [8, 8]


def test_links_to_folders_are_named(pets: Path) -> None:
    elsewhere = classes(pets.parent / "elsewhere", "more")
    (pets / "cats" / "more").symlink_to(elsewhere / "more")
    (pets / "birds").symlink_to(elsewhere / "more")  # a class that is a link is read
    assert notes(pets) == [f"A link to a folder is not followed: {Path('cats/more')}"]
    assert len(read(pets).inputs) == 12
    (pets / "fish").symlink_to(elsewhere / "gone")
    assert [(each.path, str(each.reason)) for each in read(pets).report.skipped] == [("fish", "its link leads nowhere")]


@pytest.mark.parametrize("names", [("-1", "1"), ("C", "C#", "C++"), ("a1", "a 1")])
def test_other_names_are_other_classes(names: tuple[str, ...], tmp_path: Path) -> None:
    assert notes(classes(tmp_path, *names)) == []


def test_names_with_two_lines_are_classes(tmp_path: Path) -> None:
    assert result_of(scan(classes(tmp_path, "__background__", "cats"))).classes == ("__background__", "cats")


@pytest.mark.parametrize("names", [("Cats", "cats"), ("cats", "cats "), ("tree_frog", "tree frog"), ("é", "e\u0301")])
def test_names_that_are_nearly_the_same_are_said(names: tuple[str, str], tmp_path: Path) -> None:
    classes(tmp_path, *names, "dogs")
    first, second = sorted(names)
    assert notes(tmp_path) == [f"“{first}”, “{second}” are read as different classes: give their folders one name if "
                               "they are one"]


# -- classes -----------------------------------------------------------------------------------------------------------


def test_a_class_without_images_that_can_be_read_is_said(pets: Path) -> None:
    other(pets / "birds" / "a.heic", HEIC)
    other(pets / "fish" / "a.txt")
    assert notes(pets)[1] == "“birds”, “fish” hold no image that can be read: they are left out"


def test_why_there_is_only_one_class_is_said(tmp_path: Path) -> None:
    classes(tmp_path, "cats")
    for index in range(2):
        other(tmp_path / "dogs" / f"{index}.heic", HEIC)
    with pytest.raises(DataError, match=r"has only one class with images, “cats”: put .*\. 2 files of types that "
                                        r"cannot be read are left out: \.heic \(2\).*\. “dogs” holds no image that"):
        result_of(scan(tmp_path))
    shutil.rmtree(tmp_path / "cats")
    with pytest.raises(DataError, match=r"holds no images in subfolders that can be read: .*\.heic \(2\)"):
        result_of(scan(tmp_path))


@pytest.mark.parametrize("inner", ["data", "data/all", "data/train", "train/data"])
def test_a_single_folder_may_hold_the_classes(inner: str, tmp_path: Path) -> None:
    classes(tmp_path / inner, "cats", "dogs")
    with pytest.raises(DataError, match=f"only one class with images, “data”: choose {tmp_path / inner}, if the class"):
        result_of(scan(tmp_path))


def test_a_single_class_may_lie_deep(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"only one class with images, “cats”: put the images of another class into"):
        result_of(scan(classes(tmp_path, "cats/all")))


def test_a_folder_between_parts_and_classes_is_said(tmp_path: Path) -> None:
    for part in ("train", "val"):
        classes(tmp_path / part / "data", "cats", "dogs")
    with pytest.raises(DataError, match=r"only one class .*\. Images in folders inside a class belong to that class: "
                                        r"train.data.cats, train.data.dogs, val.data.cats"):
        result_of(scan(tmp_path))


def test_images_that_are_all_elsewhere_are_counted_in_the_error(tmp_path: Path) -> None:
    for index in range(5):
        image(tmp_path / f"{index}.png")
    with pytest.raises(DataError, match=r"holds no images in subfolders .*\. 5 images are in no class's folder and"):
        result_of(scan(tmp_path))


def test_classes_that_a_part_does_not_have_are_said(tmp_path: Path) -> None:
    classes(tmp_path / "train", "a", "b", "c")
    classes(tmp_path / "val", "a", "b")
    classes(tmp_path / "test", "a", "unknown", "strange")
    assert read(tmp_path).report.skipped == ()  # a folder that is not there is no image that cannot be read
    assert notes(tmp_path) == [
        "“strange”, “unknown” have no images in train: they cannot be learned",
        "“c”, “strange”, “unknown” have no images in val", "“b”, “c” have no images in test"]


# -- copies ------------------------------------------------------------------------------------------------------------


def test_an_image_of_two_classes_is_said(pets: Path) -> None:
    for index in range(2):
        shutil.copy(pets / "cats" / f"{index}.png", pets / "dogs" / f"copy {index}.png")
    copy = Path("dogs/copy 0.png")
    assert notes(pets) == [f"2 images look the same as ones of another class, such as {copy} and {Path('cats/0.png')}. "
                           "Leave each in one class"]


def test_an_image_of_two_parts_is_said(tmp_path: Path) -> None:
    for part in ("train", "test"):
        classes(tmp_path / part, "a", "b")
    with Image.open(tmp_path / "train" / "a" / "0.png") as whole:
        whole.save(tmp_path / "test" / "a" / "other.bmp")  # other bytes
    assert notes(tmp_path) == [f"1 image looks the same as one of another part: {Path('test/a/other.bmp')} and "
                               f"{Path('train/a/0.png')}. Results may be better than for new images"]
    shutil.copy(tmp_path / "train" / "b" / "0.png", tmp_path / "train" / "b" / "again.png")
    assert len(notes(tmp_path)) == 1


def test_an_image_that_is_there_twice_may_be_split(pets: Path) -> None:
    shutil.copy(pets / "cats" / "0.png", pets / "cats" / "again.png")
    assert notes(pets) == [f"1 image looks the same as another: {Path('cats/again.png')} and {Path('cats/0.png')}. One "
                           "may be learned and the other tested with"]


@pytest.mark.parametrize("suffix", ["txt", "json"])
def test_an_image_that_is_called_text_is_read_and_said(pets: Path, suffix: str) -> None:
    image(pets / "cats" / f"9.{suffix}")
    assert notes(pets) == [f"1 file was read as the image that it holds, which its name does not say: .{suffix} (1)"]


@pytest.mark.parametrize(("most", "is_said"), [(4000, True), (60000, False)])
def test_deep_images_of_few_bits_are_said(most: int, is_said: bool, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for index in range(3):
            values = np.random.default_rng(next(count)).integers(0, most, (6, 6)).astype(np.uint16)
            Image.fromarray(values).save(tmp_path / name / f"{index}.png")
    assert any("6 images of 16 bits hold no number above" in note for note in notes(tmp_path)) == is_said
