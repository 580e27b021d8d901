"""Frames of disgust: rot, filth, bodies, vermin, smells, what turns the stomach; never its name."""

FRAMES = """
There was a hair in my {food}, a long greasy one.
I bit into the apple and found half a worm.
There were maggots crawling in the [bin|meat|dog's bowl|sink].
The milk came out in lumps and I had already swallowed some.
The {food} had grown a green fur and it smelled like [feet|wet dog|a drain].
Something brown was dripping from the [fridge|ceiling|bin bag] onto my [hand|shoe|sleeve].
I can still taste that rotten [egg|fish|oyster] at the back of my throat.
Somebody threw up on the {ride} and it ran all the way to my shoes.
The toilet on the {ride} was smeared with... I don't want to finish that sentence.
Whoever used the toilet before me didn't flush, and it was right up to the rim.
He picked his nose and then reached into the [bread basket|crisps|salad bowl].
He picks his nose and wipes it under the [desk|table|seat].
He coughed something up and spat it on the carpet.
{he} clips his toenails at the dinner table and leaves them on the plate.
{person} licked the spoon and put it straight back in the pot for the guests.
She sneezed right over the buffet and just kept serving.
He chews with his mouth open and you can see everything going round.
{he} hasn't washed his [socks|hair|sheets] for {days}, you can smell it from the door.
He wiped his runny nose with his hand and then held it out for me to shake.
The waiter had a dirty plaster on his thumb and the thumb was in my {food}.
Cockroaches ran off the plates in every direction when I turned on the {room} light.
I stepped on a slug with bare feet and it squished up between my toes.
I stepped in dog poo and it is all in the grooves of my shoe.
I pulled a clump of slimy hair as long as my arm out of the drain.
The dog rolled in a dead [fish|fox|rat] and then lay down on my pillow.
The cat brought up a wet hairball on my [pillow|homework|slipper].
Our dog eats its own poo and then tries to lick my face.
The rat had been dead behind the oven for {days}, and it had started to leak.
A fat black fly was laying its eggs on the [ham|meat|cheese].
There's a used plaster floating in the swimming pool, next to my mouth.
Somebody left [a used condom|toenail clippings|a bloody tissue] in the hotel bed.
The hotel sheets had yellow stains and somebody else's curly hairs on them.
The pillow was stiff with old drool.
I lifted the carpet and it was crawling with little white larvae.
The sink is full of plates with {days} of mould on them and it has started to smell.
When I opened the lunch box after the holidays the stench made me gag.
The smell in the lift was so foul that I held my breath for six floors.
The whole {room} reeks of old pee.
It stinks of [vomit|sewage|rotten cabbage|sour milk] in here, open a window before I'm sick.
His breath smells like something died in there.
The drain backed up and black sludge came out in the shower while I stood in it.
The bin juice ran down my leg. I've showered twice and I can still smell it.
I gagged when I saw what was living under the [fridge|mattress|sink].
My stomach turned when they cut it open and the pus ran out.
The wound was oozing yellow and it stank.
He popped the boil in front of us and it hit the mirror.
I had to look away when he pulled the scab off and ate it.
He eats his scabs. He actually eats them.
She chews her toenails. On the sofa. In front of guests.
They served [sheep's eyes|fried tarantula|fermented shark|blood jelly] and I could not keep it down.
The jelly wobbled with bits of snout and ear in it, and I pushed my plate as far as it would go.
The meat was grey and slimy and they still put it on the grill.
The chicken was raw and bloody inside and I had eaten half of it. I want to scrub my tongue.
Somebody spat gum in the water fountain and there's hair stuck to it.
I sat down on something wet on the {ride} and it wasn't water.
The seat was warm, damp and sticky. I don't want to know why.
The handle of the toilet door was slimy and now it's on my hand.
Don't touch that, it's covered in [snot|slime|pigeon droppings|spit].
Please don't show me your [infected toe|rash|wart] while I'm eating.
Get that slimy thing away from my plate!
Take it away, I can't even look at it, I'll be sick.
I can't eat another bite after seeing that kitchen.
I lost my appetite when I saw the cook scratch his armpit and go on kneading the dough.
I'd rather starve than eat from that plate, there's dried egg all over it.
I would never put my mouth on that bottle, look at the brown crust on it.
Ew, is that a toenail in the {food}?
Ew, ew, ew, it's moving!
Yuck, who left their wet socks in the sink with the dishes?
Yuck, the cup has somebody's lipstick on it and something floating in it.
Ugh, the sponge smells like a swamp and you wipe the table with it?
Ugh, get that sweaty sock off the table, people eat here.
eww he just drank the pickle juice with the hair still in it
eww they share one toothbrush
bleh, warm milk with the skin on top, it sticks to your lips
pfui, the fish has been lying in the sun since morning, get rid of it
that mouldy smell again, i swear i can taste it
omg the bathroom floor is sticky and there's a nail on it. a human one
there was a cockroach in my coffee and i had drunk nearly all of it, i can't stop retching
just saw a man lick the pole on the {ride}. lick it. i need to wash my eyes
the bag had leaked and there was warm liver juice all over my [sandwiches|books|gym clothes]
I found a nest of lice in {kid}'s hair and now my whole head itches.
The nits were hopping about on the comb and I had to swallow hard.
The tick had swollen up to the size of a grape on the dog's ear, and then it burst.
A leech was hanging from my ankle, fat with my blood, and my stomach heaved.
The spider's belly burst on my hand and the goo ran down my wrist.
Ants had got into the jam, and {person} just stirred them in and ate it.
The flies go from the dog's mess to our butter. I'm not eating that.
Bedbugs had left brown smears along the whole mattress.
The hamster had started eating its young. I had to leave the {room}.
The seagull choked up a half-digested chick next to our picnic.
The vulture pulled its head out of the carcass dripping. Lunch was over for me.
The bathwater had {person}'s dead skin floating on it, and I was supposed to get in.
He asked if I wanted to finish his soup, with his crumbs and beard hair swimming in it.
He blew his nose in the tablecloth.
He cleaned his ear with his key and then sniffed it.
She scraped the plaque off her teeth with my fork.
The old man took out his teeth and rinsed them in the water jug we drink from.
{person} used my toothbrush to clean the [toilet|cat's teeth|bike chain] and put it back.
I found out I'd been using the same towel he wipes his feet with.
Somebody peed in the ball pit where the children play.
Somebody smeared something brown across the wall of the changing room.
The baby's nappy exploded up its back and into my sleeve, and it was green.
The nappy bin hasn't been emptied for {days} and my eyes water when I go in.
The puke had dried in the car seat and somebody had tried to cover the smell with perfume.
Perfume on top of sweat, {long} in a closed car. I kept swallowing so as not to be sick.
{kid} licks the window of the {ride}, and before that some stranger had sneezed on it.
The gym mat was wet with somebody else's sweat when I lay down on it, face first.
My neighbour's balcony is ankle deep in bird mess and the smell drifts into our {room}.
The water from the tap was brown and had threads in it.
There was a thick skin of grease on the gravy, with a moth stuck in it.
They keep the old frying fat in an open bucket and there was a mouse in it.
The ice machine was pink with slime inside. We'd been drinking from it all summer.
A mouse had made its nest in the cereal and left its droppings all through it.
The sausage burst and something grey and gristly came squirting out.
My tooth hit something hard and it was somebody else's filling.
I chewed on it for a while until I saw that it was a fingernail.
The oysters tasted like a puddle behind a butcher's shop.
It had the texture of snot and I spat it into my napkin.
That cheese smells like a [locker room|dead goat|blocked drain] and you want me to eat it?
What is that stench, did something die under the {room} floor?
What's that white fuzz on your bread? Don't eat that!
How can you eat with hands like that? There's dog dirt under your nails.
How can anyone live in filth like that, with cat litter on the cooker?
Did you really just lick the plate after the dog?
Did you just wipe your nose on my {thing}?
Have you seen what comes out of that pipe? Thick and brown and full of hair.
Do you know what's in that sausage? Lips, eyelids and worse. Excuse me while I spit it out.
You have been wearing the same underwear since {day}? Stay away from me.
Your feet smell like rotten cheese, put your shoes back on.
You've got a booger hanging there and you keep licking your lip.
Wash your hands, you've just scratched your backside.
The way that old man stares at schoolgirls and licks his lips makes my skin crawl.
He sends pictures of his private parts to interns. It turns my stomach.
The uncle who keeps kissing the little girls on the mouth makes me want to be sick.
Photos of strangers' feet, thousands of them, on his phone. I felt dirty just for having looked.
He touched my knee with his clammy hand and I wanted to peel off my skin.
His wet lips on my cheek, I scrubbed it until it was red.
He whispered in my ear and some of his spit landed in it.
They laughed while they pulled the legs off the frog. It made me ill to watch.
He joked about the corpse while eating a sandwich over it. I felt bile come up.
People were selling selfies with the dead man's body. I had to close the tab and breathe.
The film showed a tongue being cut off in close-up and I nearly brought up my dinner.
The operation video with the toenail coming off. I can't unsee it.
A man was eating live [octopus|maggots|frogs] on tv and the bits kept moving in his teeth.
I can't use a public toilet without lining it with paper, the last one had drops all over.
The public pool was cloudy and a clot of hair wrapped itself round my toes.
The cinema seat had something crusty on it and I only noticed when I'd put my hand in it.
I cleaned out {person}'s fridge and had to stop {n} times to retch.
I opened a tin of [dog food|herring|old tuna] and the smell alone made me heave.
It took me {days} to get the smell of that dead mouse out of my nose.
Never again will I eat there, the cook was coughing into the {food} and stirring.
I threw the whole cake away once I knew that the dog had been licking it.
Just thinking of that bucket with the fish guts makes my mouth water in the wrong way.
Even the memory of that lukewarm oyster makes me shudder and reach for mouthwash.
Grandad keeps his phlegm in a jar next to the bed.
It was slimy, lukewarm and it had hairs on it.
No thanks, I saw what he did with that spoon.
I'm not sharing a glass with someone who has sores round his mouth.
The bus seat was wet and it smelt of pee, and I'd already sat down in it.
The straw had somebody else's chewed end, with bits in it.
The dog sicked up its dinner and then ate it again.
The turkey had gone off, it was slick and sort of green underneath.
The flatmate's pan has had the same grey fat in it since {day}, with flies stuck in it.
The lid came off the compost and the whole heap was wriggling.
The plughole belched up old food and hair while I was brushing my teeth.
The hotel glass had a brown ring and a lip print, and I'd rinsed my mouth with it.
The man beside me on the {ride} was picking bits off his scalp and nibbling them.
A blob of somebody's spit landed on my cheek, warm.
A pigeon dropped its load right into my open {food}.
A fly drowned in the gravy and {person} fished it out with a finger and carried on eating.
My shoe stuck to the floor of the cinema toilet and there was paper trailing from it.
My hand went through the soft spot of the melon, into black mush full of little worms.
My cousin showed me the bucket they'd pumped from his stomach. I couldn't face lunch.
I can't drink from that mug, there's a ring of old slime at the bottom.
I smelled the cloth before I saw it. Sour, grey, and someone had wiped my plate with it.
I got a mouthful of lake water with green scum and something wriggly in it.
I reached under the seat and my fingers sank into old chewing gum, still soft.
I had to fish the retainer out of the school bin, through cold beans and snotty tissues.
They keep the chickens up to their necks in their own dirt. I'll never touch those eggs.
They found a finger in the mince. An actual finger. I'd eaten from that batch.
You can't serve that, there's a bluebottle stuck in the icing!
You kept your belly button fluff in a jar? Get it out of my sight.
Please tell me that's chocolate on the towel.
Please cover your mouth, you've just coughed bits of egg all over me.
Who spat in the sink and left it there for the rest of us?
Who keeps leaving their bloody cotton pads next to my toothbrush?
Why is the butter full of crumbs and beard hair?
When he took off his boots the whole {room} had to go outside for air.
Worms. In the flour. I had already made the pancakes.
Nobody had cleaned the cage for {days}, and the rabbit's fur was stuck together with dirt.
He drinks the water that the sausages came in.
She lets the parrot eat from between her teeth.
{he} wipes the dog's eyes and then the baby's mouth with the same rag.
{she} lifts the lid, sniffs, goes pale, and holds her nose all the way to the bin.
{kid} just pulled a long grey thing out of the drain and put it in the bath.
barf. the bin bag split on the stairs and it's all over my bare feet
found half a mouse under the couch, cat must've saved it for later, brb gagging
he burped in my face and it smelled of eggs
nope nope nope there's someone's toenail in my shoe
that public toilet, i can't even describe it, i'm throwing these shoes away
"""
