"""Rekindle: exhibitions of restored historical photographs."""

__version__ = "0.1.0"
