"""The policy evaluator: who may do what to which secret. Pure: no Django, no clock, no database, and it never raises.

policy_document.parse() takes a policy apart once, evaluate.evaluate() answers one request with it.
"""
