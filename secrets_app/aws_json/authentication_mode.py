"""How callers are known: by their signatures, or, with AUTH=permissive, not at all. Chosen once, at the start."""

from django.conf import settings

from . import authentication, permissive

authenticate = permissive.authenticate if settings.AUTH == "permissive" else authentication.authenticate
