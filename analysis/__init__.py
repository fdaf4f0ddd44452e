"""The analysis: from children's free texts to themes under the rights clusters.

Front door: ``from analysis import analyse, Comment``. Names load on first use (PEP 562), so
that ``import analysis.rights`` or ``analysis.comments`` never loads scikit-learn.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.comments import (
        Alert,
        AlertLevel,
        Analysis,
        ClusterShare,
        Comment,
        CommentAnalysis,
        Language,
        Mask,
        MaskKind,
        Outcome,
        Quote,
        Theme,
    )
    from analysis.corrections import Correction
    from analysis.journey import analyse
    from analysis.recalling import KnownTheme, recall
    from analysis.safety import AlertDetector
    from analysis.standing import Change, StandingTheme, ThemeDiff, ThemeEvent, ThemeState

__all__ = [
    "Alert",
    "AlertDetector",
    "AlertLevel",
    "Analysis",
    "Change",
    "ClusterShare",
    "Comment",
    "CommentAnalysis",
    "Correction",
    "KnownTheme",
    "Language",
    "Mask",
    "MaskKind",
    "Outcome",
    "Quote",
    "StandingTheme",
    "Theme",
    "ThemeDiff",
    "ThemeEvent",
    "ThemeState",
    "analyse",
    "recall",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'analysis' has no attribute {name!r}")
    homes = {
        "AlertDetector": "safety",
        "Correction": "corrections",
        "analyse": "journey",
        "KnownTheme": "recalling",
        "recall": "recalling",
        **dict.fromkeys(
            ("Change", "StandingTheme", "ThemeDiff", "ThemeEvent", "ThemeState"), "standing"
        ),
    }
    return getattr(import_module(f"analysis.{homes.get(name, 'comments')}"), name)
