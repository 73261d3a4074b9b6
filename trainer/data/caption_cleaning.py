"""Captions that nobody wrote as captions: titles and descriptions of uploaded sounds, cleaned (K04).

Rules take out what is not heard: addresses, file names, dates, sample rates, equipment and what was done with it,
thanks and licences, counts of takes. A language model of the user's own can write several cleaned versions of what is
left (Cacophony has five of each, as text augmentation); nothing here needs one. Sets whose captions were written by
people who listened stay as they are (K02).
"""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from engine.audio import AUDIO_SUFFIXES
from trainer.data.cleaning_examples import EXAMPLES
from trainer.errors import TrainerError
from trainer.manifest import Clip
from trainer.rewriting import KeptAnswers, Rewriter, UselessAnswer, short_texts

VERSIONS = 5  # of each caption (K04)
MOST_WORDS = 60  # a text tower reads about 77 tokens (K25)

log = logging.getLogger(__name__)

CLEAN = """Uploaders describe their recordings. Say only what is heard, as one short caption.
Leave out names of files and places, equipment, dates, licences and everything about the recording itself.
{examples}
Description: {{text}}
Write {{count}} different captions of it. Answer with a JSON array of {{count}} strings and nothing else.""".format(
    examples="\n".join(f"Description: {noisy}\nCaption: {clean}" for noisy, clean in EXAMPLES).replace("{", "{{")
)

_SUFFIXES = "|".join(sorted((suffix[1:] for suffix in AUDIO_SUFFIXES), key=lambda each: (-len(each), each)))
_MONTHS = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_MARKUP = re.compile(r"<[^>]{0,500}>")
_ADDRESS = re.compile(
    r"(?:\b(?:see|visit|more|info|at|here|from|on|via|source|links?)\b:?\s*){0,3}"
    r"(?:(?:https?://|www\.)\S+|\b\S+@\S+\.\S+|\b[\w-]+\.(?:com|org|net|de|co\.uk)\b\S*)"
    r"(?:\s+for\s+(?:more|details|info\w*))?",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(rf"\b([\w()+&'-]+)\.(?:{_SUFFIXES})\b", re.IGNORECASE)
_NAMES_OF_DEVICES = re.compile(
    r"(?:(?:img|dsc|mvi|vid|mov|rec|ste|zoom|dr|audio|sound|record(?:ing)?|new|memo|untitled|file|track)\s*)*",
    re.IGNORECASE,
)
_DATES = re.compile(
    rf"\b(?:\d{{4}}[-/._]\d{{1,2}}[-/._]\d{{1,2}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:19|20)?\d{{2}}"
    rf"|(?:19|20)\d{{6}}|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTHS}\.?,?(?:\s+(?:19|20)\d{{2}})?"
    rf"|{_MONTHS}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?(?:\s+(?:19|20)\d{{2}})?|{_MONTHS}\s+(?:19|20)\d{{2}}"
    r"|\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]\.?m\b\.?)?|\d{1,2}\s*[ap]\.?m\b\.?)",
    re.IGNORECASE,
)
_FIGURES = re.compile(
    r"\b(?:\d+(?:[.,]\d+)?\s*-?\s*(?:khz|k?bps|kbit/s|bpm|db(?:fs)?|mb|ch(?:annels?)?)|(?:16|24|32)\s*-?\s*bits?"
    r"|(?:16|24|32)\s*/\s*(?:44(?:[.,]1)?|48|88(?:[.,]2)?|96|192)k?|(?:44(?:[.,]1)?|48|96|192)k?\s*/\s*(?:16|24|32))\b",
    re.IGNORECASE,
)
_COUNTS = re.compile(
    r"(?:\b(?:take|version|ver|part|pt|no|nr|number|track|sample|file|clip|variation|vol)\.?\s*#?\s*\d+\b"
    r"|\bv\d+(?:\.\d+)*\b|#\s*\d+|\(\s*\d+\s*\)|\[\s*\d+\s*\])",
    re.IGNORECASE,
)
_EQUIPMENT_NAMES = (
    r"zoom\s*h\d\w*|h[1-6]n\b|tascam(?:\s+\w*\d\w*)?|dr-?\d+\w*|(?:sony\s+)?pcm-?\s?[dm]?\d+|edirol(?:\s+r-?\d+\w*)?"
    r"|roland\s+r-?\d+|olympus\s+\w+-?\d+\w*|marantz(?:\s+pmd-?\d+)?|sound\s*devices(?:\s+\w*\d\w*)?|mixpre-?\w*"
    r"|fostex\s*\w*\d*|nagra\s*\w*|sennheiser(?:\s+\w*-?\s?\d+)?|mkh-?\s?\d+|r[oø]de(?:\s+\w*\d\w*)?|ntg-?\d|nt\d\w*"
    r"|neumann(?:\s+\w+\s?\d+\w*)?|akg(?:\s+\w*\d+\w*)?|shure(?:\s+\w*\d+\w*)?|sm-?5[78]\w*"
    r"|audio[- ]?technica(?:\s+\w+\d+)?|schoeps\s*\w*|dpa\s+\d+|iphone\s*\d*\w*|samsung\s+\w+|audacity|pro\s?tools"
    r"|ableton(?:\s+live)?|logic\s+pro\w*|fl\s+studio|reaper\s*\d+|cubase\s*\d*|adobe\s+audition|sound\s?forge"
    r"|garage\s?band|izotope\s*\w*|focusrite(?:\s+scarlett)?|behringer\s*\w*\d*"
)
_MICROPHONES = r"mic(?:rophone)?s?|omnis?|hydrophones?|(?:field|digital|voice|portable|handheld)\s+recorders?|phone"
_EQUIPMENT = re.compile(rf"\b(?:{_EQUIPMENT_NAMES})\b", re.IGNORECASE)
_GEAR = re.compile(
    rf"\b(?:{_EQUIPMENT_NAMES}|{_MICROPHONES})\b|\b(?:record|captur|edit|master|process|normal|equal|taped)\w*\W+"
    r"(?:\w+\W+){0,3}?(?:with|using|via)\b",
    re.IGNORECASE,
)
_DONE_WITH_IT = re.compile(
    r"\b(?:(?:i|we|was|were|is|are|it|and|then|all)\s+){0,3}"
    r"(?:recorded|recording|captured|edited|mixed|mastered|processed|normali[sz]ed|equali[sz]ed|eq'?d|compressed|made|created"
    r"|sampled|taped|filmed|shot|converted|exported)\s+(?:\w+\s+){0,3}?(?:with|using|via|through|on|in|by|to|from)\b[^.;!?\n]*",
    re.IGNORECASE,
)
_FORMATS = re.compile(
    r"\b(?:wav|aiff?|mp3|flac|ogg|seamless(?:ly)?(?:\s+loop\w*)?|loop(?:able|ed))\b"
    r"|\b(?:in\s+)?(?:stereo|mono)(?=\s*(?:[,.;)/]|$|wav|aiff?|mp3|flac|file|recording|version))",
    re.IGNORECASE,
)
_PURPOSES = re.compile(
    r"\bfor\s+(?:my|our|a|an|the|your)\s+(?:[\w-]+\s+){0,3}(?:projects?|films?|movies?|games?|videos?|class|school|songs?)\b"
    r"(?:\s+(?:i|we|you)\s+\w+)?",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:freesound|please|feel\s+free|licen[cs]es?|credits?|credited|attribution|creative\s+commons|copyright|royalty|"
    r"thanks?|thank\s+you|downloads?|let\s+me\s+know|(?:and|or|leave\s+a|your)\s+comments?$|rate\s+it|enjoy|"
    r"comments\s+(?:are\s+)?welcome|check\s+out|my\s+(?:web)?site|website|subscribe|"
    r"youtube|soundcloud|facebook|patreon|sample\s*packs?|part\s+of\s+(?:a|an|my|the)\b.*\b(?:packs?|series|collection)|"
    r"great\s+for|nice\s+for|good\s+for|perfect\s+for|public\s+domain|zip\s+file|(?:mp3|wav)\b.*\bversions?|"
    r"hope\s+(?:you|it|this)|use\s+(?:it|this|them)|requested\s+by|uploaded|original\s+file|remix(?:ed)?\s+by)\b",
    re.IGNORECASE,
)
_EFFECTS = re.compile(r"\b(?:sound\s+(?:effect|fx)|sfx)(s?)\b", re.IGNORECASE)
_SAID = re.compile(r"\"[^\"]*\"|“[^”]*”")
_SMILE = re.compile(r"[:;]-?[)(DP](?!\w)")
_SENTENCE_END = re.compile(r"(?<=[.!?\n])\s+|\s+[-–—|]{1,3}\s+")
_LEFT_EMPTY = re.compile(r"\(\s*[,;:.\s]*\)|\[\s*[,;:.\s]*\]|[\"“”]\s*[\"“”]")
_EDGES = " \t\n,;:-–—_|/\\*~=+#&.!?"
_TAKEN_OUT = "\0"
_LOOSE_END = re.compile(
    rf"(?:[\s,;:]+(?:with|using|on|in|into|at|by|from|and|or|the|a|an|of|for|to|via|around|about))*\s*{_TAKEN_OUT}",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Cleaned:
    """clips : all of them, in their order, those of which nothing was left without caption; refused : why a model's
    answer was not used, a sentence each"""

    clips: list[Clip]
    changed: int
    emptied: int
    refused: list[str]


def clean_caption(noisy: str) -> str:
    """What of a noisy caption tells of sound, in one line; empty text where nothing does."""
    text = _MARKUP.sub(" ", html.unescape(noisy))
    text = _ADDRESS.sub(" ", text)
    text = _FILE_NAME.sub(lambda found: f" {_words_of_name(found[1])}. ", text)
    sentences = (_clean_sentence(each) for each in _SENTENCE_END.split(text))
    kept = {each.casefold(): each for each in reversed([each for each in sentences if _WORD.search(each)])}
    said = ". ".join(_within(MOST_WORDS, reversed(kept.values())))
    return f"{said}." if said and noisy.rstrip().endswith((".", "!", "?")) else said


def _words_of_name(stem: str) -> str:
    """A file's name as words: "20110803_dogBark-04" is "dog Bark"."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"[_+()-]", " ", stem))
    words = " ".join(word for word in apart.split() if not any(letter.isdigit() for letter in word))
    return "" if _NAMES_OF_DEVICES.fullmatch(words) else words


def _clean_sentence(sentence: str) -> str:
    text = " ".join(sentence.replace("_", " ").split())
    if _ABOUT.search(_SAID.sub("", text)):
        return ""
    text = _DONE_WITH_IT.sub(lambda found: _TAKEN_OUT if _tells_of_gear(found[0]) else found[0], text)
    for pattern in (_PURPOSES, _DATES, _FIGURES, _COUNTS, _EQUIPMENT, _FORMATS, _SMILE):
        text = pattern.sub(_TAKEN_OUT, text)
    return _tidy(_EFFECTS.sub(r"sound\1", _LOOSE_END.sub(" ", text)))


def _tidy(text: str) -> str:
    """Without the brackets, signs and spaces that stood around what was taken out."""
    text = re.sub(r"(?<!\w)/|/(?!\w)", " ", _LEFT_EMPTY.sub(" ", text))
    text = re.sub(r"\s+([,;:.!?])", r"\1", " ".join(text.split()))
    text = re.sub(r"([!?.,;:])[!?.,;:]+", r"\1", text).strip(_EDGES)
    text = re.sub(r"(?<!from)(?<!to)(?<!of)\s+\d+$", "", text).strip(_EDGES)
    return text.capitalize() if text.isupper() else text


def _tells_of_gear(clause: str) -> bool:
    """ "recorded with a Zoom H4n" does, "recorded in a forest" tells of the sound."""
    return bool(_GEAR.search(clause))


def _within(most_words: int, sentences: Iterable[str]) -> list[str]:
    """As many whole sentences as fit, and of the first at least its beginning."""
    kept: list[str] = []
    left = most_words
    for sentence in sentences:
        words = sentence.split()
        if kept and len(words) > left:
            break
        kept.append(" ".join(words[:left]))
        left -= len(words)
    return kept


def cleaned_versions(noisy: str, rewriter: Rewriter, answers: KeptAnswers, count: int = VERSIONS) -> tuple[str, ...]:
    """By a language model, asked once for each caption. Raises UselessAnswer, which is not kept, or TrainerError."""
    text = " ".join(_MARKUP.sub(" ", html.unescape(noisy)).split())
    return short_texts(CLEAN.format(text=text, count=count), text[:60], rewriter, answers, count)


def clean_clips(
    clips: Sequence[Clip], rewriter: Rewriter | None = None, answers: KeptAnswers | None = None, count: int = VERSIONS
) -> Cleaned:
    """Clips with cleaned captions: by rules, or with several versions each by a model.

    Where a model answers uselessly the rules' version stays. Raises TrainerError if it cannot be asked at all.
    """
    refused: list[str] = []
    cleaned: list[Clip] = []
    for number, clip in enumerate(clips, start=1):
        captions = [clean_caption(caption) for caption in clip.captions]
        if rewriter is not None and answers is not None:
            captions = [*_asked(clip, rewriter, answers, count, refused)] or captions
            log.info("%d of %d captions asked for", number, len(clips))
        first, *others = list(dict.fromkeys(caption for caption in captions if caption)) or [""]
        cleaned.append(replace(clip, caption=first, other_captions=tuple(others)))
    if rewriter is not None and refused and len(refused) == sum(bool(clip.captions) for clip in clips):
        raise TrainerError(refused[0])
    pairs = [pair for pair in zip(clips, cleaned, strict=True) if pair[0].captions]
    return Cleaned(
        cleaned,
        changed=sum(before.captions != after.captions for before, after in pairs),
        emptied=sum(not after.captions for _, after in pairs),
        refused=refused,
    )


def _asked(clip: Clip, rewriter: Rewriter, answers: KeptAnswers, count: int, refused: list[str]) -> tuple[str, ...]:
    if not clip.captions:
        return ()
    try:
        return cleaned_versions(" ".join(clip.captions), rewriter, answers, count)
    except UselessAnswer as error:
        refused.append(str(error))
        return ()
