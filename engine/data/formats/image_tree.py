"""What lies in a folder of images, by names alone: parts, classes, the images of each, and all that is left out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from engine.data.errors import DataError
from engine.data.formats.arrays import Skipped
from engine.data.formats.image_kinds import PACKED, TABLES, begins_as_image, kind_of, suffix_of
from engine.data.progress import Step, Steps
from engine.files import reason_of_os_error
from engine.messages import say
from engine.units import grouped

TRAIN, VALIDATION, TEST = ("train", "training"), ("val", "valid", "validation"), ("test", "testing")
MOST_ENTRIES = 2_000_000  # files and folders that are looked at in all
BIT = 256  # of them between two steps
_LITTER = ("__MACOSX", "__pycache__", "@eaDir")  # what systems and programs leave


class File(NamedTuple):
    """One image: its file, the name of its class and its part (0 training, 1 validation, 2 test)."""

    path: Path
    name: str
    part: int


@dataclass
class Tree:
    """What was found; counts are of files, by where they are or how their names end."""

    root: Path
    parts: dict[int, Path]
    names: list[str]  # of the classes' folders
    files: list[File] = field(default_factory=list)
    by_content: Counter[str] = field(default_factory=Counter)  # images whose names do not say so
    unread: Counter[str] = field(default_factory=Counter)  # of types that no reader knows, in the classes' folders
    loose: Counter[str] = field(default_factory=Counter)  # images beside the classes' folders
    beside: Counter[str] = field(default_factory=Counter)  # images beside the parts
    inner: list[str] = field(default_factory=list)  # folders in a class's folder that hold images
    links: list[str] = field(default_factory=list)  # to folders, which are not followed
    tables: list[str] = field(default_factory=list)  # beside the classes' folders …
    packed: list[str] = field(default_factory=list)  # … and archives
    closed: set[str] = field(default_factory=set)  # classes whose folder cannot be read
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def is_divided(self) -> bool:
        """Whether it has a part to train with by name."""
        return self.parts[0] != self.root

    def at(self, path: Path) -> str:
        """Where it is, as it is said; of the folder itself its name."""
        return self.root.resolve().name if path == self.root else str(path.relative_to(self.root))


def looked_through(root: Path) -> Steps[Tree]:
    """Everything in a folder, yielding on the way. Raises DataError where it is closed, or too much."""
    parts = _parts(root)
    folders = {number: list(_folders(part)) for number, part in parts.items()}
    looking = _Looking(Tree(root, parts, sorted({path.name for paths in folders.values() for path in paths})))
    for number, paths in folders.items():
        for path in paths:
            yield from looking.in_class(path, number)
    for folder in sorted({root, *parts.values()}):
        yield from looking.beside_classes(folder)
    if looking.tree.is_divided:
        for folder in _folders(root):
            if folder not in parts.values():
                yield from looking.beside_parts(folder)
    return looking.tree


def _parts(root: Path) -> dict[int, Path]:
    """The folders of the training, validation and test part; the folder itself where it is not divided."""
    inside = {path.name.casefold(): path for path in _folders(root)}
    parts = {number: inside[name] for number, names in enumerate((TRAIN, VALIDATION, TEST))
             for name in reversed(names) if name in inside}
    return parts if 0 in parts and any(_folders(parts[0])) else {0: root}


def _folders(folder: Path) -> Iterator[Path]:
    return (path for path, kind in _entries(folder) if kind == "folder" and path.name not in _LITTER)


def _entries(folder: Path) -> list[tuple[Path, Literal["folder", "file", "nothing"]]]:
    """What lies there and can be seen; a link may lead to nothing."""
    try:
        return [(path, "folder" if path.is_dir() else "file" if path.exists() else "nothing")
                for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    except OSError as error:
        raise DataError("{path} could not be read: {reason}", path=folder, reason=reason_of_os_error(error)) from error


class _Looking:
    """Fills a tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree, self._entries, self._passes = tree, 0, 0

    def in_class(self, folder: Path, part: int) -> Steps[None]:
        """Take every image below a class's folder, sorted as torchvision sorts them."""
        tree = self.tree
        for at, names in (yield from self._walked(folder)):
            place, before = Path(at), len(tree.files)
            for each in names:
                yield from self._passed(each)
                path = place / each
                if self._takes(path):
                    tree.files.append(File(path, folder.name, part))
            if place != folder and len(tree.files) > before:
                tree.inner.append(tree.at(place))

    def beside_classes(self, folder: Path) -> Steps[None]:
        """Count images, and name tables and archives."""
        tree = self.tree
        for path, kind in _entries(folder):
            yield from self._passed(path.name)
            suffix = suffix_of(path.name)
            if kind == "nothing":
                tree.skipped.append(Skipped(tree.at(path), say("its link leads nowhere")))
            elif kind == "file" and suffix in TABLES:
                tree.tables.append(tree.at(path))
            elif kind == "file" and suffix in PACKED:
                tree.packed.append(tree.at(path))
            elif kind == "file" and self._is_picture(path):
                tree.loose[tree.at(folder)] += 1

    def beside_parts(self, folder: Path) -> Steps[None]:
        """Count images in a folder that is no part."""
        for at, names in (yield from self._walked(folder)):
            for each in names:
                yield from self._passed(each)
                self.tree.beside[self.tree.at(folder)] += self._is_picture(Path(at) / each)

    def _takes(self, path: Path) -> bool:
        """Whether it is read; it is counted where that is not told by its name."""
        kind, suffix = kind_of(path.name), suffix_of(path.name)
        if kind == "image":
            return True
        is_image = kind != "picture" and begins_as_image(path)
        if kind == "companion" and not is_image:
            return False
        (self.tree.by_content if is_image else self.tree.unread)[suffix] += 1
        return is_image

    def _is_picture(self, path: Path) -> bool:
        kind = kind_of(path.name)
        return kind in ("image", "picture") or (kind == "unknown" and begins_as_image(path))

    def _walked(self, folder: Path) -> Steps[list[tuple[str, list[str]]]]:
        """All folders below with the names of their files; links to folders are named, not followed.

        Raises DataError where there are too many files for this to be a folder of images.
        """
        found = []
        for at, folders, names in os.walk(folder, onerror=self._closed, followlinks=False):
            folders[:] = [name for name in folders if not name.startswith(".") and name not in _LITTER]
            self.tree.links += [self.tree.at(path) for name in folders if (path := Path(at, name)).is_symlink()]
            yield from self._passed(at, len(folders) + len(names))
            found.append((at, sorted(name for name in names if not name.startswith("."))))
        return sorted(found)

    def _passed(self, name: str, entries: int = 0) -> Steps[None]:
        self._entries, self._passes = self._entries + entries, self._passes + 1
        if self._entries > MOST_ENTRIES:
            raise DataError("{path} holds more than {most} files: choose the folder with the images alone",
                            path=self.tree.root, most=grouped(MOST_ENTRIES))
        if self._passes % BIT == 0:
            yield Step(name, self._passes, 0, "reading")

    def _closed(self, error: OSError) -> None:
        path = Path(str(error.filename))
        if path.parent in self.tree.parts.values():
            self.tree.closed.add(path.name)
        self.tree.skipped.append(Skipped(self.tree.at(path), say("{reason}", reason=reason_of_os_error(error))))
