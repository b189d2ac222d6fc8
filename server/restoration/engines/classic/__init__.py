"""Restoration on any machine: classical methods, each named where it is used."""

from server.restoration.engines.classic.engine import Classic

__all__ = ["Classic"]
