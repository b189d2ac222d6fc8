"""Wide gaps filled with what the picture shows elsewhere.

Patches are matched from coarse to fine (Wexler, Shechtman and Irani, "Space-Time Completion of
Video", 2007) by random search and propagation (Barnes et al., "PatchMatch", 2009), written from the
papers for whole arrays at once. The work is done on a copy small enough for a hole of a few
thousand pixels; fine detail and grain then come from the full picture, through the same
correspondence.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from server.restoration.engine import Image

Mask = npt.NDArray[np.bool_]
Place = tuple[slice, slice]
_Index = npt.NDArray[np.intp]

_RADIUS = 3
_HOLE_PIXELS = 9_000
_ROUNDS = 5
_SHAPE = [(dy, dx) for dy in range(-_RADIUS, _RADIUS + 1) for dx in range(-_RADIUS, _RADIUS + 1)]


@dataclass
class _Field:
    """For every target pixel the place its patch comes from, and how badly the two differ."""

    y: _Index
    x: _Index
    cost: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Level:
    picture: Image
    hole: Mask
    sources: Mask
    """Centres of patches that are wholly known and wholly inside."""
    rows: _Index
    columns: _Index
    """Target centres: every pixel whose patch touches the hole, borders left out."""


def _level(picture: Image, hole: Mask, unknown: Mask) -> _Level:
    kernel = np.ones((2 * _RADIUS + 1, 2 * _RADIUS + 1), np.uint8)
    inside = np.zeros(hole.shape, bool)
    inside[_RADIUS:-_RADIUS, _RADIUS:-_RADIUS] = True
    sources = inside & (cv2.dilate(unknown.astype(np.uint8), kernel) == 0)
    targets = inside & (cv2.dilate(hole.astype(np.uint8), kernel) > 0)
    rows, columns = np.nonzero(targets)
    return _Level(picture, hole, sources, rows, columns)


def _cost(level: _Level, y: _Index, x: _Index, chosen: _Index) -> npt.NDArray[np.float32]:
    """Mean squared difference between target patches and candidate patches; inf for no source."""
    width = level.hole.shape[1]
    flat = level.picture.reshape(-1, level.picture.shape[2])
    there = y * width + x
    here = level.rows[chosen] * width + level.columns[chosen]
    cost = np.zeros(len(chosen), np.float32)
    for down, right in _SHAPE:
        step = down * width + right
        difference = flat[here + step] - flat[there + step]
        cost += np.einsum("ij,ij->i", difference, difference)
    cost[~level.sources[y, x]] = np.inf
    return cost


def _try(level: _Level, field: _Field, y: _Index, x: _Index) -> None:
    """Takes the candidate places wherever they are better."""
    height, width = level.hole.shape
    y = np.clip(y, _RADIUS, height - _RADIUS - 1)
    x = np.clip(x, _RADIUS, width - _RADIUS - 1)
    chosen = np.nonzero(level.sources[y, x] & ((y != field.y) | (x != field.x)))[0]
    if chosen.size == 0:
        return
    cost = _cost(level, y[chosen], x[chosen], chosen)
    better = cost < field.cost[chosen]
    taken = chosen[better]
    field.y[taken], field.x[taken], field.cost[taken] = y[taken], x[taken], cost[better]


def _search(level: _Level, field: _Field, rng: np.random.Generator) -> None:
    """One round: what suits the neighbours, then random places ever nearer to the present one."""
    height, width = level.hole.shape
    place = np.full((height, width), -1, np.intp)
    place[level.rows, level.columns] = np.arange(level.rows.size)
    for distance in (4, 1):
        for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            y = np.clip(level.rows + down * distance, 0, height - 1)
            x = np.clip(level.columns + right * distance, 0, width - 1)
            neighbour = place[y, x]
            known = np.maximum(neighbour, 0)
            own = np.where(neighbour >= 0, field.y[known] - down * distance, field.y)
            side = np.where(neighbour >= 0, field.x[known] - right * distance, field.x)
            _try(level, field, own, side)
    reach = max(height, width) // 2
    while reach >= 1:
        jump = rng.integers(-reach, reach + 1, size=(2, level.rows.size))
        _try(level, field, field.y + jump[0], field.x + jump[1])
        reach //= 3


def _voted(level: _Level, field: _Field) -> Image:
    """Every hole pixel as the average of what the patches over it propose, fitting ones most."""
    height, width, channels = level.picture.shape
    scale = float(np.percentile(field.cost, 60)) + 1e-6
    weight = np.exp(-field.cost / scale).astype(np.float32) + np.float32(1e-4)
    total = np.zeros(height * width, np.float64)
    colour = np.zeros((height * width, channels), np.float64)
    flat = level.picture.reshape(-1, channels)
    here, there = level.rows * width + level.columns, field.y * width + field.x
    for down, right in _SHAPE:
        step = down * width + right
        total += np.bincount(here + step, weight, height * width)
        values = flat[there + step] * weight[:, None]
        for channel in range(channels):
            colour[:, channel] += np.bincount(here + step, values[:, channel], height * width)
    out = level.picture.copy().reshape(-1, channels)
    fill = level.hole.ravel() & (total > 0)
    out[fill] = (colour[fill] / total[fill, None]).astype(np.float32)
    return out.reshape(level.picture.shape)


def _started(level: _Level, rng: np.random.Generator) -> _Field:
    y, x = np.nonzero(level.sources)
    pick = rng.integers(0, y.size, level.rows.size)
    field = _Field(y[pick], x[pick], np.empty(0, np.float32))
    field.cost = _cost(level, field.y, field.x, np.arange(level.rows.size))
    return field


def _carried(coarse: _Level, field: _Field, fine: _Level, rng: np.random.Generator) -> _Field:
    """The coarser level's correspondence, at the finer level's size."""
    height, width = coarse.hole.shape
    offset = np.zeros((height, width, 2), np.float32)
    offset[coarse.rows, coarse.columns, 0] = field.y - coarse.rows
    offset[coarse.rows, coarse.columns, 1] = field.x - coarse.columns
    rows, columns = fine.hole.shape
    grown = cv2.resize(offset, (columns, rows), interpolation=cv2.INTER_NEAREST)
    scale = (rows / height, columns / width)
    y = fine.rows + np.round(grown[fine.rows, fine.columns, 0] * scale[0]).astype(np.intp)
    x = fine.columns + np.round(grown[fine.rows, fine.columns, 1] * scale[1]).astype(np.intp)
    result = _started(fine, rng)
    _try(fine, result, y, x)
    return result


def _shrunk(
    picture: Image, mask: Mask, unknown: Mask, size: tuple[int, int]
) -> tuple[Image, Mask, Mask]:
    """A smaller copy in which unknown pixels have not bled into known ones."""
    known = (~unknown).astype(np.float32)
    share = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
    small = cv2.resize(picture * known[..., None], size, interpolation=cv2.INTER_AREA)
    small = small / np.maximum(share, 1e-3)[..., None]
    hole = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.02
    return small.astype(np.float32), hole, (share < 0.98) | hole


def _first_guess(picture: Image, unknown: Mask) -> Image:
    """A smooth surface over what is unknown, to start from."""
    levels = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    guess = cv2.inpaint(levels, unknown.astype(np.uint8), 3, cv2.INPAINT_TELEA)
    return np.where(unknown[..., None], guess.astype(np.float32) / np.float32(255), picture)


def _completed(
    picture: Image, hole: Mask, unknown: Mask, rng: np.random.Generator
) -> tuple[_Level, _Field, Image] | None:
    """The small copy with its hole filled, coarse to fine; None where it has no whole patch."""
    height, width = hole.shape
    depth = float(cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 5).max())
    steps = max(0, min(int(np.log2(max(depth, 1) / 3)), int(np.log2(min(height, width) / 24))))
    before: tuple[_Level, _Field] | None = None
    filled = picture
    for step in range(steps, -1, -1):
        size = (max(16, width >> step), max(16, height >> step)) if step else (width, height)
        small, gap, dark = _shrunk(picture, hole, unknown, size)
        if before is None:
            start = _first_guess(small, dark)
        else:
            grown = cv2.resize(filled, size, interpolation=cv2.INTER_CUBIC)
            start = np.where(dark[..., None], grown, small)
        level = _level(start.astype(np.float32), gap, dark)
        if not level.sources.any() or level.rows.size == 0:
            continue
        field = _started(level, rng) if before is None else _carried(*before, level, rng)
        for _ in range(_ROUNDS):
            field.cost = _cost(level, field.y, field.x, np.arange(level.rows.size))
            _search(level, field, rng)
            level = _level(_voted(level, field), gap, dark)
        before, filled = (level, field), level.picture
    return (*before, filled) if before else None


def _detail(picture: Image, unknown: Mask, sigma: float) -> Image:
    known = (~unknown).astype(np.float32)[..., None]
    weight = cv2.GaussianBlur(known, (0, 0), sigma)[..., None]
    smooth = cv2.GaussianBlur(picture * known, (0, 0), sigma) / np.maximum(weight, 1e-3)
    return np.asarray((picture - smooth) * known, np.float32)


def filled_from_elsewhere(
    image: Image, out: Image, mask: Mask, piece: Mask, place: Place, *, seed: int
) -> None:
    """Fills the wide damage ``piece``, which lies at ``place``, from ``image`` into ``out``.

    ``mask`` is all damage; none of it is copied. Where there is no whole undamaged patch to copy,
    a smooth surface is laid instead.
    """
    top, bottom = place[0].start, place[0].stop
    left, right = place[1].start, place[1].stop
    around = max(48, round(1.2 * max(bottom - top, right - left)))
    y, x = max(0, top - around), max(0, left - around)
    window = (slice(y, bottom + around), slice(x, right + around))
    picture, unknown = image[window], mask[window]
    hole: Mask = np.zeros(unknown.shape, bool)
    hole[top - y : bottom - y, left - x : right - x] = piece
    scale = min(1.0, (_HOLE_PIXELS / max(1, int(hole.sum()))) ** 0.5)
    size = (max(16, round(hole.shape[1] * scale)), max(16, round(hole.shape[0] * scale)))
    small, gap, dark = _shrunk(picture, hole, unknown, size)
    done = _completed(small, gap, dark, np.random.default_rng(seed))
    full = (hole.shape[1], hole.shape[0])
    if done is None:
        grown = cv2.resize(_first_guess(small, dark), full, interpolation=cv2.INTER_CUBIC)
        out[window][hole] = np.clip(grown[hole], 0, 1)
        return
    out[window][hole] = _at_full_size(picture, unknown, hole, done)


def _at_full_size(
    picture: Image, unknown: Mask, hole: Mask, done: tuple[_Level, _Field, Image]
) -> npt.NDArray[np.float32]:
    """The hole's pixels: forms from the small copy, detail through its correspondence."""
    level, field, filled = done
    height, width = hole.shape
    rows, columns = level.hole.shape
    offset = np.zeros((rows, columns, 2), np.float32)
    offset[level.rows, level.columns, 0] = (field.y - level.rows) * (height / rows)
    offset[level.rows, level.columns, 1] = (field.x - level.columns) * (width / columns)
    grown = cv2.resize(offset, (width, height), interpolation=cv2.INTER_NEAREST)
    y, x = np.nonzero(hole)
    sy = np.clip(y + np.round(grown[y, x, 0]).astype(np.intp), 0, height - 1)
    sx = np.clip(x + np.round(grown[y, x, 1]).astype(np.intp), 0, width - 1)
    forms = cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC)
    detail = _detail(picture, unknown, 0.9 * max(1.0, height / rows))
    return np.asarray(np.clip(forms[y, x] + detail[sy, sx], 0, 1), np.float32)
