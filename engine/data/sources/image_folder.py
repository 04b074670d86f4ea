"""A person's own images."""

from __future__ import annotations

from pathlib import Path

from engine.data.formats.arrays import Arrays
from engine.data.options.options import Known
from engine.data.progress import Steps, result_of
from engine.data.sources.base import Expected, OwnPath, Request, Source, register


@register
class ImageFolder(Source):
    """A folder with a subfolder for each class, as torchvision's ImageFolder."""

    id = "folder"
    title = "Image folder"
    about = "Your own images: a folder with a subfolder for each class."
    kind = "file"
    expects = Expected((3, 64, 64))
    own = OwnPath("a folder of images by class", (), "Folder…",
                  "Image folder: a folder with a subfolder for each class",
                  "Folder with one folder of images for each class", "Choose folder…",
                  "Choose a folder of images first")
    finds = True
    reads = ("path", "resize", "channels")

    def paths(self, request: Request, root: Path | None) -> list[Path]:
        """The folder; never the whole disk, which is looked through before anything is read."""
        from engine.data.formats.image_folder import expect_own  # numpy and Pillow are loaded when data are read

        found = super().paths(request, root)
        for folder in found:
            expect_own(folder)
        return found

    def scan(self, request: Request, root: Path | None) -> Known:
        """From names and headers."""
        from engine.data.formats.image_folder import scan  # numpy and Pillow are loaded when data are read

        return result_of(scan(*self.paths(request, root))).known()

    def reading(self, request: Request, root: Path | None) -> Steps[Arrays]:
        """Images uint8 N×C×H×W of one size."""
        from engine.data.formats.image_folder import read_folder  # numpy and Pillow are loaded when data are read

        folder, = self.paths(request, root)
        return (yield from read_folder(folder, request.resize, request.channels))
