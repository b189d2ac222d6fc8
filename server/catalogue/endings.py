"""Whether a picture file reaches the end its format promises, without decoding it."""

from pathlib import Path

from PIL.TiffImagePlugin import ImageFileDirectory_v2

_TAIL = 64 * 1024
_OFFSETS, _COUNTS = (273, 324), (279, 325)
"""TIFF 6.0: StripOffsets and TileOffsets, StripByteCounts and TileByteCounts."""


def ends_early(path: Path, kind: str) -> bool:
    """True where the end of a JPEG, PNG, TIFF or WebP is not found where it belongs.

    A suspicion, not a verdict: a sound JPEG followed by much else also looks so.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if kind == "TIFF":
            return _tiff_ends_early(path, size)
        if kind == "WebP":
            return int.from_bytes(file.read(8)[4:], "little") + 8 > size
        file.seek(max(0, size - _TAIL))
        return (b"\xff\xd9" if kind == "JPEG" else b"IEND\xae\x42\x60\x82") not in file.read()


def _tiff_ends_early(path: Path, size: int) -> bool:
    with path.open("rb") as file:
        start = file.read(16)
        # BigTIFF ("+" for "*") has a header of 16 bytes, TIFF one of 8.
        directory = ImageFileDirectory_v2(start if b"+" in start[2:4] else start[:8])
        file.seek(directory.next)
        try:
            directory.load(file)
        except (OSError, SyntaxError, ValueError, TypeError, KeyError):
            return True
    for offsets, counts in zip(_OFFSETS, _COUNTS, strict=True):
        if offsets in directory and counts in directory:
            ends = map(sum, zip(directory[offsets], directory[counts], strict=False))
            return max(ends, default=0) > size
    return True
