"""The command `agreement`: do two reviewers of the same comments decide the same?"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from analysis.comments import AlikeComments, CommentAnalysis
from analysis.corrections import Correction, by_comment, read_corrections
from analysis.errors import AnalysisRefused

if TYPE_CHECKING:
    from analysis.quality.agreement import Label

_Said = Callable[[Correction], "Label | None"]
_File = Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Koreksi seorang peninjau.")]
_OUTSIDE = "di_luar_klaster"


def agreement(first: _File, second: _File) -> None:
    """Ukur kesepakatan dua peninjau: klaster dan peringatan, dari berkas koreksi masing-masing."""
    readers = {"1": by_comment(read_corrections(first)), "2": by_comment(read_corrections(second))}
    told = [
        *sentences("Klaster", readers, main=_main_cluster, whole=_clusters),
        *sentences("Peringatan", readers, main=_alert, whole=_alert),
    ]
    if not told:
        raise AnalysisRefused(
            f"{first.name} dan {second.name}: tidak ada komentar yang dibaca keduanya. Minta orang"
            " kedua membaca sebagian komentar yang sama tanpa melihat pilihan orang pertama."
        )
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for sentence in [*told, _SCALE]:
        console.print(sentence)


def contradictions(
    corrections: Sequence[Correction], comments: Sequence[CommentAnalysis]
) -> list[tuple[Correction, Correction]]:
    """Corrections that put a comment elsewhere than an earlier one put the same words."""
    from analysis.words import words  # the command starts quicker without its tables

    said = {id: one for id, one in by_comment(corrections).items() if one.label}
    found_alike = AlikeComments.of(comments)
    both = zip(found_alike.ids, found_alike.first_of_each(), strict=True)
    masked = {id: one.masked for id, one in both if id in said}
    first: dict[str, Correction] = {}
    found = []
    for id, one in said.items():
        if text := " ".join(words(masked.get(id, ""))):
            other = first.setdefault(text, one)
            if (one.clusters, one.indicator) != (other.clusters, other.indicator):
                found.append((one, other))
    return found


def sentences(
    name: str, readers: Mapping[str, Mapping[str, Correction]], *, main: _Said, whole: _Said
) -> list[str]:
    """What both said, in plain Indonesian; nothing where no comment has a word of both.

    Kappa is of the ``main`` label, so that a second cluster does not make a disagreement; alpha
    is of ``whole``, where sets that overlap agree in part.
    """
    from analysis.quality.agreement import Coding, cohen_kappa, krippendorff_alpha  # nltk is large

    one, other = (
        {id: main(said) for id, said in read.items() if main(said) is not None}
        for read in readers.values()
    )
    both = one.keys() & other.keys()
    if not both:
        return []
    kappa, alpha = (
        measured(
            Coding(reader, id, label(read[id])) for reader, read in readers.items() for id in both
        )
        for measured, label in ((cohen_kappa, main), (krippendorff_alpha, whole))
    )
    same = sum(one[id] == other[id] for id in both)
    return [
        f"{name}: {len(both)} komentar dibaca keduanya, {same} di antaranya sama.",
        *dict.fromkeys(f"  {measure.verdict}" for measure in (kappa, alpha)),
    ]


def _main_cluster(said: Correction) -> str | None:
    if said.clusters is None:
        return None
    return said.clusters[0].value if said.clusters else _OUTSIDE


def _clusters(said: Correction) -> frozenset[str] | None:
    return None if said.clusters is None else frozenset(one.value for one in said.clusters)


def _alert(said: Correction) -> str | None:
    return None if said.alert is None else str(said.alert)


_SCALE = (
    "1 berarti selalu sama, 0 seperti menebak. Kappa melihat klaster utama saja; alfa melihat semua"
    " klaster, yang sama sebagian dihitung sebagian. Dari sedikit komentar angka ini bisa meleset."
)
