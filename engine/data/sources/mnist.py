"""MNIST and those in its format: Fashion-MNIST, KMNIST, EMNIST."""

from __future__ import annotations

import string
from pathlib import Path
from typing import ClassVar

from engine.data.fetching.folder import Files, Official
from engine.data.formats.arrays import Arrays
from engine.data.options.options import EmnistPart
from engine.data.sources.base import Expected, Request, Source, register

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
SHAPE = (1, 28, 28)
_DIGITS = tuple(string.digits)
_MERGED = tuple(string.digits + string.ascii_uppercase + "abdefghnqrt")  # letters whose two forms look different


class _Idx(Source):
    """Images and labels of both parts in four files, each perhaps .gz."""

    kind = "download"
    reads: ClassVar[tuple[str, ...]] = ()
    torchvision_name: ClassVar[str]
    turned: ClassVar[bool] = False  # images are stored column by column

    def first_label(self, request: Request) -> int:
        """What labels are counted from."""
        return 0

    def official(self) -> Official:
        """As torchvision knows it."""
        from engine.data.fetching.torchvision_import import torchvision  # only what is downloaded needs it

        theirs = getattr(torchvision().datasets, self.torchvision_name)
        return Official(list(theirs.mirrors), dict(theirs.resources))

    def files(self, request: Request) -> Files:
        """In torchvision's layout."""
        return Files(self.title, FILES, f"{self.torchvision_name}/raw", self.official, packed=True)

    def read(self, request: Request, root: Path | None) -> Arrays:
        """Images uint8 N×1×28×28 and labels N of both parts."""
        from engine.data.formats.idx import read_images  # numpy is loaded when data are read

        images, labels, test_images, test_labels = self.paths(request, root)
        classes, first = len(self.expected(request).classes), self.first_label(request)
        train, test = (read_images(*pair, classes, turned=self.turned, first=first)
                       for pair in ((images, labels), (test_images, test_labels)))
        return Arrays(*train, *test)


@register
class Mnist(_Idx):
    """LeCun's digits."""

    id = "mnist"
    title = torchvision_name = "MNIST"
    about = "70 000 handwritten digits."
    download = "11 MB to download."
    expects = Expected(SHAPE, classes=_DIGITS, examples=70_000)


@register
class FashionMnist(_Idx):
    """Zalando's clothes."""

    id = "fashion-mnist"
    title = "Fashion-MNIST"
    torchvision_name = "FashionMNIST"
    about = "70 000 pictures of clothes."
    download = "30 MB to download."
    expects = Expected(SHAPE, classes=("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker",
                                  "Bag", "Ankle boot"), examples=70_000)  # fmt: skip


@register
class Kmnist(_Idx):
    """Kuzushiji, the old cursive script."""

    id = "kmnist"
    title = "Kuzushiji-MNIST"
    torchvision_name = "KMNIST"
    about = "70 000 handwritten Japanese characters."
    download = "21 MB to download."
    expects = Expected(SHAPE, classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"), examples=70_000)


PARTS: dict[EmnistPart, tuple[tuple[str, ...], int]] = {
    "balanced": (_MERGED, 131_600),
    "letters": (tuple(string.ascii_uppercase), 145_600),  # both forms of a letter are one class
    "digits": (_DIGITS, 280_000),
    "byclass": (tuple(string.digits + string.ascii_uppercase + string.ascii_lowercase), 814_255),
    "bymerge": (_MERGED, 814_255),
    "mnist": (_DIGITS, 70_000),
}
"""Classes and number of examples of EMNIST's parts (Cohen et al. 2017, arXiv:1702.05373)."""


@register
class Emnist(_Idx):
    """NIST's characters in several parts, all in one archive."""

    id = "emnist"
    title = torchvision_name = "EMNIST"
    about = "Handwritten letters and digits."
    download = "562 MB to download."
    expects = Expected(SHAPE)
    reads = ("emnist",)
    turned = True

    def expected(self, request: Request) -> Expected:
        """Those of the part."""
        classes, examples = PARTS[request.emnist]
        return self.expects._replace(classes=classes, examples=examples)

    def options(self, request: Request) -> frozenset[str]:
        """Which part, too."""
        return super().options(request) | {"emnist"}

    def official(self) -> Official:
        """As torchvision knows it."""
        from engine.data.fetching.torchvision_import import torchvision  # only what is downloaded needs it

        theirs = torchvision().datasets.EMNIST
        return Official([theirs.url.removesuffix("gzip.zip")], {"gzip.zip": theirs.md5})

    def files(self, request: Request) -> Files:
        """Those of the part."""
        names = tuple(f"emnist-{request.emnist}-{part}-{kind}-ubyte" for part in ("train", "test")
                      for kind in ("images-idx3", "labels-idx1"))
        return Files(self.title, names, "EMNIST/raw", self.official, packed=True, archive="gzip.zip")

    def first_label(self, request: Request) -> int:
        """Letters are counted from 1."""
        return int(request.emnist == "letters")
