"""Ask questions of thousands of damaged and hostile trees, each within limits, and report every wrong reaction.

``make fuzz`` runs it. A tree is made of a number: a small tree of :mod:`fuzz.bases`, some mutations of
:mod:`fuzz.mutations`, and one question of :mod:`fuzz.questions`. :mod:`fuzz.child` asks it in a forked child,
:mod:`fuzz.judge` says what is wrong with what came back, :mod:`fuzz.shrink` makes the tree smaller while the same is
wrong, and :mod:`fuzz.state` keeps what was done, so that a later run goes on from there.
"""
