"""What belongs to a picture and looks like damage, drawn into a scene before the lens sees it.

Scenes are planes of 0..1 at twice the print's size; what the lens saw is no damage.
"""

from collections.abc import Callable

import cv2
import numpy as np
from learn_damage import Plane, Rng, smooth
from learn_photos import Bytes

Drawn = tuple[tuple[float, Callable[[Rng, Plane], Plane]], ...]
"""Kinds of things to draw, each with how often."""


def _opacity(canvas: Bytes) -> Plane:
    return np.asarray(canvas, np.float32) / np.float32(255)


def _lined(rng: Rng, scene: Plane) -> Plane:
    """Wires, ropes and masts: lines that belong to the picture."""
    side = scene.shape[0]
    canvas = np.zeros((side, side), np.uint8)
    for _ in range(int(rng.integers(1, 5))):
        ends = rng.uniform(-0.2, 1.2, (2, 2)) * side
        steps = np.linspace(0, 1, 24)[:, None]
        sag = np.array([0.0, rng.uniform(-0.15, 0.3) * side]) * (4 * steps * (1 - steps))
        path = ends[0] * (1 - steps) + ends[1] * steps + sag
        points = [np.round(path * 16).astype(np.int32)[:, None]]
        cv2.polylines(canvas, points, False, 255, int(rng.integers(1, 5)), cv2.LINE_AA, 4)
    value = np.float32(rng.choice((rng.uniform(0, 0.3), rng.uniform(0.6, 1.0))))
    share = np.float32(rng.uniform(0.5, 1.0))
    return scene + share * _opacity(canvas) * (value - scene)


def _masted(rng: Rng, scene: Plane) -> Plane:
    """Masts, poles, bars and rails: straight, up to seven pixels of the print wide, round or flat,
    often several of a direction, and one end of them in the picture."""
    side = scene.shape[0]
    turn, count = rng.uniform(0, np.pi), int(rng.integers(1, 5))
    stray = rng.uniform(0.005, 0.08)
    wide, dark = float(np.exp(rng.uniform(np.log(2), np.log(14)))), rng.random() < 0.65
    value = np.float32(rng.uniform(0, 0.35) if dark else rng.uniform(0.6, 1.0))
    shade, share = np.float32(rng.uniform(-0.3, 0.3)), np.float32(rng.uniform(0.6, 1.0))
    y, x = np.mgrid[:side, :side].astype(np.float32)
    for _ in range(count):
        angle = turn + rng.normal(0, stray)
        cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        middle, long = rng.uniform(0, side, 2), rng.uniform(0.15, 1.2) * side
        along = (x - np.float32(middle[0])) * cos + (y - np.float32(middle[1])) * sin
        across = (y - np.float32(middle[1])) * cos - (x - np.float32(middle[0])) * sin
        tapered = 1 - np.float32(rng.uniform(0, 0.5)) * along / np.float32(long)
        half = np.float32(wide * rng.uniform(0.4, 1.0) / 2) * tapered
        cover = np.clip(half - np.abs(across) + 0.5, 0, 1) * np.clip(long / 2 - np.abs(along), 0, 1)
        tone = value + shade * np.clip(across / np.maximum(half, 0.5), -1, 1)
        scene = scene + share * cover * (np.clip(tone, 0, 1) - scene)
    return np.asarray(scene, np.float32)


def _lettered(rng: Rng, scene: Plane) -> Plane:
    word = "".join(rng.choice(list("ABDEGHKLMNORSTUW1234567890aehknorst ")) for _ in range(9))
    canvas = np.zeros(scene.shape, np.uint8)
    at = (int(rng.uniform(-40, 120)), int(rng.uniform(20, scene.shape[0])))
    face, size = int(rng.integers(0, 8)), float(rng.uniform(0.4, 1.6))
    cv2.putText(canvas, word, at, face, size, 255, int(rng.integers(1, 4)), cv2.LINE_AA)
    value = np.float32(rng.choice((rng.uniform(0, 0.25), rng.uniform(0.75, 1.0))))
    return scene + _opacity(canvas) * (value - scene)


def _inscribed(rng: Rng, scene: Plane) -> Plane:
    """Letters, digits and ticks around a dial or along a plate: strokes as short as those that film
    wears, each turned its own way."""
    side, canvas = scene.shape[0], np.zeros(scene.shape, np.uint8)
    high, count = float(np.exp(rng.uniform(np.log(8), np.log(40)))), int(rng.integers(3, 16))
    face, thick, ticks = int(rng.integers(0, 8)), int(rng.integers(1, 4)), rng.random() < 0.3
    radius = rng.uniform(1.0, 4.0) * high * (30 if rng.random() < 0.4 else 1)
    begun, middle = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.9, 2) * side
    middle -= radius * np.array([np.cos(begun), np.sin(begun)])
    for number in range(count):
        angle = begun + (number - count / 2) * 0.9 * high / radius
        tile = np.zeros((48, 48), np.uint8)
        if ticks:
            cv2.line(tile, (24, 6), (24, 28), 255, thick, cv2.LINE_AA)
        else:
            glyph = str(rng.choice(list("ABDEGHIKLMNORSTUVW1234567890aehiknorst")))
            cv2.putText(tile, glyph, (12, 34), face, 1.0, 255, thick, cv2.LINE_AA)
        turn, scale = angle + np.pi / 2, high / 24
        cos, sin = scale * np.cos(turn), scale * np.sin(turn)
        at = middle + radius * np.array([np.cos(angle), np.sin(angle)])
        matrix = np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])
        matrix[:, 2] = at - matrix[:, :2] @ (24, 24)
        drawn = cv2.warpAffine(tile, matrix, (side, side), flags=cv2.INTER_LINEAR)
        canvas = np.maximum(canvas, np.asarray(drawn, np.uint8))
    value = np.float32(rng.choice((rng.uniform(0, 0.3), rng.uniform(0.7, 1.0))))
    return scene + np.float32(rng.uniform(0.3, 1.0)) * _opacity(canvas) * (value - scene)


def _lit(rng: Rng, scene: Plane) -> Plane:
    """Lamps, catchlights, rivets and buttons: small round lights and darks."""
    canvas = np.zeros(scene.shape, np.uint8)
    for _ in range(int(rng.integers(1, 8))):
        centre = (int(rng.uniform(0, scene.shape[0])), int(rng.uniform(0, scene.shape[0])))
        cv2.circle(canvas, centre, int(rng.integers(1, 8)), int(rng.integers(100, 256)), -1, 16)
    glow = np.asarray(cv2.GaussianBlur(canvas, (0, 0), rng.uniform(0.8, 3.0)), np.uint8)
    value = np.float32(rng.choice((0.05, 1.0), p=(0.3, 0.7)))
    return scene + _opacity(glow) * (value - scene)


def _bordered(rng: Rng, scene: Plane) -> Plane:
    """The edge of the film or of the paper: straight, even, black or white."""
    side = scene.shape[0]
    wide = int(rng.uniform(0.04, 0.4) * side)
    slope = np.linspace(-1, 1, side, dtype=np.float32)[:, None] * np.float32(rng.normal(0, 2))
    soft = np.clip((np.arange(side, dtype=np.float32)[None, :] + slope - wide) / 2 + 0.5, 0, 1)
    value = np.float32(rng.choice((rng.uniform(0, 0.12), rng.uniform(0.85, 1))))
    framed = scene * soft + value * (1 - soft)
    return np.ascontiguousarray(np.rot90(framed, int(rng.integers(4))), np.float32)


def _starry(rng: Rng, scene: Plane) -> Plane:
    """A night sky, lights of a town, spray: many soft round points, all of them light."""
    side = scene.shape[0]
    dim = np.float32(rng.uniform(0.05, 0.5))
    points = np.zeros((side, side), np.float32)
    size = float(np.exp(rng.uniform(np.log(0.6), np.log(3.0))))
    for _ in range(int(rng.integers(15, 160))):
        y, x = rng.integers(0, side, 2)
        points[y, x] += np.float32(0.15 + rng.pareto(1.5))
    for share, spread in ((1.0, size), (0.15, 3 * size)):
        glow = cv2.GaussianBlur(points, (0, 0), spread) * np.float32(share * 4 * spread**2)
        scene = scene * dim + np.clip(glow, 0, 1) if share == 1 else np.maximum(scene, glow)
    return np.clip(scene, 0, 1).astype(np.float32)


def _ringed(rng: Rng, scene: Plane) -> Plane:
    """Rims, seams and edges of things that catch the light: arcs whose light comes and goes."""
    side = scene.shape[0]
    for _ in range(int(rng.integers(1, 4))):
        canvas = np.zeros((side, side), np.uint8)
        centre = tuple(int(place * 16) for place in rng.uniform(-0.3, 1.3, 2) * side)
        long = rng.uniform(0.08, 1.2) * side
        axes = (int(long * 16), int(long * rng.uniform(0.15, 1.0) * 16))
        begin = rng.uniform(0, 360)
        pieces = 24 if rng.random() < 0.25 else 1
        span = rng.uniform(40, 360) / pieces
        for piece in range(pieces):
            start = begin + piece * span
            end, wide = start + span * (0.55 if pieces > 1 else 1), int(rng.integers(1, 6))
            tilt = rng.uniform(0, 0.1)
            cv2.ellipse(canvas, centre, axes, tilt, start, end, 255, wide, cv2.LINE_AA, 4)
        value = np.float32(rng.choice((rng.uniform(0, 0.3), rng.uniform(0.6, 1.0)), p=(0.3, 0.7)))
        lit = np.clip(rng.uniform(0.2, 1.4) + 3 * (smooth(rng, side, 6) - 0.5), 0, 1)
        scene = scene + _opacity(canvas) * np.asarray(lit, np.float32) * (value - scene)
    return scene


def _stranded(rng: Rng, scene: Plane) -> Plane:
    """Hair, grass, fur, rigging: many thin curves that run nearly the same way."""
    side = scene.shape[0]
    canvas = np.zeros((side, side), np.float32)
    where = rng.uniform(0, side, 2)
    turn, bend = rng.uniform(0, 2 * np.pi), rng.normal(0, 1.2)
    spread, wild = rng.uniform(0.05, 0.4) * side, rng.uniform(0.02, 0.25)
    dark = rng.random() < 0.6
    for _ in range(int(rng.integers(8, 60))):
        angle = turn + rng.normal(0, wild)
        steps = np.linspace(-0.5, 0.5, 16)
        angles = angle + (bend + rng.normal(0, wild)) * steps
        length = rng.uniform(0.2, 0.9) * side
        path = np.cumsum(np.stack([np.cos(angles), np.sin(angles)], 1), axis=0) * (length / 16)
        path = path - path[8] + where + rng.normal(0, spread, 2)
        strand = np.zeros((side, side), np.uint8)
        points = [np.round(path * 16).astype(np.int32)[:, None]]
        cv2.polylines(strand, points, False, 255, int(rng.integers(1, 4)), cv2.LINE_AA, 4)
        share = rng.uniform(0.2, 0.9) * (-1 if (rng.random() < 0.8) == dark else 1)
        canvas += np.float32(share) * _opacity(strand)
    depth = np.float32(rng.uniform(0.1, 0.5))
    return np.clip(scene + depth * np.clip(canvas, -1, 1), 0, 1).astype(np.float32)


def _buttoned(rng: Rng, scene: Plane) -> Plane:
    """Buttons, medals, rivets, beads: a row of equal small discs, lit from one side."""
    side = scene.shape[0]
    for _ in range(int(rng.integers(1, 4))):
        radius = float(np.exp(rng.uniform(np.log(1.5), np.log(9))))
        gap = radius * rng.uniform(2.5, 12)
        turn, bend = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.08)
        place = rng.uniform(0, side, 2)
        base, shine = rng.choice((rng.uniform(0, 0.3), rng.uniform(0.6, 1))), rng.uniform(0.1, 0.5)
        light = rng.uniform(0, 2 * np.pi)
        towards = np.array([np.cos(light), np.sin(light)])
        for number in range(int(rng.integers(1, 9))):
            angle = turn + bend * number
            place = place + gap * np.array([np.cos(angle), np.sin(angle)])
            for off, share, value in (
                (-0.25 * towards, 1.15, base - shine),
                (np.zeros(2), 1.0, base),
                (0.35 * towards, 0.45, base + shine),
            ):
                canvas = np.zeros((side, side), np.uint8)
                centre = np.round((place + radius * off) * 16).astype(int)
                size = (max(8, int(radius * share * 16)),) * 2
                at = (int(centre[0]), int(centre[1]))
                cv2.ellipse(canvas, at, size, 0, 0, 360, 255, -1, cv2.LINE_AA, 4)
                scene = scene + _opacity(canvas) * (np.float32(np.clip(value, 0, 1)) - scene)
    return scene


def _flowering(rng: Rng, scene: Plane) -> Plane:
    """A meadow or a printed dress: petals as light, as flat and as sharp as flecks."""
    side = scene.shape[0]
    radius, flat = float(np.exp(rng.uniform(np.log(3), np.log(22)))), rng.uniform(0.4, 1.0)
    petals, shares = int(rng.integers(5, 15)), rng.uniform(0.6, 1.0, 2)
    light, heart = rng.uniform(0.75, 1.0), rng.uniform(0.25, 0.8)
    middle, spread = rng.uniform(0, side, 2), rng.uniform(0.1, 0.5) * side
    bloom, disc = np.zeros((side, side), np.uint8), np.zeros((side, side), np.uint8)
    for _ in range(int(rng.integers(3, 40))):
        long, begin = radius * rng.uniform(0.6, 1.3), rng.uniform(0, 2 * np.pi)
        place = middle + rng.normal(0, spread, 2)
        for turn in begin + np.arange(petals) * (2 * np.pi / petals):
            along = np.array([np.cos(turn), flat * np.sin(turn)]) * long
            at = np.round((place + 0.6 * along) * 16).astype(int)
            half = max(8, int(0.45 * np.hypot(*along) * 16))
            size = (half, max(8, int(shares[0] * half * 2.5 / petals)))
            tilt = float(np.degrees(np.arctan2(along[1], along[0])))
            cv2.ellipse(bloom, (int(at[0]), int(at[1])), size, tilt, 0, 360, 255, -1, 16, 4)
        at = np.round(place * 16).astype(int)
        size = (max(8, int(0.35 * shares[1] * long * 16)),) * 2
        cv2.ellipse(disc, (int(at[0]), int(at[1])), size, 0, 0, 360, 255, -1, cv2.LINE_AA, 4)
    for canvas, value in ((bloom, light), (disc, heart)):
        scene = scene + _opacity(canvas) * (np.float32(value) - scene)
    return scene


def _perforated(rng: Rng, scene: Plane) -> Plane:
    """A film's edge: a dark rebate with a row of light holes, or the other way round."""
    side = scene.shape[0]
    wide, hole = int(rng.uniform(0.1, 0.3) * side), rng.uniform(0.05, 0.16) * side
    dark, light = rng.uniform(0, 0.15), rng.uniform(0.2, 1.0)
    if rng.random() < 0.2:
        dark, light = light, dark
    framed = scene.copy()
    framed[:, :wide] = np.float32(dark)
    gap, start = hole * rng.uniform(1.3, 2.2), rng.uniform(0, hole)
    canvas = np.zeros((side, side), np.uint8)
    left, right = int(0.2 * wide), int(rng.uniform(0.55, 0.8) * wide)
    for number in range(int(side / gap) + 1):
        top = int(start + number * gap)
        corners = np.array([[left, top], [right, top], [right, top + hole], [left, top + hole]])
        cv2.fillPoly(canvas, [np.round(corners * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(canvas, (0, 0), float(rng.uniform(0.6, 3.0)))
    framed = framed + _opacity(np.asarray(soft, np.uint8)) * (np.float32(light) - framed)
    return np.ascontiguousarray(np.rot90(framed, int(rng.integers(4))), np.float32)


BELONGING: Drawn = ((0.22, _lined), (0.06, _lettered), (0.10, _lit), (0.05, _bordered))
RARELY: Drawn = ((0.05, _lined), (0.08, _lettered), (0.03, _lit), (0.05, _bordered))
"""Of the same, few wires and lamps: a finder that has seen many takes a long scratch for a wire."""
DECEIVING: Drawn = ((0.05, _starry), (0.10, _ringed), (0.10, _stranded))
"""What a finder of damage takes for damage until it is told."""
EQUALS: Drawn = ((0.05, _lit), (0.08, _buttoned), (0.03, _perforated))
"""Small things that are sharp, but come in rows of equals."""
FLOWERING: Drawn = ((0.05, _flowering),)
INSCRIBED: Drawn = ((0.2, _inscribed),)
RIGGED: Drawn = ((0.15, _masted), (0.05, _lined), (0.05, _ringed), (0.05, _lit))
"""What is as broad as the broadest scratch, and more of what catches the light."""
