"""Which noise levels a picture passes on its way, and who steps it from one to the next."""

import inspect
import math
import warnings
from collections.abc import Mapping
from typing import Any

import diffusers

from server.restoration.engines.diffusion.params import Scheduler

# The first timestep is then the noise level asked for, at few steps, too; Lightning and Turbo were
# distilled on it.
_TRAILING = {"timestep_spacing": "trailing"}
_CLASSES: Mapping[Scheduler, tuple[str, Mapping[str, object]]] = {
    "lcm": ("LCMScheduler", {"clip_sample": False}),
    "tcd": ("TCDScheduler", {"clip_sample": False}),
    "euler": ("EulerDiscreteScheduler", _TRAILING),
    "euler-a": ("EulerAncestralDiscreteScheduler", _TRAILING),
    "ddim": ("DDIMScheduler", {**_TRAILING, "clip_sample": False}),
    "dpm": ("DPMSolverMultistepScheduler", _TRAILING),
}
_TRAINED = 1000
_LCM_GRID = 50


class Schedule:
    """``steps`` steps from ``strength`` (0..1, 1 is pure noise) to a clean picture.

    Steps are counted as they are made: at strength 0.4, 8 steps are the last 8 of a schedule of 20.
    ``int(steps * strength)``, diffusers' own count, would make 3 of them, and none at all where the
    product is below 1.
    """

    def __init__(self, config: Any, scheduler: Scheduler, steps: int, strength: float) -> None:
        name, changes = _CLASSES[scheduler]
        strength = max(strength, steps / _TRAINED)
        with warnings.catch_warnings():
            # diffusers turns tensors into arrays the way numpy 1 did.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.scheduler = getattr(diffusers, name).from_config(config, **changes)
            self.timesteps = self._set(scheduler, steps, strength)
        takes = inspect.signature(self.scheduler.step).parameters
        self._random = "generator" in takes

    def _set(self, scheduler: Scheduler, steps: int, strength: float) -> list[Any]:
        """The timesteps that are passed, each a tensor without dimensions on the CPU: indexing by
        one on a card would wait for the card."""
        if scheduler in ("lcm", "tcd"):
            grid = min(_TRAINED, max(_LCM_GRID, math.ceil((steps + 1) / strength)))
            self.scheduler.set_timesteps(
                steps, device="cpu", original_inference_steps=grid, strength=strength
            )
            return list(self.scheduler.timesteps)
        total = min(_TRAINED, math.ceil(round(steps / strength, 6)))
        self.scheduler.set_timesteps(total, device="cpu")
        first = len(self.scheduler.timesteps) - steps
        if hasattr(self.scheduler, "set_begin_index"):
            self.scheduler.set_begin_index(first)
        return list(self.scheduler.timesteps[first:])

    def noised(self, latents: Any, noise: Any) -> Any:
        """The clean latents at the first noise level."""
        return self.scheduler.add_noise(latents, noise, self.timesteps[0].reshape(1))

    def seen(self, latents: Any, timestep: Any) -> Any:
        """The latents as the network wants to see them: of unit variance."""
        return self.scheduler.scale_model_input(latents, timestep)

    def step(self, prediction: Any, timestep: Any, latents: Any, generator: Any) -> Any:
        """The latents of the whole picture one noise level further.

        What noise a scheduler adds again comes from ``generator``, for the whole picture at once:
        tiles share it, and a tile's place does not show.
        """
        more = {"generator": generator} if self._random else {}
        return self.scheduler.step(prediction, timestep, latents, return_dict=False, **more)[0]
