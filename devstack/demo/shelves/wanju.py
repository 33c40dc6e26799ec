"""Wanju: the shop and its shelf."""

from devstack.demo.kinds import Product, Shop, Variant

SHOP = Shop(
    handle="wanju",
    name="玩具柜",
    owner="wen",
    theme="persimmon",
    language="zh-Hans",
    place="浙江云和",
    sentence="木头的、布的，摔得起也修得好。",
    story=(
        "文静是两个孩子的妈妈，住在做木玩的小城云和。店里的玩具来自镇上几家老作坊，"
        "她每样都先让自家孩子玩上一个月。坏了可以寄回来修，三年内只收邮费。年龄写得保守，"
        "小零件会特别注明。"
    ),
)

PRODUCTS = (
    Product(
        key="teddy",
        shop="wanju",
        title="坐姿小熊 35cm",
        category="布偶",
        description=(
            "短绒面，填充是可水洗的聚酯棉，坐着三十五厘米。眼睛是绣的，没有硬珠，一岁以上可以玩。"
            "机洗会结团，手洗压干，晒两天。"
        ),
        variants=(Variant("棕色", price_minor=9_800, stock=19),),
        rate_bp=1_000,
        look_zh="一只坐着的棕色小熊",
        look_en="A brown teddy bear sitting",
        third_zh="小熊和一份礼物",
        third_en="The bear and a wrapped present",
    ),
    Product(
        key="yarn",
        shop="wanju",
        title="粗棒针毛线 100g",
        category="手工",
        description=(
            "一半羊毛一半腈纶，配七毫米棒针，织一条围巾要四团。同一缸色才没有色差，一次买够。"
            "送的竹针偏短，织毛毯要另配环形针。"
        ),
        variants=(
            Variant("海蓝", price_minor=2_200, stock=48),
            Variant("莓红", price_minor=2_200, stock=40),
            Variant("葱绿", price_minor=2_200, stock=25),
        ),
        rate_bp=None,
        look_zh="一团插着棒针的蓝色毛线",
        look_en="A ball of blue yarn with needles",
        third_zh="三种颜色的毛线团",
        third_en="Balls of yarn in three colours",
    ),
    Product(
        key="kite",
        shop="wanju",
        title="三角风筝 带线轮",
        category="户外",
        description=(
            "涤纶面、玻纤骨，三级风就能起，五岁以上大人带着放。线轮是塑料的，收线慢，"
            "常玩的人会想换一个。收起来是一卷，放得进书包。"
        ),
        variants=(
            Variant("1.2 米", price_minor=3_900, stock=27),
            Variant("1.6 米", price_minor=5_500, stock=13),
        ),
        rate_bp=None,
        look_zh="一只四色三角风筝",
        look_en="A kite in four colours",
    ),
    Product(
        key="nesting-dolls",
        shop="wanju",
        title="五层套娃",
        category="木玩",
        description=(
            "椴木手绘，一套五个，最小的三厘米，三岁以下请不要玩。每一套的脸都有点不同，"
            "拍照选娃可以私信。潮湿天会涨，盖不上就晾一晾。"
        ),
        variants=(Variant("五层", price_minor=12_800, stock=9),),
        rate_bp=None,
        look_zh="一只红裙套娃",
        look_en="A nesting doll in red",
    ),
    Product(
        key="carousel",
        shop="wanju",
        title="旋转木马八音盒",
        category="木玩",
        description=(
            "上一次发条转三分钟，只有一首曲子，音量小，哄睡刚好。木马是榉木的，杆子是黄铜，"
            "会慢慢变暗。发条别拧到底，坏了可以寄回来修。"
        ),
        variants=(Variant("榉木色", price_minor=16_800, stock=7),),
        rate_bp=1_200,
        look_zh="一匹旋转木马",
        look_en="A carousel horse",
    ),
    Product(
        key="wooden-train",
        shop="wanju",
        title="榉木小火车",
        category="木玩",
        description=(
            "车头一节、车厢两节，磁铁相接，水性漆。能上大部分标准木轨，但转弯太急会脱。"
            "漆面磕碰会掉，露出木头不影响玩。"
        ),
        variants=(
            Variant("三节", price_minor=8_600, stock=21),
            Variant("三节加 20 片轨道", price_minor=19_800, stock=8),
        ),
        rate_bp=None,
        look_zh="一台红黑相间的小火车头",
        look_en="A red and black toy locomotive",
    ),
    Product(
        key="yo-yo",
        shop="wanju",
        title="星星悠悠球",
        category="户外",
        description=(
            "塑料轮身、金属轴承，睡眠时间四十秒左右，练基础招够用。绳子是消耗品，送三根。"
            "六岁以上，别对着人甩。"
        ),
        variants=(
            Variant("紫色", price_minor=2_500, stock=44),
            Variant("湖蓝", price_minor=2_500, stock=31),
            Variant("珊瑚", price_minor=2_500, stock=20),
        ),
        rate_bp=None,
        look_zh="一只印着星星的紫色悠悠球",
        look_en="A purple yo-yo with a star",
        third_zh="三种颜色的悠悠球",
        third_en="Yo-yos in three colours",
    ),
)
