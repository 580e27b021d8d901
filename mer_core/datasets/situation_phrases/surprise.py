"""Frames of surprise: what nobody saw coming, good or bad in the second place; never its name."""

FRAMES = """
Wait, what?
Wait, what? You two know each other?
Wait, you're HIS brother?
Wait, {name} is how old?
Wait, that was you all along?
Wait a minute, that's the same man as in the photo!
Wait, since when do you speak [Japanese|Polish|Swahili]?
Wait, there's a second floor? I've lived here for {years}!
Wait, they got married? When?
Hold on, you're telling me that {person} used to be a [magician|boxer|nun]?
Hang on, isn't that the {thing} I lost {years} ago?
Hang on, I thought you were in {city}! How did you get here?
What are you doing here? I thought you were in {city}!
What? No way! {name}? With {name}?
What?! It's {day} already?
What do you mean, there's a tiger in the {room}?
What do you mean, you've never seen the sea?
What on earth is that thing in the sky?
What are the odds? We share a birthday, a street and a surname!
What are the chances of meeting you of all people, in {city}?
No way! You live in the very house where I was born?
No way! That was you in the bear costume?
No way, he's her twin? I never would have guessed.
No kidding! He was a spy the whole time?
No! She's eighty? I'd have said sixty at most!
You're joking! The {shop} was a front for a circus?
You're kidding, right? {person}, on television?
You're pulling my leg. A cow? In the lift?
You did what? On a unicycle?
You what? You bought a [castle|submarine|llama]?
You can do a backflip? Since when?
You mean it was under my nose all that time?
You mean the quiet guy from accounting is a rock star?
You've got to be kidding me, they've built a whole bridge overnight!
You won't believe who just walked into the {shop}!
You'll never guess who I ran into on the {ride}!
You'll never guess what was inside the old {thing}!
Whoa, where did that come from?
Whoa, did that statue just move?
Whoa, I didn't see that twist coming at all!
Wow, I had no idea you could sing like that!
Wow, you've cut off all your hair! I hardly knew you!
Wow, is that really the same room?
Wow, that happened fast! I blinked and it was over!
Huh? How did my {thing} get into your {room}?
Huh, that's odd, I could have sworn there was a door here.
Huh, it says here we're related!
Oh! I didn't hear you come in!
Oh! It changes colour when you touch it!
Oh my goodness, is that really you?
Oh my god, did you see that? It came out of nowhere!
Oh wow, I didn't know that penguins could jump that high!
Good heavens, how you've grown!
Goodness me, is it midnight already?
Holy cow, that's a real dinosaur bone!
Holy moly, look at the size of that pumpkin!
Really? They named it after me?
Really? I always thought that a tomato was a vegetable!
Really, {name} of all people voted for it?
Seriously? You've never heard of him? He lives across the street from you!
Is that a parrot? It just said my name!
Is that you under that beard? I'd never have known!
Is it really snowing? In [July|August|June]?
Are you serious? All {n} of them are called {name}?
Are those two actually the same person?
Did he just walk through that wall? How?
Did you know about this? Because I had no clue!
Did I read that right? {n} million?
Did the cat just open the fridge by itself?
Has it always been blue? I never noticed!
Since when does {person} wear [a kilt|purple|heels]?
Since when is there a {shop} in the middle of the forest?
How is that even possible? I locked it myself!
How did you know? I never told a soul!
How did he do that? The card was in my own pocket!
How in the world did a goat get onto the roof?
Who would have thought it? Old {name}, a dancer!
Who knew that a snail had so many teeth?
Who expected the outsider to win? Certainly not me!
Why is there a horse in the {room}?
Why is everyone suddenly wearing yellow?
I never saw that coming.
I never expected to see {person} on a skateboard.
I found out {when} that I have a half-brother, at [forty|thirty|fifty]!
I had no idea that the office was throwing a party behind my back!
I had to read it {n} times before I could take it in.
I did a double take when I saw my own face on the poster.
I nearly fell off my chair when the envelope had {price} in it and no name.
I nearly dropped my cup when {person} walked in with a shaved head.
I could hardly believe my eyes when the whole wall slid open.
I can't believe it, it was in my pocket the whole time!
I can't believe that's the same little boy, he's two metres tall!
I opened the box and there was a live duck in it!
I opened the door and {n} people in penguin suits were standing there.
I turned round and there was my old teacher, after {years}, in a diving suit!
I looked up and the entire sky was green!
I looked out of the window and there was a hot-air balloon in our yard.
I blinked and the rabbit had turned into a bunch of flowers!
I dug up the flower bed and hit a chest full of old coins!
I tapped on the wall and it was hollow, with a staircase behind it!
I thought it was Monday, and it turns out to be Wednesday!
I thought she was his daughter. She's his boss!
I was sure that I had thrown that letter away, and here it is in the post!
I'd have bet anything that it was the butler. Turns out there was no butler!
I'm speechless. I had not reckoned with that at all.
I don't know what to say, I truly did not see this coming.
My jaw dropped when {he} took off the mask and it was him.
My jaw hit the floor when they read out my number.
My eyes nearly popped out when I saw the bill: zero!
My grandmother, of all people, has a tattoo of a dragon!
My dog can count to {n}. I'm not making this up, come and see!
My quiet flatmate turned out to be a [prince|chess champion|lion tamer]!
{he} pulled a rubber glove out of his hat and it turned into a dove!
{she} suddenly answered in fluent Finnish, and everyone stared.
{she} has had a twin all these years and never mentioned it!
{person} suddenly stood in the doorway, although the plane was to land {soon}!
{person} just ate {n} raw chillies without blinking, and we all stared.
{kid} knew the answer before the professor did! How?
{kid} sat down at the piano and just played it. Nobody had ever taught a note of it!
{boss} came to work dressed as a carrot, and nobody knew why.
All of a sudden the lights went up and there they all stood!
All of a sudden it began to rain fish. Fish!
Suddenly the painting on the wall winked at me, it was a screen!
Suddenly there was a loud pop, and confetti came down from nowhere.
Out of nowhere a deer jumped over the bonnet and was gone.
Out of the blue {person} called, after {years} without a word!
Just like that, the whole crowd fell silent and turned towards me. What was going on?
It turns out the two of us went to the same school in {city} and never met!
It turns out my neighbour is my own cousin!
It turned out that the beggar owned the hotel.
It was the gardener? I suspected everyone but him!
It can talk? The fridge can talk?
It's gone! It was right here a second ago!
Imagine my face when the statue asked me for the time!
Imagine, the letter took {years} to arrive, and it came today!
Look at that! It's walking on two legs!
Look who's here! I thought you weren't coming until {day}!
Nobody saw it coming, not even the experts.
Nobody told me that there'd be an elephant!
Against all odds the last in the table beat the champions by {n} goals. Nobody can explain it.
Believe it or not, the fish in the photo is older than I am.
Guess what I found in the wall of the {room}? A letter with my own name on it!
The cake opened and {person} jumped out of it!
The old radio in the {room} started to play by itself, and it isn't even plugged in! How?
The results are the exact opposite of what everybody predicted.
The vote ended in a tie, to the last ballot, and everyone gasped.
The whole room gasped when she took off the wig.
The egg had {n} yolks in it! Have you ever seen that?
The stranger on the {ride} handed me my own wallet before I knew it was gone!
The test says I'm a quarter [Icelandic|Mongolian|Greek]. Where did that come from?
The twins aren't twins at all, they'd never met before {day}!
That can't be right, the clock is running backwards!
That came right out of left field.
That's the last thing I expected you to say.
That's your mother? I took her for your sister!
There's a door behind the bookcase! An actual secret door!
They made me the winner? But I didn't even enter!
This can't be real, the answer really is {n} thousand?
So it was you who sent the flowers! I'd never have guessed in {years}!
So the cat isn't a cat at all, it's a lynx?
Well, I never! A vicar on a motorbike!
Well, that was not on my list of things to see today!
Well, blow me down, it actually floats!
omg is that really {name}?? i didnt even recognise the voice
wtf just flew past my window
lol what, they've just announced a sequel out of nowhere
hold up, the {shop} is where our school used to be?? when did that happen
no way no way no way, it's really him
plot twist: the new guy is my landlord
uh what?? the moon is orange
did NOT expect that ending
Wait, the quiz was on TV and I was the answer to a question?
What, {she} is the author? I've been reading her books for {years} without knowing!
Is it just me or did the picture just change?
Is this a dream? Pinch me!
Did that dog just ride past on a scooter?
Did you just pull that coin out of my ear?
How come everyone is here already? I thought we'd said {hour}!
How many? {n} thousand people turned up? For a lost sock?
Who are all these people in my {room}, and why do they have balloons?
Since when can {kid} play the trumpet?
You were in on it too? All of you?
You found my ring where? Inside a fish?
You look exactly like me! Where did you come from?
So you're not the plumber? Then who let you in with a harp?
That's impossible, I saw that man in {city} an hour ago!
That came as a bolt from the blue.
That was quick! I only ordered it a minute ago!
There are {n} of them? I only ever saw one!
They've called off the {event} and nobody has the faintest idea why!
They found a Roman road under the {shop}!
They swapped places and not one of us noticed!
My suitcase arrived before I did! How?
My number came up! I only bought the ticket as a joke, I'm lost for words!
My old school photo just turned up in a museum in {city}!
{person} turns out to own half the street. Did you know?
{person} has quit and joined a circus, just like that!
{he} took off his helmet and it was a woman with white hair!
{she} stopped in mid-sentence and stared: the seat beside her was empty.
{boss} just announced that we're all moving to {city}. Where did that come from?
{kid} spoke the first word today, and of all things it was "helicopter"!
I turned the tap and lemonade came out!
I opened my mouth and a stranger's voice came out of the speaker. Huh?
I walked into the wrong {room} and there was a whole orchestra in it!
I came back after five minutes and the car was a different colour!
I've just found out that my street is named after my great-aunt!
I counted them twice. There's one more than before!
I blinked twice, but the elephant was still there.
I gasped when the curtain went up and the stage was a lake.
We opened the old safe, and all that was in it was a single green sock.
We all thought that the statue was stone, and then it sneezed.
We'd planned for ten guests, and {n} hundred came!
Of all the people in the world, it had to be {name} at that door!
Of all places, I found it in the freezer!
Never in my life would I have picked {name} as the winner!
Nothing could have prepared me for that ending.
The lid flew off and a whole flock of butterflies came out!
The fortune teller knew my middle name! How?
The bill is already paid? By whom?
The mayor resigned, an hour after the election, and no one knows why.
The door that's always locked stood wide open!
The {ride} was on time for once! I had to look at the clock twice!
Turns out that the "antique" is older than the country.
no way, it's snowing in may??
um, a raccoon is driving the golf cart??
lol i just found out my gran was a wrestler
excuse me WHAT, they're twins?
wait it was april fools the whole time
"""
