"""The kinds of secret the wizard offers, and the values the console itself writes for credentials of databases.

Titles and their order: console.md 3.1. Structures: AWS's "JSON structure of Secrets Manager database credential
secrets", as rotation.md 2.2 has it; rotation functions read them.
"""

import json
from collections.abc import Mapping
from typing import Any

RDS, DOCUMENTDB, REDSHIFT, DATABASE = "rds", "documentdb", "redshift", "database"
EXTERNAL, OTHER = "external", "other"
DATABASES = {RDS, DOCUMENTDB, REDSHIFT, DATABASE}

TITLES = {
    RDS: "Credentials for Amazon RDS database",
    DOCUMENTDB: "Credentials for Amazon DocumentDB database",
    REDSHIFT: "Credentials for Amazon Redshift data warehouse",
    DATABASE: "Credentials for other database",
    EXTERNAL: "Managed external secret",
    OTHER: "Other type of secret",
}
DESCRIPTIONS = {
    RDS: "Aurora too.",
    EXTERNAL: "A credential of a partner's service.",
    OTHER: "API key, OAuth token, other.",
}

ENGINES_OF_RDS = [
    ("mysql", "MySQL"),
    ("aurora-mysql", "Aurora MySQL"),
    ("postgres", "PostgreSQL"),
    ("aurora-postgresql", "Aurora PostgreSQL"),
    ("mariadb", "MariaDB"),
    ("oracle", "Oracle"),
    ("sqlserver", "SQL Server"),
    ("db2", "Db2"),
]
ENGINES_OF_OTHERS = [
    ("mysql", "MySQL"),
    ("mariadb", "MariaDB"),
    ("oracle", "Oracle"),
    ("postgres", "PostgreSQL"),
    ("sqlserver", "SQL Server"),
]
DEFAULT_PORTS = {
    "mysql": 3306,
    "aurora-mysql": 3306,
    "mariadb": 3306,
    "postgres": 5432,
    "aurora-postgresql": 5432,
    "oracle": 1521,
    "sqlserver": 1433,
    "db2": 50000,
    "mongo": 27017,
    "redshift": 5439,
}
_IDENTIFIERS = {RDS: "dbInstanceIdentifier", DOCUMENTDB: "dbClusterIdentifier", REDSHIFT: "dbClusterIdentifier"}

# Partner -> types, as AWS names them (mid-2026). Another one may be typed.
PARTNERS = {
    "BigID": ["BigIDClientSecret"],
    "Cisco": ["CiscoSecurityPlatformApiKey"],
    "Confluent Cloud": ["ConfluentCloudApiKey"],
    "Databricks": ["DatabricksPAT", "DatabricksSPSecret"],
    "Datadog": ["DatadogApiKey", "DatadogApplicationKey", "DatadogAdminKey"],
    "GitLab": ["GitLabAccessToken"],
    "Jenkins": ["JenkinsApiToken"],
    "MongoDB Atlas": ["MongoDBAtlasServiceAccount", "MongoDBAtlasDatabaseUser"],
    "Netskope": ["NetskopeApiToken"],
    "Paddle": ["PaddleApiKey"],
    "Salesforce": ["SalesforceClientSecret"],
    "Snowflake": ["SnowflakeKeyPairAuthentication", "SnowflakePat"],
}


def engine(given: Mapping[str, Any]) -> str:
    """What the "engine" member says."""
    fixed = {DOCUMENTDB: "mongo", REDSHIFT: "redshift"}.get(given["secret_type"])
    return fixed or str(given["engine_rds"] if given["secret_type"] == RDS else given["engine_other"])


def credentials(given: Mapping[str, Any], superuser_arn: str = "") -> str:
    """The value of a database's credentials. The port is a number, the engine's default where none was given."""
    found = {
        "username": given["username"],
        "password": given["password"],
        "engine": engine(given),
        "host": given["host"],
        "port": given["port"] or DEFAULT_PORTS[engine(given)],
    }
    if given["dbname"]:
        found["dbname"] = given["dbname"]
    if given["identifier"] and given["secret_type"] in _IDENTIFIERS:
        found[_IDENTIFIERS[given["secret_type"]]] = given["identifier"]
    if superuser_arn:
        found["masterarn"] = superuser_arn
    return json.dumps(found, ensure_ascii=False)
