"""Tianpu: the shop and its shelf."""

from devstack.demo.kinds import Product, Shop, Variant

SHOP = Shop(
    handle="tianpu",
    name="甜铺",
    owner="tang",
    theme="plum",
    language="zh-Hans",
    place="江苏苏州",
    sentence="每天只烤两炉，卖完就关火。",
    story=(
        "甜铺在苏州平江路后面的一条巷子里，小唐一个人揉面、烤炉、装盒。黄油用动物黄油，"
        "糖比方子少放两成，当天做当天卖。要冷藏的蛋糕和奶茶只做同城，饼干和巧克力可以寄到外地。"
    ),
)

PRODUCTS = (
    Product(
        key="bubble-tea",
        shop="tianpu",
        title="桂花乌龙珍珠奶茶",
        category="饮品",
        description=(
            "乌龙现泡，鲜奶打底，桂花是去年秋天自己晒的。默认三分糖，珍珠四小时内吃完，过了会硬。"
            "只送苏州城区，冰的路上会化一半。"
        ),
        variants=(
            Variant("中杯", price_minor=1_800, stock=60),
            Variant("大杯", price_minor=2_200, stock=60),
        ),
        rate_bp=500,
        look_zh="一杯珍珠奶茶",
        look_en="A cup of bubble tea",
    ),
    Product(
        key="cookie",
        shop="tianpu",
        title="黑巧克力曲奇 8 块",
        category="饼干",
        description=(
            "巴掌大，边脆心软，巧克力是 66% 的，糖比方子少两成。密封放十天，第三天起会变软，"
            "烤箱一百五十度回三分钟就脆。含麸质、蛋、奶。"
        ),
        variants=(
            Variant("8 块", price_minor=4_200, stock=40),
            Variant("16 块", price_minor=7_800, stock=18),
        ),
        rate_bp=None,
        look_zh="一块大号巧克力曲奇",
        look_en="A large chocolate chip cookie",
        third_zh="曲奇和一杯牛奶",
        third_en="The cookie and a glass of milk",
    ),
    Product(
        key="birthday-cake",
        shop="tianpu",
        title="彩糖生日蛋糕",
        category="蛋糕",
        description=(
            "提前一天订，写字不收钱，十个字以内。动物奶油，夏天出门半小时内要进冰箱。彩糖会掉色，"
            "当天吃最好看。只送苏州城区。"
        ),
        variants=(
            Variant("6 寸", price_minor=16_800, stock=6),
            Variant("8 寸", price_minor=23_800, stock=4),
        ),
        rate_bp=800,
        look_zh="一只插着蜡烛的彩糖蛋糕",
        look_en="A birthday cake with candles",
        third_zh="生日蛋糕和一份礼物",
        third_en="The cake and a wrapped present",
    ),
    Product(
        key="dark-chocolate",
        shop="tianpu",
        title="72% 黑巧克力排 80g",
        category="巧克力",
        description=(
            "可可豆来自海南，自己磨了三十六小时，配料只有可可和蔗糖。偏酸，不是丝滑那一路，"
            "配茶比配咖啡好。夏天发货加冰袋，多收三块。"
        ),
        variants=(
            Variant("1 排", price_minor=3_800, stock=45),
            Variant("3 排", price_minor=10_500, stock=16),
        ),
        rate_bp=None,
        look_zh="一排红纸包的黑巧克力",
        look_en="A bar of dark chocolate in red paper",
    ),
    Product(
        key="strawberry-cake",
        shop="tianpu",
        title="草莓奶油切件",
        category="蛋糕",
        description=(
            "戚风两层，夹的是当天切的草莓，十二月到四月才有。奶油甜度低，放过夜草莓会出水，"
            "不建议留。只送苏州城区。"
        ),
        variants=(
            Variant("1 块", price_minor=2_600, stock=20),
            Variant("4 块一盒", price_minor=9_600, stock=6),
        ),
        rate_bp=None,
        look_zh="一块草莓奶油蛋糕",
        look_en="A slice of strawberry cake",
        third_zh="草莓蛋糕和一颗草莓",
        third_en="The slice and a strawberry",
    ),
    Product(
        key="pudding",
        shop="tianpu",
        title="焦糖布丁 4 杯",
        category="饮品",
        description=(
            "鸡蛋、牛奶、糖，没有吉利丁，所以倒扣时会有一点歪。焦糖熬得深，带苦味，"
            "小孩不一定喜欢。冷藏两天内吃完。"
        ),
        variants=(Variant("4 杯", price_minor=4_800, stock=15),),
        rate_bp=None,
        look_zh="一只焦糖布丁",
        look_en="A caramel pudding",
        third_zh="布丁和两颗樱桃",
        third_en="The pudding and two cherries",
    ),
    Product(
        key="doughnut",
        shop="tianpu",
        title="可可甜甜圈 4 个",
        category="面包",
        description=(
            "发酵面团，不是蛋糕体，咬下去有嚼劲。表面是可可和彩糖，甜，配清茶吃。早上十点出炉，"
            "下午就没有刚出炉的口感了。"
        ),
        variants=(Variant("4 个", price_minor=3_600, stock=18),),
        rate_bp=None,
        look_zh="一只可可彩糖甜甜圈",
        look_en="A cocoa doughnut with sprinkles",
        third_zh="三只甜甜圈摆在圆盘上",
        third_en="Three doughnuts on a round tray",
    ),
    Product(
        key="croissant",
        shop="tianpu",
        title="黄油可颂 4 个",
        category="面包",
        description=(
            "三次三折，冷藏一夜，二十七层。掉渣，别在键盘旁边吃。外地发急冻半成品，"
            "家里烤箱一百八十度十八分钟。"
        ),
        variants=(
            Variant("现烤 4 个", price_minor=4_400, stock=16),
            Variant("急冻 8 个", price_minor=8_200, stock=22),
        ),
        rate_bp=None,
        look_zh="一只金黄的可颂",
        look_en="A golden croissant",
        third_zh="可颂和一块黄油",
        third_en="The croissant and some butter",
    ),
)
