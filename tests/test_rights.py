"""The facts of the KLA evaluation the analysis maps to.

R001  five clusters and 24 indicators: 21 in one of the clusters each, three in none
R002  reading the facts never loads scikit-learn
R003  every indicator names the offices that carry it
"""

import subprocess
import sys

import pytest

from analysis.rights import (
    Cluster,
    IndicatorKey,
    clusters,
    help_lines,
    indicator_by_key,
    indicators,
)


def test_there_are_five_clusters_and_their_indicators():
    """R001: the five clusters I-V and the 3+5+6+3+4 indicators under them."""
    assert [facts.roman for facts in clusters()] == ["I", "II", "III", "IV", "V"]
    counts = [sum(i.cluster is cluster for i in indicators()) for cluster in Cluster]
    assert counts == [3, 5, 6, 3, 4]
    in_none = [indicator.key for indicator in indicators() if indicator.cluster is None]
    assert in_none == ["perda_kla", "kelembagaan", "keterlibatan"]
    assert [indicator.key for indicator in indicators()] == list(IndicatorKey)


def test_facts_are_light():
    """R002: a web page that only names clusters never loads scikit-learn."""
    code = (
        "import sys, analysis, analysis.rights, analysis.comments; analysis.Comment('1', 'a');"
        "sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("key", list(IndicatorKey))
def test_an_indicator_has_offices(key):
    """R003: whoever reads a theme can see which office it concerns."""
    assert indicator_by_key(key).offices


def test_help_lines_have_numbers():
    """R003: each help line can be called."""
    assert all(line.phone.isdigit() for line in help_lines())
