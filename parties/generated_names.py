"""Names for businesses whose source leaves them out: made up, always the same for the same loan, never a person's.

The first word is put together from syllables, so that it is nobody's name by intent; the rest says what the business
does, by its NAICS code. Whoever shows such a name can tell by Party.name_is_generated.
"""

from hashlib import sha256

# fmt: off
_BEGINNINGS = (
    "Alder", "Amber", "Arrow", "Aspen", "Bay", "Bell", "Birch", "Blue", "Bramble", "Bright", "Canyon", "Cedar",
    "Clear", "Cliff", "Copper", "Coral", "Crest", "Dune", "East", "Elder", "Ember", "Fern", "Field", "Flint", "Fox",
    "Gold", "Granite", "Harbor", "Haven", "Hazel", "Heron", "High", "Iron", "Juniper", "Lark", "Laurel", "Lime",
    "Maple", "Marsh", "Mesa", "Mill", "Moss", "North", "Oak", "Ocean", "Olive", "Opal", "Orchard", "Osprey", "Palm",
    "Pebble", "Pine", "Poppy", "Quail", "Quartz", "Red", "Reed", "Ridge", "River", "Rock", "Sage", "Salt", "Sand",
    "Sierra", "Silver", "Slate", "South", "Spring", "Star", "Stone", "Summer", "Sun", "Swift", "Tern", "Thistle",
    "Timber", "Topaz", "Valley", "Vine", "West", "Willow", "Wind", "Wren", "Yarrow",
)
_ENDINGS = (
    "brook", "crest", "dale", "field", "ford", "gate", "glen", "grove", "haven", "hollow", "lake", "landing",
    "mark", "mere", "moor", "path", "point", "reach", "ridge", "rock", "shore", "side", "spring", "stone", "trail",
    "vale", "view", "ward", "water", "way", "wick", "wood", "worth", "yard",
)
# fmt: on
_FORMS = ("Inc.", "LLC", "LLC", "Corporation", "Company")

# What a business does, by the longest beginning of its NAICS code that stands here.
_TRADES = {
    "5311": ("Property Leasing", "Self Storage", "Commercial Buildings", "Apartments"),
    "53113": ("Self Storage", "Mini Storage"),
    "53121": ("Realty", "Real Estate", "Homes and Land", "Property Brokers", "Realty Group"),
    "53131": ("Property Management", "Building Services", "Residential Management"),
    "53132": ("Appraisal Services", "Property Appraisers", "Valuation"),
    "53139": ("Title and Escrow Services", "Real Estate Services", "Home Inspection", "Settlement Services"),
    "53211": ("Car Rental", "Auto Leasing", "Rental Cars"),
    "53212": ("Truck Rental", "Trailer Leasing", "Moving Trucks"),
    "53221": ("Appliance Rental", "Home Electronics Rental"),
    "53222": ("Formal Wear Rental", "Costume House"),
    "53223": ("Video", "Video Rental", "Movies and Games"),
    "53229": ("Party Rentals", "Sports Rentals", "Medical Equipment Rental", "Furniture Rental"),
    "53231": ("Tool Rental", "Equipment Yard", "General Rentals"),
    "53241": ("Heavy Equipment Rental", "Construction Equipment", "Crane Leasing"),
    "53242": ("Office Equipment Leasing", "Computer Leasing"),
    "53249": ("Equipment Leasing", "Stage and Lighting Rental", "Machinery Rental"),
    "5331": ("Franchise Holdings", "Licensing"),
    "53": ("Rentals", "Leasing"),
}
_ANY_TRADE = ("Services", "Trading", "Enterprises")


def business_name(seed: str, industry_code: str) -> str:
    """A name for the business behind `seed` (a loan's number), of a trade that fits its NAICS code."""
    digest = sha256(seed.encode()).digest()
    beginning, ending, trade, form = (int.from_bytes(digest[place : place + 4], "big") for place in (0, 4, 8, 12))
    trades = _trades(industry_code)
    word = _BEGINNINGS[beginning % len(_BEGINNINGS)] + _ENDINGS[ending % len(_ENDINGS)]
    return f"{word} {trades[trade % len(trades)]} {_FORMS[form % len(_FORMS)]}"


def _trades(industry_code: str) -> tuple[str, ...]:
    for length in range(len(industry_code), 1, -1):
        if found := _TRADES.get(industry_code[:length]):
            return found
    return _ANY_TRADE
