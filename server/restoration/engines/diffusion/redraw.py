"""``redraw``: the picture sent part of the way to noise, and drawn again by a model.

It keeps its size: enlarging is another step, before. Its colours stay its own; the model draws the
lightness. A ControlNet holds it to what the picture shows.
"""

import torch

from server.restoration.engine import Picture, Report
from server.restoration.engines.diffusion.autoencoder import (
    luma_only,
    to_image,
    to_tensor,
)
from server.restoration.engines.diffusion.img2img import redrawn
from server.restoration.engines.diffusion.loading import Loaded
from server.restoration.engines.diffusion.params import Redrawing


def run(picture: Picture, wanted: Redrawing, loaded: Loaded, report: Report) -> Picture:
    """A picture of the same size; plates ``frame-1`` … where frames were asked for."""
    stack = loaded.stack(wanted)
    with torch.inference_mode():
        given = to_tensor(picture.image, loaded.device)
        made = redrawn(given, given, wanted, wanted.words, stack, report)
        image = to_image(luma_only(made.image, given))
    return Picture(image, plates=made.frames, notes=made.notes)
