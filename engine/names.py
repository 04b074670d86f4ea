"""Which names a layer may have: a name becomes an attribute of an nn.Module and a key of its state dict."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Container

from engine.messages import LayerloomError

# Attributes of nn.Module and fx.GraphModule that a layer of the same name would hide, and names the generated code
# uses itself. A test compares this list with the installed torch.
RESERVED = frozenset(
    """T_destination add_module add_submodule apply bfloat16 buffers call_super_init children code compile cpu cuda
    delete_all_unused_submodules delete_submodule double dump_patches eval extra_repr float forward get_buffer
    get_extra_state get_parameter get_submodule graph half ipu load_state_dict meta modules mtia named_buffers
    named_children named_modules named_parameters nn parameters print_readable recompile register_backward_hook
    register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook
    register_module register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
    self set_extra_state set_submodule shape_env share_memory state_dict super to to_empty to_folder torch train
    training type xpu zero_grad""".split()  # noqa: SIM905
)
MAX_LENGTH = 64


class InvalidNameError(LayerloomError):
    """The name cannot be the name of a layer."""


def check_name(name: str) -> None:
    """Raise InvalidNameError, saying why, unless a layer may be called ``name``."""
    if not name.isidentifier():
        raise InvalidNameError("“{name}” is not a name: use letters, digits and _, and begin with a letter", name=name)
    if len(name) > MAX_LENGTH:
        raise InvalidNameError("“{name}…” is too long for a name: {most} characters are the most", name=name[:24],
                               most=MAX_LENGTH)
    plain = unicodedata.normalize("NFKC", name)
    if plain != name:
        # Python reads names so normalised: the attribute and the state dict's key would differ.
        raise InvalidNameError("“{name}” has characters that Python changes: write “{plain}”", name=name, plain=plain)
    if keyword.iskeyword(name):
        raise InvalidNameError("“{name}” is a word of the Python language: choose another name", name=name)
    if name in RESERVED or name.startswith("_"):
        raise InvalidNameError("“{name}” is used by PyTorch itself: choose another name", name=name)


def fresh_name(stem: str, taken: Container[str]) -> str:
    """``stem1``, ``stem2``, … : the first that is not taken. A stem's own trailing number is counted on from."""
    match = re.fullmatch(r"(.*?)(\d*)", stem)
    assert match is not None
    base, number = match[1][: MAX_LENGTH - 8], int(match[2][-7:] or 1)
    while f"{base}{number}" in taken:
        number += 1
    return f"{base}{number}"
