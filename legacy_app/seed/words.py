"""The word lists that names are composed from."""


def words(text: str) -> list[str]:
    return text.split()


def phrases(text: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in text.split("|")]


FIRST_NAMES = words(
    """
    Ada Alba Amir Anna Ben Bruno Carla Chen Clara Dana David Diego Elena Elif Emil Eva Farid Felix
    Fiona Hana Hugo Ida Ines Ivan Jana Jonas Julia Kai Karim Lara Leo Lin Lucia Marco Maria Mila
    Nadia Nils Nina Omar Oscar Paula Petra Ravi Rosa Sami Sara Sofia Tara Theo Tim Vera Viktor Yuki
    Zoe
    """
)

LAST_NAMES = words(
    """
    Abbas Adler Almeida Arnold Bauer Becker Berg Bianchi Blom Brandt Castro Chen Costa Dahl Diaz
    Dubois Engel Ferrari Fischer Garcia Haas Hansen Horvat Ito Jansen Kaya Keller Khan Klein Kowal
    Lange Larsen Lopez Marino Martin Meyer Moreau Mueller Nagy Novak Okafor Olsen Park Patel Pereira
    Petrov Rossi Roth Santos Sato Schmidt Silva Singh Sommer Tanaka Torres Vogel Weber Winter Wolf
    Yilmaz Zeman
    """
)

# The first ones are drawn most often.
CITIES = words(
    """
    Northport Eastbridge Lakeside Millbrook Ashford Greenfield Riverton Oakdale Stonehaven Westbury
    Fairview Kingsbridge Harborview Maplewood Brookside Clearwater Summerfield Highgate Newmarket
    Thornbury Silverton Woodgate Redhill Elmwood Marshfield
    """
)

STREETS = phrases(
    """
    Mill Street| Station Road| High Street| Park Avenue| Church Lane| Garden Street| Bridge Road|
    Market Square| School Street| Harbour Road| Hill Street| Forest Way| River Walk| King Street|
    Lake Drive
    """
)

TAGS = words(
    """
    wholesale newsletter returning invoice-only fragile export late-payer referral school hotel
    event trial
    """
)

NOTES = phrases(
    """
    Called back, wants the delivery on a weekday.| Asked for an invoice with a different address.|
    Complained about a damaged parcel, replacement sent.| Interested in a framework contract.|
    Prefers e-mail over telephone.| Asked for a quote for a larger quantity.| New contact person.|
    Wants to be informed when the item is back in stock.| Satisfied with the last delivery.
    """
)

ORDER_NOTES = phrases(
    """
    Please ring twice.| Leave it with the neighbours.| Gift, no invoice in the parcel.| Deliver
    after 5 pm.| Purchase order follows by e-mail.| Back entrance.
    """
)

REFUND_REASONS = phrases(
    """
    Damaged in transit| Wrong item| Arrived too late| Customer changed their mind
    """
)

ADJECTIVES = words(
    """
    Compact Classic Large Small Light Heavy-duty Folding Round Square Matte Natural Black White Blue
    Green Slim Wide Deluxe Basic Modern
    """
)

VEHICLES = phrases(
    """
    Compact car| Estate car| Electric car| Van| Saloon| Hybrid
    """
)

# Category tree: root to the nouns of its products and its children with their own.
CATEGORIES = {
    "Kitchen": (
        words("kettle pan pot knife board bowl mug toaster"),
        {"Cookware": ["Pans", "Pots"], "Knives": [], "Tableware": ["Mugs", "Bowls"], "Appliances": []},
    ),
    "Garden": (
        words("spade rake hose planter lantern bench trowel glove"),
        {"Tools": ["Hand tools"], "Watering": ["Hoses"], "Furniture": ["Benches"], "Lighting": []},
    ),
    "Office": (
        words("notebook pen folder stapler lamp chair desk organiser"),
        {"Paper": ["Notebooks"], "Writing": ["Pens"], "Desks": [], "Storage": ["Folders"]},
    ),
    "Travel": (
        words("suitcase backpack bottle pillow adapter pouch umbrella strap"),
        {"Luggage": ["Suitcases"], "Bags": ["Backpacks"], "Accessories": []},
    ),
    "Sports": (
        words("ball mat bottle racket rope band towel helmet"),
        {"Fitness": ["Mats", "Bands"], "Outdoor": [], "Team sports": [], "Cycling": []},
    ),
    "Gift cards": (
        phrases("gift card"),
        {},
    ),
}

COLLECTIONS = ["Bestsellers", "Easter", "Gifts", "New", "Summer sale", "Winter sale"]
