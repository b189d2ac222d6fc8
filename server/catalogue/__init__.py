"""WHAT a curator wrote: sets, photos, regions, texts."""
