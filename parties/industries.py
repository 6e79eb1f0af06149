"""Industries by their NAICS code: titles of the US Census Bureau (2007 edition); of most, the sector's."""

SECTORS = {
    "11": "Agriculture, forestry, fishing and hunting",
    "21": "Mining, quarrying, oil and gas",
    "22": "Utilities",
    "23": "Construction",
    "31": "Manufacturing",
    "32": "Manufacturing",
    "33": "Manufacturing",
    "42": "Wholesale trade",
    "44": "Retail trade",
    "45": "Retail trade",
    "48": "Transportation and warehousing",
    "49": "Transportation and warehousing",
    "51": "Information",
    "52": "Finance and insurance",
    "53": "Real estate, rental and leasing",
    "54": "Professional, scientific and technical services",
    "55": "Management of companies",
    "56": "Administrative, support and waste services",
    "61": "Educational services",
    "62": "Health care and social assistance",
    "71": "Arts, entertainment and recreation",
    "72": "Accommodation and food services",
    "81": "Other services",
    "92": "Public administration",
}
TITLES = {
    "531110": "Lessors of residential buildings",
    "531120": "Lessors of nonresidential buildings",
    "531130": "Lessors of miniwarehouses and self-storage",
    "531190": "Lessors of other real estate property",
    "531210": "Real estate agents and brokers",
    "531311": "Residential property managers",
    "531312": "Nonresidential property managers",
    "531320": "Real estate appraisers",
    "531390": "Other activities related to real estate",
    "532111": "Passenger car rental",
    "532112": "Passenger car leasing",
    "532120": "Truck, trailer and RV rental and leasing",
    "532210": "Consumer electronics and appliances rental",
    "532220": "Formal wear and costume rental",
    "532230": "Video tape and disc rental",
    "532291": "Home health equipment rental",
    "532292": "Recreational goods rental",
    "532299": "All other consumer goods rental",
    "532310": "General rental centers",
    "532411": "Air, rail and water transportation equipment",
    "532412": "Construction, mining and forestry machinery",
    "532420": "Office machinery and equipment",
    "532490": "Other commercial and industrial machinery",
    "533110": "Lessors of nonfinancial intangible assets",
}


def industry_name(code: str) -> str:
    """The industry in words, its code first; "Not known" without a code."""
    if not code:
        return "Not known"
    title = TITLES.get(code) or SECTORS.get(code[:2])
    return f"{code} {title}" if title else code
