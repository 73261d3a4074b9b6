"""What each demo sound is made of: packages, originals, recipes. make_demo_sounds.py cooks them."""

from __future__ import annotations

from dataclasses import dataclass

PACKAGES = {
    "lugaru-data": "1.2-6",
    "megaglest-data": "3.13.0-3",
    "minetest-data": "5.6.1+dfsg+~1.9.0mt8+dfsg-2",
    "minetest-mod-homedecor": "20210327.1-2",
    "scratch": "1.4.0.6~dfsg1-6.1",
    "sonic-pi-samples": "3.2.2~repack-8",
    "sumo-tools": "1.15.0+dfsg-1+deb12u1",
    "supertuxkart-data": "1.4+dfsg-2",
    "ufoai-sound": "2.5-2",
}

# From free to binding: a mix takes the most binding licence among its originals (each of them allows that step).
LICENCES = ("CC0-1.0", "CC-BY-3.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0")


@dataclass(frozen=True)
class Original:
    """One sound file of a package, with the licence that the package states for that very file."""

    package: str
    path: str  # below the package's root; "archive!member" for a file inside a zip archive
    author: str
    licence: str


@dataclass(frozen=True)
class Layer:
    """A stretch of an original, placed in a sound. Silence around the original is trimmed before cutting."""

    original: str
    heard: str
    at_s: float = 0.0
    start_s: float = 0.0
    end_s: float | None = None  # None: to the end
    loop_s: float | None = None  # repeat with cross-fades until this long
    level_db: float = -20.0  # RMS of the loudest 400 ms, re full scale
    fade_in_s: float = 0.004
    fade_out_s: float = 0.04


@dataclass(frozen=True)
class Recipe:
    """One demo sound; the suffix of its file name decides the encoding."""

    file: str
    sample_rate_hz: int
    channels: int
    layers: tuple[Layer, ...]
    bext: str = ""  # description in a Broadcast Wave chunk


MEGAGLEST = "usr/share/games/megaglest/tilesets"
MINETEST = "usr/share/games/minetest/games/minetest_game/mods"
HOMEDECOR = "usr/share/games/minetest/mods/homedecor"
SCRATCH = "usr/share/scratch/Media/Sounds"
KART = "usr/share/games/supertuxkart/data"
UFOAI = "usr/share/games/ufoai/base/0snd.pk3!sound"


def _megaglest(path: str) -> Original:
    return Original("megaglest-data", f"{MEGAGLEST}/{path}", "The Glest Team, The MegaGlest Team", "CC-BY-SA-3.0")


def _minetest(path: str, author: str, licence: str) -> Original:
    return Original("minetest-data", f"{MINETEST}/{path}", author, licence)


def _scratch(path: str) -> Original:
    return Original("scratch", f"{SCRATCH}/{path}", "Massachusetts Institute of Technology", "CC-BY-SA-3.0")


def _kart(path: str, author: str, licence: str) -> Original:
    return Original("supertuxkart-data", f"{KART}/{path}", author, licence)


def _ufoai(path: str) -> Original:
    authors = '"Marine" Baklund, Gren, Christian Hoffmann, Slippycurb (UFO: Alien Invasion)'
    return Original("ufoai-sound", f"{UFOAI}/{path}", authors, "CC-BY-SA-3.0")


def _homedecor(path: str) -> Original:
    return Original("minetest-mod-homedecor", f"{HOMEDECOR}/{path}", "Vanessa Ezekowitz", "CC-BY-SA-4.0")


def _lugaru(path: str) -> Original:
    return Original("lugaru-data", f"usr/share/games/lugaru/Sounds/{path}", "Wolfire Games", "CC-BY-SA-3.0")


def _sonic_pi(path: str, author: str) -> Original:
    return Original("sonic-pi-samples", f"usr/share/sonic-pi/samples/{path}", f"{author} (freesound.org)", "CC0-1.0")


ORIGINALS = {
    "applause": _kart("sfx/gp_end.ogg", "Mike Koenig", "CC-BY-3.0"),
    "baby": _scratch("Human/BabyCry.mp3"),
    "bark a": _lugaru("Bark3.ogg"),
    "bark b": _lugaru("Bark.ogg"),
    "church bell": _scratch("Effects/BellToll.wav"),
    "birds": _megaglest("autumn/sounds/sunny_day.ogg"),
    "car": _scratch("Effects/CarPassing.wav"),
    "car horn": Original("sumo-tools", "usr/share/sumo/tools/game/sounds/car_horn3.wav", "unknown", "CC0-1.0"),
    "cow": _megaglest("pine_peat/sounds/mudchute_cow_1.ogg"),
    "crickets": _megaglest("autumn/sounds/nightime.ogg"),
    "door opens": _ufoai("doors/door1-open.ogg"),
    "door shuts": _ufoai("doors/door1-close.ogg"),
    "doorbell": _homedecor("homedecor_electrical/sounds/homedecor_doorbell.ogg"),
    "drum roll": _sonic_pi("drum_roll.flac", "Heigh-hoo"),
    "explosion": _ufoai("weapons/explosion-rocket.ogg"),
    "fire a": _minetest("fire/sounds/fire_fire.1.ogg", "Dynamicell (freesound.org)", "CC-BY-3.0"),
    "fire b": _minetest("fire/sounds/fire_fire.2.ogg", "Dynamicell (freesound.org)", "CC-BY-3.0"),
    "fireworks": _kart("sfx/fireworks_show.ogg", "sl130594 (freesound.org)", "CC0-1.0"),
    "flute": _kart("sfx/gnu_flute.ogg", "kerri (freesound.org)", "CC-BY-3.0"),
    "glass": _minetest(
        "default/sounds/default_break_glass.2.ogg", "Perttu Ahola (celeron55) and others", "CC-BY-SA-3.0"
    ),
    "hand bell": _sonic_pi("perc_bell.flac", "AlaskaRobotics"),
    "horse": _scratch("Animal/Horse.wav"),
    "jet": _kart("sfx/airplane_jetEngine.ogg", "Fritz Schlüter", "CC-BY-SA-3.0"),
    "owl": _megaglest("autumn/sounds/owl.ogg"),
    "rain": _kart("sfx/rain.ogg", 'Mike Koenig, Dawid "deveee" Gan', "CC-BY-3.0"),
    "restaurant": _kart("sfx/lenautile_restaurant.ogg", "Alcappuccino (freesound.org)", "CC0-1.0"),
    "river": _kart("sfx/river_loop.ogg", "Adam Newns", "CC0-1.0"),
    "rooster": _megaglest("forest/sounds/chicken.wav"),
    "step a": _minetest("default/sounds/default_hard_footstep.1.ogg", "Erdie (freesound.org)", "CC-BY-3.0"),
    "step b": _minetest("default/sounds/default_hard_footstep.2.ogg", "Erdie (freesound.org)", "CC-BY-3.0"),
    "step c": _minetest("default/sounds/default_hard_footstep.3.ogg", "Erdie (freesound.org)", "CC-BY-3.0"),
    "thunder": _ufoai("ambience/thunder1.ogg"),
    "toilet": _homedecor("homedecor_bathroom/sounds/homedecor_toilet_flush.ogg"),
    "train": _kart("tracks/black_forest/steamLocomotive.ogg", "Daniel Simion", "CC-BY-SA-3.0"),
    "wolf": _megaglest("forest/sounds/wolf.wav"),
}


def _barks(at_s: float, pattern: str, level_db: float = -16.0) -> tuple[Layer, ...]:
    """A dog that barks once for each letter of the pattern, with a pause for each space."""
    places = [(at_s + 0.42 * i, letter) for i, letter in enumerate(pattern) if letter != " "]
    return tuple(Layer(f"bark {letter}", "a dog barks", place_s, level_db=level_db) for place_s, letter in places)


def _steps(at_s: float, count: int) -> tuple[Layer, ...]:
    """Somebody walks: the three recorded steps in turn, not quite even in time and level."""
    return tuple(
        Layer(f"step {'abc'[i % 3]}", "footsteps", at_s + 0.5 * i + 0.02 * (i % 2), level_db=-27.0 + 0.6 * (i % 4))
        for i in range(count)
    )


RECIPES = (
    # single sounds, named as a tidy user would
    Recipe("dog barking.flac", 22050, 1, _barks(0.1, "ab a  ba")),
    Recipe("car passing by.ogg", 22050, 1, (Layer("car", "a car passes by"),)),
    Recipe("car horn.ogg", 44100, 1, (Layer("car horn", "a car horn honks", start_s=0.3, end_s=3.3, fade_out_s=0.3),)),
    Recipe("steam train leaving.ogg", 44100, 1, (Layer("train", "a steam train", end_s=10, fade_out_s=1.5),)),
    Recipe("rain loop.ogg", 44100, 2, (Layer("rain", "rain falls", loop_s=9, fade_in_s=0.3, fade_out_s=0.5),)),
    Recipe("river.opus", 48000, 1, (Layer("river", "a stream runs", end_s=8, fade_in_s=0.2, fade_out_s=0.5),)),
    Recipe("church bell.ogg", 22050, 1, (Layer("church bell", "a church bell tolls", fade_out_s=0.5),)),
    Recipe("applause.opus", 48000, 1, (Layer("applause", "people applaud", start_s=1.5, fade_in_s=0.3),)),
    Recipe("BELLDoor_Ding-Dong Two Tone_EMK_Demo.flac", 44100, 1, (Layer("doorbell", "a doorbell rings"),)),
    Recipe("drums 02.ogg", 44100, 1, (Layer("drum roll", "a drum roll"),)),
    Recipe("bathroom 3.mp3", 44100, 1, (Layer("toilet", "a toilet is flushed"),)),
    Recipe("crickets.ogg", 44100, 2, (Layer("crickets", "crickets chirp", end_s=8, fade_in_s=0.2, fade_out_s=0.4),)),
    # single sounds whose names tell nothing
    Recipe("T2-014.wav", 44100, 1, (Layer("cow", "a cow moos"),), bext="Slate T2-014, lower field, mono, 24 bit"),
    Recipe("DR0000_0113.wav", 22050, 1, (Layer("horse", "a horse neighs"),)),
    Recipe("ZOOM0003.flac", 22050, 1, (Layer("rooster", "a rooster crows"),)),
    Recipe("take-07.flac", 22050, 1, (Layer("owl", "an owl hoots"),)),
    Recipe("take-11.wav", 44100, 1, (Layer("glass", "glass breaks"),), bext="Take 11, mono, 24 bit"),
    Recipe("sample 17.flac", 44100, 1, (Layer("baby", "a baby cries"),)),
    Recipe("0031.ogg", 22050, 1, (Layer("wolf", "a wolf howls", fade_out_s=0.3),)),
    Recipe(
        "REC_0007.ogg",
        44100,
        1,
        (
            Layer("fire a", "a fire burns", fade_in_s=0.1, fade_out_s=0.5),
            Layer("fire b", "a fire burns", 3.6, fade_in_s=0.5, fade_out_s=0.4),
        ),
    ),
    Recipe("TRK_05.ogg", 44100, 1, (Layer("jet", "a jet aeroplane flies over", fade_in_s=0.8, fade_out_s=1.2),)),
    Recipe("ZOOM0009.ogg", 44100, 2, (Layer("thunder", "thunder rolls", end_s=9, fade_out_s=2),)),
    Recipe("SFX_044.ogg", 44100, 1, (Layer("explosion", "an explosion"),)),
    Recipe("untitled-3.ogg", 44100, 1, (Layer("fireworks", "fireworks", start_s=2.2, fade_in_s=0.2, fade_out_s=0.3),)),
    Recipe(
        "210614_003.opus",
        48000,
        1,
        (Layer("restaurant", "people talk in a restaurant", start_s=8, end_s=18, fade_in_s=0.2, fade_out_s=0.5),),
    ),
    Recipe(
        "morning 2.opus",
        48000,
        2,
        (Layer("birds", "birds sing", start_s=8, end_s=17, fade_in_s=0.3, fade_out_s=0.5),),
    ),
    # scenes
    Recipe("ZOOM0012.flac", 22050, 1, (*_barks(0.3, "ab a  ba"), Layer("car", "a car passes by", 4.4))),
    Recipe("ZOOM0013.ogg", 22050, 1, (Layer("car", "a car passes by"), *_barks(7.9, "ba b  aab"))),
    Recipe(
        "sunday 0800.ogg",
        44100,
        1,
        (
            Layer("rain", "rain falls", loop_s=13, level_db=-30, fade_in_s=0.5, fade_out_s=1),
            Layer("hand bell", "a bell rings", 3, end_s=3.5, level_db=-18, fade_out_s=1),
            Layer("hand bell", "a bell rings", 7.5, end_s=3.5, level_db=-18, fade_out_s=1),
        ),
    ),
    Recipe(
        "balcony.opus",
        48000,
        1,
        (
            Layer("thunder", "thunder rolls", 0.3, end_s=7, level_db=-18, fade_out_s=3),
            Layer("rain", "rain falls", 5.2, loop_s=9, level_db=-27, fade_in_s=2, fade_out_s=1),
        ),
    ),
    Recipe(
        "hall take 1.flac",
        44100,
        1,
        (
            Layer("door opens", "a door opens and shuts", 0.3, level_db=-18),
            Layer("door shuts", "a door opens and shuts", 1.5, level_db=-16),
            *_steps(3.2, 9),
        ),
    ),
    Recipe(
        "hall take 2.ogg",
        44100,
        1,
        (
            *_steps(0.2, 9),
            Layer("door opens", "a door opens and shuts", 5.2, level_db=-18),
            Layer("door shuts", "a door opens and shuts", 6.4, level_db=-16),
        ),
    ),
    Recipe(
        "someone is here.ogg",
        44100,
        1,
        (Layer("doorbell", "a doorbell rings", 0.2, level_db=-19), *_barks(2.6, "ab a  ba")),
    ),
    Recipe(
        "farm 05-45.ogg",
        44100,
        1,
        (
            Layer("birds", "birds sing", start_s=2, end_s=12, level_db=-38, fade_in_s=0.5, fade_out_s=1),
            Layer("rooster", "a rooster crows", 1),
            Layer("cow", "a cow moos", 5.5),
        ),
    ),
    Recipe(
        "campsite.ogg",
        44100,
        2,
        (
            Layer("crickets", "crickets chirp", start_s=8, end_s=20, level_db=-29, fade_in_s=0.5, fade_out_s=1),
            Layer("owl", "an owl hoots", 3, level_db=-22),
            Layer("owl", "an owl hoots", 8, level_db=-22),
        ),
    ),
    Recipe(
        "encore.opus",
        48000,
        1,
        (
            Layer("flute", "a flute plays", start_s=8, end_s=17, fade_in_s=0.2, fade_out_s=1),
            Layer("applause", "people applaud", 9.3, start_s=3, fade_in_s=0.4),
        ),
    ),
)
