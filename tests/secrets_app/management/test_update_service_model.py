import io

from django.core.management import call_command

from secrets_app.management.commands.update_service_model import differences, without_documentation


def test_documentation_goes_and_shapes_stay() -> None:
    published = {
        "shapes": {"TagType": {"type": "structure", "documentation": "<p>A tag.</p>", "members": {"Key": {}}}},
        "examples": {},
        "operations": [{"name": "TagResource", "documentationUrl": "somewhere"}],
    }

    assert without_documentation(published) == {
        "shapes": {"TagType": {"type": "structure", "members": {"Key": {}}}},
        "operations": [{"name": "TagResource"}],
    }


def test_what_changed_is_told_place_by_place() -> None:
    old = {"shapes": {"Name": {"max": 64, "min": 1}, "Gone": {}}}
    new = {"shapes": {"Name": {"max": 128, "min": 1}, "New": {}}}

    assert list(differences(old, new)) == ["- shapes.Gone", "~ shapes.Name.max: 64 -> 128", "+ shapes.New"]


def test_the_vendored_models_are_those_of_the_locked_botocore() -> None:
    """An upgrade of botocore brings new operations to our notice here; it never changes the API by itself."""
    output = io.StringIO()

    call_command("update_service_model", dry_run=True, stdout=output)

    names = ("secretsmanager-2017-10-17", "kms-2014-11-01", "iam-2010-05-08", "sts-2011-06-15")
    assert output.getvalue() == "".join(f"{name}.json: 0 changes\n" for name in names)
