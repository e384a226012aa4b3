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


# What people do in every news text: say so.
REPORTING = frozenset(
    """accord accused acknowledged add added adding admitted admits allege alleged allegedly announce announces
    announcing argued argues assert asserted assured believe believed believes call called calling calls claim claimed
    claiming claims comment commented comments conclude concluded confirm confirmed confirms declare declared declares
    denied denies deny describe described describes emphasised emphasized explain explained explains expressed
    insisted insists mention mentioned mentions note noted notes noting pointed quoted recalled remarked remarks reply
    replied report reported reportedly reporting reports responded saying spoke speaking speaks spokesman
    spokeswoman spokesperson state stated statement statements states stress stressed suggested suggests talked tell
    telling tells think thinks told underlined urge urged urges warn warned warning warns wrote writes""".split()  # noqa: SIM905
)


# The words of COMMON, and others that long questions are full of when somebody explains what he wants to know.
WORDY = COMMON | frozenset(
    """able above across actually again against ago almost also although always am among another answer anybody
    anyone anything anyway anywhere around ask asked asking away became become began behind being believe below
    beside besides better between both bring came cannot care come comes coming consider day dear did different
    doing done down each either else end enough even ever every everybody everyone everything example explain
    explained fact far feel few find finding fine first following found further gave get gets getting give given
    gives giving glad go goes going gone good got great hear heard hello help her here hers him himself hope
    hoping however idea indeed inside instead interested itself just keep kept kind knew know known last least
    less let like likely little long look looked looking lot made make makes making many matter maybe me mean
    means meant mention might mind mine more most much must my myself need needed needs neither never nevertheless
    next nor nothing now obviously off often ok old once one only onto other others ought ourselves own particular
    people perhaps place please point possible probably put question questions quite rather read reading really
    reason regarding regards said same saw say saying says see seeing seem seemed seems seen several shall short
    simple simply since so somebody someone something sometimes somewhere soon sort still sure take taken taking
    talk talked talking tell telling thank thanks thing things think thinking though thought through thus time
    times to together told too took towards tried true try trying turn two understand until upon us use used
    useful usual usually very want wanted wants way ways well went whatever whether whole wish within without
    wonder wondering word worth would wrong yes yet you yours yourself""".split()  # noqa: SIM905
)
