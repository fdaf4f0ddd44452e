"""Every measurement, one after the other, as `make bench` prints them."""

import subprocess
import sys
from pathlib import Path

MEASUREMENTS = ("first_load", "intake", "screening", "theme_page", "analysis", "scale")

if __name__ == "__main__":
    here = Path(__file__).parent
    # Each in a process of its own: what one has loaded does not slow the next.
    codes = [
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=here.parent).returncode
        for name in MEASUREMENTS
    ]
    sys.exit(max(codes))
