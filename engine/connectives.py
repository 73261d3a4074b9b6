"""The words that join what is heard in a sentence, and those that only look as if they did.

Words are lower-case, with `'` for every apostrophe. Only tables stand here; `engine.word_sense` and `engine.grammar`
tell what is made of them.
"""

from __future__ import annotations

from typing import Literal

# then, after: what follows is heard later, earlier; while: at the same time; and, comma: in any order; not: not at all.
# first, start: drop out before the first of several. together, ordered: tell it of what came before them.
# word: a set phrase that joins nothing.
Mark = Literal["then", "after", "while", "and", "comma", "not", "first", "start", "together", "ordered", "word"]

_PHRASES: dict[Mark, str] = {
    "then": """then | and then | but then | and finally | finally | and lastly | lastly | followed by
        | which is followed by | is followed by | and is followed by | before | just before | right before
        | shortly before | prior to | until | up until | till | later | and later | later on | and later on
        | moments later | a moment later | seconds later | a few seconds later | some time later | a while later
        | next | and next | and after that | after that | after which | and afterwards | afterwards | afterward
        | subsequently | and eventually | eventually | in the end | at last | secondly | thirdly | ends with
        | and ends with | ending with | and ending with | ends in | ending in | and ending in | ends on
        | finishes with | and finishes with | finishing with | closes with | → | -> | => | >""",
    "after": "after | just after | right after | shortly after | preceded by | is preceded by | as soon as",
    "while": """while | and while | whilst | as | just as | with | during | over | amid | amidst | at the same time as
        | at the same time | simultaneously | simultaneously with | and simultaneously | and at the same time
        | meanwhile | and meanwhile | accompanied by | together with | along with | mixed with | combined with
        | layered with | layered over | backed by | against a background of | over a background of | +""",
    "and": "and | and also | as well as | plus | but also | not only | &",
    "not": """without | without any | and without | but without | with no | and with no | but with no | no | and no
        | but no | not | but not | and not | except | except for | excluding | neither""",
    "first": "first | firstly | at first | first of all",
    "start": """starts with | starting with | it starts with | that starts with | which starts with | begins with
        | beginning with | it begins with | that begins with | which begins with | opens with | opening with""",
    "ordered": "in that order | in this order",
    "word": """now and then | every now and then | back then | since then | by then | until then | till then
        | even then | and then some | before and after | never before | as before | like before | before sunrise
        | before dawn | before dusk | before dark | before midnight | before long | before christmas
        | the calm before the storm | calm before the storm | the night before | the day before | the week before
        | after party | after hours | after dark | after effect | after effects | after all | after school
        | after midnight | after work | after dinner | after shave | look after | looks after | looking after
        | looked after | runs after | run after | running after | chases after | chasing after | named after
        | the morning after | morning after | the day after | the night after | ever after | one after another
        | one after the other | time after time | day after day | until dawn | until late | until morning
        | until the end | until now | a while | quite a while | once in a while | worth while | as if | as though
        | as long as | as far as | as usual | as always | as one | as expected | same as | the same as | such as
        | known as | used as | dressed as | sounds as | hand over | over and over
        | over and over again | all over | game over | turn over | take over | first aid | first class
        | first person | first gear | first floor | first snow | first light | first time | first take
        | no man's land | no mans land | no one | no way | no entry | no longer | no doubt | no sound | no audio
        | no no | no no no | oh no | no thanks | no smoking | not too | not so
        | not very | why not | or not | whether or not | next to
        | next door | next week | next generation | later life | sooner or later | see you later | at last light
        | rock and roll | rock n roll | drum and bass | drums and bass | rhythm and blues | r and b
        | country and western | black and white | salt and pepper | pots and pans | knife and fork | knives and forks
        | forks and spoons | bow and arrow | block and tackle | cat and mouse | hide and seek | arts and crafts
        | bed and breakfast | bread and butter | fish and chips | mac and cheese | gin and tonic | cut and paste
        | copy and paste | plug and play | stop and go | hit and run | trial and error | search and rescue
        | push and pull | up and down | back and forth | to and fro | in and out | on and off | left and right
        | far and near | near and far | high and low | here and there | round and round | now and again | by and by
        | ladies and gentlemen | mum and dad | mom and dad | call and response | tongue and groove | nuts and bolts
        | wear and tear | wow and flutter | lock and key | hustle and bustle | bits and pieces | odds and ends
        | room and board | dungeons and dragons | tom and jerry | pros and cons | question and answer | half and half
        | track and field | stars and stripes | sweet and sour | touch and go | pump and dump | crash and burn
        | rise and fall | ebb and flow | start and stop | attack and decay | lost and found | ups and downs""",
}


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _by_first_word() -> dict[str, tuple[tuple[tuple[str, ...], Mark], ...]]:
    table: dict[str, list[tuple[tuple[str, ...], Mark]]] = {}
    for mark, phrases in _PHRASES.items():
        for phrase in phrases.split("|"):
            words = tuple(phrase.split())
            table.setdefault(words[0], []).append((words, mark))
    return {word: tuple(sorted(found, key=lambda each: -len(each[0]))) for word, found in table.items()}


PHRASES_BY_FIRST_WORD = _by_first_word()  # the longest first

DETERMINERS = _words("a an the some this that these those his her its their my your our another one two")
PRONOUNS = _words("it he she they which who")
WEATHER = _words(
    "rains raining pours pouring thunders thundering snows snowing hails hailing drizzles drizzling storms"
)
ANSWERS_WITH_NO = _words(
    """say says saying said shout shouts shouting yell yells yelling scream screams screaming whisper whispers
    whispering answers answering replies replying oh is are has have there's"""
)
TIMES = _words("day night morning evening afternoon winter summer spring autumn fall time")
PARTICLES = _words(
    """away off out up down in on at by past through into onto to from around again twice once loudly softly quietly
    slowly quickly repeatedly briefly shut open over along across inside outside back"""
)
# who may share what they do: "a man and a woman talk" is one thing to hear
LIVING = _words(
    """man men woman women boy boys girl girls child children kid kids baby babies person people adult adults male
    female males females dog dogs cat cats bird birds singer singers audience crowd teacher friend friends"""
)
# what is often heard behind something else, "speech over music"; not what is done to a sound: reverb, echo
BACKDROPS = _words(
    """music rain rainfall thunder wind traffic noise static hiss hum crowd crowds applause laughter cheering voices
    chatter conversation conversations talking speech birdsong birds crickets insects cicadas surf ambience drums
    beat beats piano guitar strings footsteps siren sirens alarm alarms bells engine engines machinery fireworks
    gunfire gunshots explosions singing barking dogs frogs seagulls tv television radio clapping choir bass synth
    organ orchestra typing dishes ticking dripping rustling breathing"""
)
# two of them before one noun, or behind it, belong to the same sound: "an old and rusty door", "kick, punchy, short"
ADJECTIVES = _words(
    """loud quiet soft noisy silent faint distant close near far slow fast quick rapid steady big small large little
    huge tiny old new young deep high low mid heavy light warm cold hot cool wet dry damp long short sharp dull
    bright dark metallic wooden plastic hollow solid rusty squeaky creaky crunchy rough smooth gritty dirty clean
    clear muffled muddy crisp punchy boomy airy thin thick fat full empty tight loose strong weak gentle hard harsh
    mellow shrill calm peaceful busy angry happy sad scary eerie spooky creepy tense dramatic epic funny weird
    strange mechanical electric electronic electrical digital analog analogue acoustic synthetic organic natural
    human male female deep single double multiple repeated continuous intermittent constant sudden brief sustained
    slight modern vintage retro ancient lush ambient cinematic distorted filtered reversed pitched stereo mono wide
    narrow round open closed indoor outdoor windy rainy stormy sunny snowy icy black white red green blue brown pink
    grey gray"""
)
DEGREES = _words("not too so very rather quite slightly really and")  # beside adjectives
# what tells that a sentence is not English; none of them is an English word that sounds
FOREIGN = _words(
    """der das und ein eine einer einen dem den dann mit ohne auf ist nicht el los las una unos unas y luego después
    con sin que en por para del le les et puis avec sans dans sur une est qui il lo gli poi che di della uno senza
    um uma os com sem depois e o na nas nos da het een dan zonder met van och sedan utan på med og uden oraz potem"""
)
ENGLISH = _words("the a an and then of in with is are on at to by from while before after without")

_VERBS = _words(
    """accelerate applaud approach arrive bang bark beat beep begin bellow blare blast bleat blow boil boo boom brake
    break breathe burn burp burst buzz call caw chant chatter cheer chew chime chirp chop chuckle circle clack clang
    clank clap clatter click climb clink close cluck collapse come continue cough crack crackle crash crawl creak
    croak croon crow crumple cry cut depart descend die drill drink drip drive drop echo eat end enter exit explode
    fade fall fill fizz flap flow flush flutter fly gallop gasp giggle go grind groan growl grow gurgle hammer hiss
    hit honk hoot hover howl hum idle jingle jog jump kick knock land laugh leave march meow moan moo move mumble
    murmur mutter neigh open pant pass patter peal play plop pluck pop pour pull purr quack rain rattle rev ring rip
    roar roll rumble run rush rustle saw scrape scratch scream screech shake shatter shout shut sigh sing sizzle
    skid slam slide slurp smash snap snarl sneeze sniff snore snort sob speak spin spit splash squawk squeak squeal
    stall start stomp stop strike strum swallow swing talk tap taxi tear throb thud thump thunder tick toll trickle
    trot trumpet turn tweet wail wake walk weep whimper whine whinny whirr whisper whistle yap yawn yell yelp"""
)


def _s_forms(verb: str) -> set[str]:
    return {verb + "s", verb + "es", verb[:-1] + "ies"}


def _other_forms(verb: str) -> set[str]:
    stems = (verb, verb.removesuffix("e"), verb + verb[-1])  # bark, idl, hum+m; forms that nobody writes do no harm
    return {stem + ending for stem in stems for ending in ("ing", "ed")}


# forms that need somebody who does it: "then growls", "then running away"
VERB_FORMS = frozenset(form for verb in _VERBS for form in _s_forms(verb) | _other_forms(verb)) | _words(
    """is are was were has ran fell sang rang broke blew spoke flew drove began came went"""
)
# nouns for all their ending
_NOUNS_IN_ING = _words(
    """building string spring king wing ring thing morning evening ceiling wedding something anything nothing
    everything railing sling swing clearing lightning during wing herring"""
)


def is_verb_form(word: str) -> bool:
    """Whether a word says by its form that something is done: barks, barking; not "bark", which is a noun too."""
    return word in VERB_FORMS or (len(word) > 4 and word.endswith("ing") and word not in _NOUNS_IN_ING)


def may_be_verb(word: str) -> bool:
    return is_verb_form(word) or word in _VERBS


def is_adjective(word: str) -> bool:
    return word in ADJECTIVES or (len(word) > 5 and word.endswith(("ous", "ful", "ish", "less", "ive", "-like")))
