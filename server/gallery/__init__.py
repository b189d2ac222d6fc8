"""The room around the show: what hangs, hums and prints in it."""
