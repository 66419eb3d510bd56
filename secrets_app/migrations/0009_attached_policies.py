from django.db import migrations


def attach(apps, schema_editor):
    """What was a copy of a policy that AWS manages becomes an attachment of that policy."""
    IdentityPolicy = apps.get_model("secrets_app", "IdentityPolicy")
    PolicyAttachment = apps.get_model("secrets_app", "PolicyAttachment")
    copies = IdentityPolicy.objects.exclude(arn="")
    for policy in copies:
        PolicyAttachment.objects.create(principal_id=policy.principal_id, policy_arn=policy.arn)
    copies.delete()


class Migration(migrations.Migration):

    dependencies = [
        ("secrets_app", "0008_identities"),
    ]

    operations = [
        migrations.RunPython(attach, migrations.RunPython.noop),
    ]
