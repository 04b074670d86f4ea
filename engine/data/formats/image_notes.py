"""What is said of a folder of images: what was left out, what may be taken for something else, and what to do."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from engine.data.errors import DataError
from engine.data.formats.array_names import listed
from engine.data.formats.arrays import SHOWN
from engine.data.formats.classes import alike
from engine.data.formats.image_tree import TEST, TRAIN, VALIDATION, Tree
from engine.messages import Message, say
from engine.units import grouped

_GENERAL = frozenset({"set", "data", "dataset", "images", "image", "imgs", "img", "pictures", "photos", "split", ""})
_PARTS = {name: number for number, names in enumerate((TRAIN, VALIDATION, TEST)) for name in names} | {
    "dev": 3, "eval": 4, "holdout": 5, "extra": 6, "unlabeled": 7, "unlabelled": 7, "pred": 8}  # fmt: skip

_UNLIKELY = frozenset({"images", "imgs", "jpegimages", "masks", "labels", "annotations", "segmentationclass"})
_MASK = re.compile(r"(?<=.)[ _-](masks?|seg|segmentation|label|gt)([ _-]?\d+)?\.[^.]*$", re.IGNORECASE)


def images_text(count: int) -> Message:
    """“1 image”, “12 images”."""
    return say("1 image") if count == 1 else say("{count} images", count=grouped(count))


def counted(counts: Mapping[str, int]) -> Message:
    """“.heic (7), .mp4 (1)”, the most first; “…” where there are many."""
    most = Counter(counts).most_common()
    places = ", ".join(f"{{k{place}}} ({{n{place}}})" for place in range(len(most[:SHOWN])))
    values = {f"k{place}": key or say("no ending") for place, (key, _) in enumerate(most[:SHOWN])}
    return say(f"{places} …" if most[SHOWN:] else places, **values,
               **{f"n{place}": grouped(count) for place, (_, count) in enumerate(most[:SHOWN])})


def quoted(names: Iterable[str]) -> str:
    """“a”, “b” …"""
    return listed([f"“{name}”" for name in names])


def about(count: int, one: str, several: str, **values: object) -> list[Message]:
    """The sentence for so many, where there are any."""
    return [say(one if count == 1 else several, count=grouped(count), **values)] if count else []


# -- what is left out --------------------------------------------------------------------------------------------------


def left_out(tree: Tree) -> list[Message]:
    """What was not read, by names alone."""
    unread, loose, beside = sum(tree.unread.values()), sum(tree.loose.values()), sum(tree.beside.values())
    return [
        *about(unread, "1 file of a type that cannot be read is left out: {types}. If it is an image, save it as PNG "
                       "or JPEG",
               "{count} files of types that cannot be read are left out: {types}. If they are images, save them as "
               "PNG or JPEG", types=counted(tree.unread)),
        *_empty(tree),
        *about(loose, "1 image is in no class's folder and is left out: {where}",
               "{count} images are in no class's folder and are left out: {where}", where=counted(tree.loose)),
        *about(beside, "1 image is in no part's folder and is left out: {where}",
               "{count} images are in no part's folder and are left out: {where}. Parts are train, val and test",
               where=counted(+tree.beside)),
        *about(len(tree.tables), "{files} is not read: the classes are the names of the folders",
               "{files} are not read: the classes are the names of the folders", files=listed(tree.tables)),
        *about(len(tree.packed), "{files} is not read: unpack it, if its images are not here yet",
               "{files} are not read: unpack them, if their images are not here yet", files=listed(tree.packed)),
        *about(len(tree.links), "A link to a folder is not followed: {links}",
               "{count} links to folders are not followed: {links}", links=listed(tree.links)),
    ]


def _empty(tree: Tree) -> list[Message]:
    used = {file.name for file in tree.files}
    names = [name for name in tree.names if name not in used and name not in tree.closed]
    return about(len(names), "{folders} holds no image that can be read: it is left out",
                 "{folders} hold no image that can be read: they are left out", folders=quoted(names))


def expect_classes(tree: Tree) -> None:
    """Raise DataError where there are not two classes, or where they are parts by their names."""
    names, path = sorted({file.name for file in tree.files}), tree.root
    if not names:
        raise with_reasons("{path} holds no images in subfolders that can be read: put the images of each class into a "
                           "folder of their own, such as {path}/cats and {path}/dogs", left_out(tree), path=path)
    if len(names) == 1:
        raise _of_one_class(tree, names[0])
    if _are_parts(names):
        raise DataError("{path} is divided into {names}, but not into classes: name the parts train, val and test, and "
                        "put a folder for each class into each", path=path, names=quoted(names))


def _of_one_class(tree: Tree, name: str) -> DataError:
    folders = {file.path.parent for file in tree.files}
    inner = Path(os.path.commonpath(folders))
    if len(folders) > 1 and inner not in (tree.root, *tree.parts.values()):
        return with_reasons("{path} has only one class with images, “{name}”: choose {inner}, if the classes are the "
                            "folders in it", left_out(tree), path=tree.root, name=name, inner=inner)
    return with_reasons("{path} has only one class with images, “{name}”: put the images of another class into a "
                        "second folder beside it", [*left_out(tree), *_inner(tree)], path=tree.root, name=name)


def with_reasons(template: str, reasons: Sequence[Message], **values: object) -> DataError:
    """An error that goes on with what was left out, which may be why."""
    more = {f"reason{place}": reason for place, reason in enumerate(reasons)}
    return DataError(". ".join([template, *(f"{{{name}}}" for name in more)]), **values, **more)


def _are_parts(names: Sequence[str]) -> bool:
    """Whether they differ only in which part they say: train and test1, seg_train and seg_test."""
    parts, others = zip(*map(_part_in, names), strict=True)
    return None not in parts and len(set(others)) == 1 and len(set(parts)) > 1


def _part_in(name: str) -> tuple[int | None, tuple[str, ...]]:
    words = re.split(r"[\W_\d]+", re.sub(r"(set|data)$", "", name.casefold()))
    return (next((_PARTS[word] for word in words if word in _PARTS), None),
            tuple(word for word in words if word not in _PARTS and word not in _GENERAL))


# -- what may be taken for something else ------------------------------------------------------------------------------


def taken_as(tree: Tree) -> list[Message]:
    """What was read, but perhaps not as it is meant."""
    classes = sorted({file.name for file in tree.files})
    unlikely = [name for name in classes if name.casefold() in _UNLIKELY or _is_part(name)]
    masks = _masks(tree)
    same = alike(classes)
    return [
        *about(sum(tree.by_content.values()), "1 file was read as the image that it holds, which its name does not "
               "say: {types}", "{count} files were read as the images that they hold, which their names do not say: "
               "{types}", types=counted(tree.by_content)),
        *_inner(tree),
        *about(len(unlikely), "{names} is read as a class: move it away if it is none",
               "{names} are read as classes: move them away if they are none", names=quoted(unlikely)),
        *about(len(masks), "{file} is read as an image, but named like another's mask: move it away if it is one",
               "{count} images are named like masks of others, such as {file}: move them away if they are masks",
               file="".join(masks[:1])),
        *(say("{names} are read as different classes: give their folders one name if they are one", names=quoted(names))
          for names in same[:SHOWN]),
    ]


def _is_part(name: str) -> bool:
    part, rest = _part_in(name)
    return part is not None and not rest


def _masks(tree: Tree) -> list[str]:
    """“a_mask.png” beside “a.png”."""
    found = [file.path for file in tree.files if _MASK.search(file.path.name)]
    stems = {file.path.with_suffix("") for file in tree.files} if found else set()
    return [tree.at(path) for path in found if path.with_name(_MASK.sub("", path.name)) in stems]


def _inner(tree: Tree) -> list[Message]:
    return about(len(tree.inner), "Images in a folder inside a class belong to that class: {folders}",
                 "Images in folders inside a class belong to that class: {folders}", folders=listed(tree.inner))
