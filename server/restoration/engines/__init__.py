"""The engines, each blind to the others."""
