"""Where the good matches of a question end, in two decisions, both from what is usual in the library.

*Is there anything?* Of a question's background only the lower half is trusted, since matches lie above: its median, and
its deviation, the *spread*. Where nothing matches, the tail above falls off as that of an exponential distribution, not
of a normal one: the best of n sounds lies some k * ln(n) spreads above the median, with one k from 60 to 5600 files.
Larger libraries were not measured, and since similarities end at 1, the tail must become shorter: beyond `MOST_FILES`
no more is asked for.

*How much?* If the best file stands out, others need less: what stands out by itself is good, and so is what lies
`SHARE` of the way from the usual to the best.

Measured on held-out training sounds, first with what nothing resembles. The labels and captions of 1475 sounds were
asked of libraries of 60 to 400 of them, with one to four sounds that match and without; nothing of the same main branch
of AudioSet's ontology (animals, music, sounds of things ...) was left beside them, and nothing of which a text with a
cosine above .45 is said. The three largest libraries were filled up with sounds that trained the network.

    files                                    60    150   315   915   2400  5600
    loose    says that nothing matches       .54   .53   .43   .45   .50   .48   of questions without a match
             keeps the best match            .85   .81   .73   .70   .61   .54   of questions with one
    normal   says that nothing matches       .81   .76   .81   .79   .80   .81
             keeps the best match            .69   .60   .51   .41   .33   .25
    strict   says that nothing matches       .90   .87   .91   .91   .92   .93
             keeps the best match            .56   .48   .37   .27   .18   .11

Then the hard way: 149 captions, asked of the 305 sounds that have one, and of these without the sounds of which it or a
text with a cosine above .6 is said. That leaves the songbird for "birds chirping", and the thunder for "rain falling".

    says that nothing matches     .20   .40   .50   .60   .70   .80   .90    of questions without a match
    keeps the best match          .70   .57   .51   .46   .40   .35   .20    of questions with one
    keeps                         .63   .51   .45   .41   .35   .31   .17    of all matches
    the best, without `SHARE`     .64   .48   .43   .40   .32   .28   .16

The network is what limits this: only for .39 of these captions does a match come first at all; for the others the best
file is the same with a match and without. Tried, and at the most .04 better in the area under the curve (.635 here), or
not at all in the libraries above: by how much a file prefers the question to 527 other kinds of sound, gaps between the
best files, the mean of the best three, one spread for all questions, the similarity that matches of a sentence can be
expected to have, and logistic regressions of up to two dozen such features.

The mean of several sounds needs less by the root of their number (`Judge.usual_z`). Of 60 pairs of captions of which a
library of 240 mixtures has neither, the levels say of .12, .67 and .82 that nothing matches; of 60 mixtures that are
asked for in their order they keep .83, .60 and .38. (What was heard of two sounds was joined here, not the sounds.)

The best of sounds that have nothing to do with a *recording* lie farther, since sounds are more alike each other than
they are a sentence: by `RECORDED` times. Measured with k * sqrt(2 ln n) spreads (for 300 files .59 of this k is one of
those above), with each of the 305 held-out recordings as an example, against those of other labels whose captions are
unlike (cosine below 0.6); with its caption moved half-way to one (`feedback`) it is the same:

    k                                          1.65  1.80  2.00  2.25  2.55  2.75  3.00
    says that nothing matches                   .36   .44   .55   .69   .81   .86   .89    of 305 examples without match
    keeps the best of the same label            .48   .43   .38   .30   .23   .18   .15    of 232 with one
    caption half-way: says that nothing does    .33   .43   .55   .67   .81   .86   .92
                      keeps the best            .53   .46   .41   .33   .28   .24   .18

A match that is weak is not lost: it comes behind the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.hits import Hit, Strictness

K_OF: dict[Strictness, float] = {"loose": 0.82, "normal": 1.12, "strict": 1.33}
RECORDED = 1.15  # times K_OF, where a sound is looked for that was recorded
LEAST_FILES, MOST_FILES = 20, 6000
SHARE = 0.6
LEAST_HEARD_Z = 1.0  # of each of several sounds
LEAST_SWAP_Z = 1.0  # by so much another order fits better where the sounds are clearly the other way round


def spreads_of_chance(files: int, strictness: Strictness) -> float:
    """How many spreads above the usual the best of so many files may lie by chance."""
    return K_OF[strictness] * math.log(min(max(files, LEAST_FILES), MOST_FILES))


def least_of_good(usual: float, chance: float, best: float) -> float:
    """The evidence from which on a match is good: `chance` itself where not even the best stands out.

    usual, chance : the evidence of most files, and the most that files reach by chance
    """
    return min(chance, usual + SHARE * (best - usual)) if best >= chance else chance


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
