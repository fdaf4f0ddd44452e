"""`python -m survey_app.cli` is the command `suara`."""

from survey_app.cli import main

main()
