"""Frames of sadness: loss, parting, being left out, giving up, longing; never its name."""

FRAMES = """
{she} passed away {when}, and I still set a place for her at the table.
{he} died {when}. I was holding his hand.
We buried {he} {when}, in the rain.
I keep calling her number just to hear the voice on the machine.
I keep his jumper in a bag so that it won't lose his smell.
I still wake up and reach over to the empty side of the bed.
I still buy two of everything, and then I remember.
I still can't go into her room.
I still have her last message. I can't delete it.
I deleted our photos today, one by one, and cried over each of them.
I cried myself to sleep again [last night|on Sunday|all week].
I cried on the {ride} and nobody looked up.
I can't stop crying since {person} left.
I couldn't even say goodbye.
I couldn't get there in time. When I arrived the bed was already made.
I never got to tell him that I forgave him.
I never told {she} how much she meant to me, and now it's too late.
I wish I could hear her laugh just one more time.
I wish I had visited more often while he was still there.
I wish somebody would ask how I am.
I miss the sound of {kid} running down the {room}.
I miss my [mum|dad|grandma|wife|old dog] so much, most of all in the evenings.
I miss how we used to talk.
I miss home. Everything here is strange and nobody knows my name.
I sat in the car for {long} and wept.
I ate my birthday cake alone.
I spent Christmas alone with a tin of soup.
I spend my evenings staring at the wall since the divorce.
I don't see the point of getting up any more.
I don't have anyone to call.
I haven't left my bed for {days}, there's nothing to get up for.
I haven't laughed since the funeral.
I gave away the cot and the little shoes. We won't be needing them.
I lost the baby at five months.
I lost my best friend to cancer {when}.
I waited by the window all day, but he didn't come.
I saw him with his new family, and walked home slowly in the rain.
I looked through the old albums and there's hardly anyone left.
I packed her clothes into boxes, and every one of them still smelled of her.
I failed again. Maybe I'm just not good enough for anything.
I let them all down, and I can't make it right any more.
I gave up playing the piano when she died. It's too quiet without her singing.
I used to have so many dreams, and now I just get through the day.
I feel so empty since the children moved out.
I feel like nobody would notice if I were gone.
We had to put our old dog to sleep {when}. The basket is still by the door.
We had to say goodbye to the cat after {years}. The flat is so quiet.
We found the hamster lying still in the wheel, and {kid} wept all evening.
We had to sell the farm that my great-grandfather built.
We used to be so close, and now we don't even call at New Year.
We drifted apart, and I don't even know when it happened. I think of her every day.
We lost everything in the flood: the photos, the letters, all of it.
We said goodbye at the airport, and I don't know whether I'll ever see her again.
We never had children. The little room is full of boxes now.
{he} sits at the window all day since Grandma died, and hardly says a word.
{she} doesn't recognise me any more. She asked me when her daughter would be coming.
{she} cried in the {room} when she thought that no one could hear.
{he} hasn't been the same since the funeral. He just stares at her chair.
{person} moved away {when}, and now the bench is empty.
{person} forgot my birthday. Nobody called all day.
{kid} came home in tears. Nobody had wanted to share a desk again.
{kid} asked why Daddy isn't coming back, and I had no answer.
{kid} wasn't invited to the {event}, and has been lying on the bed ever since.
{name} was only nineteen. There were so many flowers.
He left me after {years}, with a note on the {room} table.
He doesn't love me any more. He said it so gently.
He never came back from the war, and she kept his letters till the end.
He was the last of my old friends. There's nobody left who remembers.
He put the ring on the table and left. I've been sitting here ever since.
He still sets the alarm for her pills, though she has been gone {n} months.
She left and took the children. The house is so silent.
She waved from the train until I couldn't see her any more, and I stood there for {long}.
She's in a home now and cries every time I go.
She lost her job and her flat, and sleeps at the station now. She used to be my teacher.
She weeps at the graveside every {day}.
They're closing the school where I taught for {years}. I walked through the empty rooms.
They cut down the old tree that Dad had planted when I was born.
They told us there's nothing more they can do for {he}.
They've stopped the treatment. All that we can do now is hold her hand.
They all went to the {event} together. No one asked me.
They didn't pick me. Again. I'm used to it by now, I suppose.
Nobody came to my {event}. I put the cake back into the box.
Nobody has rung the bell in {days}.
Nobody sits next to me at lunch.
No one remembers that it would have been her birthday today.
No letter again today. It's been {n} months now.
My grandmother's chair is empty this Christmas.
My grandfather doesn't eat any more. He says that he wants to be with her.
My dog waits at the door for {person}, who is never coming home.
My dad's voice on the old tape broke me.
My best friend stopped talking to me and I don't know why. It aches.
My heart is so heavy today.
My heart broke when he asked whether Mummy could see him from the sky.
My brother hasn't spoken to us in {years}, and Mum still sets out his cup.
My little garden is gone. The frost took everything, and I haven't the strength to begin again.
My team went down after {years}, and grown men wept in the stands.
My marriage is over. I'm sitting among boxes.
Mum's handwriting on the jam jars. The last jar is empty now.
Dad never got to meet his granddaughter.
Grandma's house has been sold. I stood outside and couldn't stop the tears.
The house feels so empty without {kid}.
The funeral was on {day}. It was such a small coffin.
The nursing home called. She went in her sleep, and I wasn't there.
The swing hangs still in the garden since she's gone.
The {event} was lovely, they say. I watched the pictures on my own.
The phone never rings any more.
The last thing I said to him was unkind, and I can't ever take it back.
The letters stopped coming in [spring|autumn|June]. I knew then.
The vet shook her head, and I carried the empty lead home.
The village I grew up in is under water now. There's nothing left to go back to.
The children are forgetting her voice.
She may not live to see [the spring|Christmas|the wedding], and we just sat and held hands.
The old man feeds the birds for two, because she used to.
There's an empty chair at our table.
There's no one left to call me by my nickname.
There's nothing left to say. It's over, and I'm tired of crying.
It's been {years}, and not a day goes by when I don't miss her.
It's our anniversary, the first one without him.
It's too late now. I should have called.
It rains, and I think of all those I've lost.
It hurts so much to see her chair empty.
It never gets easier, visiting that little grave.
It breaks my heart to see {he} so thin and quiet.
All I have left of her is this ring.
All my friends have moved on, and I'm still here, on my own, every weekend.
Another rejection. That's {n} now. I don't think I'll try any more.
Another weekend with nobody to talk to.
Everything reminds me of her: the cup, the song, the blue coat.
Every time that song comes on I have to leave the {room}, the tears just come.
Why did it have to be her? She was so young.
Why doesn't anybody want to be my friend?
Why does everyone I love go away?
Will I ever stop missing him?
Do you ever think of us, of how we used to be? I do, every night.
Do you remember how Mum used to sing at the sink? It's so quiet now.
Have you ever stood in a room full of people and had nobody?
What's the use? It's all over anyway.
What would I give for one more day with {she}.
If only I had stayed home that night, he'd still be alive.
If only she could have seen this. I laid the certificate on her grave.
Goodbye, old friend. You were the best dog anyone could have had.
Rest in peace, Grandad. The world is poorer without you.
Oh, the poor thing, he lost both his parents in one year.
Poor little mite, she keeps asking for her mum.
Gone, after {years}. Just his slippers by the bed.
Alone again this New Year's Eve, watching other people's fireworks.
miss you mum. two years today
he's gone and i don't know what to do with his shoes
cant eat, cant sleep, he was my everything and hes gone
she broke up with me by text. been lying on the floor since
everyone's out with friends and i'm here with the lights off, as usual
told myself i wouldn't cry at the airport. i cried at the airport
i guess i was never really part of the group
nothing tastes of anything since she left
just found her shopping list in my coat pocket. had to sit down
it wouldve been his birthday today. i lit a candle
The bedroom is just as he left it. I dust it every {day} and close the door.
The twins' second cot is still in its box. Only one of them came home.
The doctor said there's no heartbeat.
The wedding is off. I put the dress back in its bag and lay down beside it.
The old theatre closed for ever, and I stood outside with the last programme in my hand.
The divorce papers came today. Twenty years, and it fits into one envelope.
The kids chose to live with their father. I set one plate now.
The leaves are falling, and he won't see another spring.
The chemo didn't work. We told the children {when}.
I came last, again, and my dad had already left.
I sold my guitar today to pay the rent. I'd had it since I was fourteen.
I visit her every {day}, and every {day} she asks me who I am.
I found his glasses in the drawer and couldn't stand up for a while.
I sent {n} invitations. Nobody answered.
I will never hear him call me "pumpkin" again.
I never fit in anywhere. I eat my lunch in the stairwell.
I thought we'd grow old together.
I wasn't enough for him, I guess.
I'm so tired of pretending that I'm fine.
I'm the only one left of my whole family.
I'm homesick. I'd give anything to sit at Mum's table tonight.
I've been wearing his old coat since the day he didn't come home.
My son doesn't call any more. I suppose that he's busy.
My twin would have turned thirty today.
My wife doesn't look at me any more. We sit there, and the clock ticks.
My garden is bare, my hands don't obey me, and the days are long.
We scattered her ashes at the lake where she taught us to swim.
We sat at his bed and sang until his breathing stopped.
We were meant to go to {city} together. I cancelled both tickets.
We lost the {game}, our last one together, and sat in the changing room without a word.
{she} gave up singing when her sister died.
{she} folded the little clothes, one after the other, and her tears fell on them.
{he} sat on the step with his head in his hands when the house had been sold.
{he} wept like a child at the station.
{person} didn't make it. They tried for {long}.
{kid} let the balloon go at the grave and waved until it was out of sight.
{kid} sobbed all night because the kitten didn't wake up.
{name} has nobody to spend the holidays with, and just says that it doesn't matter.
Nobody picked up when I called to say goodbye.
Nobody laughs in this house any more.
Nothing will ever be the same without {she}.
Only her scarf is left on the hook.
How do you tell a child that her mother won't be coming back?
How long does it take until it stops hurting?
Why wasn't I there when he needed me?
Is it always going to be this quiet now?
So this is how it ends, with two suitcases in the hall.
They played his favourite song at the end, and there wasn't a dry eye.
They took the dog back to the shelter, and he looked at us through the bars.
Sometimes I still lay out his medicine.
he never wrote back. i stopped checking
grandma's gone. the kitchen still smells of her
not going to the party. nobody would notice anyway
another birthday without dad
lost my job, lost my flat, lost her. don't know what's left
"""
