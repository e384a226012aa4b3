"""Words that say nothing of what a text is about."""

from __future__ import annotations

# Of a question; what is left is what it asks about.
COMMON = frozenset(
    """a about after all an and are as at be been before being but by can could did do does for from had has have he
    her his how i if in into is it its may more most no not of on or our out over s said she should so some such t
    than that the their them then there these they this those to under up was we were what when where which while
    who whom whose why will with would you your""".split()  # noqa: SIM905
)


# The words of COMMON, and others that news is full of: no difference between two periods.
FREQUENT = COMMON | frozenset(
    """although announced any because both during few five four here just last first many new now off only onto other
    others own same second seven six nine eight ten since though three too told says very one per""".split()  # noqa: SIM905
)
