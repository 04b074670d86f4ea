"""The colours of other runs behind the one in hand, which keeps the accent."""

from __future__ import annotations

from PySide6.QtGui import QColor

from widgets.look import contrast, theme

# Found by search: each as far as can be from those before it, from the accent, the validation curve and text, for
# usual colour vision and without red, green or blue cones (Machado 2009); all stand out from the panel by 3:1.
_ON_DARK = ("#6bc46d", "#b85fe0", "#f23d97", "#ebaaf2", "#8c6238", "#7492a6", "#3df273", "#bf30b1", "#8c8c38",
            "#238c62", "#d9d298", "#8a4fe8")
_ON_LIGHT = ("#2e8b3d", "#a074f0", "#e6008a", "#592d28", "#cc1400", "#5200cc", "#b2726b", "#801900", "#99008a",
             "#364b59", "#b47acc", "#5c0099")
COUNT = len(_ON_DARK)
FAINT, DIM = 0.3, 0.3  # how much of a colour is left: behind its smoothed curve; while another run stands out


def run_color(index: int) -> QColor:
    """The colour of another run in the theme of now; after twelve they come again."""
    colors = _ON_DARK if theme.current().dark else _ON_LIGHT
    return QColor(colors[index % len(colors)])


def told_color(color: QColor | int) -> QColor:
    """A colour, or the one at a place among those of runs."""
    return run_color(color) if isinstance(color, int) else color


def mixed(color: QColor, share: float) -> QColor:
    """So much of a colour over the panel, not seen through: Qt draws lines that are twenty times slower."""
    return contrast.mixed(theme.color("panel"), color, share)
