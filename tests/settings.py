"""The settings of the tests: console.settings, in a folder of their own, whatever the developer's environment says."""

import atexit
import base64
import os
import shutil
import tempfile
from pathlib import Path

_folder = Path(tempfile.mkdtemp(prefix="secrets-console-tests-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)

for _name in (
    *("HOST", "PORT", "PUBLIC_ENDPOINT", "SECRET_KEY", "DEMO", "DEMO_PASSWORD", "DEBUG", "BEHIND_TLS", "ALLOWED_HOSTS"),
    *("AUTH", "AUTH_PERMISSIVE_ANYWHERE"),
):
    os.environ.pop(_name, None)
os.environ["DATA_DIR"] = str(_folder / "data")
os.environ["ROOT_KEY"] = base64.b64encode(bytes(range(32))).decode()
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")
# Playwright keeps an event loop running in the main thread; Django would refuse every query beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]
(_folder / "data").mkdir()

from console.settings import *  # noqa: E402, F403
from console.settings import STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a tenth of a second less per user
STATIC_ROOT = _folder
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
