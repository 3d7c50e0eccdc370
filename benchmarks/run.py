"""``python benchmarks/run.py NAME``: measure one thing, or ``all``; the numbers as a table or as JSON."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    from benchmarks.cli import main

    sys.exit(main(sys.argv[1:]))
