"""IAM: users, groups, roles and their policies. The evaluator of policies is in secrets_app/iam/."""
