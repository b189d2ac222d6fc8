"""Training goes on where it stopped, draws what it says, and writes what the engine reads."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from threading import Barrier
from typing import Any

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")
from learn_ageing import Batch, Course, around_face, example, grain_fields  # noqa: E402
from learn_damage import RULED, SPECKLED, STOUT, VARIED, WORN  # noqa: E402
from learn_export import export, weights  # noqa: E402
from learn_photos import SHIPPED, SPLIT, Source, read_shipped, read_source  # noqa: E402
from learn_scenes import (  # noqa: E402
    BELONGING,
    DECEIVING,
    EQUALS,
    FLOWERING,
    INSCRIBED,
    RIGGED,
)
from learn_tasks import FINDING, SOFTLY, TASKS, Leg, Task  # noqa: E402
from onnx import load  # noqa: E402
from torch._subclasses.fake_tensor import FakeTensorMode  # noqa: E402
from train import (  # noqa: E402
    Crew,
    Examples,
    Training,
    options,
    rate,
    shipped,
    work,
)

from server.restoration.engines.classic.mender import DOUBT  # noqa: E402

DRAWN = BELONGING + DECEIVING + EQUALS + FLOWERING + INSCRIBED + RIGGED
SHIPPED_WEIGHTS = Path(__file__).parent.parent / "server/restoration/engines/classic/weights"
PHOTOS = Path(__file__).parent.parent.parent / "shared" / "photos"


def source() -> Source:
    """Scenes and shapes made up here, in the form in which real ones are read."""
    rng = np.random.default_rng(3)
    scene = cv2.GaussianBlur(rng.integers(0, 255, (360, 400, 3)).astype(np.uint8), (0, 0), 2)
    shape = np.zeros((60, 60), np.uint8)
    cv2.line(shape, (5, 5), (50, 40), 255, 3, cv2.LINE_AA)
    sizes = [shape, shape[::2, ::2].copy(), shape[::4, ::4].copy()]
    return Source([[np.asarray(scene)]], [sizes], [sizes], [shape], [[(0.5, 0.4)]])


def examples(task: "Task", step: int) -> Batch:
    return task.batch(7, step, range(2), source(), grain_fields(7), task.course(step))


def tensors(task: "Task", step: int) -> list[Any]:
    return [torch.from_numpy(part) for part in examples(task, step)]


def trained(training: "Training", steps: int) -> "Training":
    for _ in range(steps):
        training.slope(tensors(training.task, training.step))
        training.move(training.gradients(), 1e-3)
    return training


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(params=TASKS)
def task(request: pytest.FixtureRequest) -> "Task":
    return TASKS[request.param]


def test_a_step_s_examples_follow_from_seed_and_number(task: "Task") -> None:
    first, again = examples(task, 4), examples(task, 4)
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))
    assert not np.array_equal(first[0], examples(task, 5)[0])


@pytest.mark.parametrize(
    "course",
    [*TASKS["clear"].courses.values(), *FINDING.values(), SOFTLY[44_000]],
)
def test_an_example_is_a_print_its_scene_and_its_damage(course: Course) -> None:
    side, fields = course.side, grain_fields(1)
    rngs = [np.random.default_rng(seed) for seed in range(12)]
    made = [example(rng, source(), fields, course) for rng in rngs]
    for one in made:
        assert one.print.shape == (side, side) and one.scene.shape == (2 * side, 2 * side)
        # What is enlarged may overshoot.
        over = 0.25 if course.closer else 0.0
        assert one.print.min() >= -over and one.print.max() <= 1 + over
        assert set(np.unique(one.damage)) <= {0.0, 1.0}
    assert any(one.damage.any() for one in made) and not all(one.damage.any() for one in made)


def test_a_plain_print_shows_its_scene_as_it_is() -> None:
    course = replace(FINDING[0], drawn=(), enlarged=0.0)
    off = {}
    for plain in (0.0, 1.0):
        rngs = [np.random.default_rng(seed) for seed in range(40)]
        changed = replace(course, plain=plain)
        made = [example(rng, source(), grain_fields(1), changed) for rng in rngs]
        sound = [one for one in made if one.sure.all() and not one.damage.any()]
        size = (course.side, course.side)
        halved = [cv2.resize(one.scene, size, interpolation=cv2.INTER_AREA) for one in sound]
        off[plain] = [np.abs(one.print - h).mean() for one, h in zip(sound, halved, strict=True)]
    assert max(off[1.0]) < 0.005 < np.median(off[0.0])


def marked_and_steepness(course: Course) -> tuple[list[Any], float]:
    """Prints with damage, of twenty, and how steep the tones on it are."""
    rngs = [np.random.default_rng(seed) for seed in range(20)]
    made = [example(rng, source(), grain_fields(1), course) for rng in rngs]
    marked = [one for one in made if one.damage.sum() > 50]
    edges = [cv2.Laplacian(one.print, cv2.CV_32F)[one.damage > 0] for one in marked]
    return marked, float(np.median([np.abs(edge).mean() for edge in edges]))


def test_a_print_read_closer_is_as_soft_as_an_enlargement() -> None:
    fine = {}
    for closer in (0.0, 1.0):
        course = replace(FINDING[0], plain=1.0, closer=closer, kinds=SPECKLED[-1:])
        marked, fine[closer] = marked_and_steepness(course)
        # What is called damage lies where the print shows it.
        for one in marked:
            around = cv2.dilate(one.damage, np.ones((7, 7), np.uint8)) - one.damage > 0
            beside = float(one.print[around].mean())
            assert np.abs(one.print[one.damage > 0] - beside).mean() > 0.03
    assert fine[1.0] < 0.75 * fine[0.0]
    closest = replace(FINDING[0], plain=1.0, closer=1.0, closest=2.2, kinds=SPECKLED[-1:])
    assert marked_and_steepness(closest)[1] < 0.9 * fine[1.0]


def test_damage_is_soft_in_itself_where_a_course_says_so() -> None:
    steep = {}
    for softened in (0.0, 1.0):
        course = replace(FINDING[0], plain=1.0, softened=softened, kinds=SPECKLED[-1:])
        _, steep[softened] = marked_and_steepness(course)
    assert steep[1.0] < 0.85 * steep[0.0]


def test_damage_differs_little_where_a_course_says_that_it_is_faint() -> None:
    off = {}
    for faint in (0.0, 1.0):
        course = replace(
            FINDING[0], drawn=(), enlarged=0.0, plain=1.0, faint=faint, kinds=SPECKLED[-1:]
        )
        rngs = [np.random.default_rng(seed) for seed in range(40)]
        made = [example(rng, source(), grain_fields(1), course) for rng in rngs]
        size = (course.side, course.side)
        halved = [cv2.resize(one.scene, size, interpolation=cv2.INTER_AREA) for one in made]
        marked = [(one, half) for one, half in zip(made, halved, strict=True) if one.damage.any()]
        changes = [np.abs(one.print - half)[one.damage > 0].mean() for one, half in marked]
        off[faint] = float(np.median(changes))
    assert 0.05 < off[1.0] < 0.7 * off[0.0]


def test_straight_damage_and_stout_hairs_get_as_broad_as_a_thick_wire() -> None:
    def breadth(draw: Callable[..., Any]) -> float:
        halves = []
        for seed in range(40):
            cover = draw(np.random.default_rng(seed), 128, source()) > 0.5
            halves.append(cv2.distanceTransform(cover.astype(np.uint8), cv2.DIST_L2, 5).max())
        return float(np.percentile(halves, 75))

    straight = next(kind for _, kind in SPECKLED if kind.__name__ == "_straight")
    assert breadth(RULED[-1][1]) > 1.3 * breadth(straight)
    hair = next(kind for _, kind in SPECKLED if kind.__name__ == "_hair")
    assert breadth(STOUT[-1][1]) > 1.3 * breadth(hair)


@pytest.mark.parametrize("number", range(len(DRAWN)))
def test_what_is_drawn_into_a_scene_changes_it_and_stays_in_range(number: int) -> None:
    drawn = DRAWN[number][1]
    scene = np.full((128, 128), 0.4, np.float32)
    made = [drawn(np.random.default_rng(seed), scene) for seed in range(6)]
    for after in made:
        assert after.shape == scene.shape and after.dtype == np.float32
        assert after.min() >= -1e-6 and after.max() <= 1 + 1e-6
    assert sum(bool((after != scene).any()) for after in made) > 3


def test_a_training_that_was_stopped_goes_on_bit_for_bit(task: "Task", tmp_path: Path) -> None:
    whole = trained(Training(task, 5), 3)
    broken = trained(Training(task, 5), 2)
    broken.save(tmp_path / "checkpoint.pt")
    resumed = Training(task, 99)
    resumed.load(tmp_path / "checkpoint.pt")
    trained(resumed, 1)
    for one, two in zip(whole.mean.parameters(), resumed.mean.parameters(), strict=True):
        assert torch.equal(one, two)
    for one, two in zip(whole.network.parameters(), resumed.network.parameters(), strict=True):
        assert torch.equal(one, two)


def test_every_weight_s_first_step_goes_down_its_own_slope(task: "Task") -> None:
    training = Training(task, 5)
    training.slope(tensors(task, 0))
    before = [part.detach().clone() for part in training.network.parameters()]
    slopes = [part.grad.clone() for part in training.network.parameters()]
    training.move(training.gradients(), 1e-3)
    for old, new, slope in zip(before, training.network.parameters(), slopes, strict=True):
        steep = slope.abs() > 0.1 * slope.abs().max()
        # Adam's first step is of one length, but for the decay of the weights.
        down = (old - new.detach())[steep] / 1e-3
        torch.testing.assert_close(down, slope[steep].sign(), atol=0.5, rtol=0)


def test_a_training_begins_with_the_weights_that_ship(tmp_path: Path) -> None:
    training = trained(Training(TASKS["find"], 5), 1)
    training.save(tmp_path / "checkpoint.pt")
    export(tmp_path / "checkpoint.pt", tmp_path / "out.onnx")
    begun = Training(TASKS["find"], 99)
    begun.start(tmp_path / "out.onnx", 12000)
    assert begun.step == 12000
    for name, value in training.mean.state_dict().items():
        torch.testing.assert_close(begun.network.state_dict()[name], value, atol=1e-3, rtol=1e-3)
        assert torch.equal(begun.mean.state_dict()[name], begun.network.state_dict()[name])


def test_what_is_exported_runs_without_torch_and_agrees(task: "Task", tmp_path: Path) -> None:
    training = trained(Training(task, 5), 1)
    training.save(tmp_path / "checkpoint.pt")
    export(tmp_path / "checkpoint.pt", tmp_path / "out.onnx")
    net = cv2.dnn.readNetFromONNX(str(tmp_path / "out.onnx"))
    planes = training.mean.state_dict()["stem.weight"].shape[1]
    plane = np.random.default_rng(1).random((1, planes, 80, 112), np.float32) - np.float32(0.5)
    net.setInput(plane)
    with torch.no_grad():
        expected = training.mean(torch.from_numpy(plane))
    expected = expected[0] if isinstance(expected, tuple) else expected
    # Weights are held to 11 bits.
    np.testing.assert_allclose(net.forward(), expected.numpy(), atol=5e-3)


def test_weights_held_in_bytes_take_half_the_room_and_answer_alike(tmp_path: Path) -> None:
    training = trained(Training(TASKS["find"], 5), 1)
    training.save(tmp_path / "checkpoint.pt")
    export(tmp_path / "checkpoint.pt", tmp_path / "halves.onnx")
    export(tmp_path / "checkpoint.pt", tmp_path / "bytes.onnx", in_bytes=True)
    sizes = [tmp_path.joinpath(f"{name}.onnx").stat().st_size for name in ("bytes", "halves")]
    assert sizes[0] < 0.55 * sizes[1]
    held = weights(tmp_path / "bytes.onnx")
    for name, value in training.mean.state_dict().items():
        step = value.abs().amax(dim=tuple(range(1, value.ndim)), keepdim=True) / 127
        apart = (held[name] - value).abs()
        assert torch.all(apart <= (0.51 * step if value.ndim == 4 else 1e-3)), name
    net = cv2.dnn.readNetFromONNX(str(tmp_path / "bytes.onnx"))
    plane = np.random.default_rng(1).random((1, 1, 80, 112), np.float32) - np.float32(0.5)
    net.setInput(plane)
    with torch.no_grad():
        expected = training.mean(torch.from_numpy(plane))
    np.testing.assert_allclose(net.forward(), expected.numpy(), atol=0.05)


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("clear", "prints"),
        ("find", "damage"),
        ("find-soft", "soft"),
        ("mend", "mender"),
        ("kinship", "kinship"),
    ],
)
def test_a_training_writes_its_file_as_it_ships(what: str, name: str, tmp_path: Path) -> None:
    Training(TASKS[what], 5).save(tmp_path / f"{what}.pt")
    digest = shipped(options([what, "--to", str(tmp_path)]))
    assert digest == sha256((tmp_path / f"{what}.onnx").read_bytes()).hexdigest()
    made, ships = (
        {each.name: (each.data_type, tuple(each.dims)) for each in load(path).graph.initializer}
        for path in (tmp_path / f"{what}.onnx", SHIPPED_WEIGHTS / f"{name}.onnx")
    )
    assert made == ships


def test_what_the_mender_learns_from_differs_under_the_mask_alone() -> None:
    task = TASKS["mend"]
    course = replace(task.course(0), side=64, count=1)
    hidden = told = mistaken = 0
    for step in range(24):
        made = task.batch(7, step, range(1), source(), grain_fields(7), course)
        shown, filled, hole, sound = (part[0, 0] for part in made)
        assert {part.shape for part in made} == {(1, 1, 64, 64)}
        assert set(np.unique(hole)) <= {0.0, 1.0}
        inside = hole > 0
        assert np.array_equal(shown[~inside], filled[~inside])
        hidden += bool(inside.any() and np.array_equal(shown, filled))
        told += int((np.abs(shown - sound)[inside] > 0.05).sum())
        mistaken += int((np.abs(shown - sound)[inside] < 0.002).sum())
    assert 2 < hidden < 14
    # Damage, and what was taken for it.
    assert told > 300 and mistaken > 300


def test_a_mender_that_knows_nothing_keeps_to_the_smooth_filling() -> None:
    task = TASKS["mend"]
    network, parts = task.network(), tensors(task, 0)
    for part in network.get_submodule("filled").parameters():
        torch.nn.init.zeros_(part)
    print_, filled, hole, sound = parts
    told = task.loss(network, *parts)[1]
    made = filled + torch.sigmoid(torch.tensor(-DOUBT)) * (print_ - filled)
    error = (hole * ((made - sound) ** 2 + 4e-4).sqrt()).sum() / (hole.sum() + 1)
    torch.testing.assert_close(told["error"], error)
    assert torch.isfinite(told["db"]) and torch.isfinite(told["smooth_db"])


def test_what_kinship_learns_from_is_documented_at_points_and_known_everywhere() -> None:
    made = examples(TASKS["kinship"], 3)
    seen, share, scale, truth, quiet, tints = made
    assert seen.shape == (2, 4, 128, 192) and truth.shape == quiet.shape == (2, 2, 128, 192)
    assert share.shape == scale.shape == (2, 24, 128, 192) and tints.shape == (2, 24, 2)
    assert share.sum(axis=1).max() <= 1 + 1e-5
    hints = (share.max(axis=(2, 3)) > 0.9).sum(axis=1)
    assert hints.min() >= 3


def test_kinship_makes_no_colour_that_nobody_documented() -> None:
    task = TASKS["kinship"]
    network = task.network()
    parts = tensors(task, 0)
    parts[5] = torch.zeros_like(parts[5])
    parts[4] = torch.zeros_like(parts[4])
    error = task.loss(network, *parts)[0]
    grey = parts[3].square().sum(dim=1).add(1e-3).sqrt().mean() / 10
    torch.testing.assert_close(error, grey, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("able", "type_"),
    [({"avx2": True}, torch.float32), ({"avx512_dq": True, "bf16": False}, torch.bfloat16)],
)
def test_networks_compute_with_16_bits_where_torch_is_fast_with_them(
    task: "Task", able: dict[str, bool], type_: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    training, seen = Training(task, 7), set()
    training.network.stem.register_forward_hook(lambda *made: seen.add(made[-1].dtype))
    training.slope(tensors(task, 0))
    assert seen == {type_}


def test_what_is_minimised_stays_on_the_accelerator(
    task: "Task", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **asked: True)
    monkeypatch.setattr(torch.cuda.amp.common, "amp_definitely_not_available", lambda: False)
    shapes, seen = [part.shape for part in examples(task, 0)], set()
    # Tensors without values, which still refuse to be computed with those of another device.
    with FakeTensorMode():
        with torch.device("cuda"):
            network, planes = task.network(), [torch.ones(shape) for shape in shapes]
        network.stem.register_forward_hook(lambda *made: seen.add(made[-1].dtype))
        total, parts = task.loss(network, *planes)
    assert {part.device.type for part in (total, *parts.values())} == {"cuda"}
    assert seen == {torch.bfloat16}


def test_the_rate_rises_stays_and_falls_to_nothing() -> None:
    leg = Leg(1000, 300)
    rates = [rate(step, leg) for step in range(1000)]
    assert rates[0] < rates[50] < rates[150] == rates[690] > rates[800] > rates[-1] > 0
    assert rates[-1] < 0.01 * rates[500]
    assert [rate(600 + step, leg, first=600) for step in range(90)] == rates[:90]
    gentle = replace(leg, rate=leg.rate / 2)
    assert [2 * rate(step, gentle) for step in range(1000)] == rates


def test_a_step_belongs_to_a_leg_that_began_where_the_last_one_ended() -> None:
    one, other = legs = (Leg(100, 30), Leg(200, 50))
    task = replace(TASKS["find"], legs=legs)
    assert [task.leg(step) for step in (0, 99)] == [(one, 0)] * 2
    assert [task.leg(step) for step in (100, 199)] == [(other, 100)] * 2


def test_a_training_can_be_given_another_end() -> None:
    task = replace(TASKS["find"], legs=(Leg(100, 30), Leg(200, 50, rate=0.5)))
    assert task.ended(None, None).legs == task.legs
    assert task.ended(90, 10).legs == (Leg(90, 10),)
    assert task.ended(100, None).legs == (Leg(100, 30),)
    assert task.ended(150, None).legs == (Leg(100, 30), Leg(150, 50, rate=0.5))
    assert task.ended(300, 20).legs == (Leg(100, 30), Leg(300, 20, rate=0.5))


@pytest.fixture
def worked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """What a short training of a finder leaves in a folder; without a ``crew`` other processes make
    the examples."""
    legs, few = (Leg(2, 1), Leg(4, 0, rate=0.5)), {0: replace(FINDING[0], count=2)}
    short = replace(TASKS["find"], legs=legs, courses=few, source=lambda photos: source())
    monkeypatch.setitem(TASKS, "find", short)
    size = sum(part.numel() for part in short.network().parameters())

    def work_(folder: str, *words: str, crew: bool = True) -> dict[str, Any]:
        to = tmp_path / folder
        to.mkdir(exist_ok=True)
        words = ("find", "--to", str(to), "--device", "cpu", "--workers", "1", *words)
        work(0, options([*words]), Crew(torch.zeros(1, size), Barrier(1)) if crew else None)
        return dict(torch.load(to / "find.pt", weights_only=True))

    return work_


def test_a_leg_begins_as_if_with_the_weights_that_ship(
    worked: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    whole = worked("whole")
    first = worked("broken", "--steps", "2")
    again = worked("broken")
    torch.save(first, tmp_path / "first.pt")
    export(tmp_path / "first.pt", tmp_path / "first.onnx")
    begun = worked("begun", "--start", str(tmp_path / "first.onnx"), "--at", "2")
    for other in (again, begun):
        for name, part in whole["mean"].items():
            assert torch.equal(part, other["mean"][name]), name


def test_it_learns_the_same_from_examples_that_other_processes_make(
    worked: Callable[..., dict[str, Any]],
) -> None:
    alone = worked("alone")
    helped = worked("helped", "--workers", "2", crew=False)
    for name, part in alone["mean"].items():
        assert torch.equal(part, helped["mean"][name]), name


def test_film_is_worn_along_its_run_in_strokes_as_thin_as_they_show() -> None:
    worn = WORN[-1][1]
    along, thin = [], []
    for seed in range(30):
        cover = worn(np.random.default_rng(seed), 128, source())
        assert cover.shape == (128, 128) and cover.min() >= 0 and cover.max() <= 1
        level = np.abs(np.diff(cover, axis=1)).sum(), np.abs(np.diff(cover, axis=0)).sum()
        along.append(max(level) / max(min(level), 1e-6))
        halves = cv2.distanceTransform((cover > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
        thin.append(halves.max())
    assert np.median(along) > 1.5
    assert np.median(thin) <= 2


def test_masts_get_as_broad_as_the_broadest_scratch_and_are_as_straight() -> None:
    masts, scene = RIGGED[0][1], np.full((256, 256), 0.5, np.float32)
    broad = []
    for seed in range(30):
        drawn = np.abs(masts(np.random.default_rng(seed), scene) - scene) > 0.05
        halves = cv2.distanceTransform(drawn.astype(np.uint8), cv2.DIST_L2, 5)
        broad.append(float(halves.max()))
        count, labels = cv2.connectedComponents(drawn.astype(np.uint8), connectivity=8)
        for label in range(1, count):
            points = np.argwhere(labels == label).astype(np.float32)
            if len(points) > 60 and halves[labels == label].max() < 3:
                (_, sides, _) = cv2.minAreaRect(points)
                # Where two cross, they fill less of the box around both.
                assert min(sides) < 9 or len(points) < 0.6 * sides[0] * sides[1]
    # A pixel of the print is two of the scene.
    assert max(broad) / 2 > 2.5 and min(broad) < 2.5


def test_what_is_ragged_is_ragged_and_within_the_print() -> None:
    def outline(cover: Any) -> tuple[float, float]:
        mask = (cover > 0.5).astype(np.uint8)
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        return float(mask.sum()), sum(cv2.arcLength(each, True) for each in contours)

    ragged: dict[str, list[float]] = {}
    for _, kind in VARIED[-3:]:
        for seed in range(40):
            cover = np.asarray(kind(np.random.default_rng(seed), 128, source()))
            assert cover.shape == (128, 128) and cover.min() >= 0 and cover.max() <= 1
            area, around = outline(cover)
            if area > 20:
                # 1 for a disc.
                ragged.setdefault(kind.__name__, []).append(around**2 / (4 * np.pi * area))
    assert all(len(each) > 10 for each in ragged.values())
    assert np.percentile(ragged["_chipped"], 75) > 1.4
    assert min(np.median(ragged[name]) for name in ("_branched", "_scuffed")) > 2.5


def test_a_course_says_how_many_marks_its_prints_have_and_how_many_of_them_are_light() -> None:
    flecks = tuple(each for each in SPECKLED if each[1].__name__ == "_fleck")
    usual = replace(FINDING[0], drawn=(), plain=1.0, kinds=flecks)

    def marks(course: Course) -> tuple[float, float]:
        """Marked pixels of sixty prints, and the share of them that is lighter than the scene."""
        marked = lighter = 0
        for seed in range(60):
            rng = np.random.default_rng(seed)
            one = example(rng, source(), grain_fields(1), course)
            scene = cv2.resize(one.scene, one.print.shape, interpolation=cv2.INTER_AREA)
            marked += int(one.damage.sum())
            lighter += int((one.damage * (one.print > scene)).sum())
        return float(marked), lighter / marked

    few, many = (marks(replace(usual, rates=rates))[0] for rates in ((0.2,), (5.0,)))
    assert 0 < few < 0.2 * many
    light, dark = (marks(replace(usual, polarities=(share,)))[1] for share in (1.0, 0.0))
    assert light > 0.8 and dark < 0.2


def test_a_face_is_in_the_middle_half_of_what_is_cut_around_it() -> None:
    shown = np.zeros((300, 400, 3), np.uint8)
    shown[118:122, 198:202] = 255
    read = replace(source(), photos=[[shown]])
    for seed in range(20):
        piece = around_face(np.random.default_rng(seed), read, 128)
        y, x = (places.mean() for places in np.nonzero(piece[..., 0]))
        assert piece.shape == (128, 128, 3) and 30 < x < 98 and 30 < y < 98


def test_a_piece_is_cut_from_a_photograph_that_is_large_enough() -> None:
    large = np.full((480, 500, 3), 90, np.uint8)
    read = source()
    read = replace(read, photos=[*read.photos, [large]], faces=[*read.faces, [(0.5, 0.5)]])
    course = replace(FINDING[0], side=224, faces=0.5, enlarged=0.0)
    for seed in range(8):
        made = example(np.random.default_rng(seed), read, grain_fields(1), course)
        assert made.print.shape == (224, 224)


def test_workers_share_as_many_examples_as_a_lesson_has() -> None:
    courses, given = {0: replace(FINDING[0], count=3), 5: FINDING[44_000]}, options(["find"])
    task = replace(TASKS["find"], courses=courses, source=lambda photos: source())
    whole, *shares = (Examples(task, given, *of) for of in ((0, 1), (0, 2), (1, 2)))
    assert len(whole[5][0]) == 16
    even, odd = (share[4] for share in shares)
    assert (len(even[0]), len(odd[0])) == (2, 1)
    for all_, one, other in zip(whole[4], even, odd, strict=True):
        np.testing.assert_array_equal(all_, np.stack([one[0], other[0], one[1]]))


def test_nothing_is_both_learnt_from_and_measured_on() -> None:
    photos = tomllib.loads(SPLIT.read_text("utf-8"))["photos"]
    assert photos["train"] and not set(photos["train"]) & set(photos["held_out"])


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="../shared/photos is not here")
def test_training_reads_what_it_may_and_no_more() -> None:
    read, more = read_source(PHOTOS), read_shipped(PHOTOS)
    split = tomllib.loads(SPLIT.read_text("utf-8"))
    assert len(read.photos) == len(split["photos"]["train"])
    assert len(more.photos) == len(read.photos) + len(SHIPPED)
    pngs = list((PHOTOS / "damage-shapes" / "synthetic").rglob("*.png"))
    held = split["shapes"]["held_out_numbers"]
    assert len(read.shapes) == sum(int(path.stem[-4:]) not in held for path in pngs)
