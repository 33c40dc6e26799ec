"""Laozhou: the shop and its shelf."""

from devstack.demo.kinds import Product, Shop, Variant

SHOP = Shop(
    handle="laozhou",
    name="老周跑步",
    owner="zhou",
    theme="ink",
    language="zh-Hans",
    place="江苏南京",
    sentence="教了三十年体育，装备够用就好。",
    story=(
        "老周在南京教了三十年中学体育，退休后带着四十多人的晨跑队。店里的东西都是队里先跑过的："
        "鞋跑满两百公里，衣服洗过二十次，他才肯上架。他常劝人先别买，把旧鞋跑坏了再来。"
    ),
)

PRODUCTS = (
    Product(
        key="running-shoe",
        shop="laozhou",
        title="轻量缓震跑鞋",
        category="跑鞋",
        description=(
            "单只二百三十克，中底偏软，跑十公里以内舒服，跑马拉松的人会嫌不够弹。鞋头偏窄，"
            "脚宽的拍大半码。队里六个人跑满两百公里，外底磨损正常。"
        ),
        variants=(
            Variant("40", price_minor=32_900, stock=7),
            Variant("41", price_minor=32_900, stock=12),
            Variant("42", price_minor=32_900, stock=15),
            Variant("43", price_minor=32_900, stock=8),
        ),
        rate_bp=1_000,
        look_zh="一只浅紫色跑鞋",
        look_en="A lilac running shoe",
    ),
    Product(
        key="run-watch",
        shop="laozhou",
        title="轻便跑步手表",
        category="装备",
        description=(
            "指针表的样子，能记圈数和配速，充一次电用九天。定位在高楼中间会飘，公园里很准。"
            "没有心率，想看心率的请买别的。"
        ),
        variants=(Variant("蓝色", price_minor=26_900, stock=14),),
        rate_bp=800,
        look_zh="一块蓝色圆表",
        look_en="A blue round watch",
    ),
    Product(
        key="singlet",
        shop="laozhou",
        title="速干跑步背心",
        category="跑步服",
        description=(
            "网眼布，八十克，出汗不贴身，两小时晾干。领口开得大，男生跑长距离记得贴乳贴。"
            "洗二十次以后反光条会掉一点。"
        ),
        variants=(
            Variant("草绿 M", price_minor=7_900, stock=18),
            Variant("草绿 L", price_minor=7_900, stock=21),
            Variant("湖蓝 L", price_minor=7_900, stock=12),
            Variant("珊瑚 M", price_minor=7_900, stock=10),
        ),
        rate_bp=None,
        look_zh="一件草绿色跑步背心",
        look_en="A grass-green running singlet",
        third_zh="三种颜色的跑步背心",
        third_en="Running singlets in three colours",
    ),
    Product(
        key="run-shorts",
        shop="laozhou",
        title="三分跑步短裤",
        category="跑步服",
        description=(
            "带内衬，后腰一个拉链小袋，放得下钥匙和一根胶，放不下手机。裤长三分，害羞的人选五分。"
            "松紧绳会缩进去，洗之前打个结。"
        ),
        variants=(
            Variant("渐变绿", price_minor=8_900, stock=20),
            Variant("渐变紫", price_minor=8_900, stock=11),
            Variant("渐变粉", price_minor=8_900, stock=9),
        ),
        rate_bp=None,
        look_zh="一条渐变绿跑步短裤",
        look_en="Running shorts in fading green",
        third_zh="三种颜色的跑步短裤",
        third_en="Running shorts in three colours",
    ),
    Product(
        key="stopwatch",
        shop="laozhou",
        title="教练用秒表",
        category="装备",
        description=(
            "六十道记忆，按键有声，带挂绳，我上课用的就是这一款。塑料壳，摔地上没事，泡水不行。"
            "纽扣电池自己能换。"
        ),
        variants=(
            Variant("单块", price_minor=4_500, stock=33),
            Variant("一班十块", price_minor=39_900, stock=3),
        ),
        rate_bp=None,
        look_zh="一块深色秒表",
        look_en="A dark stopwatch",
        third_zh="三块秒表摆在圆盘上",
        third_en="Three stopwatches on a round tray",
    ),
    Product(
        key="trail-boot",
        shop="laozhou",
        title="中帮徒步靴",
        category="跑鞋",
        description=(
            "防泼水的反绒皮，鞋底齿深四毫米，下雨的石阶上也稳。头两次会磨后跟，先在家穿两天。"
            "一双一公斤出头，跑步不合适，走山路合适。"
        ),
        variants=(
            Variant("39", price_minor=39_900, stock=5),
            Variant("41", price_minor=39_900, stock=8),
            Variant("43", price_minor=39_900, stock=6),
        ),
        rate_bp=1_000,
        look_zh="一只黄褐色徒步靴",
        look_en="A tan hiking boot",
        third_zh="三只徒步靴摆在圆盘上",
        third_en="Three hiking boots on a round tray",
    ),
    Product(
        key="headphones",
        shop="laozhou",
        title="头戴式蓝牙耳机",
        category="装备",
        description=(
            "耳罩可以拆下来洗，一次听二十个小时。跑步会往下滑，我只在拉伸和回家路上戴。漏音不大，"
            "隔音一般，过马路请摘。"
        ),
        variants=(Variant("浅灰", price_minor=15_900, stock=17),),
        rate_bp=None,
        look_zh="一副浅灰色头戴耳机",
        look_en="Light grey headphones",
    ),
)
