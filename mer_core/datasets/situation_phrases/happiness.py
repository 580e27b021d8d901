"""Frames of happiness: good news, company, success, small comforts; never its name."""

FRAMES = """
She said yes!!
He asked me to marry him and I said yes before he'd finished.
We got the house! We actually got the keys today!
I got the job, and they even offered me more than I had asked for!
I passed! I passed {subject}, and with top marks too!
{kid} took the first steps today, right into my arms.
{kid} said "mama" and I've been grinning ever since.
{kid} ran up to me at the school gate and hugged my knees. Best part of my day.
{kid} got into the school of our dreams and we danced round the {room}.
The baby is here, healthy and loud, and we're all in love with her tiny hands.
It's a girl! Both are doing fine!
The scan is clear. Clear! We hugged the nurse.
After {years} of trying we're finally expecting. We can't stop smiling.
{person} is coming home {soon} and I've already baked the favourite cake.
{person} flew in from {city} and we laughed until our bellies ached.
{she} came out of hospital {when}, on her own two feet, and we all clapped.
{he} is in remission and we opened the good bottle.
We laughed so hard that the tea came out of my nose.
We danced barefoot in the {room} until midnight.
We sang at the top of our lungs all the way to {city}.
We won! We won the {game}! I've shouted myself hoarse!
We scored in the last minute and total strangers hugged each other.
Champions at last, and I was there to see it with my dad!
I ran my first marathon and cried with pride at the finish.
I beat my own record by {n} seconds, what a day!
I finished the quilt I'd been sewing for {years}, and it is beautiful.
I planted those tulips with Grandma, and today the first one opened.
I can't stop smiling.
I woke up to sunshine, birdsong and the smell of pancakes.
I could hug the whole world today!
I feel on top of the world.
I'm over the moon, they've picked my painting for the show!
I'm so proud of {kid} I could burst.
I'm so lucky to have [you|friends like these|this family].
Best day ever!
Best birthday of my life, thank you all so much!
Best holiday ever. Sun, sea and nothing to do but be together.
Life is good. Sun on my face, coffee in my hand, dog at my feet.
What a wonderful evening that was, let's do it again soon!
What a perfect day for a {event}, and everyone came!
What fun! Can we go on it again? Please?
Yay, snow! School's out and we're building the biggest snowman in town!
Yay, {day} at last, and a long weekend by the lake with my favourite people!
Yes!! Tickets for the {event}! Front row!
Woohoo, no more exams!
Hooray, the cast is off and I can dance again!
Hurray, Grandpa is coming to the {event} after all!
Thank you, thank you, thank you, it's exactly what I dreamed of!
Thank you for the flowers, they light up the whole {room}.
Thanks to you this was the loveliest {event} I've ever had.
You made my day with that message.
You're the best, come here and give me a hug!
You should have seen her beam when she unwrapped the {thing}.
Look, he's wagging his tail so hard that his whole body wobbles!
The puppy fell asleep on my lap and I never want to move again.
The kittens have opened their eyes and one of them purrs when I pick it up. So sweet!
We adopted the old dog from the shelter, and now he snores on our sofa like a king.
Our dog found his way home after {days}, covered in mud, and we all hugged him at once.
Mum's cinnamon buns straight from the oven, nothing better in this world.
The {food} turned out delicious and everyone asked for seconds.
Fresh bread, ripe tomatoes, friends round the table. What more could I want?
First coffee of the day in the garden, all the roses out. Perfect.
Finally a proper hot bath, candles and a good book. Heaven.
Finally home, and the kids came running down the path with a banner!
Finally debt-free! We paid off the last {price} and toasted with lemonade.
Finally together again after {years} apart, and it was as if we'd never been away.
Got a raise today, so dinner's on me, everybody!
They promoted me, and the whole team stood up and clapped!
{boss} praised my work in front of everybody and I floated home.
Every one of my students passed, even the ones who doubted themselves. I'm beaming!
My book is being published! My own book, with my name on it!
My first customer came back with three friends, and they all loved the cake.
My shop is one year old today, and there was a queue out of the door. Champagne!
My grandmother turned ninety and danced with every one of us.
My best friend is moving in next door. This will be brilliant!
My little girl drew me as a superhero. It's going straight on the fridge.
My son got his first goal and looked for me in the crowd, and we both punched the air.
He made me breakfast in bed with a wobbly little drawing on the tray.
He remembered our anniversary and booked the little place where we first met. I melted.
He still looks at me like that after {years}. I'm a lucky woman.
She kissed me! On the bridge, in the rain!
She laughed at all my jokes, and we've a second date {soon}!
She's home, she's safe and she's eating me out of house and home. All is well with the world.
They played our song and we slow-danced like teenagers.
They welcomed me like one of the family, with a plate piled high and a seat by the fire.
It's my birthday {soon}, and all my favourite people are coming!
It's finally summer! Ice cream, bare feet, long evenings!
It's so good to hear your voice again!
It's so lovely to see you, you look wonderful!
It was love at first sight and it has lasted {years}.
It worked! After {n} tries it finally works, and it's beautiful!
I love my new {thing}, I've been playing with it all day!
I love how the whole street comes together for this {event}.
I love mornings like this one, with mist on the lake and all of you asleep in the tent.
Can't wait for {day}! The tent's packed and the kids are hopping up and down.
Can't wait to see you {soon}, I've been counting the sleeps!
Counting the days until our honeymoon!
Guess who's going to be a grandad? Me!
Guess who got into {city} on a full scholarship? This girl!
Did you see her face when they put the medal on her? I'll treasure that for ever!
Have you tasted this cake? I'm in heaven!
Isn't she gorgeous? Seven pounds, and she already has her dad's smile.
Isn't it wonderful, all {n} of us in one place again?
Come on in, everybody, there's music and plenty of cake!
Let's celebrate, you've earned it!
Raise your glasses, everyone! To the bride and groom!
Congratulations, you two, we're over the moon for you!
Well done, you! I knew you could do it!
Good news at last: {she} can come home {soon}!
Great news, they loved our idea and they're giving us the money!
So grateful for this bunch of lunatics I call my family. What a weekend!
So much laughter round one campfire. I'll keep this night in my pocket for ever.
Everything is falling into place: new flat, new job, and a balcony with a view.
Everyone joined in the chorus, even the shy ones, and the whole {room} glowed.
Nothing beats [a hot shower after a long hike|fresh sheets and a good book|pizza with mates].
Never laughed so much in my life, you lot are the best company.
The sea was warm, the stars came out and nobody wanted to go to bed.
The choir got a standing ovation and we floated off the stage.
The whole village turned up to help us build the barn, and then we feasted.
The sun came out just as they kissed, and everybody threw petals.
The surgery worked, and he heard his daughter's voice for the first time. He giggled.
The judge signed the papers and now he's officially our son! Party at ours!
The crowd sang along to a song I wrote in my {room}. I'm living the dream!
Those giggles from the back seat are the best sound in the world.
This little fellow has just learned to laugh, and now we all act like clowns to hear it again.
omg i got in!! i got in!! mum's dancing in the kitchen
just got engaged on top of a mountain lol i'm still grinning like a fool
got an A in {subject} haha ice cream for everyone
home made pizza, silly movie, best girl by my side, life's sweet
hahaha that was the funniest night in ages, my cheeks hurt
aww he brought me soup and a blanket, i'm keeping this one
best. concert. ever. still humming every song
new puppy!!! he's asleep on my shoe and i'm in love
day off, sun's out, windows down, music up
woke up next to my favourite person, made waffles, zero complaints
i finally learned to swim at fifty and i splashed about like a kid
The first strawberries from our own garden, warm from the sun!
The kids made me a crown of daisies and I'm wearing it to work.
The doctor said I can dance again, so I danced out of the surgery.
The whole class sang for me and I laughed till I cried.
The letter begins with "Congratulations"! I'm jumping on the bed!
The boat, the sunset, the two of us. I could stay here for ever.
We're having twins and we couldn't be more over the moon!
We made up, and we're closer than ever.
We built a pillow fort and told jokes till midnight.
We got upgraded to the suite, and there's a jacuzzi! This holiday just gets better!
We raised {price} for the shelter, and the puppies wagged their thanks.
We met {years} ago today, and I'd marry {he} again in a heartbeat.
I got a big hug from {kid}, just because. My heart is full.
I've never slept so well, the mountain air is heavenly.
I've waited {years} for this moment and it's even better than I had dreamed.
I've found my people. This choir is the best thing in my week.
I whistled all the way to work.
I made somebody laugh today, and it made my own day too.
I finally wore the yellow dress, and I felt like sunshine.
I skipped down the street like a child when I heard that {kid} had got the part.
I got to hold my grandson for the very first time. Pure magic.
My plants are blooming, my tea is hot and the house smells of cake.
My mum clapped louder than anyone when I got my diploma, bless her.
My crush smiled at me and asked for my number, I'm walking on air!
Mmm, this {food} is heavenly, may I have some more?
Mission accomplished! Pizza for the whole team!
{person} told the funniest story at dinner, we were all in stitches.
{person} beat the illness, and tonight we dance!
{she} lights up every time {kid} comes through the door.
{he} hums while he cooks these days, and there's a twinkle in his eye.
{kid} giggled at the bubbles for {long}, and so did I.
{kid} blew out the candles and beamed at all of us.
What a view! What a trip! I'm having the time of my life!
What a lovely thing to say, you've put a big smile on my face.
How lovely to wake up next to you!
How sweet of you to think of me, the cake is delicious!
Who's the best girl in the world? You are! Give me that paw!
Do you want to hear something wonderful? They've said yes to everything!
Shall we dance? They're playing our song and the night is young!
You came! You really came! Now the {event} is perfect!
You sang like an angel, I had goosebumps and the biggest grin.
At last the rain stopped, and we ate cake and splashed in every puddle.
All my dreams have come true in one single year.
Nailed it! The whole audience was on its feet!
Sunday breakfast with everyone squeezed round the little table, laughing. My favourite hour.
They were all waiting with balloons and hugs when I came home from the hospital.
haha you're hilarious, same time next week?
we did it!!!! drinks on me
went for a swim at sunrise with the girls, laughed all the way home, what a morning
the baby laughed for the first time and so did grandpa
You won't regret it, this is the best ice cream in town, and we're having two scoops each!
You two make such a lovely couple, I'm beaming just looking at you.
You did it, my clever girl! Come here, let me squeeze you!
You have made an old man smile, thank you, my dear.
I got the part! I got the part! I'm going to be on stage!
I got a letter from my pen friend with a pressed flower in it, how sweet is that?
I held her hand all through the film and walked home on clouds.
I'm finally a citizen! I waved my little flag and hugged everyone in the {room}.
I'm having the best time with these crazy people.
I'm home! And I've brought presents for everyone!
I've paid off my student loan, so tonight we feast!
I love you to the moon and back, little one.
I love waking up to the smell of fresh coffee and your terrible singing.
I feel so alive up here, with the wind in my hair and all the valley below.
I tried the new recipe and {person} licked the bowl clean. Success!
I taught {kid} to ride a bike today. You should have heard the squeals!
We're going to {city} {soon}! I've already packed my swimsuit and my silliest hat!
We're back together, and he brought me daisies.
We finished the boat that we'd been building for {years}, and she sails like a dream!
We lay in the grass, ate cherries and gave the clouds names. Such a sweet afternoon.
We toasted marshmallows and Grandpa played the banjo, a night to remember.
We just had the most wonderful news from the clinic, everything is fine!
They let me keep the puppy! His name is Biscuit!
They loved my speech, and they laughed in all the right places!
They're married at last, and the dancing went on till sunrise.
The kids put on a play for our anniversary and we laughed until we wept.
The garden is full of butterflies and the hammock is mine all day.
The judges gave my jam first prize, and Mum whooped from the back row!
The test was negative, thank heavens, let's go dancing!
The old band played together again and it was magic.
The first day of the holidays, and the whole lake to ourselves!
The fever is gone, and {kid} is asking for pancakes. Such a relief, such a sweet morning.
The {game} was brilliant, we sang all the way home!
{kid} learned to whistle and now the house is full of music.
{kid} got the golden star at school and wore it to bed.
{person} is engaged! I get to be a bridesmaid!
{person} and I finally took that trip to {city}, and every day was a treat.
{he} came home early with flowers, just because it was {day}.
{she} sang while she hung up the washing, and waved at everyone who passed.
My little sister graduated with honours, our whole row was whooping!
My first pay cheque! I took Mum out for dinner and she was so proud.
My knee has healed and I ran along the beach like a kid.
What a treat, a whole day with nothing to do but read in the sun!
What a match! What a goal! What a team!
What a cutie, he's smiling in his sleep!
How wonderful that you can all stay until {day}!
Isn't this the life? Warm sand, cold drinks and you.
Look at her go! That's my girl!
Look, Grandma, I can swim all by myself!
Mum, Dad, I got in! I got into drama school!
Here's to {years} more with you, my love.
A rainbow, a picnic and all of my favourite faces in one place.
After {n} rejections they said yes, and I'm dancing on the desk!
Such a beautiful morning, I sang to the ducks.
yesss the tickets came, see you in the front row!!
dad and i caught a huge trout and haven't stopped grinning
sooo good to be back with the old gang, laughed till 3am
nana's on video call showing everyone her medal, what a legend
"""
