from __future__ import annotations

import json
from pathlib import Path

import pytest

from trainer.data.caption_cleaning import CLEAN, clean_caption, clean_clips, cleaned_versions
from trainer.data.cleaning_examples import EXAMPLES
from trainer.errors import TrainerError
from trainer.manifest import Clip
from trainer.rewriting import KeptAnswers, UselessAnswer


class Answering:
    """A language model that says what it was told to."""

    name = "answering"

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def answer(self, question: str) -> str:
        self.asked.append(question)
        return self.answers.pop(0)


def clip(*captions: str) -> Clip:
    first, *others = captions or ("",)
    return Clip(Path("a.wav"), "own", "a", "", first, 1.0, "", other_captions=tuple(others))


@pytest.mark.parametrize(
    ("noisy", "clean"),
    [
        ("a dog barks while birds sing", "a dog barks while birds sing"),
        ("Water drips, then a man speaks into a microphone.", "Water drips, then a man speaks into a microphone."),
        ("Recorded in a quiet forest at dawn", "Recorded in a quiet forest at dawn"),
        ("A car stereo plays; heavy traffic passes by", "A car stereo plays; heavy traffic passes by"),
        ("Banging of metal mixed with crashing of horns", "Banging of metal mixed with crashing of horns"),
        ('a woman saying "please try again"', 'a woman saying "please try again"'),
        ("an 8-bit jingle", "an 8-bit jingle"),
        ("A siren at 10 pm. Great for a movie scene :)", "A siren"),
        ("Fluttering sound effect 3", "Fluttering sound"),
        ("guitar_riff.wav. A riff, played twice & slowly!", "guitar riff. A riff, played twice & slowly."),
        ("20110803_dogBark-04.wav", "dog Bark"),
        ("door_creak_02", "door creak"),
        ("Rain on a tin roof, recorded with my Zoom H4n and two mics.", "Rain on a tin roof."),
        ("Tram braking, 44.1 kHz / 24 bit, stereo WAV", "Tram braking"),
        ("Church bells, 12 August 2014, 10:30 am, take 3", "Church bells"),
        ("Gulls at the harbour (2016-05-01). See http://example.com/gulls?x=1 for more!", "Gulls at the harbour."),
        ("Steam train leaving. Feel free to use it! Please rate and comment.", "Steam train leaving."),
        ("A knock on wood for my school project", "A knock on wood"),
        ("<p>Waves &amp; wind</p><br>Sennheiser MKH 8040", "Waves & wind"),
        ("THUNDER CLAP #12", "Thunder clap"),
        ("Bell. bell. BELL.", "Bell."),
        ("http://example.com/abc", ""),
        ("IMG_0042.wav", ""),
        ("0042 - 24bit/96k", ""),
        ("", ""),
    ],
)
def test_what_is_not_heard_is_taken_out(noisy: str, clean: str) -> None:
    assert clean_caption(noisy) == clean
    assert clean_caption(clean) == clean


def test_a_story_is_cut_after_whole_sentences() -> None:
    story = "A bell rings. " + "The rain goes on and on over the roof of the house. " * 20 + "Nobody comes at last."
    assert clean_caption(story) == (
        "A bell rings. The rain goes on and on over the roof of the house. Nobody comes at last."
    )  # what was said before is not said again
    assert len(clean_caption("very " * 200 + "loud").split()) == 60


def test_clips_keep_their_order_and_those_of_which_nothing_is_left_have_no_caption() -> None:
    cleaned = clean_clips([clip("a dog barks"), clip("bark_01.wav", "a dog"), clip("24bit"), clip()])
    assert [each.captions for each in cleaned.clips] == [("a dog barks",), ("bark", "a dog"), (), ()]
    assert (cleaned.changed, cleaned.emptied, cleaned.refused) == (2, 1, [])


def test_a_model_writes_several_versions_and_is_asked_once(tmp_path: Path) -> None:
    rewriter, answers = Answering(json.dumps(["A dog barks.", "a barking dog"])), KeptAnswers(tmp_path)
    for _ in range(2):
        cleaned = clean_clips([clip("DOG 07.wav, {my} Zoom H4n")], rewriter, answers, count=2)
        assert cleaned.clips[0].captions == ("a dog barks", "a barking dog")
    (question,) = rewriter.asked
    assert "DOG 07.wav, {my} Zoom H4n" in question
    assert all(noisy in question and clean in question for noisy, clean in EXAMPLES)


def test_where_a_model_answers_uselessly_the_rules_hold(tmp_path: Path) -> None:
    rewriter, answers = Answering("I would rather not", '["one", "two"]', "no", "never"), KeptAnswers(tmp_path)
    cleaned = clean_clips([clip("bark_01.wav"), clip("meow")], rewriter, answers, count=2)
    assert [each.captions for each in cleaned.clips] == [("bark",), ("one", "two")]
    assert len(cleaned.refused) == 1
    with pytest.raises(UselessAnswer):
        cleaned_versions("bark_02.wav", rewriter, answers, count=2)
    with pytest.raises(TrainerError, match="no JSON array of 2"):
        clean_clips([clip("bark_03.wav"), clip()], rewriter, answers, count=2)


def test_ten_pairs_show_what_is_asked_for() -> None:
    assert len(EXAMPLES) == 10
    assert CLEAN.format(text="x", count=5).count("Caption:") == 10
