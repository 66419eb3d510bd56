"""What an operation of IAM answers -> the members of its output shape. Policy documents are percent-encoded there."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from secrets_app.identity import documents
from secrets_app.identity.managed import AnyPolicy, Version
from secrets_app.identity.operations import CreatedAccessKey, DescribedPolicy, Entities, GroupWithUsers, InlinePolicy
from secrets_app.models import AccessKey, Group, Principal
from secrets_app.results import Page

Reply = Mapping[str, Any]
_NEVER = "N/A"  # what IAM says of where a key was used that never was


def _page(member: str, page: Page[Any], entry: Callable[[Any], Any]) -> Reply:
    return {
        member: [entry(item) for item in page.items],
        "IsTruncated": page.next_token is not None,
        "Marker": page.next_token,
    }


def _pages(member: str, entry: Callable[[Any], Any]) -> Callable[[Page[Any]], Reply]:
    return lambda page: _page(member, page, entry)


def _tags(tags: Iterable[tuple[str, str]]) -> list[Reply] | None:
    return [_tag(tag) for tag in tags] or None


def _tag(tag: tuple[str, str]) -> Reply:
    return {"Key": tag[0], "Value": tag[1]}


def _boundary(principal: Principal) -> Reply | None:
    if not principal.boundary_arn:
        return None
    return {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": principal.boundary_arn}


# --- users and keys -----------------------------------------------------------------------------------


def _user(user: Principal) -> Reply:
    """Of a list. The root of an account has its account's number for a name and an id."""
    is_root = user.kind == Principal.Kind.ROOT
    return {
        "Path": None if is_root else user.path,
        "UserName": None if is_root else user.name,
        "UserId": user.account_id if is_root else user.unique_id,
        "Arn": user.arn,
        "CreateDate": user.created_at,
        "PasswordLastUsed": user.last_login,
    }


def _whole_user(user: Principal) -> Reply:
    return {"User": {**_user(user), "PermissionsBoundary": _boundary(user), "Tags": _tags(user.tags.items())}}


def _login_profile(user: Principal) -> Reply:
    return {
        "LoginProfile": {
            "UserName": user.name,
            "CreateDate": user.password_changed_at or user.created_at,
            "PasswordResetRequired": user.must_change_password,
        }
    }


def _created_access_key(created: CreatedAccessKey) -> Reply:
    return {
        "AccessKey": {
            "UserName": created.user.name,
            "AccessKeyId": created.key.access_key_id,
            "Status": "Active",
            "SecretAccessKey": created.key.secret_access_key,
            "CreateDate": created.created_at,
        }
    }


def _access_key(key: AccessKey) -> Reply:
    return {
        "UserName": key.principal.name,
        "AccessKeyId": key.access_key_id,
        "Status": "Active" if key.is_active else "Inactive",
        "CreateDate": key.created_at,
    }


def _last_used(key: AccessKey) -> Reply:
    return {
        "UserName": key.principal.name,
        "AccessKeyLastUsed": {
            "LastUsedDate": key.last_used_at,
            "ServiceName": key.last_used_service or _NEVER,
            "Region": key.last_used_region or _NEVER,
        },
    }


# --- groups and roles ---------------------------------------------------------------------------------


def _group(group: Group) -> Reply:
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.unique_id,
        "Arn": group.arn,
        "CreateDate": group.created_at,
    }


def _group_with_users(found: GroupWithUsers) -> Reply:
    return {"Group": _group(found.group), **_page("Users", found.users, _user)}


def _role(role: Principal) -> Reply:
    """Of a list: without boundary and tags, which only GetRole tells (API reference, ListRoles)."""
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.unique_id,
        "Arn": role.arn,
        "CreateDate": role.created_at,
        "AssumeRolePolicyDocument": quote(documents.shown_trust_policy(role.trust_policy), safe=""),
        "Description": role.description or None,
        "MaxSessionDuration": role.max_session_seconds,
    }


def _whole_role(role: Principal) -> Reply:
    return {"Role": {**_role(role), "PermissionsBoundary": _boundary(role), "Tags": _tags(role.tags.items())}}


# --- policies -----------------------------------------------------------------------------------------


def _policy(described: DescribedPolicy) -> Reply:
    policy = described.policy
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.unique_id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": f"v{policy.default_version}",
        "AttachmentCount": described.attachments,
        "PermissionsBoundaryUsageCount": described.boundaries,
        "IsAttachable": True,
        "CreateDate": policy.created_at,
        "UpdateDate": policy.updated_at,
    }


def _whole_policy(described: DescribedPolicy) -> Reply:
    policy = described.policy
    more = {"Description": policy.description or None, "Tags": _tags(policy.tags.items())}
    return {"Policy": {**_policy(described), **more}}


def _version(version: Version) -> Reply:
    """Of a list, and of what was just made: without the document."""
    return {
        "VersionId": version.version_id,
        "IsDefaultVersion": version.is_default,
        "CreateDate": version.created_at,
    }


def _whole_version(version: Version) -> Reply:
    return {"PolicyVersion": {"Document": quote(version.document, safe=""), **_version(version)}}


def _attached(policy: AnyPolicy) -> Reply:
    return {"PolicyName": policy.name, "PolicyArn": policy.arn}


def _inline(owner: str) -> Callable[[InlinePolicy], Reply]:
    return lambda found: {
        owner: found.owner,
        "PolicyName": found.policy.name,
        "PolicyDocument": quote(found.policy.document, safe=""),
    }


def _entities(found: Entities) -> Reply:
    return {
        "PolicyGroups": [{"GroupName": group.name, "GroupId": group.unique_id} for group in found.groups],
        "PolicyUsers": [{"UserName": user.name, "UserId": user.unique_id} for user in found.users],
        "PolicyRoles": [{"RoleName": role.name, "RoleId": role.unique_id} for role in found.roles],
        "IsTruncated": False,
    }


# Whatever is not here answers nothing.
REPLIES: Mapping[str, Callable[[Any], Reply]] = {
    "CreateAccessKey": _created_access_key,
    "CreateGroup": lambda group: {"Group": _group(group)},
    "CreateLoginProfile": _login_profile,
    "CreatePolicy": _whole_policy,
    "CreatePolicyVersion": lambda version: {"PolicyVersion": _version(version)},
    "CreateRole": _whole_role,
    "CreateUser": _whole_user,
    "GetAccessKeyLastUsed": _last_used,
    "GetGroup": _group_with_users,
    "GetGroupPolicy": _inline("GroupName"),
    "GetLoginProfile": _login_profile,
    "GetPolicy": _whole_policy,
    "GetPolicyVersion": _whole_version,
    "GetRole": _whole_role,
    "GetRolePolicy": _inline("RoleName"),
    "GetUser": _whole_user,
    "GetUserPolicy": _inline("UserName"),
    "ListAccessKeys": _pages("AccessKeyMetadata", _access_key),
    "ListAttachedGroupPolicies": _pages("AttachedPolicies", _attached),
    "ListAttachedRolePolicies": _pages("AttachedPolicies", _attached),
    "ListAttachedUserPolicies": _pages("AttachedPolicies", _attached),
    "ListEntitiesForPolicy": _entities,
    "ListGroupPolicies": _pages("PolicyNames", str),
    "ListGroups": _pages("Groups", _group),
    "ListGroupsForUser": _pages("Groups", _group),
    "ListInstanceProfilesForRole": _pages("InstanceProfiles", _group),
    "ListPolicies": _pages("Policies", _policy),
    "ListPolicyTags": _pages("Tags", _tag),
    "ListPolicyVersions": _pages("Versions", _version),
    "ListRolePolicies": _pages("PolicyNames", str),
    "ListRoles": _pages("Roles", _role),
    "ListRoleTags": _pages("Tags", _tag),
    "ListUserPolicies": _pages("PolicyNames", str),
    "ListUsers": _pages("Users", _user),
    "ListUserTags": _pages("Tags", _tag),
    "UpdateRoleDescription": _whole_role,
}
