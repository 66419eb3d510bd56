import django.db.models.deletion
from django.db import migrations, models

from secrets_app import search_words

_AT_ONCE = 1_000


def order_words_by_their_characters(apps, schema_editor):
    """As SQLite does. The table is empty still."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute('ALTER TABLE secrets_app_searchword ALTER COLUMN word TYPE varchar(64) COLLATE "C"')


def index_last_access_with_never_first(apps, schema_editor):
    """SQLite takes NULL for the smallest value, as the order asked for does; PostgreSQL for the largest."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX secret_by_last_access_or_never"
            " ON secrets_app_secret (account_id, region, last_accessed_on NULLS FIRST, id)"
        )


def drop_index_of_last_access(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX secret_by_last_access_or_never")


def index_tags_by_their_characters(apps, schema_editor):
    """As prefixes of them are asked for. On SQLite the indexes that there are serve."""
    if schema_editor.connection.vendor == "postgresql":
        for column in ("key", "value"):
            schema_editor.execute(
                f'CREATE INDEX tag_by_{column}_bytes ON secrets_app_tag ({column} COLLATE "C", secret_id)'
            )


def drop_indexes_of_tags(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for column in ("key", "value"):
            schema_editor.execute(f"DROP INDEX tag_by_{column}_bytes")


def write_words(apps, schema_editor):
    Secret, Tag, SearchWord = (apps.get_model("secrets_app", name) for name in ("Secret", "Tag", "SearchWord"))
    last = 0
    while True:
        secrets = list(
            Secret.objects.filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", "account_id", "region", "name", "description")[:_AT_ONCE]
        )
        if not secrets:
            return
        first, last = secrets[0][0], secrets[-1][0]
        tags = {}
        tagged = Tag.objects.filter(secret_id__gte=first, secret_id__lte=last)
        for pk, *tag in tagged.values_list("secret_id", "key", "value"):
            tags.setdefault(pk, []).append(tag)
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {SearchWord._meta.db_table} (secret_id, scope, place, word) VALUES (%s, %s, %s, %s)",
                [
                    (pk, search_words.scope(account, region), place, word)
                    for pk, account, region, name, description in secrets
                    for place, word in sorted(search_words.of(name, description, tags.get(pk, ())))
                ],
            )


class Migration(migrations.Migration):

    dependencies = [
        ('secrets_app', '0005_accounts_made_by_use'),
    ]

    operations = [
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('pk', models.CompositePrimaryKey('secret_id', 'place', 'word', blank=True, editable=False, primary_key=True, serialize=False)),
                ('secret', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='search_words', to='secrets_app.secret')),
                ('place', models.PositiveSmallIntegerField(choices=[(1, 'Description'), (2, 'Elsewhere')])),
                ('word', models.CharField(max_length=64)),
                ('scope', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['scope', 'place', 'word', 'secret'], name='search_word_by_scope')],
            },
        ),
        migrations.AddIndex(
            model_name='secret',
            index=models.Index(condition=models.Q(('primary_region__gt', '')), fields=['account', 'region', 'primary_region'], name='secret_by_primary_region'),
        ),
        migrations.AddIndex(
            model_name='secret',
            index=models.Index(condition=models.Q(('owning_service__gt', '')), fields=['account', 'region', 'owning_service'], name='secret_by_owning_service'),
        ),
        migrations.RunPython(order_words_by_their_characters, migrations.RunPython.noop),
        migrations.RunPython(index_last_access_with_never_first, drop_index_of_last_access),
        migrations.RunPython(index_tags_by_their_characters, drop_indexes_of_tags),
        migrations.RunPython(write_words, migrations.RunPython.noop),
    ]
