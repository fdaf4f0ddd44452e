"""`streamlit` with the same arguments, but its app has no screening beside it.

The screening loads scikit-learn, 3 s of processor for each server that lives for ten seconds; most
tests of the server would pay that for nothing. Everything else is the real `streamlit_app.py`.
"""

import os
import sys
from functools import partial

from streamlit.web.cli import main

if __name__ == "__main__":
    sys.path[0] = os.getcwd()  # as with `python -m streamlit`, not the folder of the tests
    from survey_app import api

    api.Service = partial(api.Service, screening=False)
    main(prog_name="streamlit")
