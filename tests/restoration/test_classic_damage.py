from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from skimage import data

from server.restoration.engine import Image, Layer, Report
from server.restoration.engines.classic.damage import by_rules, find_damage
from server.restoration.engines.classic.faces import maybe_faces
from server.restoration.engines.classic.fill import FOUND, SURE, Damage, damage_of, mend
from server.restoration.engines.classic.network import FINDER, SOFT_FINDER, Network
from server.restoration.engines.classic.tears import ground_and_missing
from server.restoration.lab import Plane

Mask = npt.NDArray[np.bool_]


def smooth(height: int = 300, width: int = 400) -> Image:
    """A soft scene: sky, a hill and a sun, with faint grain."""
    rng = np.random.default_rng(3)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    plane = 0.45 + 0.2 * y / height + 0.1 * np.sin(x / 60)
    plane += 0.2 * np.exp(-((x - 280) ** 2 + (y - 80) ** 2) / 1800)
    plane += rng.normal(0, 0.008, plane.shape).astype(np.float32)
    return np.repeat(plane.astype(np.float32)[..., None], 3, axis=2).clip(0, 1)


def textured(height: int = 300, width: int = 400) -> Image:
    """The same with cloth over its lower half: what a finder of lines falls for."""
    image = smooth(height, width)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    weave = 0.06 * np.sin(x / 1.7) * np.sin(y / 2.1 + x / 9)
    image[150:] += weave[150:, :, None]
    return image.clip(0, 1)


def scratched(image: Image) -> tuple[Image, Mask]:
    drawn = np.zeros(image.shape[:2], np.uint8)
    cv2.line(drawn, (40, 10), (120, 250), 255, 2, cv2.LINE_AA)
    cv2.line(drawn, (250, 20), (330, 140), 255, 2, cv2.LINE_AA)
    cv2.line(drawn, (180, 30), (190, 130), 255, 1, cv2.LINE_AA)
    for centre in ((60, 60), (220, 40), (370, 30), (150, 120), (230, 110)):
        cv2.circle(drawn, centre, 2, 255, -1, cv2.LINE_AA)
    share = drawn[..., None].astype(np.float32) / 255
    return (image * (1 - share) + 0.97 * share).astype(np.float32), drawn > 128


def found(image: Image) -> Layer:
    return find_damage(image, sensitivity=1.0, report=lambda share: None)


@pytest.mark.parametrize("scene", [smooth, textured])
def test_white_scratches_and_dust_are_found_and_little_else(scene: type) -> None:
    image, truth = scratched(scene())
    layer = found(image) > 0
    near = cv2.dilate(truth.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert (layer & truth).sum() / truth.sum() > 0.75
    assert (layer & near).sum() / layer.sum() > 0.9


@pytest.mark.parametrize("scene", [smooth, textured])
def test_an_undamaged_picture_is_left_alone(scene: type) -> None:
    assert np.count_nonzero(found(scene())) < 0.0005 * 300 * 400


def test_dark_hairs_are_found_too() -> None:
    image, truth = scratched(1 - smooth())
    assert ((found(1 - image) > 0) & truth).sum() / truth.sum() > 0.5


def flecked(image: Image, *tones: float) -> tuple[Image, Mask]:
    """Round flecks of 5 to 9 pixels, eighteen of each tone."""
    drawn = np.zeros(image.shape[:2], np.uint8)
    rng = np.random.default_rng(8)
    for number in range(18 * len(tones)):
        centre = (30 + 80 * (number % 9), 40 + 70 * (number // 9))
        cv2.circle(drawn, centre, int(rng.integers(2, 5)), 1 + number % len(tones), -1)
    out = image.copy()
    for number, tone in enumerate(tones):
        out[drawn == number + 1] = tone
    soft = np.asarray(cv2.GaussianBlur(out, (0, 0), 0.6), np.float32)
    return np.where(drawn[..., None] > 0, soft, image), drawn > 0


def even(height: int = 300, width: int = 400) -> Image:
    """A dark evening sky with grain and nothing else."""
    plane = np.linspace(0.2, 0.35, height, dtype=np.float32)[:, None].repeat(width, axis=1)
    plane += np.random.default_rng(4).normal(0, 0.012, plane.shape).astype(np.float32)
    return np.repeat(plane[..., None], 3, axis=2).clip(0, 1)


@pytest.mark.parametrize(
    ("shape", "sides"), [((90, 120), (120, 180, 240)), ((1500, 2000), (949, 1897))]
)
def test_a_picture_is_looked_at_in_three_sizes_and_a_large_one_made_smaller_in_two(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int], sides: tuple[int, ...]
) -> None:
    seen: list[int] = []
    told: list[float] = []

    def look(
        plane: npt.NDArray[np.float32], report: Report, *, finder: Network
    ) -> npt.NDArray[np.float32]:
        seen.append(plane.shape[1])
        report(0.5)
        report(1.0)
        return np.full(plane.shape, -6, np.float32)

    monkeypatch.setattr("server.restoration.engines.classic.damage.damage_odds", look)
    layer = find_damage(smooth(*shape), sensitivity=1.0, report=told.append)
    assert layer.shape == shape and tuple(seen) == (*sides, sides[0])
    assert told == sorted(told) and told[0] > 0 and told[-1] <= 1


@pytest.mark.parametrize(
    ("sharp", "closer", "looks", "soft"),
    [(0.0, 6, 3, True), (0.5, 6, 3, True), (0.95, 6, 1, False), (0.0, -0.3, 3, False)],
)
def test_a_network_for_soft_damage_is_heard_where_its_looks_tell_of_much_more(
    monkeypatch: pytest.MonkeyPatch, sharp: float, closer: float, looks: int, soft: bool
) -> None:
    places = np.zeros((300, 720), np.uint8)
    places[20::40, 15::30] = 1
    marked = cv2.dilate(places, np.ones((5, 5), np.uint8)) > 0
    scene = np.asarray(cv2.GaussianBlur(smooth(300, 720), (0, 0), 1.0))
    for row in (40, 80):
        scene[row : row + 2, 200:300] -= np.float32(0.06)
    seen: list[Network] = []
    told: list[float] = []

    def look(plane: Plane, report: Report, *, finder: Network) -> Plane:
        seen.append(finder)
        report(1.0)
        softly = finder is SOFT_FINDER
        sure = closer if seen[-2:] == [SOFT_FINDER] * 2 else 6
        known = 720 if softly else round(sharp * 720)
        odds = np.where(marked & (np.arange(720) < known), np.float32(sure), np.float32(-6))
        if softly:
            odds[40:42, 200:300], odds[80:82, 200:300] = 0.7, 0.3
        odds[278:283, 100:105] = -6 if softly else 6
        return np.asarray(cv2.resize(odds, plane.shape[::-1], interpolation=cv2.INTER_NEAREST))

    monkeypatch.setattr("server.restoration.engines.classic.damage.damage_odds", look)
    layer = find_damage(scene, sensitivity=1.0, report=told.append)
    assert seen == [FINDER] * 3 + [SOFT_FINDER] * looks
    assert (layer[:, 690:] > 0).any() == soft and (layer[:, :20] > 0).any() == (soft or sharp > 0)
    # A long dark line, about as likely a scratch as a wire, is a scratch where damage is soft.
    assert (layer[40:42, 210:290] > 0).all() == soft
    assert not (layer[80:82, 210:290] > 0).any(), "the soft finder is a little too sure"
    assert (layer[278:283, 100:105] > 0).all(), "what the finder sees of a soft print counts, too"
    assert told == sorted(told) and told[-1] <= 1


def test_more_damage_as_soft_as_the_picture_is_found_than_the_finder_alone_finds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grey = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    grey = np.asarray(cv2.resize(grey, (384, 384), interpolation=cv2.INTER_AREA))
    plane = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.8), np.float32) * 0.7 + np.float32(0.15)
    rng, drawn = np.random.default_rng(5), np.zeros(plane.shape, np.uint8)
    for _ in range(40):
        y, x, angle, length = rng.uniform((10, 10, 0, 5), (370, 370, np.pi, 30))
        end = (round(x + length * np.cos(angle)), round(y + length * np.sin(angle)))
        cv2.line(drawn, (round(x), round(y)), end, 255, int(rng.integers(1, 4)), cv2.LINE_AA)
    share = np.asarray(cv2.GaussianBlur(drawn.astype(np.float32) / 255, (0, 0), 0.6), np.float32)
    plane += (np.float32(0.95) - plane) * share
    plane += np.asarray(rng.normal(0, 0.015, plane.shape), np.float32)
    image, truth = np.repeat(plane[..., None], 3, axis=2).clip(0, 1), drawn > 128
    both = found(image) > 0
    monkeypatch.setattr("server.restoration.engines.classic.damage.softly_harmed", lambda *_: False)
    alone = found(image) > 0
    near = cv2.dilate(truth.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert (both & truth).sum() > 1.5 * (alone & truth).sum() > 0
    assert (both & ~near).sum() < 0.1 * both.sum()


def ruled(plane: npt.NDArray[np.float32], odds: npt.NDArray[np.float32], torn: bool) -> Mask:
    """What the rules find where all looks say the same."""
    looks = np.stack([odds] * 3)
    return by_rules(plane, looks, 1.0, torn=torn, found=np.zeros(plane.shape, bool))


def test_what_the_network_refuses_in_every_look_no_rule_finds() -> None:
    image, truth = scratched(smooth())
    plane = np.ascontiguousarray(image[..., 0])
    looks = np.full(plane.shape, -9, np.float32)
    assert not ruled(plane, looks, torn=False).any()
    looks[truth] = 5
    near = cv2.dilate(truth.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    rules = ruled(plane, looks, torn=False)
    assert (rules & truth).sum() / truth.sum() > 0.6 and (rules & near).sum() / rules.sum() > 0.9


def test_a_mark_of_even_ground_needs_more_than_one_look_against_all_others() -> None:
    image, truth = flecked(even(300, 720), 0.85, 0.02)
    plane = np.ascontiguousarray(image[..., 0])
    nothing = np.zeros(plane.shape, bool)
    for others, taken in ((-12, False), (-4, True)):
        looks = np.full((3, *plane.shape), -12, np.float32)
        looks[0, truth], looks[1:, truth] = 3, others
        of_it = by_rules(plane, looks, 1.0, torn=False, found=nothing)[truth].mean()
        assert of_it > 0.8 if taken else of_it == 0, of_it


def test_a_mark_of_even_ground_is_damage_as_a_whole_or_not_at_all() -> None:
    image, truth = flecked(even(300, 720), 0.85)
    plane = np.ascontiguousarray(image[..., 0])
    rows = np.arange(plane.shape[0])[:, None] % 70 < 38
    for seen, taken in ((truth & rows, False), (truth, True)):
        of_it = ruled(plane, np.where(seen, np.float32(3), np.float32(-9)), torn=False)[truth]
        assert of_it.mean() > 0.8 if taken else of_it.mean() < 0.5, of_it.mean()


def test_off_calm_ground_a_mark_of_even_ground_must_be_likely() -> None:
    """A lit roof between trees."""
    image, truth = flecked(even(300, 720), 0.85)
    plane = np.ascontiguousarray(image[..., 0])
    trees = plane + np.float32(0.02) * (np.arange(720, dtype=np.int32)[None] // 12 % 2)
    nothing, looks = np.zeros(plane.shape, bool), np.full((3, *plane.shape), -9, np.float32)
    looks[0, truth], looks[1:, truth] = 3, -3
    of_it = [
        by_rules(p, looks, 1.0, torn=False, found=nothing)[truth].mean() for p in (plane, trees)
    ]
    assert of_it[0] > 0.8 and of_it[1] < 0.1, of_it
    looks[1:, truth] = 0
    assert by_rules(trees, looks, 1.0, torn=False, found=nothing)[truth].mean() > 0.5


def test_a_line_is_damage_as_a_whole_or_not_at_all() -> None:
    plane = np.ascontiguousarray(textured(300, 400)[..., 0])
    line = np.zeros(plane.shape, np.uint8)
    cv2.line(line, (60, 15), (300, 130), 255, 2, cv2.LINE_AA)
    plane += (np.float32(0.97) - plane) * line / np.float32(255)
    there = line > 128
    for share, whole in ((0.3, False), (0.7, True)):
        looks = np.full(plane.shape, -9, np.float32)
        looks[:, : round(60 + 240 * share)][there[:, : round(60 + 240 * share)]] = 5
        for torn in (False, True):
            of_it = ruled(plane, looks, torn)[there].mean()
            assert of_it > 0.8 if whole else of_it < 0.1, (share, torn, of_it)


def test_a_doubtful_line_is_damage_where_a_print_is_torn_or_no_tone_is_like_it() -> None:
    line = np.zeros((300, 400), np.uint8)
    cv2.line(line, (60, 15), (300, 130), 255, 2, cv2.LINE_AA)
    share, there = line / np.float32(255), line > 128
    for tone, torn, taken in ((0.75, False, False), (0.75, True, True), (0.97, False, True)):
        plane = np.ascontiguousarray(smooth(300, 400)[..., 0])
        plane[200:290, 20:120] = 0.85
        plane += (np.float32(tone) - plane) * share
        of_it = ruled(plane, np.full(plane.shape, -2, np.float32), torn)[there].mean()
        assert of_it > 0.8 if taken else of_it == 0, (tone, torn, of_it)


def test_a_line_that_is_found_already_gets_no_softer_edge() -> None:
    image, truth = scratched(smooth())
    plane = np.ascontiguousarray(image[..., 0])
    odds = np.where(truth, np.float32(5), np.float32(-5))
    alone = ruled(plane, odds, torn=False)
    known = by_rules(plane, np.stack([odds] * 3), 1.0, torn=False, found=truth)
    assert known.sum() < 0.7 * alone.sum() and not (known & ~alone).any()


def test_compact_flecks_on_even_ground_are_damage() -> None:
    image, truth = flecked(even(300, 720), 0.85, 0.02)
    layer = found(image) > 0
    near = cv2.dilate(truth.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert (layer & truth).sum() / truth.sum() > 0.9
    assert (layer & near).sum() / layer.sum() > 0.95


def test_a_sky_full_of_stars_keeps_them() -> None:
    image = even()
    drawn = np.zeros(image.shape[:2], np.float32)
    rng = np.random.default_rng(2)
    for y, x in zip(rng.integers(8, 292, 90), rng.integers(8, 392, 90), strict=True):
        cv2.circle(drawn, (int(x), int(y)), 2, 0.6, -1)
    image = (image + cv2.GaussianBlur(drawn, (0, 0), 0.8)[..., None]).clip(0, 1)
    assert (found(image)[drawn > 0] > 0).mean() < 0.05


def test_a_lamp_with_rays_is_no_speck() -> None:
    image = even()
    lamp = np.zeros(image.shape[:2], np.float32)
    for angle in np.arange(0, np.pi, np.pi / 4):
        step = (round(26 * np.cos(angle)), round(26 * np.sin(angle)))
        cv2.line(lamp, (200 - step[0], 150 - step[1]), (200 + step[0], 150 + step[1]), 0.4, 1)
    cv2.circle(lamp, (200, 150), 5, 0.7, -1)
    image = (image + cv2.GaussianBlur(lamp, (0, 0), 1.5)[..., None]).clip(0, 1)
    assert not found(image)[140:160, 190:210].any()


def printed(image: Image, side: int = 760) -> Image:
    """A black-and-white print of a photograph: soft, with grain, undamaged."""
    scale = side / max(image.shape[:2])
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    plane = cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), size).astype(np.float32) / 255
    plane = cv2.GaussianBlur(plane, (0, 0), 0.7)
    plane += np.random.default_rng(6).normal(0, 0.012, plane.shape).astype(np.float32)
    return np.repeat(plane[..., None], 3, axis=2).clip(0, 1)


def test_a_name_tag_and_a_collar_ring_are_no_damage() -> None:
    layer = found(printed(data.astronaut())) > 0
    collar, tag = layer[205:440, 170:450], layer[480:565, 400:480]
    assert collar.mean() < 0.001
    assert tag.mean() < 0.001


def test_a_saucer_s_rim_is_no_damage() -> None:
    layer = found(printed(data.coffee())) > 0
    assert layer.mean() < 0.007


def test_an_undamaged_face_is_left_alone() -> None:
    layer = found(printed(data.astronaut())) > 0
    face = np.zeros(layer.shape, np.uint8)
    cv2.ellipse(face, (332, 145), (55, 80), 0, 0, 360, 1, -1)
    assert maybe_faces(printed(data.astronaut())[..., 0])[face > 0].mean() > 0.8
    assert layer[face > 0].mean() < 0.0005


def test_in_a_face_only_what_is_nearly_certain_is_damage(
    finder_says: Callable[[Plane], None],
) -> None:
    image = printed(data.astronaut())
    odds = np.full(image.shape[:2], -6, np.float32)
    for number in range(120):
        y, x = 30 + 50 * (number // 10), 20 + 70 * (number % 10)
        odds[y : y + 5, x : x + 12] = 6
    in_face, out = np.s_[130:136, 300:306], np.s_[130:136, 560:566]
    odds[100:190, 290:380] = -6
    odds[in_face] = odds[out] = 2
    finder_says(odds)
    layer = found(image) > 0
    assert layer[out].all() and not layer[in_face].any()
    odds[in_face] = 9
    assert (found(image) > 0)[in_face].all()


def test_where_dust_is_light_a_dark_letter_is_no_damage(
    finder_says: Callable[[Plane], None],
) -> None:
    image, letter = smooth(600, 800), np.s_[500:504, 600:620]
    image[letter] *= 0.94
    odds = np.full(image.shape[:2], -8, np.float32)
    odds[letter] = 4
    finder_says(odds)
    assert (found(image) > 0)[letter].any()
    dust = np.zeros(image.shape[:2], bool)
    for x, y in np.random.default_rng(6).integers(20, 480, (24, 2)):
        dust[y : y + 4, x : x + 4] = True
    image[dust] = 0.97
    odds[dust] = 6
    layer = found(image) > 0
    assert layer[dust].mean() > 0.9 and not layer[letter].any()


def test_the_paper_s_edge_beside_the_scanner_s_lid_is_no_damage(
    finder_says: Callable[[Plane], None],
) -> None:
    image, edge, scratch = smooth(600, 800), np.s_[599:, 100:700], np.s_[300:303, 60:500]
    image[edge] *= 0.5
    image[scratch] *= 1.3
    odds = np.full(image.shape[:2], -8, np.float32)
    odds[edge] = odds[scratch] = 7
    finder_says(odds)
    layer = found(image) > 0
    assert layer[scratch].all() and not layer[edge].any()


def test_the_layer_says_that_what_was_found_may_show_the_picture() -> None:
    image, _ = scratched(smooth())
    assert set(np.unique(found(image))) == {0, FOUND, SURE}


def test_a_torn_print_is_searched_boldly_and_its_lines_keep_their_soft_edges() -> None:
    sound = cv2.resize(data.coffee(), (400, 300), interpolation=cv2.INTER_AREA) / np.float32(255)
    marked, truth = scratched(sound)
    gone = np.add.outer(np.arange(300) / 40, np.arange(400) / 50) < 1
    seen = {}
    for opacity in (0.25, 0.4):
        whole = (sound + np.float32(opacity) * (marked - sound)).astype(np.float32)
        torn = np.where(gone[..., None], np.float32(1), whole)
        seen[opacity] = [((found(image) > 0) & truth).sum() for image in (whole, torn)]
    faint, plain = seen[0.25], seen[0.4]
    assert faint[1] > 2 * faint[0]
    assert plain[1] > 0.6 * truth.sum()


def test_a_torn_corner_of_paper_white_is_missing() -> None:
    image = smooth()
    torn = np.array([[400, 0], [340, 0], [365, 22], [378, 55], [400, 66]], np.int32)
    gone = np.zeros((300, 400), np.uint8)
    cv2.fillPoly(gone, [torn], 1)
    image[gone > 0] = 0.98
    _, missing = ground_and_missing(np.ascontiguousarray(image[..., 0]))
    assert (missing & (gone > 0)).sum() / gone.sum() > 0.95
    assert missing.mean() < 2 * gone.mean()


def test_a_film_border_and_a_paper_margin_are_no_damage() -> None:
    for tone in (0.02, 0.97):
        image = smooth()
        image[:18] = image[-18:] = tone
        image[:, :18] = image[:, -18:] = tone
        assert np.count_nonzero(found(image)) < 0.001 * image[..., 0].size


def test_a_scratch_that_cuts_off_a_corner_is_no_torn_rim() -> None:
    for beyond, gone in ((0.35, False), (0.55, True)):
        image = np.full((400, 560), 0.35, np.float32)
        image += np.random.default_rng(5).normal(0, 0.01, image.shape).astype(np.float32)
        corner = np.zeros(image.shape, np.uint8)
        cv2.fillPoly(corner, [np.array([[560, 400], [470, 400], [560, 320]])], 1)
        image[corner == 0] += np.float32(beyond - 0.35)
        cv2.line(image, (470, 400), (560, 320), 0.95, 2)
        assert ground_and_missing(image)[1].any() == gone


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (2, 3)])
def test_a_strip_of_one_pixel_has_no_margin(shape: tuple[int, int]) -> None:
    around, missing = ground_and_missing(np.full(shape, 0.5, np.float32))
    assert around.shape == missing.shape == shape and not missing.any()


def test_a_shore_along_two_sides_is_no_frame() -> None:
    y, x = np.mgrid[0:400, 0:560].astype(np.float32)
    for ragged in (0, 6):
        edge = np.repeat(np.random.default_rng(6).normal(0, ragged, 28), 20)
        image = np.full((400, 560), 0.35, np.float32)
        image[(y > 24 + edge) & (x > 30 + edge[:400, None])] = 0.7
        assert ground_and_missing(image)[0].any() == (ragged == 0)


def test_a_sky_is_neither_a_margin_nor_a_missing_piece() -> None:
    rng = np.random.default_rng(5)
    plane = np.full((300, 400), 0.75, np.float32)
    plane[170:] = 0.3
    plane[90:170, 120:200] = 0.3
    plane += rng.normal(0, 0.012, plane.shape).astype(np.float32)
    ground, missing = ground_and_missing(plane)
    assert not missing.any()
    assert ground[40:260, 40:360].mean() < 0.001


def test_mending_keeps_every_bit_outside_the_damage() -> None:
    image, truth = scratched(textured())
    after = mend(image, Damage.painted(truth), grain=1.0, seed=1, report=lambda share: None)
    assert after[~truth].tobytes() == image[~truth].tobytes()


def test_mended_scratches_come_close_to_what_was_there() -> None:
    image, _ = scratched(smooth())
    layer = found(image) > 0
    after = mend(image, Damage.painted(layer), grain=1.0, seed=1, report=lambda share: None)
    assert np.abs(after - smooth())[layer].mean() < 0.025
    assert np.abs(image - smooth())[layer].mean() > 0.08


def test_a_fill_has_grain_like_its_neighbourhood() -> None:
    image = smooth()
    hole = np.zeros((300, 400), bool)
    hole[100:108, 50:350] = True
    after = mend(image, Damage.painted(hole), grain=1.0, seed=1, report=lambda share: None)
    fine = after[..., 0] - cv2.GaussianBlur(after[..., 0], (0, 0), 1.5)
    around = fine[80:95, 50:350].std()
    assert 0.5 * around < fine[hole].std() < 1.6 * around


def test_a_wide_hole_is_filled_with_the_picture_s_own_texture() -> None:
    image = textured()
    hole = np.zeros((300, 400), bool)
    hole[200:240, 150:200] = True
    damaged = image.copy()
    damaged[hole] = 1.0
    after = mend(damaged, Damage.painted(hole), grain=1.0, seed=1, report=lambda share: None)
    assert after[~hole].tobytes() == damaged[~hole].tobytes()
    inside, outside = after[205:235, 155:195, 0], image[205:235, 60:100, 0]
    assert abs(inside.mean() - image[205:235, 155:195, 0].mean()) < 0.03
    assert inside.std() > 0.6 * outside.std()


def test_a_torn_corner_gets_its_margin_back_as_margin() -> None:
    image = textured()
    image[:16] = image[-16:] = 0.93
    image[:, :16] = image[:, -16:] = 0.93
    image += np.random.default_rng(2).normal(0, 0.004, (300, 400, 1)).astype(np.float32)
    hole = np.zeros((300, 400), np.uint8)
    cv2.fillPoly(hole, [np.array([[399, 0], [330, 0], [355, 35], [399, 70]], np.int32)], 1)
    torn = np.where(hole[..., None] > 0, np.float32(0.2), image.clip(0, 1))
    after = mend(torn, Damage.painted(hole > 0), grain=1.0, seed=1, report=lambda share: None)
    assert np.abs(after[:15, 330:, 0] - 0.93).max() < 0.03
    assert np.abs(after[:70, 386:, 0] - 0.93).max() < 0.03
    picture = after[18:60, 330:382, 0][hole[18:60, 330:382] > 0]
    assert picture.max() < 0.8


def test_a_picture_damaged_everywhere_comes_back_as_it_was() -> None:
    image = smooth(40, 50)
    everywhere = np.ones((40, 50), bool)
    after = mend(image, Damage.painted(everywhere), grain=1.0, seed=1, report=lambda share: None)
    assert np.array_equal(after, image)


def test_a_mask_of_another_size_is_brought_to_the_picture() -> None:
    layer = np.zeros((30, 40), np.uint8)
    layer[:, :20] = 255
    damage = damage_of(layer, 60, 80)
    assert damage.mask.shape == (60, 80)
    assert damage.mask[:, :38].all() and not damage.mask[:, 42:].any()
    assert damage.opaque[:, :38].all() and not (damage.opaque & ~damage.mask).any()


def test_a_layer_says_how_sure_damage_is_and_whether_it_hides_the_picture() -> None:
    values = np.array([[0, 127, 128, FOUND, SURE, 255]], np.uint8)
    damage = damage_of(values, 1, 6)
    assert damage.mask.tolist() == [[False, False, True, True, True, True]]
    assert damage.sure.tolist() == [[False, False, False, False, True, True]]
    assert damage.opaque.tolist() == [[False, False, False, False, False, True]]
