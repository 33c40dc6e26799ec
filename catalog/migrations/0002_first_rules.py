"""The first categories, and the words that make a listing wait for a person's eyes."""

from typing import Any

from django.db import migrations

# slug, Chinese, English
CATEGORIES = [
    ("food", "食品山货", "Food and farm"),
    ("tea", "茶与饮品", "Tea and drinks"),
    ("baking", "烘焙甜点", "Baking and sweets"),
    ("clothes", "服装", "Clothes"),
    ("bags", "包与配饰", "Bags and accessories"),
    ("care", "美妆个护", "Beauty and care"),
    ("home", "家居手作", "Home and handmade"),
    ("plants", "鲜花绿植", "Flowers and plants"),
    ("children", "母婴玩具", "Children and toys"),
    ("sports", "运动户外", "Sports and outdoors"),
    ("books", "文具图书", "Stationery and books"),
    ("other", "其他", "Everything else"),
]

# code, words, reason in Chinese, reason in English
RULES = [
    (
        "C-12",
        ["分装", "小样", "散装化妆品", "decanted", "decant", "sample vial"],
        "分装化妆品不能销售：没有原包装和备案编号，无法追溯。请改卖完整包装。",
        "Decanted cosmetics may not be sold: without original packing and filing number nobody "
        "can trace them. Please sell whole packs.",
    ),
    (
        "H-01",
        ["治疗", "治愈", "根治", "疗效", "药效", "抗癌", "防癌", "降血糖", "降血压", "包治", "祛病",
         "cure", "cures", "heals", "treats disease", "anti-cancer", "lowers blood pressure"],
        "普通商品不能写医疗效果：请删去治疗、根治、降压这类说法，只写它是什么、怎么用。",
        "Ordinary goods may not claim to treat or cure. Please say what it is and how it is used, "
        "and leave the claim out.",
    ),
    (
        "W-01",
        ["枪支", "仿真枪", "气枪", "弹药", "子弹", "管制刀具", "匕首", "电击器", "弩", "火药",
         "firearm", "handgun", "rifle", "ammunition", "switchblade", "stun gun", "crossbow"],
        "武器和管制器具不能销售。",
        "Weapons and controlled tools may not be sold.",
    ),
    (
        "D-01",
        ["处方药", "安眠药", "迷药", "麻醉剂", "电子烟", "香烟代购", "烟弹",
         "prescription drug", "sleeping pills", "vape", "cigarettes", "cannabis"],
        "药品和烟草制品不能在这里销售。",
        "Medicines and tobacco may not be sold here.",
    ),
    (
        "F-02",
        ["检测报告", "生产许可", "有机认证", "绿色食品认证", "test report", "certified organic"],
        "写到了证照或检测：请上传对应的证照照片，店名要与证照一致。",
        "A licence or test is mentioned: please add a photo of it, with the name it was issued to.",
    ),
    (
        "M-04",
        ["100% 山羊绒", "100% 羊绒", "纯山羊绒", "纯羊绒", "100% 真丝", "纯金", "足金", "天然翡翠",
         "100% cashmere", "pure cashmere", "solid gold", "24k gold"],
        "材质宣称需要凭证：请上传检测报告或吊牌照片，或者改写材质。",
        "A material claim needs proof: please add a test report or a photo of the label, or "
        "describe the material otherwise.",
    ),
    (
        "B-03",
        ["高仿", "复刻", "超A货", "原单", "尾单正品", "replica", "super copy", "mirror quality"],
        "仿冒品牌的商品不能销售。",
        "Copies of other people's brands may not be sold.",
    ),
    (
        "M-09",
        ["代理招募", "招代理", "发展下线", "拉人头", "躺赚", "加盟费", "月入过万",
         "recruit agents", "downline", "passive income", "join my team"],
        "这里卖东西，不卖赚钱的机会：请删去招代理、发展下线的说法。",
        "Goods are sold here, not chances to earn: please leave out recruiting and earnings claims.",
    ),
    (
        "P-07",
        [],
        "图片与别的店相似：请换成自己拍的照片。",
        "The pictures are much like another shop's: please use photos of your own.",
    ),
]


def put_in(apps: Any, schema_editor: Any) -> None:
    categories, rules = apps.get_model("catalog", "Category"), apps.get_model("catalog", "Rule")
    for position, (slug, name_zh, name_en) in enumerate(CATEGORIES):
        categories.objects.create(slug=slug, name_zh=name_zh, name_en=name_en, position=position)
    for code, words, reason_zh, reason_en in RULES:
        rules.objects.create(code=code, words=words, reason_zh=reason_zh, reason_en=reason_en)


def take_out(apps: Any, schema_editor: Any) -> None:
    categories, rules = apps.get_model("catalog", "Category"), apps.get_model("catalog", "Rule")
    categories.objects.filter(slug__in=[slug for slug, *_ in CATEGORIES]).delete()
    rules.objects.filter(code__in=[code for code, *_ in RULES]).delete()


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [migrations.RunPython(put_in, take_out)]
