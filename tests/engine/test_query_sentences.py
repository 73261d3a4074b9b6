"""Sentences and how they are understood.

A parse is written as its chips read: `→` comes after, `+` sounds at the same time, `,` in any order, `−` must not be
heard; then quoted words and filters.
"""

from __future__ import annotations

import pytest

from engine.query import ParsedQuery, joiner_of, parse, sentence_of

SIGNS = {"then": " → ", "while": " + ", "and": " , "}

# Forty that were written down before there was a parser: what a person would mean by them.
WRITTEN_BEFORE = [
    # order
    ("dog barks then car passes", "dog barks → car passes"),
    ("a dog barks and then a car passes", "a dog barks → a car passes"),
    ("thunder followed by heavy rain", "thunder → heavy rain"),
    ("a door creaks before it slams shut", "a door creaks → a door slams shut"),
    ("applause after a piano plays", "a piano plays → applause"),
    ("after the bell rings, children shout", "the bell rings → children shout"),
    ("before the train arrives, a whistle blows", "a whistle blows → the train arrives"),
    ("an engine idles until it stalls", "an engine idles → an engine stalls"),
    ("first a knock, then footsteps, finally a door opens", "a knock → footsteps → a door opens"),
    ("starts with birdsong and ends with a chainsaw", "birdsong → a chainsaw"),
    ("footsteps, a key turning and then a door closing", "footsteps → a key turning → a door closing"),
    ("an explosion preceded by a siren", "a siren → an explosion"),
    # at the same time
    ("rain falls while a man speaks", "rain falls + a man speaks"),
    ("a crowd cheers as fireworks explode", "a crowd cheers + fireworks explode"),
    ("a phone rings during a speech", "a phone rings + a speech"),
    ("a woman sings with rain in the background", "a woman sings + rain"),
    ("speech over loud music", "speech + loud music"),
    ("a dog barks and a baby cries at the same time", "a dog barks + a baby cries"),
    ("as the rain falls, a dog barks then a car passes", "the rain falls + a dog barks → a car passes"),
    # in any order
    ("wind and birds", "wind , birds"),
    ("glass breaking, an alarm, a man shouting", "glass breaking , an alarm , a man shouting"),
    ("thunder and rain, then birds", "thunder , rain → birds"),
    ("washing machine and dryer", "washing machine , dryer"),
    # what must not be heard
    ("rain without thunder", "rain − thunder"),
    ("city street, no voices", "city street − voices"),
    ("a guitar but not a bass", "a guitar − a bass"),
    ("forest -wind -birds", "forest − wind − birds"),
    ("a dog barks without traffic then a door slams", "a dog barks → a door slams − traffic"),
    # what only looks like a connective
    ("rock and roll guitar riff", "rock and roll guitar riff"),
    ("black and white film projector", "black and white film projector"),
    ("wind blowing over the hill", "wind blowing over the hill"),
    ("walking across no man's land", "walking across no man's land"),
    ("after party crowd", "after party crowd"),
    ("a nurse looks after a crying baby", "a nurse looks after a crying baby"),
    ("a bird chirps every now and then", "a bird chirps every now and then"),
    ("an old and rusty door", "an old and rusty door"),
    # who it was; quotes; filters
    ("a dog barks and then it runs away", "a dog barks → a dog runs away"),
    ('loud snare "909"', 'loud snare | "909"'),
    ("door slam duration:<2s format:wav", "door slam | duration:<2s | format:wav"),
    ("ein Hund bellt, dann fährt ein Auto vorbei", "ein Hund bellt, dann fährt ein Auto vorbei"),
]

WRITTEN_AFTER = [
    # order
    ("dog barks > car passes", "dog barks → car passes"),
    ("dog barks → car passes", "dog barks → car passes"),
    ("first a dog barks and later a cat meows", "a dog barks → a cat meows"),
    ("footsteps, then a door, then silence", "footsteps → a door → silence"),
    ("a siren. Then a crash. Finally silence", "a siren → a crash → silence"),
    ("glass shatters after a scream", "a scream → glass shatters"),
    ("rain after thunder then birds", "thunder → rain → birds"),
    ("thunder before rain and wind", "thunder → rain , wind"),
    ("rain preceded by thunder preceded by wind", "wind → thunder → rain"),
    ("a whistle, preceded by a drum roll, then a cheer", "a drum roll → a whistle → a cheer"),
    ("a bell rings as soon as a door opens", "a door opens → a bell rings"),
    ("until the train arrives, people talk", "people talk → the train arrives"),
    ("a click, after which a motor starts", "a click → a motor starts"),
    ("the recording starts with a whistle and ends with an explosion", "a whistle → an explosion"),
    ("a song that starts with guitar and ends with drums", "a song , guitar → drums"),
    ("speech ends with applause", "speech → applause"),
    ("a bell, a gong and a drum, in that order", "a bell → a gong → a drum"),
    ("a dog barks, next a cat meows", "a dog barks → a cat meows"),
    ("a gunshot, moments later a scream", "a gunshot → a scream"),
    ("then a dog", "a dog"),
    # at the same time
    ("rain + thunder", "rain + thunder"),
    ("while rain falls, a dog barks", "rain falls + a dog barks"),
    ("during a thunderstorm, a dog howls", "a thunderstorm + a dog howls"),
    ("a horn and a bell simultaneously", "a horn + a bell"),
    ("applause and cheering at the same time, then silence", "applause + cheering → silence"),
    ("music in the background, people talking", "music + people talking"),
    ("a man speaks and music plays in the background", "a man speaks + music plays"),
    ("rain with thunder", "rain + thunder"),
    ("forest with birds singing", "forest + birds singing"),
    ("voice over music", "voice + music"),
    ("wind howling over distant traffic", "wind howling + distant traffic"),
    ("singing accompanied by a piano", "singing + a piano"),
    ("a dog barks, meanwhile a car passes", "a dog barks + a car passes"),
    ("a car skids as people scream", "a car skids + people scream"),
    # in any order
    ("rain & thunder", "rain , thunder"),
    ("kick, snare, hi-hat", "kick , snare , hi-hat"),
    ("dog,cat;horse", "dog , cat , horse"),
    ("a dog barks. A car passes.", "a dog barks , A car passes"),
    ("a dog and a cat", "a dog , a cat"),
    ("dogs as well as cats", "dogs , cats"),
    ("not only a dog but also a cat", "a dog , a cat"),
    ("waves crash and seagulls cry", "waves crash , seagulls cry"),
    ("hammer and nails", "hammer , nails"),
    ("no man's land and artillery", "no man's land , artillery"),
    # what must not be heard
    ("no voices", "− voices"),
    ("rain no thunder", "rain − thunder"),
    ("city without cars or voices", "city − cars − voices"),
    ("city without cars and voices", "city − cars − voices"),
    ("city without cars, voices or music", "city − cars − voices − music"),
    ("city without cars and a dog barks", "city , a dog barks − cars"),
    ("neither voices nor music", "− voices − music"),
    ("everything except speech", "everything − speech"),
    ("crowd with no applause", "crowd − applause"),
    ('street -"car horn"', "street − car horn"),
    # one sound, whatever words it is called by
    ("the calm before the storm", "the calm before the storm"),
    ("before and after", "before and after"),
    ("the morning after", "the morning after"),
    ("after the storm", "after the storm"),
    ("after the rain birds sing", "after the rain birds sing"),
    ("church bells until dawn", "church bells until dawn"),
    ("first gear engine", "first gear engine"),
    ("walking for a while", "walking for a while"),
    ("birds during the day", "birds during the day"),
    ("a tv in the background", "a tv in the background"),
    ("a man walks with heavy boots", "a man walks with heavy boots"),
    ("a guitar with distortion", "a guitar with distortion"),
    ("a plane flies over a house", "a plane flies over a house"),
    ("rolling over", "rolling over"),
    ("voice as a percussion instrument", "voice as a percussion instrument"),
    ("dressed as a clown", "dressed as a clown"),
    ("as loud as a train", "as loud as a train"),
    ("sounds such as bells", "sounds such as bells"),
    ("a child laughs as if crazy", "a child laughs as if crazy"),
    ("a man and a woman talk", "a man and a woman talk"),
    ("a dog barks and growls", "a dog barks and growls"),
    ("a soldier loads and fires a gun", "a soldier loads and fires a gun"),
    ("loud, metallic bang", "loud, metallic bang"),
    ("a long, shimmering wash", "a long, shimmering wash"),
    ("kick, punchy, short", "kick, punchy, short"),
    ("deep and dark drone", "deep and dark drone"),
    ("slowly and quietly fading pad", "slowly and quietly fading pad"),
    ("louder and louder applause", "louder and louder applause"),
    ("drum and bass loop", "drum and bass loop"),
    ("horse runs after a dog", "horse runs after a dog"),
    ("no one there", "no one there"),
    ("a man says no", "a man says no"),
    ("hum, not too loud", "hum, not too loud"),
    ("-12 dB hum at 1,000 Hz", "-12 dB hum at 1,000 Hz"),
    ("lo-fi hip-hop beat", "lo-fi hip-hop beat"),
    ("dog then", "dog then"),
    ("and", "and"),
    (",", ","),
    # who it was
    ("dog growls then barks then runs away", "dog growls → dog barks → dog runs away"),
    ("a dog barks, which then runs away", "a dog barks → a dog runs away"),
    ("a car passes by, honking twice", "a car passes by , a car honking twice"),
    ("a dog barks, it then growls", "a dog barks → a dog growls"),
    ("first a dog and a cat, then a bell", "a dog , a cat → a bell"),
    ("people scream as someone tries a door", "people scream + someone tries a door"),
    ("people clap while they sing", "people clap + people sing"),
    ("a kettle whistling then barking dogs", "a kettle whistling → barking dogs"),
    ("it rains and then it stops", "it rains → it stops"),
    ("a car passes by then a dog barks", "a car passes by → a dog barks"),
    ("people walk by then a door slams", "people walk by → a door slams"),
    ("crickets by then barely audible", "crickets by then barely audible"),
    ("birds sing as it rains", "birds sing + it rains"),
    ("a dog barks while it is raining", "a dog barks + it is raining"),
    ("a goat bleats while tied to a post", "a goat bleats while tied to a post"),
    ("a truck beeps while backing up", "a truck beeps + a truck backing up"),
    # quotes, braces and filters
    ('"rock and roll"', '"rock and roll"'),
    ('"dog" then "cat"', '"dog" | "cat"'),
    ("“take two” scream", 'scream | "take two"'),
    ('5" tom then 7" tom', '5" tom → 7" tom'),
    ("{bangs and then whimpers} while {rain}", "bangs and then whimpers + rain"),
    ("length:>1m30s date:2024 tag:night", "duration:>1m30s | date:2024 | tag:night"),
    ("rain duration:1..5s rating:>=3 channels:stereo", "rain | duration:1..5s | rating:>=3 | channels:stereo"),
    ('folder:"My Sounds" rain -format:mp3', 'rain | folder:"My Sounds" | -format:mp3'),
    ("rain, sample_rate:48k, thunder", "rain , thunder | rate:48k"),
    ("colour:red ball", "colour:red ball"),
    ("duration:long rain", "duration:long rain"),
    # other languages
    ("un perro ladra y luego pasa un coche", "un perro ladra y luego pasa un coche"),
    ("chien qui aboie, puis une voiture", "chien qui aboie, puis une voiture"),
    ("um cachorro no parque", "um cachorro no parque"),
    ("собака лает, потом едет машина", "собака лает, потом едет машина"),
    ("犬が吠える、車が通る", "犬が吠える、車が通る"),
]


def shown(query: ParsedQuery) -> str:
    heard = [SIGNS.get(joiner_of(query, at) or "", "") + clause.text for at, clause in enumerate(query.heard)]
    unheard = [f"− {clause.text}" for clause in query.unheard]
    sounds = " ".join(part for part in ("".join(heard), *unheard) if part)
    words = [f'"{words}"' for words in query.literal]
    return " | ".join(part for part in (sounds, *words, *map(str, query.filters)) if part)


@pytest.mark.parametrize(("sentence", "parse_shown"), WRITTEN_BEFORE)
def test_sentences_written_before_the_parser(sentence: str, parse_shown: str) -> None:
    assert shown(parse(sentence)) == parse_shown


@pytest.mark.parametrize(("sentence", "parse_shown"), WRITTEN_AFTER)
def test_sentences_written_with_the_parser(sentence: str, parse_shown: str) -> None:
    assert shown(parse(sentence)) == parse_shown


@pytest.mark.parametrize("sentence", [sentence for sentence, _ in WRITTEN_BEFORE + WRITTEN_AFTER])
def test_a_parse_in_words_is_understood_as_the_same(sentence: str) -> None:
    assert parse(sentence_of(parse(sentence))) == parse(sentence)


def test_no_sentence_twice() -> None:
    sentences = [sentence for sentence, _ in WRITTEN_BEFORE + WRITTEN_AFTER]
    assert len(WRITTEN_BEFORE) == 40
    assert len(set(sentences)) == len(sentences) >= 120
