"""Xiaomei: the shop and its shelf."""

from devstack.demo.kinds import Product, Shop, Variant

SHOP = Shop(
    handle="xiaomei",
    name="小梅美妆",
    owner="mei",
    theme="plum",
    language="zh-Hans",
    place="四川成都",
    sentence="成分表写全，敏感肌先问我。",
    story=(
        "小梅在成都读的是化妆品配方，毕业后在玉林开了这间小店。手工皂和蜡烛是她自己做的，"
        "彩妆来自有备案的小工厂，每一批都留样。她不卖分装，也不说能治什么；皮肤容易过敏的人，"
        "她会劝先买小样。"
    ),
)

PRODUCTS = (
    Product(
        key="lipstick",
        shop="xiaomei",
        title="丝绒口红 3.5g",
        category="彩妆",
        description=(
            "雾面偏润，一次上色，喝水会沾杯，吃完饭要补。备案编号印在盒底。唇干的人先涂润唇膏，"
            "不然下午会起皮。拆封后不退，色号拿不准先看素颜试色图。"
        ),
        variants=(
            Variant("玫红", price_minor=7_900, stock=30),
            Variant("暖红", price_minor=7_900, stock=26),
            Variant("莓紫", price_minor=7_900, stock=14),
        ),
        rate_bp=1_200,
        look_zh="一支玫红色口红",
        look_en="A rose-red lipstick",
        third_zh="三个色号的口红",
        third_en="Lipsticks in three shades",
    ),
    Product(
        key="rose-soap",
        shop="xiaomei",
        title="玫瑰冷制手工皂 100g",
        category="护理",
        description=(
            "橄榄油打底，晾了六周，泡沫细，洗完不紧。颜色来自红曲，会慢慢变浅。香味很淡，"
            "喜欢浓香的人会失望。用完请沥干水，不然化得快。"
        ),
        variants=(
            Variant("1 块", price_minor=3_500, stock=52),
            Variant("3 块", price_minor=9_600, stock=20),
        ),
        rate_bp=None,
        look_zh="一块起泡的粉色手工皂",
        look_en="A pink soap with bubbles",
    ),
    Product(
        key="soy-candle",
        shop="xiaomei",
        title="大豆蜡香薰蜡烛",
        category="香薰",
        description=(
            "大豆蜡加白茶和雪松，十五平的房间点半小时刚好。第一次请烧到整面融化，"
            "不然会留一圈硬边。大约能烧三十个小时，家里有猫请开窗。"
        ),
        variants=(
            Variant("小号 30 小时", price_minor=6_800, stock=24),
            Variant("大号 55 小时", price_minor=10_800, stock=12),
        ),
        rate_bp=None,
        look_zh="一支点着的奶油色蜡烛",
        look_en="A lit cream-coloured candle",
    ),
    Product(
        key="body-lotion",
        shop="xiaomei",
        title="樱花身体乳 250ml",
        category="护理",
        description=(
            "质地像酸奶，两分钟吸收，冬天小腿干裂的话不够厚。含香精，孕期和敏感肌建议选无香款。"
            "按压头会卡，先转半圈再按。"
        ),
        variants=(
            Variant("樱花香", price_minor=5_900, stock=38),
            Variant("无香", price_minor=5_900, stock=27),
        ),
        rate_bp=None,
        look_zh="一瓶粉色按压身体乳",
        look_en="A pink pump bottle of body lotion",
        third_zh="身体乳和一朵樱花",
        third_en="The lotion and a cherry blossom",
    ),
    Product(
        key="hand-mirror",
        shop="xiaomei",
        title="花边手持镜",
        category="工具",
        description=(
            "合金花边，镜面是普通银镜，不放大。一只手拿着刚好，有点分量，包里带着嫌沉。"
            "背面贴了绒布，桌上滑不走。"
        ),
        variants=(Variant("金色", price_minor=4_500, stock=21),),
        rate_bp=None,
        look_zh="一面金色花边小镜子",
        look_en="A small mirror in a golden scalloped frame",
    ),
    Product(
        key="velvet-bow",
        shop="xiaomei",
        title="丝绒蝴蝶结发夹",
        category="发饰",
        description=(
            "丝绒面，弹簧夹，头发多也夹得住，细软发会往下滑。酒红最正式，墨绿最挑衣服。会沾毛，"
            "用胶带粘一下就好。"
        ),
        variants=(
            Variant("酒红", price_minor=2_600, stock=40),
            Variant("藏蓝", price_minor=2_600, stock=33),
            Variant("墨绿", price_minor=2_600, stock=18),
        ),
        rate_bp=None,
        look_zh="一只酒红色蝴蝶结",
        look_en="A wine-red bow",
        third_zh="三种颜色的蝴蝶结",
        third_en="Bows in three colours",
    ),
    Product(
        key="wide-comb",
        shop="xiaomei",
        title="宽齿卷发梳",
        category="工具",
        description=(
            "齿距宽，湿发也不扯，卷发梳完不会炸。醋酸板材，边角打磨过，掉在瓷砖上会断。"
            "直发细发的人用普通梳子就行。"
        ),
        variants=(Variant("紫色", price_minor=3_200, stock=29),),
        rate_bp=None,
        look_zh="一把紫色宽齿梳",
        look_en="A purple wide-tooth comb",
    ),
)
