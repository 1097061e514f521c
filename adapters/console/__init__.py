"""The web console: pages rendered here, on the same requests as every other door."""
