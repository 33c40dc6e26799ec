"""More listings for the moderators' desk, each with something a rule sees."""

from devstack.demo.catalogue import MODERATION_CASES
from devstack.demo.kinds import ModerationCase, Variant

MORE: tuple[ModerationCase, ...] = (
    ModerationCase(
        key="mugwort-soap",
        shop="xiaomei",
        title="艾草冷制皂",
        description="自己种的艾草，冷制四十天。街坊说能治疗湿疹，夏天洗着清爽。",
        variants=(Variant("90g", price_minor=2_800, stock=30),),
        pictures=("rose-soap-1", "rose-soap-2"),
        rule="H-01",
        finding="forbidden",
        flagged="治疗",
        reason_zh="",
        reason_en="",
    ),
    ModerationCase(
        key="almond-cookie",
        shop="tianpu",
        title="无糖杏仁饼",
        description="没有加糖，用罗汉果调味。血糖高的叔叔阿姨也爱吃，说能降血糖。",
        variants=(Variant("12 枚", price_minor=4_600, stock=18),),
        pictures=("cookie-1", "cookie-2"),
        rule="H-01",
        finding="forbidden",
        flagged="降血糖",
        reason_zh="",
        reason_en="",
    ),
    ModerationCase(
        key="classic-shoe",
        shop="laozhou",
        title="复古跑鞋 白绿",
        description="复刻八十年代的老鞋型，鞋底加厚，日常穿舒服，不适合跑长距离。",
        variants=(
            Variant("42", price_minor=26_900, stock=6),
            Variant("43", price_minor=26_900, stock=4),
        ),
        pictures=("running-shoe-2", "running-shoe-3"),
        rule="B-03",
        finding="forbidden",
        flagged="复刻",
        reason_zh="",
        reason_en="",
    ),
)

WAITING = (*MODERATION_CASES, *MORE)
