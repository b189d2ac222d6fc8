"""Sets in and out of other formats."""
