"""What kind of file one is among images, by its name and by how it begins. Loads no reader."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from engine.files import ReadError, opened
from engine.messages import Message, say

SUFFIXES = frozenset({
    ".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp",  # torchvision's own
    ".gif", ".apng", ".avif", ".dib", ".ico", ".jfif", ".jp2", ".pbm", ".pcx", ".pnm", ".tga",
})  # fmt: skip
# images that are not read; several begin as TIFF does, with a small picture of what they hold
_PICTURES = frozenset({
    ".heic", ".heif", ".heics", ".hif", ".svg", ".svgz", ".eps", ".psd", ".psb", ".xcf", ".jxl", ".jxr", ".exr",
    ".hdr", ".dds", ".icns", ".fits", ".dcm",
    ".raw", ".nef", ".nrw", ".cr2", ".cr3", ".crw", ".arw", ".sr2", ".dng", ".orf", ".raf", ".rw2", ".pef", ".srw",
    ".3fr", ".erf", ".mrw", ".x3f", ".iiq", ".rwl", ".mos", ".kdc", ".svs", ".ndpi", ".lsm", ".czi",
})  # fmt: skip
# what lies beside images and is none: descriptions, and what systems and programs leave there
_COMPANIONS = frozenset({
    ".txt", ".json", ".jsonl", ".csv", ".tsv", ".xls", ".xlsx", ".xml", ".md", ".rst", ".yaml", ".yml", ".toml", ".ini",
    ".cfg", ".html", ".htm", ".log", ".py", ".ipynb", ".sh", ".m", ".db", ".lnk", ".url", ".xmp", ".aae", ".thm",
    ".sha1", ".sha256", ".md5",
})  # fmt: skip
TABLES = (".csv", ".tsv", ".xls", ".xlsx")
PACKED = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar")
HEAD = 512  # bytes that tell
_SUFFIX = re.compile(r"\.[^\s.]{1,20}")
_IMAGE = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF.{4}WEBP|BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0"
    rb"|\0\0\0\x0cjP  \r\n\x87\n|.{4}ftypavi[fs]", re.DOTALL)
_TIFF = re.compile(rb"II\*\0|MM\0\*")
_OTHERS = (
    (re.compile(rb".{4}ftyp(hei[cxms]|hev[cx]|mif1|msf1)", re.DOTALL), "HEIC"),
    (re.compile(rb".{4}ftypavi[fs]", re.DOTALL), "AVIF"),
    (re.compile(rb".{4}ftyp(crx )", re.DOTALL), "a camera's raw image"),
    (re.compile(rb".{4}ftyp", re.DOTALL), "a film"), (re.compile(rb"8BPS"), "a Photoshop file"),
    (re.compile(rb"%PDF"), "a PDF file"), (re.compile(rb"%!PS"), "a PostScript file"),
    (re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml.*)?<svg", re.DOTALL | re.IGNORECASE), "an SVG drawing"),
    (re.compile(rb"\xff\x0a|\0\0\0\x0cJXL "), "a JPEG XL image"),
)
_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype|html|head|\?xml)", re.IGNORECASE)
Kind = Literal["image", "picture", "companion", "unknown"]


def suffix_of(name: str) -> str:
    """How its name ends, in small letters; nothing where that is no suffix."""
    end = name[name.rfind("."):].lower() if "." in name.lstrip(".") else ""
    return end if _SUFFIX.fullmatch(end) else ""


def kind_of(name: str) -> Kind:
    """What a file is by its name: “picture” is one that is not read."""
    suffix = suffix_of(name)
    kinds: tuple[tuple[Kind, frozenset[str]], ...] = (("image", SUFFIXES), ("picture", _PICTURES),
                                                      ("companion", _COMPANIONS))
    return next((kind for kind, suffixes in kinds if suffix in suffixes), "unknown")


def begins_as_image(path: Path) -> bool:
    """Whether it is an image that is read, whatever its name says. TIFF, as which much else begins, has no suffix."""
    try:
        with opened(path) as file:
            head = file.read(HEAD)
    except ReadError:
        return False
    return bool(_IMAGE.match(head) or (not suffix_of(path.name) and _TIFF.match(head)))


def instead_of_image(head: bytes) -> Message:
    """What it is that cannot be read as an image, from how it begins."""
    if not head:
        return say("it is empty")
    if head.startswith(b"version https://git-lfs"):
        return say("it only says where the image is (Git LFS): fetch it with git lfs pull")
    for pattern, name in _OTHERS:
        if pattern.match(head):
            return say("it is {kind}, which cannot be read: save it as PNG or JPEG", kind=say(name))
    if _IMAGE.match(head) or _TIFF.match(head):  # such as TIFF of thirteen bands
        return say("it is damaged, or of a kind that cannot be read: save it as PNG or JPEG")
    if _PAGE.match(head):
        return say("it is a web page, not an image: download the file itself")
    return say("it is not an image")
