"""For whoever operates a platform: is it alive, can it work, how far is everything, how long."""
