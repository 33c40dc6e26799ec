"""Ahao: the shop and its shelf."""

from devstack.demo.kinds import Product, Shop, Variant

SHOP = Shop(
    handle="ahao",
    name="阿浩的衣橱",
    owner="hao",
    theme="ink",
    language="zh-Hans",
    place="浙江杭州",
    sentence="做了九年版师，只卖自己会穿的。",
    story=(
        "阿浩在杭州给别人打了九年版，三年前租下半间工作室，自己挑面料、改版型，"
        "每一款先穿两个星期再卖。成分照着吊牌写，不写看不见的形容词。"
        "尺码偏大偏小他都会写在描述里，拿不准就问，他回得很快。"
    ),
)

PRODUCTS = (
    Product(
        key="scarf",
        shop="ahao",
        title="加厚羊毛围巾",
        category="围巾",
        description=(
            "七成羊毛、三成腈纶，两米长，可以绕两圈。前两周会掉一点浮毛，过一次凉水就好；"
            "包的边角蹭得到的地方会轻微起球。正红色偏暖，室内看比照片深一点。"
        ),
        variants=(
            Variant("正红", price_minor=19_900, stock=16),
            Variant("雾蓝", price_minor=19_900, stock=12),
            Variant("姜黄", price_minor=19_900, stock=5),
        ),
        rate_bp=1_000,
        look_zh="一条绕成圈的红色围巾",
        look_en="A red scarf looped over itself",
        third_zh="三种颜色的围巾摆在圆盘上",
        third_en="Scarves in three colours on a round tray",
    ),
    Product(
        key="socks",
        shop="ahao",
        title="撞色中筒棉袜 2 双",
        category="袜子",
        description=(
            "八成棉，一双黄一双蓝，脚跟和脚尖加了一层线。洗三次以后会松一点点，脚码 36 "
            "以下的人会觉得长。机洗请翻面。"
        ),
        variants=(
            Variant("36–39", price_minor=2_900, stock=70),
            Variant("40–43", price_minor=2_900, stock=64),
        ),
        rate_bp=None,
        look_zh="一黄一蓝两只中筒袜",
        look_en="One yellow and one blue sock",
    ),
    Product(
        key="gloves",
        shop="ahao",
        title="可触屏针织手套",
        category="配饰",
        description=(
            "手背是双层针织，拇指和食指的线能点手机，指尖沾水就不灵。零下五度以内够暖，"
            "骑电动车还是得戴皮的。均码，手大的男生会紧。"
        ),
        variants=(
            Variant("紫色", price_minor=4_900, stock=28),
            Variant("湖蓝", price_minor=4_900, stock=22),
            Variant("焦糖", price_minor=4_900, stock=19),
        ),
        rate_bp=None,
        look_zh="一副紫色针织手套",
        look_en="A pair of purple knitted gloves",
        third_zh="三种颜色的针织手套",
        third_en="Knitted gloves in three colours",
    ),
    Product(
        key="handbag",
        shop="ahao",
        title="复古撞色手提包",
        category="包",
        description=(
            "上浅下深两色拼接，头层牛皮的提手，包身是做过防水涂层的帆布。装得下一台十三寸电脑，"
            "但关不严，天天背电脑的别选它。新包有皮味，晾两天。"
        ),
        variants=(Variant("驼色拼深棕", price_minor=25_900, stock=8),),
        rate_bp=1_000,
        look_zh="一只上浅下深的手提包",
        look_en="A two-tone handbag",
        third_zh="手提包和一副墨镜",
        third_en="The handbag and a pair of sunglasses",
    ),
    Product(
        key="coat",
        shop="ahao",
        title="驼色羊毛混纺大衣",
        category="外套",
        description=(
            "一半羊毛一半聚酯纤维，中等厚度，里面穿一件毛衣刚好。肩线做了落肩，溜肩的人也能穿。"
            "袖子偏长两厘米，介意的话找我改，不收钱。"
        ),
        variants=(
            Variant("S", price_minor=59_900, stock=4),
            Variant("M", price_minor=59_900, stock=9),
            Variant("L", price_minor=59_900, stock=6),
            Variant("XL", price_minor=59_900, stock=3),
        ),
        rate_bp=1_200,
        look_zh="一件驼色三粒扣大衣",
        look_en="A camel coat with three buttons",
        third_zh="大衣和一顶礼帽",
        third_en="The coat and a top hat",
    ),
    Product(
        key="jeans",
        shop="ahao",
        title="水洗直筒牛仔裤",
        category="裤子",
        description=(
            "十二盎司全棉，没有弹力，穿几天才会软下来。裤脚可以翻边，翻一折正好露脚踝。"
            "腰围偏小半码，平时卡着穿的建议拍大一码。"
        ),
        variants=(
            Variant("28", price_minor=18_900, stock=11),
            Variant("30", price_minor=18_900, stock=17),
            Variant("32", price_minor=18_900, stock=14),
            Variant("34", price_minor=18_900, stock=6),
        ),
        rate_bp=None,
        look_zh="一条翻边直筒牛仔裤",
        look_en="Straight jeans with turned-up cuffs",
    ),
    Product(
        key="cap",
        shop="ahao",
        title="软顶棒球帽",
        category="帽子",
        description=(
            "斜纹棉，帽顶不硬，团起来塞包里也不怕。帽围 56 到 60 厘米可调，头围大的人会浅。"
            "洗了会掉一点色，第一次单独洗。"
        ),
        variants=(
            Variant("湖蓝", price_minor=6_900, stock=25),
            Variant("杏橘", price_minor=6_900, stock=18),
            Variant("草绿", price_minor=6_900, stock=9),
        ),
        rate_bp=None,
        look_zh="一顶蓝色棒球帽",
        look_en="A blue baseball cap",
        third_zh="三种颜色的棒球帽",
        third_en="Baseball caps in three colours",
    ),
    Product(
        key="straw-hat",
        shop="ahao",
        title="蝴蝶结草编帽",
        category="帽子",
        description=(
            "手编的拉菲草，红色缎带可以拆下来洗。帽檐九厘米，挡得住正午的太阳，风大的海边要系绳。"
            "压扁过就回不去，出门请戴着走。"
        ),
        variants=(Variant("均码 57cm", price_minor=12_900, stock=13),),
        rate_bp=800,
        look_zh="一顶系红色蝴蝶结的草帽",
        look_en="A straw hat with a red bow",
    ),
)
