"""Street View House Numbers."""

from __future__ import annotations

import string
from pathlib import Path

from engine.data.fetching.folder import Files, Official
from engine.data.formats.arrays import Arrays
from engine.data.sources.base import Expected, Request, Source, register


@register
class Svhn(Source):
    """Netzer's cropped digits, without the extra part."""

    id = "svhn"
    title = "SVHN"
    about = "99 289 photographs of house numbers."
    kind = "download"
    download = "246 MB to download."
    expects = Expected((3, 32, 32), classes=tuple(string.digits), examples=99_289)
    reads = ()

    def official(self) -> Official:
        """As torchvision knows it."""
        from engine.data.fetching.torchvision_import import torchvision  # only what is downloaded needs it

        known = torchvision().datasets.SVHN.split_list
        rows = [known[part] for part in ("train", "test")]
        return Official([rows[0][0].removesuffix(rows[0][1])], {name: checksum for _, name, checksum in rows})

    def files(self, request: Request) -> Files:
        """In the data folder itself, as torchvision has it."""
        return Files(self.title, ("train_32x32.mat", "test_32x32.mat"), official=self.official)

    def read(self, request: Request, root: Path | None) -> Arrays:
        """Images uint8 N×3×32×32 and labels N of both parts."""
        from engine.data.formats.matlab import read_matlab  # numpy and scipy are loaded when data are read

        train, test = (read_matlab(path) for path in self.paths(request, root))
        return Arrays(*train, *test)
