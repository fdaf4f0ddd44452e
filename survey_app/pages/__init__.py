"""The staff pages: one file per page, each reads what was asked, calls one function, shows it."""
