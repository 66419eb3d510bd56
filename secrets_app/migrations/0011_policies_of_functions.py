from django.db import migrations, models

import secrets_app.models.rotation


def take_over(apps, schema_editor):
    """A function that Secrets Manager might not invoke has no policy."""
    functions = apps.get_model("secrets_app", "RotationFunction").objects
    functions.filter(allows_secrets_manager=False).update(resource_policy="")


def give_back(apps, schema_editor):
    functions = apps.get_model("secrets_app", "RotationFunction").objects
    functions.filter(resource_policy="").update(allows_secrets_manager=False)


class Migration(migrations.Migration):
    dependencies = [("secrets_app", "0010_inline_policies_have_no_arn")]

    operations = [
        migrations.AddField(
            model_name="rotationfunction",
            name="resource_policy",
            field=models.TextField(blank=True, default=secrets_app.models.rotation.secrets_manager_may_invoke),
        ),
        migrations.AddField(
            model_name="rotationfunction",
            name="external_type",
            field=models.CharField(blank=True, max_length=256, default=""),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="rotationfunction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_type", ""), _negated=True),
                fields=("account", "region", "external_type"),
                name="one_function_per_external_type",
            ),
        ),
        migrations.RunPython(take_over, give_back),
        migrations.RemoveField(model_name="rotationfunction", name="allows_secrets_manager"),
    ]
