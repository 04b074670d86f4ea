"""A folder of images with a subfolder for each class, perhaps in parts."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from statistics import median_low
from threading import Event, Lock
from typing import TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from engine.data.errors import DataError
from engine.data.formats.arrays import Arrays, Bytes, Report, Skipped
from engine.data.formats.image import Header, ImageError, Picture, read_extent, read_header, read_picture
from engine.data.formats.image_notes import about, expect_classes, images_text, left_out, taken_as, with_reasons
from engine.data.formats.image_sets import Sets, copies, missing
from engine.data.formats.image_tree import Tree, looked_through
from engine.data.formats.pixels import Boundless, Extent, Transparency, joint, white_of
from engine.data.options.corrections import STORED, Stored
from engine.data.options.options import Known
from engine.data.progress import Step, Steps
from engine.files import reason_of_os_error
from engine.messages import Message, say, shown
from engine.units import value_text

T = TypeVar("T")
MAX_BYTES = 8 * 2**30  # of all images together, in memory
TOGETHER = 64  # images that are read ahead
FAINT = 2**12  # of 16 bits
LARGE = 2**23  # pixels
PATIENCE = 0.05  # seconds
LEAST = 3  # one to learn from, one to judge while learning, one for the end


@dataclass(frozen=True)
class Item:
    """One image: its file, what its header says, its class and its part (0 training, 1 validation, 2 test)."""

    path: Path
    header: Header
    label: int
    part: int
    size: int  # bytes of the file

    @property
    def is_large(self) -> bool:
        """Whether there is not room for several of them."""
        return self.header.height * self.header.width > LARGE


@dataclass
class Scan:
    """What a folder holds, from names and headers alone."""

    tree: Tree
    classes: tuple[str, ...] = ()
    items: list[Item] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    transparent: Counter[Transparency] = field(default_factory=Counter)  # how many of the images that were read
    notes: list[Message] = field(default_factory=list)

    @property
    def channels(self) -> int:
        """3 where any image has colour."""
        return 1 if all(item.header.is_grey for item in self.items) else 3

    @property
    def size(self) -> tuple[int, int]:
        """Height and width: what most images have, or else the medians."""
        sizes = Counter((item.header.height, item.header.width) for item in self.items)
        common, count = sizes.most_common(1)[0]
        if 2 * count >= len(self.items):
            return common
        return (median_low(item.header.height for item in self.items),
                median_low(item.header.width for item in self.items))

    def known(self) -> Known:
        """As part of a DataSpec."""
        return Known(sample_shape=(self.channels, *self.size), classes=self.classes, examples=len(self.items),
                     stored="uint8")


def scan(folder: Path) -> Steps[Scan]:
    """Look at every file's header, yielding on the way. Raises DataError, in words."""
    if not folder.is_dir():
        raise DataError("{path} is a file: choose a folder with a subfolder for each class", path=folder)
    expect_own(folder)
    tree = yield from looked_through(folder)
    expect_classes(tree)
    labels = {name: label for label, name in enumerate(sorted({file.name for file in tree.files}))}
    found = Scan(tree, tuple(map(shown, labels)), skipped=list(tree.skipped), notes=[*left_out(tree), *taken_as(tree)])
    for index, (path, name, number) in enumerate(tree.files):
        if index % TOGETHER == 0:
            yield Step(path.name, index, 0, "reading")
        try:
            found.items.append(Item(path, read_header(path), labels[name], number, path.stat().st_size))
        except ImageError as error:
            found.skipped.append(Skipped(str(path.relative_to(folder)), error.message))
        except OSError as error:
            reason = say("{reason}", reason=reason_of_os_error(error))
            found.skipped.append(Skipped(str(path.relative_to(folder)), reason))
    _expect_images(found)
    return found


def _expect_images(found: Scan) -> None:
    path, count, left = found.tree.root, len(found.items), left_out(found.tree)
    if count < LEAST and found.skipped:
        first = found.skipped[0]
        raise with_reasons("{path}: {images} could not be read, which leaves too few. The first: {file}: {reason}",
                           left, path=path, images=images_text(len(found.skipped)), file=first.path,
                           reason=first.reason)
    if count < LEAST:
        raise with_reasons("{path} has only {images}: at least {least} are needed", left, path=path,
                           images=images_text(count), least=LEAST)


def read_folder(folder: Path, resize: int | None = None, channels: int | None = None) -> Steps[Arrays]:
    """Images uint8 N×C×H×W, all of one size: ``resize``, or what most have. Broken ones are left out and reported."""
    found = yield from scan(folder)
    known = found.known()  # from the headers, as it is described before it is read
    channels = channels or known.sample_shape[0]
    height, width = (resize, resize) if resize else known.sample_shape[1:]
    if len(found.items) * channels * height * width > MAX_BYTES:
        raise DataError("{count} images of {height}×{width} do not fit into memory: choose a smaller Resize",
                        count=len(found.items), height=height, width=width)
    images = np.empty((len(found.items), channels, height, width), np.uint8)
    whole, looks = yield from _fill(images, found)
    if len(whole) < len(images):  # what does not decode was found only now
        images, found.items = images[whole], [found.items[index] for index in whole]
        _expect_images(found)
    if not resize:
        found.notes += _resized(found, height, width)
    return _in_parts(images, found, np.array(looks, np.uint64), known.with_options(examples=len(images)))


def _resized(found: Scan, height: int, width: int) -> list[Message]:
    others = sum((item.header.height, item.header.width) != (height, width) for item in found.items)
    return about(others, "1 image of another size was resized to {height}×{width}",
                 "{count} images of other sizes were resized to {height}×{width}", height=height, width=width)


def _fill(images: Bytes, found: Scan) -> Steps[tuple[list[int], list[int]]]:
    """Decode into ``images``; returns which could be, and of each of them a number that tells how it looks."""
    _, channels, height, width = images.shape
    extents = yield from _extents(found)
    whole, looks, deep = list[int](), list[int](), list[float]()

    def decoded(item: Item) -> tuple[Picture, int]:
        picture = read_picture(item.path, channels, height, width, extents.get(item.header.boundless))
        return picture, int.from_bytes(blake2b(picture.pixels.data, digest_size=8).digest(), "little")

    def taken(index: int, result: tuple[Picture, int] | ImageError) -> None:
        if isinstance(result, ImageError):
            path = found.items[index].path.relative_to(found.tree.root)
            found.skipped.append(Skipped(str(path), result.message))
            return
        picture, look = result
        images[index] = picture.pixels
        whole.append(index)
        looks.append(look)
        if picture.most is not None:
            deep.append(picture.most)
        if picture.was is not None:
            found.transparent[picture.was] += 1

    yield from _each(found.items, decoded, taken)
    if 0 < max(deep, default=0) < FAINT:
        found.notes.append(say("{images} of 16 bits hold no number above {most}, where 65535 is white: they are nearly "
                               "black", images=images_text(len(deep)), most=value_text(max(deep))))
    return whole, looks


def _extents(found: Scan) -> Steps[dict[Boundless, Extent]]:
    """Of greys without a range of their own, over all images: what is as bright in two of them stays so."""
    items = [item for item in found.items if item.header.boundless]
    seen: dict[Boundless, list[Extent]] = {}

    def taken(index: int, result: Extent | ImageError) -> None:
        if not isinstance(result, ImageError):  # it is said when it is decoded
            seen.setdefault(items[index].header.boundless, []).append(result)

    yield from _each(items, lambda item: read_extent(item.path), taken)
    extents = {kind: joint(each) for kind, each in seen.items()}
    found.notes += [say("{images} hold numbers from {least} to {most} and do not say which is white: {white} is, and 0 "
                        "is black" if extent.least >= 0 else
                        "{images} hold numbers from {least} to {most} and do not say which is white: {white} is, and 0 "
                        "and all below is black", images=images_text(len(seen[kind])), least=value_text(extent.least),
                        most=value_text(extent.most), white=value_text(white_of(extent, kind)))
                    for kind, extent in extents.items()]
    return extents


def _each(items: Sequence[Item], work: Callable[[Item], T],
          take: Callable[[int, T | ImageError], None]) -> Steps[None]:
    """Do the work for every image, several at once, but one of the large ones; it can be left at any time."""
    total, done, room, is_left = sum(item.size for item in items), 0, Lock(), Event()

    def result_for(item: Item) -> T | ImageError:
        try:
            with room if item.is_large else nullcontext():
                if is_left.is_set():
                    raise CancelledError
                return work(item)
        except ImageError as error:
            return error

    pool = ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1))
    try:
        for start in range(0, len(items), TOGETHER):
            some = items[start:start + TOGETHER]
            yield Step(some[0].path.name, done, total, "reading")
            futures = [pool.submit(result_for, item) for item in some]
            for index, (item, future) in enumerate(zip(some, futures, strict=True), start):
                while not future.done() and not wait([future], PATIENCE).done:
                    yield Step(item.path.name, done, total, "reading")
                take(index, future.result())
                done += item.size
    finally:
        is_left.set()
        # a large one that was begun takes seconds, and ends by itself
        pool.shutdown(wait=done == total or not any(item.is_large for item in items), cancel_futures=True)


_TRANSPARENT: dict[Transparency, tuple[str, str]] = {  # of one, of several
    "on white": ("1 image has transparency: it was put on white",
                 "{count} images have transparency: they were put on white"),
    "alpha": ("1 image has its drawing in its transparency: what is opaque is white, what is transparent black",
              "{count} images have their drawing in their transparency: what is opaque is white, what is transparent "
              "black"),
}


def _in_parts(images: Bytes, found: Scan, looks: NDArray[np.uint64], known: Known) -> Arrays:
    labels = np.array([item.label for item in found.items], np.int64)
    parts = np.array([item.part for item in found.items], np.int64)
    split = [(images[parts == number], labels[parts == number]) for number in range(3)]
    if not len(split[0][0]):
        raise DataError("{path}: there are no images to train with", path=found.tree.root)
    sets = Sets(labels, parts, looks, [found.tree.at(item.path) for item in found.items])
    # single images that could not be read are in the report, with their reasons
    notes = [*found.notes, *missing(sets, found.classes, {number: found.tree.at(part) for number, part in
                                                          found.tree.parts.items()}),
             *about(sum(item.header.has_more for item in found.items), "Of 1 file only the first picture was read",
                    "Of {count} files only the first picture was read"), *copies(sets)]
    notes += [say(_TRANSPARENT[was][count > 1], count=count) for was, count in found.transparent.items()]
    validation, test = (part if len(part[0]) else (None, None) for part in split[1:])
    return Arrays(split[0][0], split[0][1], test[0], test[1], validation[0], validation[1], known,
                  report=Report(tuple(notes), tuple(found.skipped)), marks=_marks(found, parts))


def _marks(found: Scan, parts: NDArray[np.int64]) -> dict[Stored, NDArray[np.uint32]]:
    """Of each file's name and size: its pixels depend on how it is read."""
    marks = np.array([crc32(f"{found.tree.at(item.path)} {item.size}".encode("utf-8", "surrogateescape"))
                      for item in found.items], np.uint32)
    return {part: marks[parts == number] for number, part in enumerate(STORED)}


def expect_own(folder: Path) -> None:
    """Raise DataError of the folder that everything of this computer is in: to walk through it takes for ever."""
    if folder.resolve() == Path(folder.resolve().anchor):
        raise DataError("{path} is the whole disk: choose a folder with a subfolder for each class", path=folder)
