"""The parts of the composition root: who builds what, in which process, from which settings."""
