"""Frames of fear: danger, the dark, waiting for bad news, what might come; never its name."""

FRAMES = """
Somebody is walking behind me and speeds up every time I do.
There are footsteps in the attic and I live alone.
I can hear somebody trying the door handle downstairs.
Someone is standing in the garden, just looking up at my window.
The light in the {room} went on and nobody else is home.
Please stay on the phone with me until I get to my door.
Please don't leave me alone in here with the lights off.
Don't turn around, I think he's following us.
Be quiet, he might hear us.
Don't go in there! Something moved.
Did you hear that? There's something scratching under the bed.
What was that noise? It came from inside the {room}.
What if he comes back tonight?
What if the test says it's cancer?
What if the brakes fail again on the way down?
What if nobody finds us before dark?
What if they find out and send me back?
My hands won't stop shaking and I've locked the door {n} times.
My heart was pounding so loudly that I thought he'd hear it through the wardrobe.
I froze on the stairs and couldn't move or scream.
I couldn't breathe, the walls were coming closer.
I lay awake with the light on and listened to every creak.
I slept with a kitchen knife under my pillow [last night|all week|on Tuesday].
I keep checking the mirror, the same grey van has been behind me for {long}.
I ran the last hundred metres with my keys between my fingers.
I took the long way round, because there was a group of men waiting under the bridge.
I don't dare open the letter from the hospital.
I don't dare to go down to the basement since the noises started.
I don't want to go home, he said he would be waiting for me.
I daren't look down, my knees are like jelly.
I can't get on that plane. I just can't. My chest goes tight when they close the doors.
I can't swim and the water is already up to my neck.
I can't see the shore any more and it's getting dark.
The lump has grown since {day} and I have an appointment {soon}. I can't think of anything else.
The doctor didn't smile when he asked me to sit down and bring someone with me.
The doctor wants to repeat the scan and won't tell me why. I'm trembling.
The nurse came running and drew the curtain round {person}'s bed. Please, please let it be nothing.
They took {kid} straight into the operating room and won't tell us anything.
We're in the waiting room and every time the door opens my stomach drops.
{kid} isn't breathing properly and the ambulance is still not here!
{kid} should have been home at {hour} and isn't answering the phone.
{she} hasn't answered for {long} and the roads are icy.
{he} went up the mountain {when} and nobody has heard from him since the storm began.
I lost sight of {kid} in the crowd and I'm running around shouting that name.
Call an ambulance, quickly, he's not moving!
Call the police, somebody is in the house!
Help! Somebody help me, I can't hold on much longer!
Run! It's coming this way!
Get away from the edge, the ground is giving way!
Watch out, he's got a knife!
He's got a gun. Do what he says and don't look at him.
He said that if I tell anyone, he'll hurt my family.
He knows where I live. He sent me a photo of my front door.
A stranger knows my name, my school and which {ride} I take.
The stranger at the bus stop followed me off at my stop, {n} nights in a row.
An unknown number keeps calling at three in the morning and just breathes.
Someone has been in my flat. Nothing is missing, but the chair has moved.
The chain was off the door when I came home, and I know I put it on.
The lift stopped between two floors and then the cable made a cracking sound.
The plane dropped, people screamed, and I grabbed the arm of the woman next to me.
The captain told us to brace and I thought of my children.
The engine is making that noise again and we're over the ocean.
The {ride} is skidding and the driver can't stop it!
The car slid towards the cliff and there was nothing I could do but hold on.
The ice cracked under my [feet|boots|skates] and I was far from the bank.
The water is rising and we've had to climb onto the roof.
The fire has jumped the road and the smoke is coming under our door.
The siren went off and we crouched in the cellar with the children, counting the blasts.
The ground shook again, just a little, and we all ran for the door.
The wind is tearing at the roof and I'm holding my [son|daughter|dog] as tight as I can.
The thunder was right above the tent and we clung to each other.
The bear stood up on its hind legs between us and the car.
The snake was coiled beside my sleeping bag, and it lifted its head.
A huge dog is running at me with its teeth bared.
There's a [spider|wasp|scorpion] the size of my hand on my pillow. Get it out, get it out!
There's a wasp in the car and I can't breathe, stop, stop, let me out!
A shark fin went past, and then I couldn't see it any more.
Something brushed against my leg in the dark water.
Something cold touched my neck and there was nobody there.
The doll's eyes were open again when I came back. I won't sleep in that room.
I saw a pale face at the window and we are on the third floor.
The rocking chair was moving by itself, and every hair on my arms stood up.
They say that a woman in white walks in that corridor, and I have the night shift there.
The ouija board spelled my name and then the candles went out. I want to go home.
Don't make me sleep in that room, there's something in the wardrobe.
Mummy, can I sleep in your bed, there's a monster behind the curtain?
Leave the hall light on, please, and don't shut the door.
{kid} woke up screaming that there was a man at the end of the bed.
{kid} hides under the table at every bang of the fireworks.
The dog is trembling behind the sofa and won't come out since the thunder started.
The cat puffed up and hissed at the empty corner, and now I don't want to turn round.
It's so dark in this street, and I can hear them laughing behind me.
It was pitch black and I could hear breathing that wasn't mine.
It's only a matter of time before he finds out where we've moved to.
Nobody knows we're down here, and the torch is going out.
We're lost, it's getting dark and the phone is dead.
We hid in the [bathroom|cupboard|storeroom] and held our hands over the children's mouths.
We drove without lights past the soldiers and nobody dared to breathe.
They're at the border with dogs, and my papers are false.
They came for our neighbours {when}. We might be next.
They're breaking down the door, what do we do?
There were gunshots in our street again and we're all lying on the floor.
There's a strange man in the stairwell and the lift isn't coming.
My ex is parked outside again, with the engine running. Should I call someone?
My stepfather's key is in the lock. I have to be in my room before he sees me.
My legs gave way when I heard the growl behind me.
My voice shook so much that I couldn't tell the operator my address.
My mouth goes dry whenever {boss} says "close the door, please".
I broke out in a cold sweat when the police officer asked me to step out.
I've got to speak in front of {n} hundred people {soon} and I'm already shaking.
I have my {subject} exam {soon}, I've forgotten everything and I can't stop trembling.
If I fail {subject} again they'll throw me out. I bite my nails until they bleed.
If they call my name next I think I'll faint.
If I lose this job we'll be out on the street by [Christmas|spring|autumn], and I lie awake over it.
They're letting people go {soon}, and I've been asked to come in at {hour}. My stomach is in knots.
I owe them {price} and they said they'd come to my house {soon}.
The bank wants the house and I don't know where we'd go with the kids. I can't sleep.
I checked my pulse all night because I thought my heart would stop.
My left arm is numb and I've got a pain in my chest. I don't want to die.
I swallowed something and my throat is closing up. Help me.
The dentist picked up the needle and I grabbed both arms of the chair.
I shut my eyes and dug my nails into my palm until the needle was out.
I've never been so high up, and this bridge is swinging. Don't let go of my hand!
Halfway up the ladder I clung on, and I could go neither up nor down.
Don't let go, please don't let go of the rope!
Slow down! You're going to kill us all!
Stop the car, I want to get out, you're driving like you want us dead!
Please don't hurt me, take the money, take everything.
Please let her be alive, please let that not be her car.
Please, not the dark cellar again, I'll be good.
Promise me you won't go out there alone tonight.
Lock the doors and stay away from the windows.
Whatever you do, don't make a sound.
Should I be bleeding this much? It won't stop and I'm on my own.
The baby hasn't kicked since [yesterday|last night|this morning] and I can't stop shaking.
Is somebody there? Hello? Who's there?
Are you sure that the door is locked? Check it again. Please.
Are they going to shoot us?
Can you walk me to my car? There's a man sitting between the rows.
Could you come over? I think that someone is in the house with me.
i think someones in my house. im in the closet pls call 911
cant sleep, every noise makes me jump since the break in
walking home alone and a car has slowed down next to me. staying on the line ok?
my heart's going a hundred miles an hour, something's flapping about in here in the dark
they found another body near our street, i'm not going out after dark any more
guys the elevator is stuck and the lights just went out, i cant breathe in here
The virus is in our town now, and Grandma has a cough. I count every breath she takes.
They say the war could reach {city}. I've packed a bag and put the papers on top.
Every time the phone rings at night I think something has happened to {person}.
I had that dream again where I'm buried and no one hears me knock. I woke up drenched and gasping.
I jump at every shadow since I was attacked in that underpass.
Since the accident I grip the wheel until my fingers go white, and pray at every junction.
I'd hidden behind the bins and I could see his boots stop right in front of me.
It went quiet. Then the stairs creaked, one after another, coming up.
He raised his belt and I curled up in the corner.
The closer I got to the witness stand, the more my knees shook, because he was staring at me.
Something is wrong with the baby, she's gone all blue!
Something heavy is being dragged across the floor above us, and that flat is empty.
The boat is filling up faster than we can bail.
The masked man told us to kneel with our faces to the wall.
The rope is fraying and there's nothing below me but rock.
The smoke is so thick that I can't find the stairs. Where are you?
The call came from inside the house.
The gas alarm is going off and I can't find {kid}!
The closer we got to the old hospital, the slower we walked. Nobody wanted to go first.
The letter says they know what I did and that I have until {day}.
The brakes don't work! The brakes don't work!
The moment the lights went out we all grabbed each other.
The surgeon drew a cross on my chest, and my teeth started to chatter.
A hand came out from under the bed, in my dream, and I've been awake ever since.
A man with a hammer is going from car to car. Drive. Drive!
I had to walk past the graveyard at midnight and I ran all the way, without looking left or right.
I held my breath as the torch beam came closer and closer.
I could feel eyes on my back in the empty car park.
I don't like it here. Can we go back? There's something behind those trees.
I think I took the wrong pills. How long do I have?
I think he put something in my drink. Please come and get me.
I keep a chair under the door handle because of him.
I won't go down there without a torch, not after what we heard.
I've got the results in my hand and I can't bring myself to look.
My little boy is clinging to my leg and won't let go, because of the man in the clown mask.
My stomach turns to water each time I see his name on my screen.
We heard the wolves all round the hut, and the fire was going out.
We're trapped, the tide has cut us off and nobody can hear us!
We'd better not talk here. They listen to everything, and people disappear.
They're following us. Don't run, just keep walking.
They cut the phone line. They're coming for us.
{she} went white and whispered that we should get out, now.
{he} backed away from the growling dog, step by step, with both hands up.
{person} turns every corner with a hand on the pepper spray since {name} got attacked.
{kid} won't go to school any more, because the big boys wait at the gate.
{kid} clutched my arm so hard in the haunted house that it left marks.
Hide! Quick, under the stairs, and not a sound!
Don't open that door. Please. You don't know who's out there.
Don't look down. Just hold on to me and breathe.
Are you hearing those steps too, or is it just me?
What's in the water? Get out! Everybody out!
What will he do to me when he finds out?
What will become of the kids if I don't wake up from the operation?
Will it hurt? Can you hold my hand until I'm asleep?
Will they send me back to that place?
Oh no. Oh no no no. The door's locked from the outside.
Oh god, the plane is going down!
Mum, please pick up. There's somebody in the garden.
pls someone tell me the noise on the roof is just a cat
i'm hiding in the bathroom, he's hitting the door, send someone
biopsy tomorrow. i keep googling at 4am and my hands are ice cold
the turbulence was so bad i wrote my kids a goodbye message
the lights flickered and the door slammed and nope i'm out of here
"""
