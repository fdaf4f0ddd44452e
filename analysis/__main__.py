"""`python -m analysis`: themes from a spreadsheet, without the app."""

from analysis.cli import main

if __name__ == "__main__":
    main()
