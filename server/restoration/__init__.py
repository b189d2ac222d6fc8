"""HOW a photo is restored, ahead of opening hours."""
