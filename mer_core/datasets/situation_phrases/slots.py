"""What may stand in a slot; the same lists serve all emotions, so that none gives one away."""

SLOTS: dict[str, tuple[str, ...]] = {
    name: tuple(fillers.split(", "))
    for name, fillers in {
        "person": "my sister, my brother, my dad, my mum, my cousin, my aunt, my neighbour, "
        "my colleague, my flatmate, my partner, Tom, Priya, Elena, Marcus, Yusuf, Hannah, Mei",
        "he": "my brother, my dad, my uncle, my grandfather, my husband, Tom, Marcus, Yusuf, "
        "Daniel, Kofi, the man next door, my father-in-law",
        "she": "my sister, my mum, my aunt, my grandmother, my wife, Priya, Elena, Hannah, Mei, "
        "Fatima, the woman next door, my mother-in-law",
        "kid": "my son, my daughter, my nephew, my niece, our youngest, my little brother, "
        "my little sister, our eldest",
        "boss": "my boss, the manager, my supervisor, our team lead, the director, the head chef, "
        "my professor",
        "name": "Tom, Priya, Elena, Marcus, Yusuf, Hannah, Mei, Daniel, Fatima, Kofi, Lucy, Omar",
        "when": "this morning, yesterday, last night, on Friday, last week, the other day, "
        "on Tuesday, over the weekend, this afternoon",
        "soon": "tomorrow, next week, on Friday, this weekend, next month, on Monday, tonight",
        "day": "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday",
        "hour": "six, seven, eight, nine, half past five, half past eight, quarter to ten, ten",
        "long": "two hours, forty minutes, three hours, an hour and a half, fifty minutes, an hour",
        "days": "three days, five days, a whole week, two weeks, ten days, nearly a month",
        "years": "three years, seven years, ten years, fifteen years, twenty years, thirty years",
        "n": "two, three, four, five, six, seven",
        "ordinal": "second, third, fourth, fifth, sixth",
        "room": "kitchen, bathroom, hallway, living room, basement, garage, bedroom, attic",
        "city": "Lisbon, Leeds, Toronto, Chicago, Berlin, Dublin, Osaka, Melbourne, Madrid, Oslo",
        "food": "soup, salad, rice, stew, pasta, sandwich, curry, yoghurt",
        "ride": "bus, train, tram, night bus, ferry, coach",
        "shop": "bakery, supermarket, pharmacy, bookshop, corner shop, hardware store, market",
        "thing": "bike, phone, laptop, jacket, suitcase, guitar, camera, watch",
        "event": "wedding, party, reunion, barbecue, concert, ceremony, picnic, school play",
        "price": "forty euros, ninety pounds, 250 dollars, three hundred euros, 1200 dollars, "
        "six hundred pounds",
        "game": "match, final, game, tournament, race",
        "subject": "maths, chemistry, history, biology, physics, law",
    }.items()
}
"""Slot -> what fills it, in lower case unless it is a name; a sentence's start is capitalised."""
