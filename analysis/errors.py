"""What the analysis refuses, said so that it can be mended."""


class AnalysisRefused(ValueError):
    """Something that cannot be analysed: one Indonesian sentence with place and remedy.

    Its message never holds a child's words, so it may be shown.
    """
