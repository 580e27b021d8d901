"""Frames of anger: injustice, insolence, broken agreements, blame; never its name."""

FRAMES = """
You never listen to a single word I say.
You always do this, and then you act as if I were the problem.
How dare you read my messages behind my back!
How dare {person} talk about me like that in front of [everyone|the whole office|my children]!
Don't you ever speak to my [mother|daughter|wife|team] like that again.
Who gave you the right to go through my [drawers|bag|phone|emails]?
Get out of my [house|office|room] right now and don't come back.
Shut up and let me finish for once.
I've told you [a hundred|a thousand|fifty] times to close that damn door.
{person} took credit for my work in front of {boss}, and just smirked at me.
{boss} dumped another project on me at five to six and then went home.
They cut my pay and gave themselves a bonus.
I did all of the work and he got the promotion. Absolute joke.
I trained him for {n} months and now they're making him my manager. Are you kidding me?
If {boss} [interrupts|talks over] me one more time I'm walking out of that meeting.
Some idiot cut me off on the motorway and then gave ME the finger.
Some moron parked across our driveway again.
This jerk has been honking under my window since {hour}.
He keyed my car and drove off, the coward.
Learn to use your indicators, you absolute clown!
The guy jumped the queue and told me to mind my own business.
I waited {long} for a table and they gave it to somebody who'd just walked in.
The {ride} driver looked me in the eye and shut the doors in my face.
Third time this month they've cancelled the {ride} and nobody even bothers to apologise.
I've been on hold for {long} and then they hung up on me!
They charged me {price} for something I never ordered and refuse to give it back.
I want my money back and I want it today.
Do you people have any idea how long I've been waiting?
Your company has lied to me {n} times and I'm done being polite about it.
That's theft, plain and simple, and you know it.
The landlord kept our deposit over one tiny scratch. What a crook.
The landlord let himself in again without asking. Who does he think he is?
The neighbours are drilling at six in the morning. On a Sunday. Again.
{person} borrowed my {thing} without asking and brought it back broken, and shrugged.
Give me my {thing} back this instant.
She slept with my husband and had the nerve to come to the {event}.
He's been cheating on me for {years} and everybody knew except me. I threw all his stuff out.
You promised me! You looked me in the face and you promised!
Liar! Every word that comes out of your mouth is a lie.
I covered for you at work and you stabbed me in the back.
{person} told the whole family what I said in confidence. I could scream.
I'm sick and tired of cleaning up after [grown adults|you lot|people who never say thanks].
am i the only one in this house who knows how to wash a plate??
No, I will not calm down.
Stop telling me to relax when you caused this mess.
Wipe that grin off your face.
Enough! I don't want to hear another excuse.
Not one more word out of you.
Try that again and you'll regret it.
I slammed the phone down on that [liar|salesman|crook].
I nearly threw my {thing} at the wall when I read that email.
I was shaking so hard with {boss}'s stupid note in my fist that I had to go outside.
My blood boils every time I see that man's face on [tv|a poster|the news].
It makes my blood boil that they get away with it.
I gritted my teeth all through the meeting so I wouldn't bite {boss}'s head off.
{she} stormed out and slammed every door on the way.
{he} punched a hole in the {room} door after reading the letter.
{he} pounded on the table and shouted at the [waiter|referee|clerk].
My mother went through the roof when she saw the bill for {price}.
The coach tore into us in front of everyone and kicked over the water bottles.
{person} is still yelling at me because of the dent in the car.
He called me useless in front of my kids. Nobody talks to me like that.
She told me I was too fat for the dress. The cheek of that woman!
They laughed at {kid} for stuttering, and the teacher let them. I want that teacher gone.
Whoever kicked that dog should be locked up.
Whoever stole the wheels off a kid's bike deserves a good kick.
Which one of you ate my lunch out of the office fridge? It had my name on it!
Who the hell left the gate open again?
What the hell is wrong with you people?
What on earth were you thinking, spending our rent on [a drone|trainers|betting]?
Why am I always the one who has to [apologise|pay|fix it]?
Why should I pay for your mistake?
Why do the rich pay nothing while we get squeezed for every penny?
The politicians lied to our faces again and they're not even ashamed.
That corrupt minister should be in jail, not on a yacht.
The referee was blind or bought. That was never a penalty!
We were robbed. Worst referee I've ever seen.
They disqualified {kid} from the {game} over a stupid shoelace rule.
He failed me because he doesn't like my face, and I can prove it.
The professor lost my exam and is making me sit it again. Unacceptable.
{name} copied my homework and told the teacher that I had copied.
My brother deleted my save file on purpose. I'm going to strangle him.
You did that on purpose, admit it!
This stupid [printer|app|website|machine] ate my work for the {ordinal} time. I'll smash it.
Stupid update wiped out all my settings. Who tests this garbage?
If one more person asks me when I'm having children I will scream.
Mind your own business and keep your nose out of mine.
Keep your filthy hands off my things!
Take your hands off me!
Don't touch me. Don't talk to me. Just leave.
I don't care what your reasons were, you had no right.
You had one job. ONE.
You owe me {price} and I see you posting holiday pictures. Pay up.
He owes child support for {n} months and just bought a new motorbike.
My ex turned up drunk to {kid}'s birthday and started a fight. Never again.
The in-laws rearranged my whole kitchen while I was at work. How dare they.
My mother-in-law calls me a bad parent to my face, at my own table.
They sat on my complaint for {days} and then closed it without a word.
It's scandalous that they charge sick people for parking.
This is a scandal and I'm taking it to court.
I'll see you in court, you con man.
I demand to speak to the manager this minute.
I've had it up to here with your attitude.
I've had it with this place. I quit.
I told him exactly where he could shove his job.
Don't you dare blame this on me.
oh so now it's MY fault?
oh great, blame me again, like you always do
and of course nobody thought to ask me before selling MY car
seriously? you ate the last piece AGAIN and put the empty box back?
nice, another bill for a service i cancelled in [march|april|june]. scammers
unreal. he blocked my driveway then yelled at me for asking him to move
He spat at the bus driver and swore at an old lady, and I went off at him.
He whistled at me like I was a dog so I let him have it.
The nurse rolled her eyes at my mother's pain. I gave her a piece of my mind.
The insurance refuses to pay because of a comma. Bloodsuckers.
The airline lost my suitcase and told me it was my own fault!
They overbooked the plane and threw us off. After we'd paid extra!
The builder took {price} and never came back. If I get hold of him...
My flatmate throws a party every night before my exams and laughs when I complain.
Turn that music down or I'm calling the police, and I mean it this time.
The kids next door threw stones at my cat. I marched straight over there.
Your dog has torn up my garden for the last time!
{name} swore at me for no reason whatsoever, so I swore back twice as loud.
She's spreading filthy lies about me and I'm not going to take it lying down.
He grabbed the microphone and mocked my accent. I wanted to slap him.
{person} has ruined every single {event} we've ever had, and does not give a damn.
I can't stand how {person} [looks down on me|bosses everybody around|twists my words].
He treats his staff like dirt and it's high time somebody stood up to him.
It's not fair! She gets everything and I get the blame!
That's so unfair, I was in the queue before them!
They gave my seat away although I had booked it {n} weeks ago, and then lectured me about manners.
The council fined me {price} for their own broken sign. Shameless thieves.
Do I look like your servant? Get it yourself.
You think you can just walk in here and order me around?
You've crossed the line this time.
Say that again. Go on, say it to my face.
I am not going to sit here and be insulted.
I hung up on him because I was about to say something unforgivable.
I tore up his letter and stuffed it back through his door.
I couldn't sleep, I kept composing the nasty reply that {boss} deserves.
My jaw hurts from clenching it all day around that arrogant man.
There will be hell to pay when I find out who did this.
Heads are going to roll for this.
I won't forgive you for what you did to {kid}, not in {years}.
They poisoned the river to save a few coins and now they're suing US.
They let the kids go hungry and bought themselves a new office. Shame on them!
You left a six-year-old waiting at the school gate for {long}! What is the matter with you?
You were supposed to pick me up at {hour}. I stood in the rain like a fool, thanks to you.
Once more he comes home at three, drunk, and expects dinner. I've had enough.
When I asked for help they laughed at me. I'll make sure they pay for it.
It was my idea, my slides and my weekend, and {name} got the applause. That thief.
Somebody slashed my tyres and left a laughing face on the windscreen. I'll find you.
They fenced off our only playground to build another car park. We won't take this lying down!
Twenty emails. Twenty! And not one straight answer from those people.
{person} parked in the disabled bay, and told my mum in her wheelchair to "walk it off".
My ex keeps the kids from me out of spite, and the court lets it happen!
They sold my details to every call centre in the country. How is that even legal?
The bouncer shoved my friend down the steps for nothing.
He mansplained my own research to me in front of my students. The arrogance!
You broke it, you pay for it, end of discussion.
You ruined my dress and you can't even say so to my face?
You people make me pay for a bag and then it rips at the door. What a rip-off!
Don't lie to me, I've seen the receipts!
Don't you walk away while I'm talking to you!
How many times do I have to say it? Take your muddy boots off!
How could you give away my dog while I was in hospital?
Why did you go behind my back and talk to {boss}?
Tell your son to keep his fists to himself or he'll have me to deal with.
The cheek of it! He eats at our table and then calls us peasants.
She pushed in front of my gran and then rolled her eyes at her.
So the boss's nephew gets the job. Of course he does. It stinks of corruption in there.
Unbelievable, they towed my car from my own parking space and want {price} for it.
{she} snapped at me, "Do it yourself, then," and threw the cloth into the sink.
{he} went red in the face and roared at the boy who had let the air out of his tyres.
{kid} stamped and screamed and hurled the controller across the {room}.
I could have throttled him when he laughed about it.
They gave our wedding date to another couple and told US to be flexible!
What {name} said at the {event} was out of order, and I'll say so to the whole family.
this company can go to hell, third wrong delivery and they want me to pay the postage
who keeps stealing my parking spot, i swear i'll have you towed
stop touching my stuff!!! how hard is that to understand
ffs read the email before you blame me in front of everyone
and then he has the guts to ask me for a favour, after all that. the nerve
You always take her side, no matter what she does.
You never help, you never ask, you just sit there and give orders.
You treat this house like a hotel and me like the maid.
You forgot to pick up {kid} again because of your stupid game?
You knew about it the whole time and let me make a fool of myself!
Your lot have blocked the pavement again, move that van or I'll have it moved!
I've asked you nicely {n} times. Now I'm telling you: stop it!
I refuse to pay one cent for this botched job.
I won't stand for this kind of treatment from anyone.
I was passed over again, in favour of {boss}'s golf buddy.
I have reported that pothole {n} times and they still send me the fine for my tyre!
I'm not your secretary, so make your own bloody coffee.
I worked every holiday for {years} and they sacked me by text. Those cowards.
They promised us a raise and handed out mugs instead. What an insult.
They let the drunk who ran over {kid}'s bike go with a wink. Where is the justice?
They scrapped our {ride} line while the mayor gets a new limousine.
They put us on the night shift as a punishment for asking questions.
They made my grandmother wait outside in the cold for {long}. Heartless lot!
The nerve of some people, cutting roses from my front garden in broad daylight!
The landlord turned off our heating to force us out. He'll hear from my lawyer.
The teacher tore up {kid}'s drawing in front of the class. I'm going down there right now.
The officer stopped my brother for the third time this week, for nothing but his skin.
The customer threw the {food} at the waitress, and I threw him out.
The airline charges {price} to fix THEIR spelling mistake. Daylight robbery!
The man snatched the last one right out of {kid}'s hands and laughed.
The hotel gave away our room and the guy at the desk just shrugged at us.
He reads my diary and then quotes it at dinner. I'm going to explode.
He called my work "cute" and handed it to a man to finish.
He hit my car, swore at me and then had the gall to ask for MY insurance.
She blamed me for her own mistake, in writing, with {boss} in copy.
She wore white to my wedding on purpose and then complained about the food!
{person} keeps making jokes about my weight, and next time there'll be a scene.
{name} sold my {thing} behind my back and kept the money. Some friend!
Who do you think you're talking to?
Who told you that you could sell my stuff?
Why do you always have to spoil everything for everybody?
Why can't you just once do what you said you would?
What gives you the right to judge me?
Did you seriously just hang up on me?
Do you think I'm stupid? I saw you two in the car!
Can you stop chewing my ear off about YOUR needs for one minute?
Leave my sister alone or you'll have me to answer to!
Give it back! It's mine and you took it without asking!
Go to hell, and take your cheap excuses with you.
Get your foot out of my door, I said no!
No! I said no, and no means no!
Not fair! I did all the chores and he gets the pocket money!
That's the last straw. Pack your bags.
That is none of your damn business!
Thanks for nothing, you left me to do it all by myself again.
thanks a lot for telling everyone my secret, real classy
how hard can it be to put the bloody phone down while driving
cant believe he had the nerve to send ME the bill for HIS mess
blocked, reported, and if he messages my daughter again i'm going round there
"""
