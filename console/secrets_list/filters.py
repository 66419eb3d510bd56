"""The search box: from what a person types to the Filters of ListSecrets, all of it in the URL."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_secretsmanager.type_defs import FilterTypeDef

_NOT_SEARCHABLE = re.compile(r"[^a-zA-Z0-9 :_@/+=.\-!]+")  # FilterValueStringType in the service model

# What the select offers, in AWS's words -> the Key of a filter.
PROPERTIES = {
    "all": "All properties",
    "name": "Secret name",
    "description": "Description",
    "tag-key": "Tag key",
    "tag-value": "Tag value",
    "owning-service": "Managed by",
    "primary-region": "Primary Region",
}
RULES = {
    "all": "Finds words in name, description and tags, whatever their case. ! in front excludes.",
    "name": "Finds names that begin with this; upper and lower case differ. ! in front excludes.",
    "description": "Finds words in the description, whatever their case. ! in front excludes.",
    "tag-key": "Finds tag keys that begin with this; upper and lower case differ. ! in front excludes.",
    "tag-value": "Finds tag values that begin with this; upper and lower case differ. ! in front excludes.",
    "owning-service": "Finds secrets whose managing service begins with this. ! in front excludes.",
    "primary-region": "Finds replicated secrets whose primary Region begins with this. ! in front excludes.",
}


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for. `text` "" searches for nothing."""

    filter_property: str
    text: str

    @property
    def filters(self) -> "list[FilterTypeDef]":
        if not self.text:
            return []
        return [{"Key": self.filter_property, "Values": [self.text]}]  # type: ignore[typeddict-item]


def read(parameters: "dict[str, str]") -> Search:
    """Free text may hold anything: as the console documents, characters that are no part of words are ignored there."""
    chosen = parameters.get("property", "all")
    chosen = chosen if chosen in PROPERTIES else "all"
    text = parameters.get("search", "").strip()
    return Search(chosen, _NOT_SEARCHABLE.sub(" ", text).strip() if chosen in ("all", "description") else text)
