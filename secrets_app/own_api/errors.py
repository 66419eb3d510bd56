"""Refusals that only our own addresses know; AWS's protocols have one address and one method."""

from secrets_app.errors import AwsError


class NotFoundException(AwsError):
    status = 404


class MethodNotAllowedException(AwsError):
    status = 405
