"""The demo's people, shops and products in one place; the seed reads it, nothing else does."""

from devstack.demo.kinds import ModerationCase, Person, Product, Shop, Variant
from devstack.demo.shelves import ahao, grace, laozhou, shanli, tianpu, wanju, xiaomei, xiaoyu

PEOPLE: tuple[Person, ...] = (
    Person("linwei", "林薇", "zh-Hans", "两个孩子的妈妈，买东西先看成分表，用过才说话。"),
    Person("hao", "阿浩", "zh-Hans", "做衣服的，店在杭州。"),
    Person("mei", "小梅", "zh-Hans", "学配方的，做手工皂和蜡烛。"),
    Person("xiaoyu", "周晓雨", "zh-Hans", "在西安开花房，一周两次凌晨接花。"),
    Person("zhou", "老周", "zh-Hans", "退休体育老师，每天早上六点在玄武湖。"),
    Person("grace", "Grace Lin", "en", "Binds notebooks, matches novels with strangers."),
    Person("sofia", "Sofia", "en", "From Porto, teaching in Shanghai. Curly hair, small flat."),
    Person("chen", "陈姐", "zh-Hans", "山里养蜂、采茶，话不多。"),
    Person("tang", "小唐", "zh-Hans", "一个人的烘焙店，早上五点起。"),
    Person("wen", "文静", "zh-Hans", "木玩镇上的妈妈，玩具先给自家孩子试。"),
    Person("jun", "阿军", "zh-Hans", "跑马拉松的电工，装备费得快。"),
    Person("desk", "吴岚", "zh-Hans", "平台审核员。"),
)

_SHELVES = (shanli, ahao, xiaomei, xiaoyu, laozhou, tianpu, wanju, grace)

SHOPS: tuple[Shop, ...] = tuple(shelf.SHOP for shelf in _SHELVES)

PRODUCTS: tuple[Product, ...] = tuple(product for shelf in _SHELVES for product in shelf.PRODUCTS)

# Four listings for the desk, one of each kind of finding; their pictures are used again.
MODERATION_CASES: tuple[ModerationCase, ...] = (
    ModerationCase(
        key="cashmere-claim",
        shop="ahao",
        title="羊绒围巾 100% 山羊绒",
        description=(
            "100% 山羊绒，两米加长，手感软糯，不扎脖子。厂里直发，没有吊牌和检测报告，介意的别拍。"
        ),
        variants=(Variant("正红", price_minor=39_900, stock=20),),
        pictures=("scarf-1", "scarf-2"),
        rule="M-04",
        finding="needs_proof",
        flagged="100% 山羊绒",
        reason_zh="材质宣称需凭证：写了“100% 山羊绒”，但没有上传检测报告或吊牌照片。",
        reason_en=(
            "A material claim needs proof: “100% cashmere” is stated without a test report or a "
            "photo of the label."
        ),
    ),
    ModerationCase(
        key="decanted-lipstick",
        shop="xiaomei",
        title="口红 3.5g 分装",
        description="正品分装 3.5g，分装小样，支持验货。装在消过毒的小盒里，没有原包装。",
        variants=(Variant("玫红", price_minor=3_900, stock=60),),
        pictures=("lipstick-1", "lipstick-2"),
        rule="C-12",
        finding="forbidden",
        flagged="分装",
        reason_zh="分装化妆品不能销售：描述里写了“分装”，没有原包装和备案编号。",
        reason_en=(
            "Decanted cosmetics may not be sold: the description says “decanted”, with no "
            "original packing or filing number."
        ),
    ),
    ModerationCase(
        key="honey-gift-box",
        shop="shanli",
        title="秦岭土蜂蜜礼盒 500g × 2",
        description=(
            "两罐当年的野花蜜，配木勺和手写卡片，适合看望长辈。生产许可和本批检测报告已经上传。"
        ),
        variants=(Variant("两罐装", price_minor=15_800, stock=12),),
        pictures=("honey-1", "honey-3"),
        rule="F-02",
        finding="papers_verified",
        flagged="检测报告",
        reason_zh="食品资质已核：生产许可和本批检测报告在有效期内，店名与证照一致。",
        reason_en=(
            "Food papers verified: the production licence and this batch’s test report are valid "
            "and match the shop."
        ),
    ),
    ModerationCase(
        key="nearly-new-shoe",
        shop="ahao",
        title="跑鞋 42 码 九成新",
        description=(
            "自己买来跑过三次，偏小才出。鞋底有一点灰，鞋面没有破。不退换，拍之前看清尺码。"
        ),
        variants=(Variant("42", price_minor=16_000, stock=1),),
        pictures=("running-shoe-1", "running-shoe-2"),
        rule="P-07",
        finding="duplicate_pictures",
        flagged="",
        reason_zh="图片与他店相似 91%：与“老周跑步”的“轻量缓震跑鞋”几乎是同一张照片。",
        reason_en=(
            "Pictures 91 % like another shop’s: almost the same photo as “Lightweight cushioned "
            "running shoe” of Laozhou Running."
        ),
    ),
)
