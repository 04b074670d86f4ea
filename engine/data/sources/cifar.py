"""CIFAR-10 and CIFAR-100."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from engine.data.fetching.folder import Files, Official
from engine.data.formats.arrays import Arrays
from engine.data.sources.base import Expected, Request, Source, register

SHAPE = (3, 32, 32)
_HUNDRED = (
    "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can "
    "castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin "
    "elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster "
    "man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck "
    "pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk "
    "skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger "
    "tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm"
)


class _Cifar(Source):
    """Batches of images in a folder that is downloaded as one archive; the last batch is the test part."""

    kind = "download"
    reads: ClassVar[tuple[str, ...]] = ()
    names: ClassVar[tuple[str, ...]]
    folder: ClassVar[str]
    archive: ClassVar[str]
    torchvision_name: ClassVar[str]

    def official(self) -> Official:
        """As torchvision knows it."""
        from engine.data.fetching.torchvision_import import torchvision  # only what is downloaded needs it

        theirs: Any = getattr(torchvision().datasets, self.torchvision_name)
        return Official([theirs.url.removesuffix(self.archive)], {self.archive: theirs.tgz_md5})

    def files(self, request: Request) -> Files:
        """In torchvision's layout."""
        return Files(self.title, self.names, self.folder, self.official, archive=self.archive, archive_is_beside=True)

    def read(self, request: Request, root: Path | None) -> Arrays:
        """Images uint8 N×3×32×32 and labels N of both parts."""
        import numpy as np  # numpy is loaded when data are read

        from engine.data.formats.cifar_batch import read_cifar_batch

        classes = len(self.expects.classes)
        *train, test = (read_cifar_batch(path, classes) for path in self.paths(request, root))
        images, labels = (np.concatenate(parts) for parts in zip(*train, strict=True))
        return Arrays(images, labels, *test)


@register
class Cifar10(_Cifar):
    """Krizhevsky's ten classes."""

    id = "cifar10"
    title = "CIFAR-10"
    torchvision_name = "CIFAR10"
    about = "60 000 small colour photographs of animals and vehicles."
    download = "170 MB to download."
    names = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
    folder, archive = "cifar-10-batches-py", "cifar-10-python.tar.gz"
    expects = Expected(SHAPE, classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
                                  "truck"), examples=60_000)  # fmt: skip


@register
class Cifar100(_Cifar):
    """A hundred classes."""

    id = "cifar100"
    title = "CIFAR-100"
    torchvision_name = "CIFAR100"
    about = "60 000 small colour photographs in 100 classes."
    download = "169 MB to download."
    names = ("train", "test")
    folder, archive = "cifar-100-python", "cifar-100-python.tar.gz"
    expects = Expected(SHAPE, classes=tuple(_HUNDRED.split()), examples=60_000)
