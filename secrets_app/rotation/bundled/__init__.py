"""Rotation functions that come with this server: ordinary ones, which run on AWS Lambda as they run here.

One that can tell whether a stored credential still works says so here. It is then called with a fifth step,
{"Step": "checkSecret", "SecretId": ARN}, without ClientRequestToken and RotationToken, while no rotation is under way:
it logs in with AWSCURRENT, changes nothing, and ends cleanly; or raises, and the error's text is what a person reads.
AWS knows no such step, so no other function is ever asked.
"""

# Modules of this package whose lambda_handler understands checkSecret.
CAN_CHECK: frozenset[str] = frozenset(
    ["postgresql_single_user", "postgresql_alternating_users", "mysql_single_user", "mysql_alternating_users"]
)
