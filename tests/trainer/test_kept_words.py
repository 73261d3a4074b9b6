from __future__ import annotations

from trainer.kept_words import nouns_and_verbs


def test_nouns_and_verbs_are_left_in_their_order() -> None:
    kept = {
        "A dog barks loudly before two cars pass": "dog barks cars pass",
        "rain falls softly on the old tin roof": "rain falls tin roof",
        "a man is crying out in pain, and a woman speaks": "man crying pain woman speaks",
        "softly": "softly",  # nothing would be left
        "": "",
    }
    assert {sentence: nouns_and_verbs(sentence) for sentence in kept} == kept
