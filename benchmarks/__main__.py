"""All measurements, one after the other, each in a process of its own: ``make bench``."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """Every measurement of this folder; a peer is started by the one it stands beside."""
    files = sorted(path.stem for path in HERE.glob("*.py"))
    return [name for name in files if name != "__main__" and not name.endswith("_peer")]


def main() -> int:
    """Run what is asked for on the command line, or everything; 1 when one could not finish."""
    asked = sys.argv[1:] or names()
    if strange := [name for name in asked if name not in names()]:
        print(f"There is no measurement '{strange[0]}'. Choose from: {', '.join(names())}.")
        return 2
    codes = [
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=HERE.parent).returncode
        for name in asked
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
