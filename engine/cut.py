"""Where the good matches of a question end: above what the library would reach if it held no match at all.

Of a question's background only the lower half is trusted, since matches lie above: its median, and its deviation, the
*spread*. The best of n sounds that have nothing to do with a question lies some k * sqrt(2 ln n) spreads above the
median (the expected maximum of n normal variables, with k = 1 if similarities were normal; they have a heavier tail).

Measured on held-out training sounds, 149 captions, each against a library without any sound of that caption or of one
like it (cosine above 0.6). With up to 2500 sounds that trained the network added to the library, the k below which
nothing is found hardly changes from 300 to 2800 files. For the 305 held-out files alone:

    k                              1.27  1.62  1.78  1.88  2.05  2.23  2.50
    says that nothing matches       .20   .40   .50   .60   .70   .80   .90    of questions without a match
    keeps the best true match       .64   .48   .43   .40   .32   .28   .16    of questions with one
    keeps                           .49   .37   .32   .29   .24   .21   .12    of all true matches

The mean of several sounds needs less by the root of their number (`Judge.usual_z`). Of 60 pairs of captions of which a
library of 240 mixtures has neither, "normal" says so of .88 and "loose" of .43; of the mixtures in the right order they
keep .36 and .67.

These sounds are hard ones, of games, and many captions are near to one another. A match that is weak is not lost: it
comes behind the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.hits import Hit, Strictness

K_OF: dict[Strictness, float] = {"loose": 1.65, "normal": 2.25, "strict": 2.55}
LEAST_FILES = 10  # fewer say nothing of an extreme


def spreads_of_chance(files: int, strictness: Strictness) -> float:
    """How many spreads above the usual the best of so many files may lie by chance."""
    return K_OF[strictness] * math.sqrt(2 * math.log(max(files, LEAST_FILES)))


def reason_of(hits: Sequence[Hit], heard: int) -> str:
    """Where the good matches end, in words. heard : so many of the hits are good by their sound alone."""
    if not hits:
        return "Nothing was found."
    good = sum(not hit.weak for hit in hits)
    if not heard:
        named = sum(bool(hit.words) for hit in hits)
        says = {0: "", 1: " One file says it."}.get(named, f" {named} files say it.")
        return f"Nothing here sounds like that.{says}"
    if good == len(hits):
        return "All of these stand out from the rest of the library."
    stands = "The first one stands" if good == 1 else f"The first {good} stand"
    return f"{stands} out from the rest of the library; what follows may be chance."
