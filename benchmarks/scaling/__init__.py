"""The parts of `benchmarks.scale`: the lab, its stages, the arithmetic, the page."""
