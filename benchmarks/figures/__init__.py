"""The figures by which Varsel's speed is judged: one file each, the floor beside the product."""
