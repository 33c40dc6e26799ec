"""Xiaoyu: the shop and its shelf."""

from devstack.demo.kinds import Product, Shop, Variant

SHOP = Shop(
    handle="xiaoyu",
    name="晓雨花房",
    owner="xiaoyu",
    theme="persimmon",
    language="zh-Hans",
    place="陕西西安",
    sentence="凌晨到的花，上午就剪好送出门。",
    story=(
        "花房在西安南郊一个老小区的一楼，三十平，朝南。周晓雨每周一、周四凌晨去接从昆明来的花，"
        "剪根、醒水，上午送出门。鲜切花只送西安城区，盆栽可以发快递。收到时蔫了，拍张照片，"
        "当天补。"
    ),
)

PRODUCTS = (
    Product(
        key="bouquet",
        shop="xiaoyu",
        title="每周鲜花 · 混合花束",
        category="鲜花",
        description=(
            "每周四到花，当天配：主花两三种，配叶一种，大约十二枝。花材随季节换，不能指定，"
            "但可以说不要什么。剪根换水的话能开六七天。只送西安城区。"
        ),
        variants=(
            Variant("一周一束", price_minor=5_900, stock=30),
            Variant("四周（每周一束）", price_minor=21_900, stock=12),
        ),
        rate_bp=1_500,
        look_zh="一束包好的混合鲜花",
        look_en="A wrapped bouquet of mixed flowers",
        third_zh="三束鲜花摆在圆盘上",
        third_en="Three bouquets on a round tray",
    ),
    Product(
        key="desk-plant",
        shop="xiaoyu",
        title="桌面小绿植",
        category="盆栽",
        description=(
            "红陶盆，高二十厘米左右，放在窗边一周浇一次水就能活。每一盆长得都不一样，"
            "叶子有小虫眼属正常，不打药。快递用纸盒固定，盆碎了包赔。"
        ),
        variants=(
            Variant("小盆", price_minor=3_800, stock=34),
            Variant("中盆", price_minor=6_600, stock=12),
        ),
        rate_bp=None,
        look_zh="一盆红陶盆里的绿植",
        look_en="A green plant in a clay pot",
    ),
    Product(
        key="tulip",
        shop="xiaoyu",
        title="郁金香 10 枝",
        category="鲜花",
        description=(
            "到手是花苞，室温两天就开。会朝着光弯，转一转花瓶就直回来。水只放三四厘米，"
            "多了杆子会软。"
        ),
        variants=(
            Variant("粉紫", price_minor=4_900, stock=20),
            Variant("混色", price_minor=5_500, stock=14),
        ),
        rate_bp=None,
        look_zh="一枝粉紫色郁金香",
        look_en="A pink-purple tulip",
    ),
    Product(
        key="rose",
        shop="xiaoyu",
        title="红玫瑰 · 单枝到一打",
        category="鲜花",
        description=(
            "云南的红玫瑰，花头中等，刺已经打掉大半，拿的时候还是小心。节日前三天会涨价，"
            "因为进价也涨，我会提前说。"
        ),
        variants=(
            Variant("1 枝", price_minor=990, stock=60),
            Variant("11 枝", price_minor=8_900, stock=15),
            Variant("一打带礼盒", price_minor=12_900, stock=6),
        ),
        rate_bp=None,
        look_zh="一枝红玫瑰",
        look_en="A red rose",
    ),
    Product(
        key="sunflower",
        shop="xiaoyu",
        title="向日葵 5 枝",
        category="鲜花",
        description=(
            "花盘十二到十五厘米，摘了一部分叶子，更耐放。重，细口瓶会倒，请用粗一点的瓶子。"
            "能开五天左右。"
        ),
        variants=(Variant("5 枝", price_minor=3_900, stock=28),),
        rate_bp=None,
        look_zh="一枝向日葵",
        look_en="A sunflower",
    ),
    Product(
        key="hyacinth",
        shop="xiaoyu",
        title="水培风信子",
        category="盆栽",
        description=(
            "带玻璃瓶和种球，三周左右开花，开的时候满屋香，卧室里放会太冲。花谢后种球很难再开，"
            "当一次性的买。猫狗误食会不舒服，放高一点。"
        ),
        variants=(
            Variant("紫色带瓶", price_minor=2_900, stock=36),
            Variant("三色三瓶", price_minor=7_900, stock=10),
        ),
        rate_bp=None,
        look_zh="一枝紫色风信子",
        look_en="A purple hyacinth",
    ),
    Product(
        key="cactus",
        shop="xiaoyu",
        title="柱状仙人掌",
        category="盆栽",
        description=(
            "连盆二十五厘米，一个月浇一次水，忘了也没关系。刺是真的扎，有小孩的人家请放高处。"
            "冬天低于五度要搬进屋。"
        ),
        variants=(
            Variant("单头", price_minor=3_500, stock=22),
            Variant("三头", price_minor=5_800, stock=9),
        ),
        rate_bp=None,
        look_zh="一株三个分枝的仙人掌",
        look_en="A cactus with three arms",
    ),
    Product(
        key="daisy",
        shop="xiaoyu",
        title="小雏菊种植套装",
        category="盆栽",
        description=(
            "一包种子、三块营养土和一张写清楚每周做什么的卡片。春秋播，十天出芽，两个多月开花。"
            "发芽率七八成，别一次全撒完。"
        ),
        variants=(
            Variant("一人份", price_minor=1_990, stock=50),
            Variant("亲子三份", price_minor=4_900, stock=18),
        ),
        rate_bp=None,
        look_zh="一朵淡紫色小雏菊",
        look_en="A pale daisy",
        third_zh="三朵小雏菊摆在圆盘上",
        third_en="Three daisies on a round tray",
    ),
)
