"""The engine ``diffusion``: generative models on diffusers. Importing it loads no torch."""

from server.restoration.engines.diffusion.engine import Diffusion

__all__ = ["Diffusion"]
