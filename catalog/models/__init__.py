"""Rows of the catalogue, by what they are about."""

from catalog.models.authorisation import Brand, BrandFlag, BrandWord, Certificate, Naming
from catalog.models.circle_pick import CirclePick
from catalog.models.endorsement import Earner, Endorsement, EndorsementVersion, Receipt
from catalog.models.product import Category, Photo, Product, Variant
from catalog.models.scene import Scene, ScenePlace
from catalog.models.score import ItemScore, ScoreDue, Weight
from catalog.models.screening import Hold, Rule
from catalog.models.speaking import EndorsementPhoto, EndorsementReply, WordsHold
from catalog.models.stock import StockMove
from catalog.models.wish_list import Wish, WishedProduct, WishFollow, WishList

__all__ = [
    "Brand",
    "BrandFlag",
    "BrandWord",
    "Category",
    "Certificate",
    "CirclePick",
    "Earner",
    "Endorsement",
    "EndorsementPhoto",
    "EndorsementReply",
    "EndorsementVersion",
    "Hold",
    "ItemScore",
    "Naming",
    "Photo",
    "Product",
    "Receipt",
    "Rule",
    "Scene",
    "ScenePlace",
    "ScoreDue",
    "StockMove",
    "Variant",
    "Weight",
    "Wish",
    "WishFollow",
    "WishList",
    "WishedProduct",
    "WordsHold",
]
