"""What else people call so: files that PyTorch did not write, told apart by how they begin or what is in them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages import say
from engine.torch_files.kinds import TorchFileError

HOW = say("Save the weights in PyTorch with torch.save(net.state_dict(), …)")


def something_else(head: bytes) -> TorchFileError | None:
    """What a file is that PyTorch did not write, by how it begins."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        return TorchFileError("it is empty: it was not written or not downloaded to its end")
    if not head.strip(b"\0"):
        return TorchFileError("it holds nothing but zeros: it was not written or not downloaded to its end")
    if text.startswith(b"version https://git-lfs"):
        return TorchFileError("it is only a pointer of Git LFS, not the file itself: fetch it with “git lfs pull”, or "
                              "download it from the page of the repository")
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return TorchFileError("it is a web page, not the file that was meant to be downloaded: download it again")
    if head.startswith(b"\x89HDF"):
        return TorchFileError("it is an HDF5 file, as Keras and MATLAB write it. {how}", how=HOW)
    if head.startswith((b"GGUF", b"\x93NUMPY", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"\x12\x01\0\0\0\0\0\0")):
        return TorchFileError("it is no file that PyTorch wrote. {how}", how=HOW)
    if not head.startswith((b"PK", b"\x80")):
        return TorchFileError("it is no file that PyTorch wrote, or is damaged")
    return None




def other_archive(names: Mapping[str, object]) -> TorchFileError:
    """An archive without what torch.save writes."""
    if any(name.endswith((".npy",)) for name in names):
        return TorchFileError("it is an .npz file of numpy. {how}", how=HOW)
    if any("/code/" in name or name.startswith("code/") for name in names):
        return TorchFileError("it is a TorchScript program, which would have to be run: load it in Python and save its "
                              "weights with torch.save(torch.jit.load(…).state_dict(), …)")
    if any(name.endswith(("archive_format", "models/model.json", "serialized_exported_program.json"))
           for name in names):
        return TorchFileError("it is a program of torch.export, which would have to be run: save the weights with "
                              "torch.save(torch.export.load(…).state_dict, …)")
    return TorchFileError("it is an archive, but none that torch.save wrote. {how}", how=HOW)


