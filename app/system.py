"""What the system offers a window: a display, and the libraries Qt needs. No Qt."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path

DEBIAN = "libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libdbus-1-3"
FEDORA = "mesa-libEGL mesa-libGL libxkbcommon-x11 xcb-util-cursor xcb-util-wm xcb-util-keysyms libxcb dbus-libs"


def has_display() -> bool:
    """False on a Linux without any display; QT_QPA_PLATFORM is taken as a promise."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def missing_library() -> str | None:
    """A sentence naming the packages to install, where Qt's own part for X11 cannot be loaded; else None.

    Asked beforehand because Qt itself ends the process without an exception.
    """
    if not sys.platform.startswith("linux"):
        return None
    platform = os.environ.get("QT_QPA_PLATFORM") or ("wayland" if not os.environ.get("DISPLAY") else "xcb")
    spec = find_spec("PySide6")
    for folder in spec.submodule_search_locations or () if spec else ():
        plugin = Path(folder) / "Qt" / "plugins" / "platforms" / f"libq{platform.split(';')[0]}.so"
        if plugin.is_file() and (missing := _cannot_load(plugin)):
            return missing_sentence(missing)
    return None


def _cannot_load(library: Path) -> str | None:
    """The name of the system library that is not there."""
    try:
        ctypes.CDLL(str(library))
    except OSError as error:
        if "cannot open shared object file" in str(error):
            return str(error).split(":")[0]
    return None


def missing_sentence(library: str) -> str:
    """What to install, for both families of systems."""
    return (f"The window needs the system library {library}. Install Qt's libraries with “sudo apt install {DEBIAN}” "
            f"(Debian, Ubuntu) or “sudo dnf install {FEDORA}” (Fedora).")
