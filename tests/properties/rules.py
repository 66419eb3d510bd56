"""The documented rules of Secrets Manager as a small pure model: a request's document in, the answer's document out.

No HTTP, no database, no clock, nothing of the product. Facts: api.md 2 to 5. Dates are DATE or DAY, lists whose order
nobody documents are sorted, and an ARN that is made by the call is NEW_ARN until `learn_arn` is told.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
MOST_LABELS, MOST_TAGS, MOST_BYTES = 20, 50, 65_536
HOME = "us-west-2"
DATE, DAY, NEW_ARN = "<date>", "<day>", "<new ARN>"
NOT_FOUND, BAD_REQUEST, BAD_PARAMETER, EXISTS, INVALID, LIMIT = (
    "ResourceNotFoundException",
    "InvalidRequestException",
    "InvalidParameterException",
    "ResourceExistsException",
    "ValidationException",
    "LimitExceededException",
)

Document = Mapping[str, Any]
Reply = dict[str, Any]


class Refused(Exception):  # noqa: N818  an answer, not a fault
    """codes: more than one where two rules apply and nobody documents which is looked at first."""

    def __init__(self, *codes: str) -> None:
        super().__init__(*codes)
        self.codes = codes


@dataclass
class Secret:
    name: str
    arn: str = NEW_ARN
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    was_tagged: bool = False
    values: dict[str, Reply] = field(default_factory=dict)  # version id -> SecretString or SecretBinary
    labels: dict[str, str] = field(default_factory=dict)  # label -> version id: never on two versions
    read: set[str] = field(default_factory=set)  # version ids
    policy: str = ""
    replicas: set[str] = field(default_factory=set)
    is_marked: bool = False

    def labels_of(self, version_id: str) -> list[str]:
        return sorted(label for label, holder in self.labels.items() if holder == version_id)

    def move(self, label: str, version_id: str) -> None:
        """AWSCURRENT leaves AWSPREVIOUS behind (recorded; api.md 4.4)."""
        before = self.labels.get(label)
        if before == version_id:
            return
        if label == CURRENT:
            if self.labels.get(PREVIOUS) == version_id:
                del self.labels[PREVIOUS]
            if before is not None:
                self.labels[PREVIOUS] = before
        self.labels[label] = version_id

    def attach(self, labels: list[str], version_id: str) -> None:
        """All of them or none: twenty at most over all versions, AWSPREVIOUS among them (documented quota)."""
        before = dict(self.labels)
        for label in labels:
            self.move(label, version_id)
        if len(self.labels) > MOST_LABELS:
            self.labels = before
            raise Refused(LIMIT)


class Rules:
    def __init__(self) -> None:
        self.secrets: dict[str, Secret] = {}  # by name, in order of creation

    def answer(self, operation: str, request: Document) -> Reply:
        """What the call answers, and what it changes. Raises Refused; characters of names before anything else."""
        if not _is_name(request.get("Name") or request.get("SecretId", "arn:")):
            raise Refused(INVALID)
        run: Callable[[Document], Reply] = getattr(self, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())
        return run(request)

    def learn_arn(self, name: str, arn: str) -> None:
        self.secrets[name].arn = arn

    # --- a secret ----------------------------------------------------------------------------------

    def create_secret(self, request: Document) -> Reply:
        name, token = request["Name"], _token(request)
        value = _value(request)
        tags = _tags(request.get("Tags", []))
        found = self.secrets.get(name)
        if found is not None and found.is_marked:
            raise Refused(BAD_REQUEST)
        if found is not None:
            if not value or found.values.get(token) != value:
                raise Refused(EXISTS)
            return _named(found, VersionId=token)
        made = Secret(name, description=request.get("Description", ""), tags=tags, was_tagged=bool(tags))
        if value:
            made.values[token] = value
            made.move(CURRENT, token)
        self.secrets[name] = made
        return _named(made, **({"VersionId": token} if value else {}))

    def describe_secret(self, request: Document) -> Reply:
        secret = self._find(request)
        staged = {version_id: secret.labels_of(version_id) for version_id in secret.values}
        return _present(
            **_entry(secret),
            VersionIdsToStages={version_id: labels for version_id, labels in staged.items() if labels} or None,
            ReplicationStatus=sorted(secret.replicas) or None,
        )

    def update_secret(self, request: Document) -> Reply:
        token, value = _token(request), _value(request)
        secret = self._usable(request)
        if value and secret.values.get(token, value) != value:
            raise Refused(EXISTS)
        if value and token not in secret.values:
            _store(secret, token, value, [])
        secret.description = request.get("Description", secret.description)
        return _named(secret, **({"VersionId": token} if value else {}))

    def delete_secret(self, request: Document) -> Reply:
        window, force = request.get("RecoveryWindowInDays"), request.get("ForceDeleteWithoutRecovery", False)
        if window is not None and (force or not 7 <= window <= 30):
            raise Refused(BAD_PARAMETER)
        try:
            secret = self._find(request)
        except Refused as refusal:
            if force and refusal.codes == (NOT_FOUND,):
                return {"ARN": NEW_ARN, "Name": DATE, "DeletionDate": DATE}
            raise
        if secret.replicas:
            raise Refused(BAD_PARAMETER)
        if force:
            del self.secrets[secret.name]
        elif secret.is_marked:
            raise Refused(BAD_REQUEST)
        secret.is_marked = True
        return _named(secret, DeletionDate=DATE)

    def restore_secret(self, request: Document) -> Reply:
        secret = self._find(request)
        secret.is_marked = False
        return _named(secret)

    def list_secrets(self, request: Document) -> Reply:
        """Pages put together: what all of them hold. The filters are one on names, and optionally one on tag keys."""
        marked_too = request.get("IncludePlannedDeletion", False)
        found = [secret for secret in self._matching(request["Filters"]) if marked_too or not secret.is_marked]
        if request.get("SortBy") == "name":
            found.sort(key=lambda secret: secret.name)
        if request.get("SortOrder") == "desc":
            found.reverse()
        return {"SecretList": [_present(**_entry(secret), **_staged(secret)) for secret in found]}

    # --- values ------------------------------------------------------------------------------------

    def get_secret_value(self, request: Document) -> Reply:
        secret = self._usable(request)
        version_id, label = request.get("VersionId"), request.get("VersionStage")
        if version_id is None:
            version_id = secret.labels.get(label or CURRENT)
        elif version_id in secret.values and label is not None and secret.labels.get(label) != version_id:
            raise Refused(BAD_REQUEST)
        if version_id not in secret.values:
            raise Refused(NOT_FOUND)
        secret.read.add(version_id)
        return _read(secret, version_id)

    def batch_get_secret_value(self, request: Document) -> Reply:
        """Of ids; or of a filter, pages put together. What can't be read is told per secret."""
        wanted, filters = request.get("SecretIdList"), request.get("Filters")
        if (wanted is None) == (filters is None) or (filters is None and "MaxResults" in request):
            raise Refused(BAD_PARAMETER)
        if wanted is None:
            wanted = [secret.arn for secret in self._matching(filters or []) if not secret.is_marked]
        values, errors = [], []
        for secret_id in wanted:
            try:
                values.append(self.get_secret_value({"SecretId": secret_id}))
            except Refused as refusal:
                errors.append({"SecretId": secret_id, "ErrorCode": refusal.codes[0]})
        return {"SecretValues": values, "Errors": errors}

    def put_secret_value(self, request: Document) -> Reply:
        token, value = _token(request), _value(request)
        if not value:
            raise Refused(BAD_REQUEST)
        secret = self._usable(request)
        if token in secret.values:
            if secret.values[token] != value:
                raise Refused(EXISTS)
        else:
            _store(secret, token, value, request.get("VersionStages", []))
        labels = secret.labels_of(token)
        return _named(secret, VersionId=token, **({"VersionStages": labels} if labels else {}))

    # --- versions ----------------------------------------------------------------------------------

    def list_secret_version_ids(self, request: Document) -> Reply:
        secret = self._find(request)
        deprecated_too = request.get("IncludeDeprecated", False)
        entries = [
            _present(
                VersionId=version_id,
                VersionStages=secret.labels_of(version_id) or None,
                CreatedDate=DATE,
                LastAccessedDate=DAY if version_id in secret.read else None,
                KmsKeyIds=["DefaultEncryptionKey"],
            )
            for version_id in sorted(secret.values)
            if deprecated_too or secret.labels_of(version_id)
        ]
        return _named(secret, Versions=entries)

    def update_secret_version_stage(self, request: Document) -> Reply:
        secret = self._usable(request)
        label, source, target = (
            request["VersionStage"],
            request.get("RemoveFromVersionId"),
            request.get("MoveToVersionId"),
        )
        holder = secret.labels.get(label)
        broken = []
        if any(version_id not in secret.values for version_id in (source, target) if version_id is not None):
            broken.append(NOT_FOUND)
        if (
            (source is None and target is None)
            or (source is None and holder not in (None, target))
            or (source is not None and source != holder)
            or (label == CURRENT and target is None)
        ):
            broken.append(BAD_PARAMETER)
        if broken:
            raise Refused(*broken)
        if target is None:
            del secret.labels[label]
            return _named(secret)
        secret.attach([label], target)
        return _named(secret)

    # --- tags, policy, replicas --------------------------------------------------------------------

    def tag_resource(self, request: Document) -> Reply:
        tags = _tags(request["Tags"])
        secret = self._usable(request)
        if len(secret.tags.keys() | tags.keys()) > MOST_TAGS:
            raise Refused(LIMIT)
        secret.tags.update(tags)
        secret.was_tagged = secret.was_tagged or bool(tags)
        return {}

    def untag_resource(self, request: Document) -> Reply:
        if any(key.lower().startswith("aws:") for key in request["TagKeys"]):
            raise Refused(BAD_PARAMETER)
        secret = self._usable(request)
        for key in request["TagKeys"]:
            secret.tags.pop(key, None)
        return {}

    def put_resource_policy(self, request: Document) -> Reply:
        secret = self._usable(request)
        try:
            json.loads(request["ResourcePolicy"])
        except ValueError:
            raise Refused("MalformedPolicyDocumentException") from None
        if '"Principal": "*"' in request["ResourcePolicy"] and request.get("BlockPublicPolicy", False):
            raise Refused("PublicPolicyException")
        secret.policy = request["ResourcePolicy"]
        return _named(secret)

    def get_resource_policy(self, request: Document) -> Reply:
        secret = self._usable(request)
        return _named(secret, **({"ResourcePolicy": secret.policy} if secret.policy else {}))

    def delete_resource_policy(self, request: Document) -> Reply:
        secret = self._usable(request)
        secret.policy = ""
        return _named(secret)

    def replicate_secret_to_regions(self, request: Document) -> Reply:
        named = [entry["Region"] for entry in request["AddReplicaRegions"]]
        wrong = [BAD_PARAMETER] if HOME in named or len(set(named)) < len(named) else []
        secret = self._usable(request, *wrong)
        if wrong:
            raise Refused(*wrong)
        secret.replicas |= set(named)
        return {"ARN": secret.arn, "ReplicationStatus": sorted(secret.replicas)}

    def remove_regions_from_replication(self, request: Document) -> Reply:
        secret = self._usable(request)
        if not secret.replicas.issuperset(request["RemoveReplicaRegions"]):
            raise Refused(BAD_PARAMETER)
        secret.replicas -= set(request["RemoveReplicaRegions"])
        return {"ARN": secret.arn, "ReplicationStatus": sorted(secret.replicas)}

    # --- which secret ------------------------------------------------------------------------------

    def _find(self, request: Document, *also: str) -> Secret:
        """A name, an ARN, or an ARN without its hyphen and six characters; what ends in those is taken for a whole
        one (recorded; api.md 4.2)."""
        wanted = request["SecretId"]
        if not _is_name(wanted):
            raise Refused(INVALID)
        for secret in self.secrets.values():
            partial = secret.arn[:-7] if re.search(r"-[A-Za-z0-9]{6}$", wanted) is None else None
            if wanted in (secret.name, secret.arn, partial):
                return secret
        raise Refused(NOT_FOUND, *also)

    def _usable(self, request: Document, *also: str) -> Secret:
        secret = self._find(request, *also)
        if secret.is_marked:
            raise Refused(BAD_REQUEST, *also)
        return secret

    def _matching(self, filters: list[Document]) -> list[Secret]:
        """In order of creation: the names that begin with a prefix, the secrets with a tag whose key does."""
        (names, *tag_keys) = [one["Values"][0] for one in filters]
        return [
            secret
            for secret in self.secrets.values()
            if secret.name.startswith(names)
            and all(any(key.startswith(wanted) for key in secret.tags) for wanted in tag_keys)
        ]


def _is_name(wanted: str) -> bool:
    return wanted.startswith("arn:") or re.fullmatch(r"[A-Za-z0-9/_+=.@!-]+", wanted) is not None


def _token(request: Document) -> str:
    if "ClientRequestToken" not in request:
        raise Refused(BAD_REQUEST)
    return str(request["ClientRequestToken"])


def _value(request: Document) -> Reply:
    found = {name: request[name] for name in ("SecretString", "SecretBinary") if name in request}
    if len(found) == 2:
        raise Refused(BAD_PARAMETER)
    return found


def _tags(given: list[Document]) -> dict[str, str]:
    keys = [tag["Key"] for tag in given]
    if len(set(keys)) < len(keys) or any(key.lower().startswith("aws:") for key in keys):
        raise Refused(BAD_PARAMETER)
    return {tag["Key"]: tag["Value"] for tag in given}


def _store(secret: Secret, token: str, value: Reply, stages: list[str]) -> None:
    """A new version. Where it becomes current by the way, AWSPENDING leaves whoever had it (recorded; api.md 4.4)."""
    wanted = stages or [CURRENT]
    if CURRENT not in secret.labels and CURRENT not in wanted:
        wanted = [*wanted, CURRENT]
    secret.attach(wanted, token)
    if CURRENT in wanted and secret.labels.get(PENDING, token) != token:
        del secret.labels[PENDING]
    secret.values[token] = value


def _named(secret: Secret, **more: Any) -> Reply:
    return {"ARN": secret.arn, "Name": secret.name, **more}


def _present(**members: Any) -> Reply:
    """Absent means absent."""
    return {name: value for name, value in members.items() if value is not None}


def _entry(secret: Secret) -> Reply:
    return {
        "ARN": secret.arn,
        "Name": secret.name,
        "Description": secret.description or None,
        "LastChangedDate": DATE,
        "LastAccessedDate": DAY if secret.read else None,
        "DeletedDate": DATE if secret.is_marked else None,
        "Tags": [{"Key": key, "Value": value} for key, value in secret.tags.items()] if secret.was_tagged else None,
        "CreatedDate": DATE,
        "PrimaryRegion": HOME if secret.replicas else None,
    }


def _staged(secret: Secret) -> Reply:
    staged = {version_id: secret.labels_of(version_id) for version_id in secret.values}
    return {"SecretVersionsToStages": {version_id: labels for version_id, labels in staged.items() if labels} or None}


def _read(secret: Secret, version_id: str) -> Reply:
    return _present(
        **_named(secret, VersionId=version_id, CreatedDate=DATE),
        **secret.values[version_id],
        VersionStages=secret.labels_of(version_id) or None,
    )
