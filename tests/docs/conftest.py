import sys
from pathlib import Path

# `pages` is shared by the tests of this folder, and the generators of the reference are tested as they are built.
sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "docs")]
