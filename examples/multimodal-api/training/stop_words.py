"""Words that say nothing about a topic. Part of the model: they travel in its preprocessing file."""

STOP_WORDS = sorted(set("""
a about after again all also although an and any anybody are as at be because been before but by can could did do
does each even ever every first for from give given gave had half has have he her him his how i if in into is it its
itself just last less made makes make many may me more most much my new no nobody nor not now of off old on once one
only or other our out over own s said same say says she should since so some still such t than that the their them
then there these they this those to too two under until up us very was we were what when where which while who whose
why will with without would year years you your
""".split()))
