"""Shanli: the shop and its shelf."""

from devstack.demo.kinds import Product, Shop, Variant

SHOP = Shop(
    handle="shanli",
    name="山里的小店",
    owner="chen",
    theme="tea",
    language="zh-Hans",
    place="陕西商洛",
    sentence="自家蜂场和茶园，做好了才上架。",
    story=(
        "店在陕西商洛的秦岭山里。陈姐和公公守着四十箱土蜂、八亩老茶园，邻居家的板栗、"
        "香菇和鸡蛋也由她一样样看过才收。山上一季只出一季的东西，卖完就等明年，不从外面调货。"
        "下雨路不好走的时候会晚发一两天，她会提前在店里说。"
    ),
)

PRODUCTS = (
    Product(
        key="honey",
        shop="shanli",
        title="秦岭野花土蜂蜜 500g",
        category="蜂蜜",
        description=(
            "土蜂在海拔一千多米的山坡上采百花，一年只割一次，这一批是九月割的。没有浓缩，"
            "也没有兑糖，天冷会结晶，是正常的。味道浓，带一点药草香，"
            "吃惯清淡蜜的人可能要适应一下。一岁以下的宝宝不能吃蜂蜜。"
        ),
        variants=(
            Variant("250g", price_minor=3_900, stock=40),
            Variant("500g", price_minor=6_800, stock=23),
            Variant("1kg", price_minor=12_800, stock=11),
        ),
        rate_bp=1_000,
        look_zh="一罐插着木勺的蜂蜜",
        look_en="A pot of honey with a wooden dipper",
        third_zh="蜂蜜罐旁边停着一只蜜蜂",
        third_en="The honey pot with a bee beside it",
    ),
    Product(
        key="cloud-tea",
        shop="shanli",
        title="明前云雾绿茶 100g",
        category="茶",
        description=(
            "清明前三天采的一芽一叶，当天手工炒干。泡开是板栗香，第二泡最好喝，"
            "水温八十度左右就够，用开水会苦。今年的量不多，袋泡是同一批茶的碎叶。"
        ),
        variants=(
            Variant("散茶 100g", price_minor=12_800, stock=18),
            Variant("袋泡 20 包", price_minor=5_800, stock=46),
            Variant("两罐礼盒", price_minor=24_800, stock=7),
        ),
        rate_bp=None,
        look_zh="一杯冒着热气的绿茶",
        look_en="A steaming cup of green tea",
        third_zh="茶杯和一枝新采的茶芽",
        third_en="The cup with a sprig of fresh tea",
    ),
    Product(
        key="mooncake",
        shop="shanli",
        title="手工枣泥月饼 6 枚",
        category="点心",
        description=(
            "陕北的红枣去皮去核，慢火炒成馅，饼皮里只有面粉、花生油和糖浆。不放防腐剂，"
            "常温放十天，冷藏放二十天。甜度中等，皮比工厂做的厚一点。"
        ),
        variants=(
            Variant("6 枚", price_minor=4_900, stock=32),
            Variant("12 枚", price_minor=9_200, stock=15),
        ),
        rate_bp=1_200,
        look_zh="一枚印着回纹的月饼",
        look_en="A mooncake pressed with a fretwork pattern",
    ),
    Product(
        key="chestnut",
        shop="shanli",
        title="当季油亮板栗 2 斤",
        category="山货",
        description=(
            "树上自己开口掉下来的才捡，捡回来水选一遍，浮起来的都挑掉了。个头不大，"
            "一斤六十颗上下，煮着吃粉，烤着吃甜。生栗子会有个别虫眼，两斤里超过五颗就找我补。"
        ),
        variants=(
            Variant("2 斤", price_minor=2_990, stock=60),
            Variant("5 斤", price_minor=6_800, stock=24),
        ),
        rate_bp=None,
        look_zh="一颗油亮的板栗",
        look_en="A glossy chestnut",
    ),
    Product(
        key="peanut",
        shop="shanli",
        title="带壳原味花生 500g",
        category="山货",
        description=(
            "坡地上种的小红花生，太阳晒干后用沙子炒熟，只放了一点盐。颗粒小，香味足，"
            "壳上会有没抖干净的细沙，剥着吃就好。对花生过敏的人请不要买。"
        ),
        variants=(
            Variant("500g", price_minor=1_680, stock=80),
            Variant("1.5kg", price_minor=4_500, stock=30),
        ),
        rate_bp=None,
        look_zh="一颗带壳花生",
        look_en="A peanut in its shell",
    ),
    Product(
        key="shiitake",
        shop="shanli",
        title="椴木干香菇 250g",
        category="山货",
        description=(
            "长在椴木上的秋菇，晒到七成再低温烘干，没有熏过。泡二十分钟就软，泡菇的水别倒，"
            "沉一沉可以炖汤。大小不齐，碎的装在炖汤装里便宜卖。"
        ),
        variants=(
            Variant("整菇 250g", price_minor=4_600, stock=35),
            Variant("炖汤装 250g", price_minor=2_800, stock=20),
        ),
        rate_bp=800,
        look_zh="一朵厚实的香菇",
        look_en="A plump shiitake mushroom",
    ),
    Product(
        key="eggs",
        shop="shanli",
        title="散养土鸡蛋 30 枚",
        category="蛋",
        description=(
            "三户邻居家的鸡，白天在林子里跑，晚上回圈吃玉米。蛋壳颜色深浅不一，"
            "个头比超市的小一圈。泡沫蛋托装箱，路上破了几枚就退几枚的钱。"
        ),
        variants=(
            Variant("30 枚", price_minor=5_900, stock=26),
            Variant("60 枚", price_minor=11_200, stock=9),
        ),
        rate_bp=600,
        look_zh="一枚浅褐色的土鸡蛋",
        look_en="A light brown farm egg",
        third_zh="鸡蛋和一只竹篮",
        third_en="The egg and a basket",
    ),
    Product(
        key="sweet-potato",
        shop="shanli",
        title="沙地蜜薯 5 斤",
        category="山货",
        description=(
            "河滩沙地里的蜜薯，挖出来放了半个月糖化才发货。烤箱两百度一小时会流糖，"
            "蒸着吃没有那么甜。单个三两到半斤，表皮有土，不洗是为了放得住。"
        ),
        variants=(
            Variant("5 斤", price_minor=2_690, stock=44),
            Variant("9 斤", price_minor=4_200, stock=18),
        ),
        rate_bp=None,
        look_zh="一只切开的橙心蜜薯",
        look_en="A cut sweet potato with orange flesh",
    ),
)
