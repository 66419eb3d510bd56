"""Signing in as a user of an account, by name and password."""

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from secrets_app.principals import SignInUser as User
from secrets_app.principals import user_by_name, user_by_pk


class PrincipalBackend(BaseBackend):
    def authenticate(
        self,
        request: HttpRequest | None,  # noqa: ARG002  the signature Django calls
        username: str | None = None,
        password: str | None = None,
        account: str | None = None,
        **credentials: object,
    ) -> User | None:
        del credentials
        if not username or password is None or not account:
            return None
        user = user_by_name(account, username)
        if user is None:
            make_password(password)  # the same work for an unknown name, so that time does not tell
            return None
        return user if user.is_active and user.check_password(password) else None

    def get_user(self, user_id: int) -> User | None:
        return user_by_pk(user_id)
