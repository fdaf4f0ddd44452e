"""Statistics that tell the truth: how sure a number is, and whether it may be shown at all.

``shares``       how many children, with an interval that knows children come in classes
``differences``  has it changed, or does one group say it more?
``withholding``  tables in which no small number can be read or worked out
``corrected``    counts without the bias of the machine that sorted the comments
``agreement``    do people who read the same comments decide the same?

Import from these; nothing is imported here, because a page that withholds numbers needs neither
nltk nor ``scipy.stats``, which are large.
"""
