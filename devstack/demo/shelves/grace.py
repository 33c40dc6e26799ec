"""Grace's Books: the shop and its shelf."""

from devstack.demo.kinds import Product, Shop, Variant

SHOP = Shop(
    handle="grace",
    name="Grace's Books",
    owner="grace",
    theme="ink",
    language="en",
    place="Shanghai",
    sentence="Paper things for people who still write by hand.",
    story=(
        "Grace Lin runs this shop from the ground floor of a lane house in Shanghai, two rooms "
        "deep and full of paper. She binds the notebooks with a retired printer next door and "
        "picks second-hand novels for parcels on Sunday evenings. Orders leave twice a week, "
        "wrapped in yesterday's newspaper. If a nib scratches or a page is torn, she swaps it "
        "without asking why."
    ),
)

PRODUCTS = (
    Product(
        key="dotted-notebook",
        shop="grace",
        title="Lay-flat dotted notebook, A5",
        category="Notebooks",
        description=(
            "Sewn in sections so that it opens flat from the first page to the last. 160 dotted "
            "pages of 90 g paper: fountain pens are fine, wet markers show through. The elastic "
            "loosens after about a year."
        ),
        variants=(
            Variant("Plum cover", price_minor=5_800, stock=42),
            Variant("Two for a friend", price_minor=10_800, stock=15),
        ),
        rate_bp=1_000,
        look_zh="一本深紫色带绑带的笔记本",
        look_en="A dark notebook with an elastic band",
        third_zh="笔记本和一支铅笔",
        third_en="The notebook and a pencil",
    ),
    Product(
        key="canvas-backpack",
        shop="grace",
        title="Bookshop backpack, 14 L",
        category="Bags",
        description=(
            "Waxed canvas with one big pocket and one small one, made for six paperbacks and a "
            "lunch box. The straps are wide but not padded, so a heavy laptop will be felt. Wipe "
            "it clean; the washing machine takes the wax off."
        ),
        variants=(Variant("Raspberry", price_minor=23_900, stock=11),),
        rate_bp=1_000,
        look_zh="一只玫红色双肩包",
        look_en="A raspberry backpack",
        third_zh="双肩包和三本书",
        third_en="The backpack and three books",
    ),
    Product(
        key="fountain-pen",
        shop="grace",
        title="Everyday fountain pen",
        category="Pens",
        description=(
            "A light metal pen with a steel nib and a screw converter. Each one is inked, tested "
            "and rinsed here, so you may find a trace of blue. The fine nib runs closer to "
            "medium on cheap paper."
        ),
        variants=(
            Variant("Fine", price_minor=8_900, stock=24),
            Variant("Medium", price_minor=8_900, stock=17),
        ),
        rate_bp=None,
        look_zh="一支蓝色钢笔",
        look_en="A blue fountain pen",
    ),
    Product(
        key="cedar-pencils",
        shop="grace",
        title="Cedar pencils, box of six",
        category="Pens",
        description=(
            "Soft 2B leads in real cedar, round rather than hexagonal, so they roll off tilted "
            "desks. The erasers at the end are decent, not great. Sharpen by hand: machine "
            "sharpeners snap the lead."
        ),
        variants=(Variant("Box of six", price_minor=3_600, stock=38),),
        rate_bp=None,
        look_zh="一支橙色铅笔",
        look_en="An orange pencil",
        third_zh="三支铅笔摆在圆盘上",
        third_en="Three pencils on a round tray",
    ),
    Product(
        key="mystery-parcel",
        shop="grace",
        title="Three-book mystery parcel",
        category="Books",
        description=(
            "Three second-hand novels chosen for you after four short questions, wrapped in "
            "newspaper. Covers show wear, spines hold. One swap is free if you have read one of "
            "them already."
        ),
        variants=(
            Variant("English", price_minor=7_900, stock=20),
            Variant("Chinese", price_minor=6_900, stock=14),
            Variant("One of each, and one surprise", price_minor=8_500, stock=9),
        ),
        rate_bp=1_500,
        look_zh="绿、红、蓝三本书",
        look_en="Three books in green, red and blue",
        third_zh="三本书和一封信",
        third_en="The books and a letter",
    ),
    Product(
        key="felt-bookmark",
        shop="grace",
        title="Felt bookmark with a star",
        category="Notebooks",
        description=(
            "Wool felt cut by hand, three millimetres thick: lovely in a novel, too bulky for a "
            "slim poetry book. The cord is waxed cotton. Colours vary a little from batch to "
            "batch."
        ),
        variants=(
            Variant("Red", price_minor=1_500, stock=55),
            Variant("Blue", price_minor=1_500, stock=41),
            Variant("Moss", price_minor=1_500, stock=36),
        ),
        rate_bp=None,
        look_zh="一枚带星星的红色书签",
        look_en="A red bookmark with a star",
        third_zh="三种颜色的书签摆在圆盘上",
        third_en="Bookmarks in three colours on a round tray",
    ),
    Product(
        key="five-year-diary",
        shop="grace",
        title="Five-year diary, ring bound",
        category="Notebooks",
        description=(
            "One page a day, five short entries on each, so next spring sits under this one. The "
            "rings let you take a page out without anybody noticing. It is heavy; mine lives on "
            "the bedside table."
        ),
        variants=(Variant("Sun yellow", price_minor=12_800, stock=13),),
        rate_bp=None,
        look_zh="一本黄色活页日记本",
        look_en="A yellow ring-bound diary",
    ),
)
