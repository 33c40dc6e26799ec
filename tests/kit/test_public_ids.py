"""Names shown to the world: random, in an alphabet nobody misreads."""

from kit.public_ids import ALPHABET, PublicIdConverter, public_id


def test_ids_are_ten_letters_of_the_alphabet_and_differ():
    ids = {public_id() for _ in range(2000)}

    assert len(ids) == 2000
    assert all(len(one) == 10 and set(one) <= set(ALPHABET) for one in ids)
    assert not set(ALPHABET) & set("ILOU")


def test_small_letters_in_an_address_are_read_as_capital_ones():
    assert PublicIdConverter().to_python("7kq2m9xab0") == "7KQ2M9XAB0"
