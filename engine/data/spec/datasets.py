"""The data sets there are: one frozen row for each. No torch."""

from __future__ import annotations

import string
from typing import Literal, NamedTuple

from engine.layers.base import Shape

DatasetId = Literal[
    "digits", "mnist", "fashion-mnist", "kmnist", "emnist", "cifar10", "cifar100", "svhn", "house-prices", "linear",
    "polynomial", "edges", "folder", "table", "tensors",
]
Task = Literal["classification", "regression"]
SourceKind = Literal["bundled", "idx", "torchvision", "download", "file", "synthetic"]
EmnistSplit = Literal["balanced", "letters", "digits", "byclass", "bymerge", "mnist"]


class Dataset(NamedTuple):
    """One row of what is known about a data set before it is loaded."""

    title: str
    shape: Shape  # of one example as stored; of a person's own files only a guess, until they are read
    classes: tuple[str, ...]
    examples: int
    folder: str = ""  # inside the data folder, as torchvision has it; empty: none
    about: str = ""
    download: str = ""  # what getting it costs; said while it is not here
    kind: SourceKind = "idx"
    task: Task = "classification"
    source: str = ""  # torchvision's name for it

    @property
    def takes_path(self) -> bool:
        """Whether the person names a file or folder of their own."""
        return self.kind == "file"

    @property
    def is_image(self) -> bool:
        """Whether examples are images to resize, turn grey and vary; a person's tensors may be."""
        return len(self.shape) == 3 and self.kind != "synthetic"


_DIGITS = tuple(string.digits)
_CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_CIFAR100 = (
    "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle "
    "caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant "
    "flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man "
    "maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree "
    "plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper "
    "snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor train "
    "trout tulip turtle wardrobe whale willow_tree wolf woman worm"
)
_CLOTHES = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
_MERGED = tuple(string.digits + string.ascii_uppercase + "abdefghnqrt")  # letters whose two forms look different

EMNIST: dict[EmnistSplit, tuple[tuple[str, ...], int]] = {
    "balanced": (_MERGED, 131_600),
    "letters": (tuple(string.ascii_uppercase), 145_600),  # both forms of a letter are one class
    "digits": (_DIGITS, 280_000),
    "byclass": (tuple(string.digits + string.ascii_uppercase + string.ascii_lowercase), 814_255),
    "bymerge": (_MERGED, 814_255),
    "mnist": (_DIGITS, 70_000),
}
"""Classes and number of examples of EMNIST's parts (Cohen et al. 2017, arXiv:1702.05373)."""

DATASETS: dict[DatasetId, Dataset] = {
    "digits": Dataset("Digits", (1, 8, 8), _DIGITS, 1797, about="1 797 handwritten digits; comes with the program.",
                      kind="bundled"),
    "mnist": Dataset("MNIST", (1, 28, 28), _DIGITS, 70_000, "MNIST/raw", "70 000 handwritten digits.",
                     "11 MB to download.", source="MNIST"),
    "fashion-mnist": Dataset("Fashion-MNIST", (1, 28, 28), _CLOTHES, 70_000, "FashionMNIST/raw",
                             "70 000 pictures of clothes.", "30 MB to download.", source="FashionMNIST"),
    "kmnist": Dataset("Kuzushiji-MNIST", (1, 28, 28), ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
                      70_000, "KMNIST/raw", "70 000 handwritten Japanese characters.", "21 MB to download.",
                      source="KMNIST"),
    "emnist": Dataset("EMNIST", (1, 28, 28), *EMNIST["balanced"], "EMNIST/raw", "Handwritten letters and digits.",
                      "562 MB to download.", source="EMNIST"),
    "cifar10": Dataset("CIFAR-10", (3, 32, 32), _CIFAR10, 60_000, "cifar-10-batches-py",
                       "60 000 small colour photographs of animals and vehicles.", "170 MB to download.",
                       "torchvision", source="CIFAR10"),
    "cifar100": Dataset("CIFAR-100", (3, 32, 32), tuple(_CIFAR100.split()), 60_000, "cifar-100-python",
                        "60 000 small colour photographs in 100 classes.", "169 MB to download.", "torchvision",
                        source="CIFAR100"),
    "svhn": Dataset("SVHN", (3, 32, 32), _DIGITS, 99_289, "", "99 289 photographs of house numbers.",
                    "246 MB to download.", "torchvision", source="SVHN"),
    "house-prices": Dataset("House prices", (331,), (), 1460, "", "Kaggle's table of 1 460 sold houses.",
                            "0.5 MB to download.", "download", "regression"),
    "linear": Dataset("Linear (synthetic)", (2,), (), 0, about="Made numbers: y = Xw + b + noise.", kind="synthetic",
                      task="regression"),
    "polynomial": Dataset("Polynomial (synthetic)", (4,), (), 0, about="Made numbers: a polynomial of x, and noise.",
                          kind="synthetic", task="regression"),
    "edges": Dataset("Edges (synthetic)", (1, 6, 8), (), 1, kind="synthetic", task="regression",
                     about="One image with a dark band, and where its edges are."),
    "folder": Dataset("Image folder", (3, 64, 64), (), 0, kind="file",
                      about="Your own images: a folder with a subfolder for each class."),
    "table": Dataset("Table (CSV)", (1,), (), 0, kind="file", task="regression",
                     about="Your own table: a .csv or .tsv file."),
    "tensors": Dataset("Tensors", (1, 28, 28), (), 0, kind="file",
                       about="Your own arrays x and y: an .npz, .pt or .pth file."),
}  # fmt: skip
