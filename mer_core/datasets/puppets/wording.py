"""The words of the views: how each emotion, posture, prop and style is said.

Lists end with wordings that training never sees: the last `HELD_OUT` of each.
"""

HELD_OUT = 2
"""How many wordings at the end of every list are kept from training."""

FACES: dict[str, tuple[str, ...]] = {
    "anger": ("a furious glare with gritted teeth", "an angry scowl", "brows pressed down in rage",
              "bared teeth and a hot, cross stare", "a mad frown", "an irritated, glowering look",
              "fuming eyes", "a face dark with wrath", "a livid expression"),
    "disgust": ("a wrinkled nose and a tongue stuck out", "a disgusted grimace", "a revolted look",
                "a nauseated, curled lip", "an expression of distaste", "a grossed-out sneer",
                "a queasy face that says yuck", "a repulsed squint", "a face sick with aversion"),
    "fear": ("wide, frightened eyes and chattering teeth", "a scared look", "a terrified stare",
             "an anxious, trembling mouth", "a panicked face", "eyes full of dread",
             "a fearful, worried expression", "a horrified gaze", "a petrified face"),
    "happiness": ("a big, happy grin", "eyes squeezed shut with joy", "a delighted smile",
                  "a beaming, cheerful face", "a joyful laugh", "a merry, glowing smile",
                  "a pleased, rosy-cheeked look", "an overjoyed face", "an elated smile"),
    "sadness": ("a sad, drooping mouth", "grieving eyes and slanted brows", "an unhappy pout",
                "a sorrowful look", "a gloomy, downcast face", "a heartbroken expression",
                "eyes about to cry", "a mournful gaze", "a dejected face"),
    "surprise": ("an open mouth and raised brows of surprise", "an astonished look",
                 "a startled, round mouth", "an amazed stare", "a jaw dropped in shock",
                 "wide eyes of wonder", "a stunned expression", "a flabbergasted face",
                 "a dumbfounded gape"),
}  # fmt: skip
"""Emotion -> what its face looks like in words."""

BLANK_FACES = (
    "a blank face", "a calm face without emotion", "an expressionless look", "a neutral mouth",
    "a plain, unmoved face", "a flat expression", "a still, even face",
)  # fmt: skip

HIDDEN_FACES = (
    "a face that is too small to read", "a face turned half out of sight", "a blurred face",
    "features that are hard to make out", "an expression one cannot see well",
    "a face lost in shadow", "eyes and mouth left unclear",
)  # fmt: skip

POSTURE_WORDS: dict[str, tuple[str, ...]] = {
    "standing": ("stands upright", "stands still", "stands facing the viewer", "simply stands"),
    "sitting": ("sits on the ground", "is seated", "sits facing us", "has sat down"),
    "waving": ("raises one hand to wave", "waves a hand", "waves", "gives a small wave"),
    "jumping": ("jumps for joy", "leaps into the air, delighted", "bounces happily",
                "hops up with glee"),
    "dancing": ("dances cheerfully", "sways in a happy dance", "dances with joy", "boogies gladly"),
    "stomping": ("stomps the ground in anger", "stamps furiously", "stomps in rage",
                 "tramples about, fuming"),
    "fists on hips": ("plants its fists on its hips, annoyed", "stands cross with fists on hips",
                      "sets angry fists on its hips", "squares up with irate fists"),
    "slumped": ("slumps with hanging arms, sad", "droops sorrowfully", "lets its shoulders sag",
                "sags in misery"),
    "hugging itself": ("curls up and hugs itself in grief", "hugs its knees sadly",
                       "wraps its arms around itself, lonely", "huddles up, forlorn"),
    "cowering": ("cowers in fear", "shrinks away, frightened", "crouches and trembles with fear",
                 "quails in terror"),
    "hands at mouth": ("shakes with hands pressed to its mouth, afraid",
                         "hides its mouth in dread", "clutches its mouth, scared",
                         "trembles behind its paws"),
    "thrown back": ("is thrown back in surprise", "reels backwards, astonished",
                    "jerks back, startled", "staggers back, stunned"),
    "hands in the air": ("throws its hands up in amazement", "flings its arms wide, surprised",
                         "raises both hands in wonder", "tosses up its arms, agog"),
    "pushing away": ("pushes something away in disgust", "holds its palms out, revolted",
                     "fends it off with distaste", "shoves it off, repelled"),
    "turning away": ("turns away, disgusted", "leans off to the side with revulsion",
                     "averts itself, grossed out", "twists away in aversion"),
}  # fmt: skip

STILL_POSTURES = (
    "is in the middle", "faces the viewer", "takes up most of the picture", "is shown in full",
    "is placed in the centre", "fills the frame", "occupies the foreground",
)  # fmt: skip
"""Said where the view leaves the posture out."""

PROP_WORDS: dict[str, tuple[str, ...]] = {
    "none": ("with nothing in its hands", "with no object near", "on its own", "with empty hands"),
    "mug": ("with a mug", "holding a cup", "next to a mug of tea", "with a coffee cup"),
    "book": ("with a book", "carrying a book", "next to a closed book", "with a small volume"),
    "hearts": ("with happy hearts around it", "amid floating hearts of joy",
               "with cheerful red hearts", "ringed by loving hearts"),
    "sparkles": ("with joyful sparkles around it", "amid happy, glittering stars",
                 "surrounded by cheerful sparkles", "aglow with merry twinkles"),
    "tears": ("shedding tears", "with big sad tears", "crying streams of tears",
              "weeping heavy drops"),
    "rain cloud": ("under a sad rain cloud", "with a gloomy cloud raining on it",
                   "below its own grey, sorrowful cloud", "beneath a dreary drizzle"),
    "anger mark": ("with a red anger mark on its head", "with a throbbing angry vein",
                   "marked by the cross sign of anger", "with a vexed pulsing vein"),
    "flames": ("with flames of rage behind it", "burning with anger", "in front of furious fire",
               "ablaze with fury"),
    "sweat drops": ("with cold sweat of fear", "dripping anxious sweat",
                    "with scared drops of sweat",
                    "in a frightened cold sweat"),
    "dark lightning": ("under dark, frightening lightning", "with scary black bolts around it",
                       "below bolts of dread", "beneath menacing flashes"),
    "exclamation marks": ("with exclamation marks of surprise", "with startled exclamation points",
                          "under big surprised exclamation marks", "topped by shocked bang marks"),
    "starburst": ("in a burst of surprise", "before a sudden flash of amazement",
                  "with a startling starburst behind it", "framed by a stunning blast"),
    "stink lines": ("with disgusting stink lines", "amid a foul green smell",
                    "with revolting fumes around it", "wreathed in a gross stench"),
    "flies": ("with disgusting flies around it", "pestered by filthy flies",
              "near something rotten with flies", "swarmed by nasty flies"),
}  # fmt: skip

NO_PROPS = (
    "on a plain ground", "cut out with a white edge", "against a simple background",
    "as the only subject", "in the usual sticker format", "with a clean edge", "by itself",
)  # fmt: skip
"""Said where the view leaves the prop out."""

CHARACTER_WORDS: dict[str, tuple[str, ...]] = {
    "cat": ("cat", "kitten", "ginger cat"),
    "bear": ("bear", "brown bear", "bear cub"),
    "rabbit": ("rabbit", "bunny", "white rabbit"),
    "frog": ("frog", "green frog", "little frog"),
    "penguin": ("penguin", "small penguin", "blue penguin"),
    "ghost": ("ghost", "pale ghost", "floating ghost"),
    "robot": ("robot", "toy robot", "metal robot"),
    "dumpling": ("dumpling", "steamed dumpling", "living dumpling"),
    "cactus": ("cactus", "flowering cactus", "little cactus"),
    "fox": ("fox", "red fox", "fox cub"),
    "chick": ("chick", "yellow chick", "baby bird"),
    "panda": ("panda", "panda bear", "panda cub"),
    "alien": ("alien", "purple alien", "visitor from space"),
    "mushroom": ("mushroom", "red-capped mushroom", "toadstool"),
}  # fmt: skip

STYLE_WORDS: dict[str, tuple[str, ...]] = {
    "flat": ("flat colours without outlines", "a flat vector look", "plain areas of colour"),
    "outline": ("black outlines on white", "bare line art", "an uncoloured outline"),
    "pastel": ("soft pastel colours", "pale, milky tones", "gentle pastels"),
    "sketchy": ("loose pencil lines", "a sketchy hand", "wobbly sketched strokes"),
    "pixel": ("chunky pixels", "retro pixel art", "a blocky pixel look"),
    "bold": ("bold black contours", "thick comic lines", "heavy outlines and a hard shadow"),
    "watercolour": ("watercolour washes", "soft, bleeding paint", "a watery brush"),
    "neon": ("glowing neon lines", "neon on a dark ground", "luminous contours"),
    "papercut": ("cut paper layers", "a paper-cut look", "scissored paper shapes"),
}  # fmt: skip

CAPTIONS: dict[str, tuple[str, ...]] = {
    "anger": ("GRRR!", "SO MAD", "ENOUGH!", "HOW DARE YOU", "ARGH!", "STOP IT!", "FURIOUS",
              "RAGE!"),
    "disgust": ("EWW", "YUCK!", "GROSS", "NO THANKS, ICK", "BLEH", "NASTY", "REVOLTING",
                "UGH, SMELLY"),
    "fear": ("EEEK!", "SO SCARED", "HELP ME!", "I'M AFRAID", "SPOOKY...", "DON'T HURT ME",
             "TERRIFIED", "YIKES"),
    "happiness": ("YAY!", "SO HAPPY", "HOORAY", "LOVE IT!", "BEST DAY", "WOOHOO", "JOY!", "HAHAHA"),
    "neutral": ("OK", "NOTED", "IT IS FINE", "AS USUAL", "I SEE", "SO-SO", "ALL RIGHT", "MEH"),
    "sadness": ("SO SAD", "SNIFF...", "I MISS YOU", "BOO HOO", "WHY ME...", "HEARTBROKEN",
                "TEARS", "FEELING BLUE"),
    "surprise": ("WOW!", "WHAT?!", "OMG!", "NO WAY!", "REALLY?!", "HUH?!", "WHOA!", "UNBELIEVABLE"),
}  # fmt: skip
"""Emotion -> what the lettering reads."""

CAPTION_TONES: dict[str, tuple[str, ...]] = {
    "anger": ("angry", "furious", "cross", "irate", "livid"),
    "disgust": ("disgusted", "grossed-out", "revolted", "repelled", "sickened"),
    "fear": ("frightened", "scared", "panicky", "fearful", "terrified"),
    "happiness": ("happy", "joyful", "cheerful", "merry", "elated"),
    "neutral": ("matter-of-fact", "unemotional", "neutral", "indifferent", "impassive"),
    "sadness": ("sad", "tearful", "unhappy", "sorrowful", "mournful"),
    "surprise": ("surprised", "astonished", "amazed", "stunned", "startled"),
}  # fmt: skip

PURPOSES: dict[str, tuple[str, ...]] = {
    "anger": ("let off anger", "show someone that one is furious", "protest in rage",
              "tell a friend how annoyed one is", "complain angrily", "scold someone in a temper",
              "express irritation", "vent one's wrath", "make plain that one is livid"),
    "disgust": ("say that something is disgusting", "express revulsion", "show distaste",
                "react to something gross", "turn something down with disgust",
                "say yuck to an awful idea", "show that one is repelled", "voice one's aversion",
                "tell how sickening something is"),
    "fear": ("say that one is scared", "express fear", "show that one is terrified",
             "ask for comfort in a fright", "share one's dread of what is coming",
             "tell of being worried and afraid", "admit to panic", "confess one's terror",
             "convey how petrified one feels"),
    "happiness": ("share one's joy", "celebrate good news happily", "show that one is delighted",
                  "cheer a friend on", "say how happy one is", "express glee",
                  "send a smile in high spirits", "spread good cheer", "tell how elated one is"),
    "neutral": ("acknowledge a message without emotion", "say that nothing special is felt",
                "answer in a calm, matter-of-fact way", "state something neutrally",
                "show indifference", "keep an even, unemotional tone",
                "reply without taking sides", "stay impassive", "respond dispassionately"),
    "sadness": ("say that one is sad", "share one's grief", "ask for consolation in sorrow",
                "express disappointment and sadness", "show a heavy heart", "tell of being lonely",
                "mourn a loss", "let out one's misery", "convey dejection"),
    "surprise": ("express surprise", "react to news one did not expect", "show astonishment",
                 "say how amazed one is", "answer a shock", "respond to something unbelievable",
                 "gasp at a sudden turn", "show that one is stunned", "voice one's amazement"),
}  # fmt: skip
"""Emotion -> what the sticker is sent for."""

NO_PURPOSES = (
    "be sent in a chat", "go along with a message", "be used among friends",
    "round off a conversation", "be part of a sticker set", "fill a pause in a chat",
    "be passed on to others", "accompany a text", "be posted in a group",
)  # fmt: skip

HEDGES = ("perhaps", "probably", "maybe", "it seems", "possibly")

FRAMES: dict[str, tuple[str, ...]] = {
    "intention": ("Sent to {purpose}.", "Its purpose is to {purpose}.",
                  "People send it to {purpose}.",
                  "One uses this sticker to {purpose}.", "Someone would pick it to {purpose}.",
                  "The sender wants to {purpose}.", "It is meant to {purpose}."),
    "style": ("Drawn in {style}{lettering}.", "The style is {style}{lettering}.",
              "It has {style}{lettering}.", "A picture made of {style}{lettering}.",
              "The artist chose {style}{lettering}.", "One notices {style}{lettering}.",
              "Its look comes from {style}{lettering}."),
    "role": ("The main role is {a} {character} {prop}.", "{A} {character} {prop}.",
             "It shows {a} {character} {prop}.", "The hero is {a} {character} {prop}.",
             "We look at {a} {character} {prop}.", "The subject: {a} {character} {prop}.",
             "Its protagonist is {a} {character} {prop}."),
    "posture": ("It {posture} and has {face}.", "The figure {posture}, showing {face}.",
                "The character {posture}; one sees {face}.", "It {posture}, with {face}.",
                "The body {posture}, the head has {face}.", "Here it {posture} and wears {face}.",
                "One sees how it {posture}, with {face}."),
}  # fmt: skip
"""View -> sentences with places for what is told."""

GENERICS: dict[str, tuple[str, ...]] = {
    "intention": ("This sticker is used to express the {feelings} of {someone}.",
                  "{someone} may send it to show {feelings}.",
                  "It can be sent when {someone} wants to share {feelings}."),
    "style": ("The style is {looks} and suits the {feelings} of {someone}.",
              "A {looks} picture in the style of {someone}'s stickers.",
              "It looks {looks} and conveys {feelings}."),
    "role": ("The main role is {looks} and stands for {someone}.",
             "There is a {looks} figure that shows {feelings}.",
             "A {looks} character that {someone} may relate to."),
    "posture": ("The posture and the expression show the {feelings} of {someone}.",
                "Its posture is {looks} and conveys {feelings}.",
                "Its bearing is {looks} and goes with {feelings}."),
}  # fmt: skip
"""View -> sentences of a describer that says nothing."""

GENERIC_WORDS: dict[str, tuple[str, ...]] = {
    "feelings": ("feelings", "mood", "emotions", "inner state", "thoughts", "state of mind"),
    "someone": ("someone", "the user", "a person", "the sender", "a speaker", "an individual"),
    "looks": ("simple", "typical", "vivid", "common", "expressive", "ordinary"),
}
