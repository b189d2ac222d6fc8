"""What there is to train: each network with its lessons, its legs, and what it minimises."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import learn_finder
import learn_kinship
import learn_mender
import learn_net
import torch
from learn_ageing import Batch, Course, batch
from learn_damage import RULED, SPECKLED, STOUT, VARIED
from learn_photos import Source, read_shipped, read_source
from learn_scenes import BELONGING, DECEIVING, EQUALS, FLOWERING, INSCRIBED, RARELY, RIGGED
from torch import nn


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a training, over whose end the rate of learning falls to nothing."""

    until: int
    """Its last step."""
    cooldown: int
    """Over so many steps the rate falls."""
    rate: float = 1.5e-3
    """Highest rate of learning."""


@dataclass(frozen=True, slots=True)
class Task:
    """One network, what it minimises, and what it is taught with."""

    network: type[nn.Module]
    loss: Callable[..., tuple[torch.Tensor, dict[str, torch.Tensor]]]
    courses: Mapping[int, Course]
    """Each from its step on."""
    legs: tuple[Leg, ...]
    source: Callable[[Path], Source]
    batch: Callable[..., Batch] = batch
    """As that of learn_ageing."""
    in_bytes: bool = False
    """Whether its convolutions ship as 8-bit integers."""

    def course(self, step: int) -> Course:
        return self.courses[max(start for start in self.courses if start <= step)]

    def leg(self, step: int) -> tuple[Leg, int]:
        """The leg that a step belongs to, and its first step."""
        ends = [leg.until for leg in self.legs]
        number = next(number for number, end in enumerate(ends) if step < end)
        return self.legs[number], ends[number - 1] if number else 0

    def ended(self, steps: int | None, cooldown: int | None) -> "Task":
        """The same with another end, or another fall of the rate towards it."""
        last = self.legs[-1]
        until = last.until if steps is None else steps
        before = tuple(leg for leg in self.legs[:-1] if leg.until < until)
        end = next((leg for leg in self.legs if leg.until >= until), last)
        fall = end.cooldown if cooldown is None else cooldown
        return replace(self, legs=(*before, replace(end, until=until, cooldown=fall)))


_SEEN = Course(
    128,
    RARELY + DECEIVING + EQUALS,
    SPECKLED,
    faintest=(0.05, 1.5),
    enlarged=0.3,
    faces=0.15,
    sharp=0.2,
    restless=0.5,
)
_HARDER = replace(_SEEN, drawn=_SEEN.drawn + FLOWERING, kinds=RULED, plain=0.1, closer=0.25)
FINDING = {
    0: _SEEN,
    14_200: _HARDER,
    44_000: replace(
        _HARDER,
        drawn=_HARDER.drawn + INSCRIBED + RIGGED,
        kinds=VARIED,
        rates=(0.2, 0.5, 1.2, 2.5, 5.0),
        polarities=(0.05, 0.3, 0.5, 0.5, 0.7, 0.97),
    ),
}
"""The harder lessons come later (Bengio et al., Curriculum learning, 2009): what is as straight and
as sharp as a wire, as flat and as light as a petal, or as soft as all else on an enlarged print;
last, film's wear and all that is ragged, on prints with few marks or many, beside lettering, whose
strokes are as short, and masts, which are as broad."""
SOFTLY = {
    **FINDING,
    44_000: replace(
        FINDING[44_000],
        side=176,
        count=8,
        kinds=STOUT,
        softened=0.75,
        faint=0.4,
        faintest=(0.04, 1.2),
        closer=0.5,
        closest=2.2,
    ),
}
"""As for the finder, and then damage that is as soft as the picture on three prints of four, more
that is faint or stout, prints read as the closest look reads them, and larger ones: on a small one
most strokes run from edge to edge, as wires do."""
MENDING = replace(
    FINDING[44_000],
    rates=(2.0, 5.0, 10.0),
    softened=0.4,
    faint=0.15,
    enlarged=0.2,
    sharp=0.15,
    restless=0.4,
    closer=0.0,
    mistaken=0.6,
    astray=0.2,
)
"""The finder's last lessons with more damage, some as soft as the picture; and under many masks
something that is none."""
TASKS = {
    "clear": Task(
        learn_net.Network,
        learn_net.loss,
        {0: Course(96, BELONGING)},
        (Leg(3700, 1800),),
        read_source,
        in_bytes=True,
    ),
    "find": Task(
        learn_finder.Finder,
        learn_finder.loss,
        FINDING,
        (Leg(44_000, 12_000), Leg(47_000, 2800, rate=6e-4)),
        read_shipped,
        in_bytes=True,
    ),
    "find-soft": Task(
        learn_finder.Finder,
        learn_finder.loss,
        SOFTLY,
        (Leg(44_000, 12_000), Leg(48_800, 4500, rate=1e-3)),
        read_shipped,
        in_bytes=True,
    ),
    "mend": Task(
        learn_mender.Mender,
        learn_mender.loss,
        {0: MENDING},
        (Leg(10_000, 5000),),
        read_shipped,
        learn_mender.batch,
        in_bytes=True,
    ),
    "kinship": Task(
        learn_kinship.Kinship,
        learn_kinship.loss,
        {0: Course(192, (), count=4)},
        (Leg(2400, 1200),),
        read_shipped,
        learn_kinship.batch,
        in_bytes=True,
    ),
}
