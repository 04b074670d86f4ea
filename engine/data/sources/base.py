"""What a data source is: a class that says everything about itself. Loads nothing before data are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, TypeVar

from engine.data.errors import DataError
from engine.data.fetching.folder import Files, Official, expect_files, own_path
from engine.data.formats.arrays import Arrays
from engine.data.options.options import EmnistPart, Known, Synthetic, Task
from engine.data.options.table import Table
from engine.data.progress import Steps
from engine.layers.base import Shape
from engine.messages import Message, say

Kind = Literal["bundled", "download", "synthetic", "file"]
Page = Literal["columns", "preparation", "rule", "augmentation", "steps"]
Presets = Mapping[str, Mapping[str, Any]]
KINDS: tuple[Kind, ...] = ("bundled", "download", "synthetic", "file")


class Request(Protocol):
    """What a source is asked with: the options of a DataSpec that some source looks at."""

    @property
    def path(self) -> str: ...
    @property
    def emnist(self) -> EmnistPart: ...
    @property
    def resize(self) -> int | None: ...
    @property
    def channels(self) -> int | None: ...
    @property
    def seed(self) -> int: ...
    @property
    def table(self) -> Table: ...
    @property
    def synthetic(self) -> Synthetic: ...
    @property
    def known(self) -> Known | None: ...


class Expected(NamedTuple):
    """What examples are before they are read; of a person's own files only a guess."""

    sample_shape: Shape  # of one example as stored, without batch
    task: Task = "classification"
    classes: tuple[str, ...] = ()
    output_shape: Shape = ()  # of one target, where numbers are learned
    examples: int = 0  # in all parts together; 0: unknown


class OwnPath(NamedTuple):
    """How a person gives a file or folder of their own, in words."""

    words: str  # in a list: “a table”
    suffixes: tuple[str, ...]  # of the file; none: it is a folder
    button: str
    hint: str
    heading: str  # of the dialog that asks for it
    choose: str  # what to do while nothing is chosen, on a button …
    unchosen: str  # … and as a sentence


class Source:
    """One data source. What differs between its specs, a method answers for a request; the rest stands in the class.

    A class in this room that is decorated with ``register`` is in the lists of window and command line, in the file
    format and in the tests.
    """

    id: ClassVar[str]  # in .loom files and on the command line
    title: ClassVar[str]
    about: ClassVar[str]
    kind: ClassVar[Kind]
    expects: ClassVar[Expected]
    download: ClassVar[str] = ""  # what getting it costs; said while it is not here
    presets: ClassVar[Presets] = {}  # parts of a spec that begin with other options than usual
    own: ClassVar[OwnPath | None] = None  # the person names a file or folder of their own
    finds: ClassVar[bool] = False  # reading finds out shapes and classes
    overlaps: ClassVar[bool] = False  # its three parts are the same examples: there is nothing to divide
    # Options that decide what is read. One too many costs a reading, one too few shows old data.
    reads: ClassVar[tuple[str, ...]] = ("path", "emnist", "resize", "channels", "seed", "table", "synthetic")
    rule: ClassVar[str] = ""  # what numbers are made by …
    rule_options: ClassVar[frozenset[str]] = frozenset()  # … and the fields of Synthetic that it has

    @property
    def takes_path(self) -> bool:
        """Whether the person names a file or folder of their own."""
        return self.own is not None

    def can_be(self, path: Path) -> bool:
        """Whether a person's file or folder can be this, by its suffix."""
        if self.own is None:
            return False
        return path.suffix.lower() in self.own.suffixes if self.own.suffixes else path.is_dir()

    def why_not(self, path: Path) -> Message | None:
        """Why a file that could be this by its suffix is not; None: it can be, or there is nothing to say of it."""
        return None

    # -- what is known before it is read ------------------------------------------------------------------------

    def expected(self, request: Request) -> Expected:
        """What examples are with these options."""
        return self.expects

    def is_image(self, request: Request) -> bool:
        """Whether examples are images: only these are resized, change channels and vary."""
        found = request.known or self.expected(request)
        return len(found.sample_shape) == 3

    def truth(self, request: Request) -> Mapping[str, Sequence[float]]:
        """The true parameters of a rule, as they are written in formulas. Raises OptionError where they do not fit."""
        return {}

    # -- what the Data tab has ----------------------------------------------------------------------------------

    def options(self, request: Request) -> frozenset[str]:
        """Those options of a spec that change anything, beside which source it is and parts with their own pages."""
        images = {"resize", "channels"} if self.is_image(request) else set()
        return frozenset({"normalize", "validation", "seed"} | images | ({"swap"} if self.takes_path else set()))

    def pages(self, request: Request) -> frozenset[Page]:
        """The pages beside Samples and Numbers, which all have."""
        return frozenset({"augmentation", "steps"} if self.is_image(request) else ())

    # -- its files ----------------------------------------------------------------------------------------------

    def official(self) -> Official:
        """Where its files are downloaded from; asked only when some are."""
        return Official((), {})

    def files(self, request: Request) -> Files:
        """What is downloaded."""
        return Files(self.title)

    def paths(self, request: Request, root: Path | None) -> list[Path]:
        """Files and folders that are read; none of what is made. Raises DataMissingError, or DataError."""
        if self.own is None:
            return expect_files(self.files(request), root)
        if not request.path.strip():
            raise DataError(self.own.unchosen)
        return [own_path(request.path, root)]

    def scan(self, request: Request, root: Path | None) -> Known | None:
        """What can be found out without reading everything; None: nothing. Raises DataError, in words."""
        return None

    def read(self, request: Request, root: Path | None) -> Arrays:
        """Everything, from files that are there. Raises DataMissingError, DataDamagedError or DataError."""
        raise NotImplementedError

    def reading(self, request: Request, root: Path | None) -> Steps[Arrays]:
        """The same, yielding where it takes long; to stop, stop iterating."""
        yield from ()
        return self.read(request, root)


# -- the registry -----------------------------------------------------------------------------------------------

SOURCES: dict[str, Source] = {}
S = TypeVar("S", bound=type[Source])


def register(source: S) -> S:
    """Class decorator: put a source in the registry, the lists, the file format and the tests."""
    if source.id in SOURCES:
        raise ValueError(f"two data sources are called {source.id}")
    SOURCES[source.id] = source()
    return source


def why_no_data(path: Path) -> Message:
    """Why a person's file or folder is none of the sources."""
    reasons = (source.why_not(path) for source in SOURCES.values())
    return next((reason for reason in reasons if reason is not None), say("{path} can be no data", path=path))


def source_for(path: Path) -> Source | None:
    """What a person's file or folder can be as data; None: nothing."""
    return next((source for source in SOURCES.values() if source.can_be(path)), None)
