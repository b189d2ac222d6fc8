"""Weights: which there are, whether they are here, and how they get here.

``models.toml`` names them; ``rekindle models fetch`` brings them. Restoring only reads.
"""
