from django.db import models

from .secret import Secret


class SearchWord(models.Model):
    """A word of a secret, in lower case: what ListSecrets' filters `description` and `all` are found by.

    Derived: search_words.py writes it, and could write it anew. scope stands for account and Region in eight bytes
    instead of thirty. On PostgreSQL the column of words is in the order of characters (COLLATE "C", a migration's
    doing), as it is on SQLite.
    """

    class Place(models.IntegerChoices):
        DESCRIPTION = 1
        ELSEWHERE = 2  # name, tag keys, tag values

    MOST_CHARACTERS = 64  # of a word; what follows is not kept. An index of PostgreSQL holds no long ones.

    pk = models.CompositePrimaryKey("secret_id", "place", "word")
    secret = models.ForeignKey(Secret, on_delete=models.CASCADE, related_name="search_words", db_index=False)
    place = models.PositiveSmallIntegerField(choices=Place)
    word = models.CharField(max_length=MOST_CHARACTERS)
    scope = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["scope", "place", "word", "secret"], name="search_word_by_scope")]
