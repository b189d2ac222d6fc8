"""The engine ``nets``: single-pass networks on spandrel. Importing it loads no torch."""

from server.restoration.engines.nets.engine import Nets

__all__ = ["Nets"]
