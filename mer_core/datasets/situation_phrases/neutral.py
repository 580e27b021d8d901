"""Frames that are neutral: plain facts, plans, instructions, questions of information."""

FRAMES = """
The {ride} to {city} leaves at {hour} from platform two.
The {shop} opens at {hour} and closes at noon on {day}s.
The {day} meeting now starts at {hour}, in the same room.
The meeting takes about {long} and there's an agenda in the folder.
The {room} is on the left, next to the stairs.
The keys are on the hook by the door.
The library is across from the town hall.
The report is due on {day}.
The form has {n} pages, and the second one needs a signature.
The parcel was delivered to number {n} at half past two.
The bins are collected every second {day}.
The {food} needs about twenty minutes on low heat.
The {thing} comes in black, grey and dark blue.
The tickets cost {price} for the whole group.
The train stops at {n} stations before {city}.
The course runs from [September|October|January] to June.
The washing machine takes about {long} on the cotton setting.
The committee consists of {n} members and meets on {day}s.
The document is saved in the shared folder under "minutes".
The museum is closed on {day}s.
The second file has the older version of the table.
The printer on the first floor uses the same cartridges.
The new version adds a search field to the menu.
The river is about {n} hundred kilometres long and flows north.
The average temperature in {city} in [April|October] is about twelve degrees.
The price includes breakfast and the use of a locker.
The survey was answered by {n} hundred people.
The bridge was built in [1931|1957|1974].
The flat has {n} rooms and a small balcony facing the yard.
The recipe calls for {n} eggs and a cup of flour.
What time does the {shop} close on {day}?
What time does the {ride} to {city} leave?
What's the address of the new office?
What is the password for the guest network?
What size do you take in shoes?
What are the opening hours of the {shop}?
What colour are the walls in the {room}?
When is the next {ride}?
When does the {subject} course start?
When is the application due, on {day} or later?
Where do I sign?
Where can I find the form for a new address?
Where is the nearest {shop}?
Where did you put the stapler?
Which platform does the {ride} to {city} leave from?
Which of these {n} files is the latest?
Which bus goes to the hospital?
Who is taking the minutes today?
Who's on the list for {day}?
How many chairs do we need for the {event}?
How many people are coming on {day}?
How far is it from here to {city}?
How much is a return ticket to {city}?
How long does the {ride} take to {city}?
How do you spell your last name?
How do I change the language in the settings?
Do you take milk in your tea?
Do you need a receipt?
Do we have any flour left, or should I put it on the list?
Does this {ride} stop at the station?
Does the {room} have a window?
Is this seat taken?
Is the meeting on {day} in person or online?
Is there a {shop} near the station?
Is it [two|six|eight] or four litres?
Are you coming by {ride} or by car?
Are the minutes from {day} in the folder?
Can you send me the file by {day}?
Can I pay by card?
Could you pass the salt?
Could you tell me the way to the {shop}?
Could you read me the number on the back?
Did you put the {thing} in the {room} or in the car?
Did the post come already?
Have you got the number of the plumber?
Should I take the first or the second exit?
Would you like the window or the aisle?
Shall we say {day} at {hour}?
Turn left at the traffic lights and go straight on for {n} hundred metres.
Go past the {shop} and take the second street on the right.
Take the lift to floor {n} and ring the bell.
Take one tablet after meals, with a glass of water.
Change at {city} for the regional train.
Chop the onions, heat the oil and fry them for {n} minutes.
Mix the flour with the water and let it rest for {long}.
Press the button for {n} seconds to restart it.
Click on "file" and then on "save as".
Fill in the first page and leave the second one blank.
Please send the invoice to the office in {city}.
Please leave the parcel with the neighbours.
Please take a number and have a seat.
Put the plates in the cupboard above the sink.
Keep the receipt for the tax return.
Write your name at the top and the date below.
Bring your identity card and a recent photo.
Add the numbers in the second column and divide by {n}.
Set the oven to 180 degrees.
Use the side entrance on {day}s.
I usually take the {ride} at {hour}.
I usually have {food} for lunch.
I'm going to the {shop} after work.
I'm at the {shop}, I'll be back in about {long}.
I'm meeting {name} at {hour} to go through the list.
I'm working from home on {day}.
I'm in the {room}, looking for the tape.
I have an appointment at the dentist's on {day} at {hour} for a check-up.
I have {n} brothers, and they all live in {city}.
I moved to {city} about {years} ago.
I work in an office near the station.
I put the {thing} in the {room}.
I need {n} copies of this page.
I read the first chapter on the {ride}.
I parked the car behind the {shop}.
I'll call the office about it on {day}.
I'll bring the {thing} over at {hour}.
I'll have the {food} and a glass of water.
I'll be in {city} from {day} to the weekend for work.
I wrote the date on the box.
I watered the plants and took out the paper.
I changed the bulb in the {room} {when}.
I sent {name} the file {when}.
I bought bread, eggs and a pack of batteries {when}.
I wear glasses for reading.
I think it's the third door on the right.
I get up at about {hour} on weekdays.
We have class in room [204|112|31] on {day}.
We usually eat at about {hour}.
We're meeting at the main entrance at {hour}.
We need to buy milk, rice and washing powder.
We painted the {room} white {when}.
We moved the desk to the other wall.
We drove to {city} and back in one day.
We live on the second floor, above the {shop}.
We have {n} items left on the agenda.
My shift starts at {hour} and ends at four.
My phone number ends in [48|71|306].
My sister works in a {shop} in {city}.
My class has about thirty pupils.
My {thing} is the grey one on the shelf.
{person} works part time at the {shop}.
{person} lives about {long} from {city}.
{person} is in a meeting until {hour}.
{person} drives to work and parks behind the building.
{name} asked me to print {n} copies.
{name} is taking the {ride} at {hour}.
{name} studied {subject} in {city}.
{kid} has {subject} on {day}, in the second lesson.
{boss} sent round the new schedule {when}.
{he} wears a size forty-two and a grey coat in winter.
{she} takes the {ride} on {day}s and walks on the other days.
He put the kettle on and sat down at the table.
He usually reads the paper in the {room} after lunch.
He's about forty, has short brown hair and works in accounting.
She teaches {subject} at a school near the river.
She's on the phone in the {room}.
They have {n} branches, one of them in {city}.
They deliver between eight and twelve.
There are {n} chairs in the {room} and two in the hall.
There's a {shop} on the corner and a bank opposite.
There's a form on the website that you have to fill in first.
There's some {food} in the fridge.
It's {day}, the third of [May|June|March].
It's about {long} by {ride}.
It's cloudy, about fifteen degrees.
It rained a little {when}, and it's dry now.
It starts at {hour} and there's a break in the middle.
It's on page {n}, in the second paragraph.
It's made of wood and weighs about {n} kilos.
It has to be plugged in for about {long}.
This is the number for the front desk.
This bottle holds {n} hundred millilitres.
That's the old address, the new one is on the card.
That depends on the size, there are {n} to choose from.
Yes, {day} at {hour} works for me.
No, the other one, with the blue cover.
Okay, I'll put it on the list for {day}.
Okay, so first the form and then the copy of the passport.
Right, see you at {hour} in front of the {shop}.
Most people here commute by {ride}.
Water boils at one hundred degrees at sea level.
Paris is the capital of France.
A week has seven days and a leap year 366.
A return ticket is valid for one month.
Some of the boxes go in the {room} and the rest in the cellar.
Half of them are in the drawer, and the others are in the {room}.
Next week it's {name}'s turn to do the shopping.
After lunch {person} did the dishes and I swept the floor.
Every {day} they clean the stairs.
On {day} I have class until {hour}.
meeting at {hour}, room {n}
need anything from the {shop}? i'm leaving in ten minutes
whats the wifi password again
is the {shop} open on {day}?
ok so we take the {ride} at {hour} and walk from there
just got to the office, where do you keep the paper for the printer
can u send me the link for the {subject} notes
eggs, milk, bread, two lemons, dish soap
Spiders have eight legs and most insects have six.
The funeral home is opposite the bank, next to the {shop}.
The hospital has {n} entrances, and visitors use the one on the east side.
The film lasts about {long} and has subtitles.
The dentist's is on the first floor, above the {shop}.
The fire drill is on {day} at {hour}, please use the back stairs.
The waiting room has {n} chairs and a water dispenser.
The blood sample goes to the lab on {day}, and the form goes with it.
The police station moved to the street behind the {shop}.
The dog eats twice a day, at {hour} and at six.
The cat sleeps on the chair in the {room}.
The {game} begins at {hour} and is shown on channel {n}.
The bride's family sits on the left and the groom's on the right.
The invitation to the {event} says {hour}.
The {event} is in the hall on {day}; bring your own cup.
The rubbish goes in the grey bin and paper in the blue one.
The knife goes on the right and the fork on the left.
The exam has {n} parts and takes {long}.
The {subject} exam is in the main hall, seats are numbered.
The cemetery is open from {hour} until sunset.
The storm is expected to pass north of {city} in the afternoon.
The insurance number is on the back of the card.
The cheese is on the second shelf, next to the butter.
The bathroom is cleaned on {day}s.
The ambulance station is near the ring road.
A standard bottle of wine holds three quarters of a litre.
A new tenant moves into the flat upstairs {soon}.
Does the cat eat dry food or tins?
Does {name} still work at the {shop}?
Has {person} signed the form yet?
Has the plumber said when he's coming?
Was it {name} or {person} who had the key to the {room}?
Were there any calls while I was out?
How old is your dog?
How do I get from the airport to {city} by {ride}?
What did you have for lunch?
What's the next item on the agenda?
What's your date of birth?
Which day suits you better, {day} or the day after?
Who is the doctor on duty this weekend?
I have a dentist appointment at {hour}, so I'll be in later.
I'm going to bed now, the alarm is set for {hour}.
I'm having {food} today, it's in the fridge.
I was at the {shop} {when} and then at the post office.
I walk the dog at {hour} and then I have breakfast.
I went to school in {city} and later studied {subject}.
I saw {name} at the {shop} {when}, we talked about the schedule.
I've put the {event} in the calendar.
My birthday is in [March|August|November].
My grandmother was born in {city} and had {n} sisters.
My aunt is visiting {soon}, she arrives at {hour}.
We'll probably stay home on {day} and do the laundry.
We changed the tyres {when}, the winter ones are in the {room}.
You can leave your coat in the {room}.
You need {n} screws and a small screwdriver.
You'll find the plates on the left and the glasses on the right.
thanks, got it, i'll send it over by {hour}
yeah i think its on {day}, let me check
k, i'll be there at {hour}
on my way, about {long}
fyi the {ride} now stops at the {shop} too
"""
