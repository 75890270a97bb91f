"""How fast things are, measured on the machine at hand: ``python -m benchmarks`` from the root of a checkout."""
