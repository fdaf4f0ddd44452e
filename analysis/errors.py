"""What the analysis refuses, said so that it can be mended."""

import errno


class AnalysisRefused(ValueError):
    """Something that cannot be analysed: one Indonesian sentence with place and remedy.

    Its message never holds a child's words, so it may be shown.
    """


_REASONS = {
    errno.ENOENT: "tidak ada",
    errno.EACCES: "tidak diizinkan",
    errno.EPERM: "tidak diizinkan",
    errno.EISDIR: "ini folder, bukan berkas",
    errno.ENOTDIR: "ini berkas, bukan folder",
    errno.EEXIST: "sudah ada, dan bukan folder",
    errno.EROFS: "hanya bisa dibaca",
    errno.ENOSPC: "ruang disk habis",
    errno.ENAMETOOLONG: "namanya terlalu panjang",
}


def reason_of(error: OSError) -> str:
    """Why a file could not be opened or written, in Indonesian."""
    return _REASONS.get(error.errno or 0, f"kesalahan sistem {error.errno}")
