"""``python -m benchmarks.child NAME [--quick]``: one benchmark, in a process whose Django knows the database."""

import json
import sys
from importlib import import_module

import django


def main(name: str, *flags: str) -> None:
    django.setup()
    measured = import_module(f"benchmarks.{name}").measure(quick="--quick" in flags)
    sys.stdout.write(json.dumps(measured))


if __name__ == "__main__":
    main(*sys.argv[1:])
