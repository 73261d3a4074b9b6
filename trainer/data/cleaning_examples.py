"""Noisy descriptions and what is heard of them, ten pairs as in K04: they show a language model what is asked for.

Written for Earmark; none of them is anybody's upload.
"""

from __future__ import annotations

EXAMPLES = (
    ("DOG_BARK_07.wav - our neighbour's dog, Zoom H2n, 44.1k/24bit. Enjoy!", "a dog barking"),
    ("Rain on the tin roof of the shed, 4 March 2016, two omnis in the window", "rain falling on a tin roof"),
    ("Tram line 6 braking at Central Station (take 3) http://example.com/tram", "a tram braking with a squeal"),
    ("footstepsGravelSlow02 for the short film we did, please credit", "slow footsteps on gravel"),
    ("Made this by layering three synths in my DAW, deep drone for horror games", "a deep, dark synthesiser drone"),
    (
        "Coffee machine!! grinding then pouring. Recorded with my phone, sorry for the noise",
        "a coffee machine grinding beans and pouring",
    ),
    (
        "Ambience, Lisbon market, 11:30 am: people talking, a seller shouting, gulls far away",
        "people talking in a market, a man shouting and distant gulls",
    ),
    ("door_old_creak_slam_96kHz_MS", "an old door creaking and slamming shut"),
    ("My daughter (4) laughing while I tickle her, SM58 into a Focusrite", "a small child laughing"),
    ("Thunderstorm #12, binaural, part of my storms pack. CC0, no credit needed", "thunder rumbling in a storm"),
)
