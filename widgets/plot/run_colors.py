"""The colours of other runs behind the one in hand, which keeps the accent."""

from __future__ import annotations

from PySide6.QtGui import QColor

from widgets.look import theme

# Found by search: each as far as can be from those before it, from the accent, the validation curve and text, for
# usual colour vision and without red, green or blue cones (Machado 2009); all stand out from the panel by 3:1.
_ON_DARK = ("#6bc46d", "#a074f0", "#bf365f", "#ebaaf2", "#8c6427", "#278c78", "#bf4db4", "#f24444", "#44f267",
            "#6161f2", "#62738c", "#a69774")
_ON_LIGHT = ("#2e8b3d", "#8a4fd8", "#800606", "#b23ea7", "#664d42", "#3c09b2", "#b27a74", "#cc0a0a", "#244b66",
             "#730680", "#5f0899", "#b22424")
COUNT = len(_ON_DARK)
FAINT, DIM = 0.35, 0.3  # how much of a colour is left: behind its smoothed curve; while another run stands out


def run_color(index: int) -> QColor:
    """The colour of another run in the theme of now; after twelve they come again."""
    colors = _ON_DARK if theme.current().dark else _ON_LIGHT
    return QColor(colors[index % len(colors)])


def told_color(color: QColor | int) -> QColor:
    """A colour, or the one at a place among those of runs."""
    return run_color(color) if isinstance(color, int) else color


def mixed(color: QColor, share: float) -> QColor:
    """So much of a colour over the panel, not seen through: Qt draws lines that are twenty times slower."""
    ground, rest = theme.color("panel"), 1 - share
    return QColor(*(round(share * a + rest * b) for a, b in zip(color.getRgb()[:3], ground.getRgb()[:3], strict=True)))
