"""The words that the sentence grammar is made of. Only data."""

OPENINGS: tuple[str, ...] = ("", "", "Listen", "Well", "You know", "As I said", "By the way")

ENDINGS: tuple[str, ...] = (
    "",
    "",
    "",
    "That is all.",
    "I wanted to tell you.",
    "There you have it.",
)

TOPICS: tuple[str, ...] = (
    "the meeting", "the trip", "dinner", "the letter", "my new flat", "the phone call",
    "the game", "the wedding", "my sister's visit", "the exam", "the neighbours", "the kitchen",
    "the train ride", "work today", "the party", "the photo", "the concert", "the weekend",
)  # fmt: skip

FRAMES: tuple[str, ...] = (
    "I am {word} about {topic}.",
    "{topic} makes me feel {word}.",
    "I feel {word} when I think of {topic}.",
    "After {topic} I was {word}.",
    "I'm {word}, and it's because of {topic}.",
)

DIRECT: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "anger": (
        ("annoyed", "irritated", "cross", "angry", "a bit mad"),
        ("furious", "absolutely livid", "enraged", "so angry", "boiling with anger"),
    ),
    "disgust": (
        ("a little grossed out", "put off", "repelled", "rather disgusted", "queasy"),
        ("utterly disgusted", "revolted", "sick to my stomach", "repulsed", "nauseated"),
    ),
    "fear": (
        ("nervous", "anxious", "uneasy", "a bit scared", "worried"),
        ("terrified", "scared to death", "panicked", "frightened", "full of dread"),
    ),
    "happiness": (
        ("glad", "happy", "cheerful", "pleased", "content"),
        ("overjoyed", "thrilled", "delighted", "so happy", "on top of the world"),
    ),
    "neutral": (
        ("neutral", "calm as usual", "neither good nor bad", "indifferent", "quite ordinary"),
        ("completely neutral", "entirely unmoved", "just normal", "perfectly even", "neither way"),
    ),
    "sadness": (
        ("sad", "a bit down", "blue", "low", "gloomy"),
        ("heartbroken", "miserable", "devastated", "so sad", "full of grief"),
    ),
    "surprise": (
        (
            "surprised",
            "a bit startled",
            "taken aback",
            "puzzled by the surprise",
            "caught unawares",
        ),
        ("astonished", "completely amazed", "stunned", "shocked and surprised", "flabbergasted"),
    ),
}
"""Emotion -> mild words, strong words."""

_Said = dict[str, tuple[str, ...]]

SAID: dict[str, tuple[_Said, _Said]] = {
    "anger": (
        {
            "indirect": (
                "They ignored my complaint about {topic} again.",
                "He keeps interrupting me, and I have told him to stop.",
                "Who took my seat without even asking?",
                "This is the third time they lied to me about {topic}.",
                "I asked politely, and she still refuses to apologise.",
                "They cheated, and nobody holds them to account.",
                "It is unfair how they treat us at {topic}.",
            ),
            "idiomatic": (
                "{topic} is getting on my nerves.",
                "That really rubs me up the wrong way.",
                "I am fed up with {topic}.",
                "I have a bone to pick with him about {topic}.",
                "He is trying my patience.",
                "That ticks me off.",
                "I have had about enough of {topic}.",
            ),
        },
        {
            "indirect": (
                "I slammed the door and shouted at all of them.",
                "How dare they do this to me at {topic}!",
                "I will never forgive what they did, I could smash something.",
                "Get out of here before I start yelling!",
                "They stole from me and laughed, and they will pay for it!",
                "I want to scream at whoever ruined {topic}!",
                "Stop it right now or I will throw you out!",
            ),
            "idiomatic": (
                "It makes my blood boil!",
                "I saw red at {topic}.",
                "I nearly hit the roof because of {topic}!",
                "I am at the end of my rope with these people, I could explode!",
                "That was the last straw!",
                "I blew my top over {topic}.",
                "Steam was coming out of my ears!",
            ),
        },
    ),
    "disgust": (
        {
            "indirect": (
                "There was a hair in my soup at {topic}.",
                "The milk smelled sour and I poured it away.",
                "Somebody chewed with an open mouth next to me.",
                "The sink is full of slimy old food.",
                "He wiped his nose on his sleeve and then offered me bread.",
                "The towels at {topic} were damp and smelled of mould.",
                "I would rather not touch that sticky handle.",
            ),
            "idiomatic": (
                "{topic} left a bad taste in my mouth.",
                "That turned me off my food.",
                "Yuck, I can't stand the smell.",
                "Ew, not for me, thank you.",
                "It gives me the ick.",
                "I wouldn't touch it with a ten foot pole.",
                "Ugh, that is gross.",
            ),
        },
        {
            "indirect": (
                "There were maggots crawling in the rotten meat.",
                "I almost vomited when I smelled the filthy toilet.",
                "He spat in the food, it was vile!",
                "Pus and dirt everywhere, I had to gag.",
                "Cockroaches ran over my plate at {topic}!",
                "The stench of the garbage made me retch.",
                "It was covered in slime and vomit, so repulsive!",
            ),
            "idiomatic": (
                "It makes my stomach turn!",
                "It made me want to throw up!",
                "{topic} makes my skin crawl with filth.",
                "I could puke, it is that foul!",
                "That is sickening, take it away!",
                "It is enough to make anyone gag.",
                "Eww, it's absolutely revolting!",
            ),
        },
    ),
    "fear": (
        {
            "indirect": (
                "I keep checking that the door is locked.",
                "I am not sure it is safe to walk home alone.",
                "What if something goes wrong at {topic}?",
                "My hands were trembling before {topic}.",
                "I could hardly sleep, thinking of the danger.",
                "I would rather not go down to the dark cellar.",
                "The doctor wants to see me urgently, what could it be?",
            ),
            "idiomatic": (
                "I have butterflies in my stomach before {topic}.",
                "{topic} gives me the creeps.",
                "I got cold feet about {topic}.",
                "I am on edge, something bad may happen.",
                "I am walking on eggshells, afraid of him.",
                "My heart is in my mouth.",
                "I have the jitters about {topic}.",
            ),
        },
        {
            "indirect": (
                "Somebody is in the house, please help me!",
                "Don't leave me alone, they are coming for us!",
                "I could not move, I thought I was going to die.",
                "Run, it is right behind us!",
                "He had a knife and I begged him to let me go.",
                "I am shaking, please don't make me go back there!",
                "I screamed for help and hid under the bed.",
            ),
            "idiomatic": (
                "It scared the living daylights out of me!",
                "My blood ran cold.",
                "I was scared stiff by {topic}.",
                "I nearly jumped out of my skin with fright!",
                "It made my hair stand on end.",
                "I was shaking like a leaf.",
                "{topic} is my worst nightmare!",
            ),
        },
    ),
    "happiness": (
        {
            "indirect": (
                "The sun is out and my friends are coming over.",
                "We laughed a lot at {topic}.",
                "I hummed a tune all the way home.",
                "They thanked me for my help with {topic}.",
                "I got a lovely compliment from a stranger.",
                "My daughter smiled and hugged me.",
                "I am looking forward to {topic}.",
            ),
            "idiomatic": (
                "{topic} made my day.",
                "I am in high spirits.",
                "Things are looking up.",
                "I came home with a spring in my step.",
                "It warms my heart.",
                "I was all smiles at {topic}.",
                "Life is good these days.",
            ),
        },
        {
            "indirect": (
                "We won, we danced and sang all night!",
                "She said yes, we are getting married!",
                "I passed, I got the best mark of all!",
                "This is the best day of my life!",
                "Our baby was born healthy, we are celebrating!",
                "I love it, I love it, I could hug everyone!",
                "My dream came true at {topic}!",
            ),
            "idiomatic": (
                "I am over the moon about {topic}!",
                "I am on cloud nine!",
                "I am walking on air since {topic}!",
                "I am in seventh heaven!",
                "I could jump for joy!",
                "We had the time of our lives at {topic}!",
                "I am grinning from ear to ear!",
            ),
        },
    ),
    "neutral": (
        {
            "indirect": (
                "{topic} is scheduled for Tuesday at ten.",
                "The shop is on the second floor.",
                "I sent the notes about {topic} this morning.",
                "The bus leaves every twenty minutes.",
                "We need two chairs and one table.",
                "The form has three pages.",
                "He lives near the station.",
            ),
            "idiomatic": (
                "{topic} was business as usual.",
                "It is what it is.",
                "Same old, same old.",
                "It was a day like any other.",
                "Nothing to write home about.",
                "So so, six of one and half a dozen of the other.",
                "{topic} was run of the mill.",
            ),
        },
        {
            "indirect": (
                "The report about {topic} lists the items by date.",
                "The password is changed every ninety days.",
                "Turn left after the bridge and go straight on.",
                "The box weighs four kilograms.",
                "The office opens at nine and closes at five.",
                "Please enter your name and address below.",
                "The next item on the list is {topic}.",
            ),
            "idiomatic": (
                "For the record, {topic} takes an hour.",
                "To make a long story short, it was normal.",
                "By and large it was the usual.",
                "All in all it was average.",
                "Par for the course.",
                "{topic} was neither here nor there.",
                "Just another day at the office.",
            ),
        },
    ),
    "sadness": (
        {
            "indirect": (
                "Nobody came to {topic}, so I ate alone.",
                "I miss how things used to be.",
                "The house is so empty since the children left.",
                "I found the old letters and my eyes got wet.",
                "I did not get the place I had hoped for.",
                "My best friend is moving far away.",
                "It rained all day and I stayed in bed.",
            ),
            "idiomatic": (
                "I am down in the dumps.",
                "I feel blue since {topic}.",
                "My heart sank at {topic}.",
                "I have a lump in my throat.",
                "I am out of sorts and a little lonely.",
                "It is one of those grey days for me.",
                "{topic} brought me down.",
            ),
        },
        {
            "indirect": (
                "My grandmother died, and I can't stop crying.",
                "She left me, and I don't know how to go on.",
                "I lost everything I loved.",
                "We buried our dog, I cried all night.",
                "There is no hope left for me.",
                "I sat by his grave and wept.",
                "I will never see her again, and it hurts so much.",
            ),
            "idiomatic": (
                "My heart is broken.",
                "I cried my eyes out after {topic}.",
                "I am in the depths of despair.",
                "My world fell apart.",
                "I hit rock bottom after {topic}.",
                "It tears my heart to pieces.",
                "I am drowning in sorrow.",
            ),
        },
    ),
    "surprise": (
        {
            "indirect": (
                "I did not expect to see you at {topic}.",
                "Oh, is it already that late?",
                "I had no idea that they knew each other.",
                "That is not at all what I expected of {topic}.",
                "Huh, where did this come from so suddenly?",
                "I never would have guessed that.",
                "Really? Since when do you speak Greek?",
            ),
            "idiomatic": (
                "{topic} caught me off guard.",
                "It came out of the blue.",
                "That raised my eyebrows.",
                "Well, fancy that.",
                "I did a double take at {topic}.",
                "Who would have thought.",
                "It took me by surprise.",
            ),
        },
        {
            "indirect": (
                "What? You are kidding, that is impossible!",
                "I can't believe my eyes, how did you do that?",
                "Suddenly everybody was there, I had no clue at all!",
                "Wait, what, since when is that possible?",
                "Wow, nobody could have predicted {topic}!",
                "Unbelievable, I never saw that coming!",
                "Whoa, all of a sudden it simply vanished!",
            ),
            "idiomatic": (
                "My jaw dropped at {topic}!",
                "You could have knocked me over with a feather!",
                "Well, I'll be damned, what a twist!",
                "It blew my mind, so unexpected!",
                "{topic} was a bolt from the blue!",
                "My eyes popped out of my head!",
                "I was speechless with amazement!",
            ),
        },
    ),
}
"""Emotion -> mild forms, strong forms; each by style."""

UNCLEAR: dict[tuple[str, str], tuple[str, ...]] = {
    ("anger", "disgust"): (
        "What they did at {topic} is shameful.",
        "I can't stand that man.",
        "Get that away from me.",
        "That behaviour is intolerable.",
        "I despise the whole thing.",
        "How low can people sink.",
        "That is outrageous and shabby.",
    ),
    ("disgust", "fear"): (
        "There is a spider on my arm.",
        "I don't want to touch that.",
        "Something is moving in there, keep it away.",
        "There was blood all over the floor.",
        "Please don't make me look at it.",
        "Rats, in the bedroom.",
        "That thing is horrible.",
    ),
    ("fear", "surprise"): (
        "What was that noise?",
        "Oh my god, did you see that?",
        "Somebody suddenly stood behind me.",
        "You startled me.",
        "Suddenly the lights went out at {topic}.",
        "It happened so fast, I froze.",
        "The door opened by itself.",
    ),
    ("surprise", "happiness"): (
        "Oh wow, is that for me?",
        "You came all the way for {topic}, really?",
        "No way, we actually got it.",
        "Look who is here!",
        "Oh, that is amazing.",
        "What a gift, I did not see that coming.",
        "Incredible, you did it.",
    ),
    ("happiness", "neutral"): (
        "{topic} went fine, thanks.",
        "It is all right with me.",
        "Everything is in order.",
        "That works for me.",
        "Yes, it was nice enough.",
        "Sure, see you on Sunday.",
        "We had tea and talked about {topic}.",
    ),
    ("neutral", "sadness"): (
        "{topic} is over now, I guess.",
        "Nothing happened today.",
        "I stayed at home.",
        "It does not matter any more.",
        "They left last week.",
        "There is not much to say about {topic}.",
        "I am a bit tired.",
    ),
    ("sadness", "anger"): (
        "Why would you do this to me?",
        "You promised, and you forgot about {topic}.",
        "They never cared about me.",
        "I trusted him, and he let me down.",
        "After all these years, this is how it ends.",
        "Nobody listens to me.",
        "I should never have believed you.",
    ),
}
"""Pair of neighbours -> sentences that fit both."""
