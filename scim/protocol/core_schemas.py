"""The core schemas as data: common attributes, User, Group, Enterprise User (RFC 7643).

Characteristics follow Section 8.7.1, except where the RFC's own text or what servers must keep
apart says otherwise: references and ids are case-exact (Sections 2.3.7 and 3.1), binary values
too (Section 2.3.6), and a Group's ``displayName`` is required (Section 4.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from naming.rules import GROUP_NAMES, USER_NAMES
from scim.protocol import urns
from scim.protocol.schemas import Attribute, ResourceType, Schema

if TYPE_CHECKING:
    from scim.protocol.schemas import AttributeType


def _plural(
    name: str,
    description: str,
    *,
    types: tuple[str, ...] = (),
    value_type: AttributeType = "string",
    value_description: str,
) -> Attribute:
    """Return a multi-valued attribute with the default sub-attributes of Section 2.4."""
    return Attribute(
        name=name,
        type="complex",
        multi_valued=True,
        description=description,
        sub_attributes=(
            Attribute(
                name="value",
                type=value_type,
                case_exact=value_type != "string",
                reference_types=("external",) if value_type == "reference" else (),
                description=value_description,
            ),
            Attribute(name="display", description="A label for people to read."),
            _type_of(types),
            _PRIMARY,
        ),
    )


def _type_of(types: tuple[str, ...]) -> Attribute:
    return Attribute(name="type", description="What the value is used for.", canonical_values=types)


_PRIMARY: Final = Attribute(
    name="primary",
    type="boolean",
    description="Whether this is the preferred value; at most one value is.",
)

COMMON: Final = (
    Attribute(
        name="schemas",
        type="reference",
        multi_valued=True,
        required=True,
        mutability="readOnly",
        returned="always",
        reference_types=("uri",),
        description="URNs of the schemas that this resource uses.",
    ),
    Attribute(
        name="id",
        case_exact=True,
        mutability="readOnly",
        returned="always",
        uniqueness="server",
        description="The service provider's identifier of the resource; it never changes.",
    ),
    Attribute(
        name="externalId",
        case_exact=True,
        description="The client's own identifier of the resource.",
    ),
    Attribute(
        name="meta",
        type="complex",
        mutability="readOnly",
        description="What the service provider records about the resource.",
        sub_attributes=(
            Attribute(
                name="resourceType",
                case_exact=True,
                mutability="readOnly",
                description="The name of the resource type.",
            ),
            Attribute(
                name="created",
                type="dateTime",
                mutability="readOnly",
                description="When the resource was created.",
            ),
            Attribute(
                name="lastModified",
                type="dateTime",
                mutability="readOnly",
                description="When the resource last changed.",
            ),
            Attribute(
                name="location",
                type="reference",
                case_exact=True,
                mutability="readOnly",
                reference_types=("uri",),
                description="The URL of the resource.",
            ),
            Attribute(
                name="version",
                case_exact=True,
                mutability="readOnly",
                description="The entity tag of the resource.",
            ),
        ),
    ),
)
"""Attributes of every resource (RFC 7643, Section 3.1), which ``/Schemas`` does not list."""

_NAME: Final = Attribute(
    name="name",
    type="complex",
    description="The parts of the person's name.",
    sub_attributes=(
        Attribute(name="formatted", description="The full name, ready to be shown."),
        Attribute(name="familyName", description="The family name, or last name."),
        Attribute(name="givenName", description="The given name, or first name."),
        Attribute(name="middleName", description="The middle names."),
        Attribute(name="honorificPrefix", description="What goes before, such as 'Dr.'."),
        Attribute(name="honorificSuffix", description="What goes after, such as 'III'."),
    ),
)

_ADDRESSES: Final = Attribute(
    name="addresses",
    type="complex",
    multi_valued=True,
    description="Postal addresses.",
    sub_attributes=(
        Attribute(name="formatted", description="The full address, ready to be printed."),
        Attribute(name="streetAddress", description="Street, house number, post box."),
        Attribute(name="locality", description="The city or locality."),
        Attribute(name="region", description="The state or region."),
        Attribute(name="postalCode", description="The postal code."),
        Attribute(name="country", description="The country, as an ISO 3166-1 alpha-2 code."),
        _type_of(("work", "home", "other")),
        _PRIMARY,
    ),
)

_GROUPS: Final = Attribute(
    name="groups",
    type="complex",
    multi_valued=True,
    mutability="readOnly",
    description="Groups the person belongs to; changed through the groups.",
    sub_attributes=(
        Attribute(
            name="value",
            case_exact=True,
            mutability="readOnly",
            description="The id of the group.",
        ),
        Attribute(
            name="$ref",
            type="reference",
            case_exact=True,
            mutability="readOnly",
            reference_types=("User", "Group"),
            description="The URL of the group.",
        ),
        Attribute(name="display", mutability="readOnly", description="The name of the group."),
        Attribute(
            name="type",
            mutability="readOnly",
            canonical_values=("direct", "indirect"),
            description="Whether the membership is direct or through another group.",
        ),
    ),
)

USER_SCHEMA: Final = Schema(
    id=urns.USER,
    name="User",
    description="User Account",
    attributes=(
        Attribute(
            name="userName",
            required=True,
            uniqueness="server",
            names=USER_NAMES,
            description="What the person signs in with; unique in the tenant in any letter case.",
        ),
        _NAME,
        Attribute(name="displayName", description="The name shown to other people."),
        Attribute(name="nickName", description="What the person is called informally."),
        Attribute(
            name="profileUrl",
            type="reference",
            case_exact=True,
            reference_types=("external",),
            description="The URL of a page about the person.",
        ),
        Attribute(name="title", description="The job title."),
        Attribute(name="userType", description="The relation to the organisation."),
        Attribute(name="preferredLanguage", description="The language to talk to the person in."),
        Attribute(name="locale", description="The locale for formatting dates and numbers."),
        Attribute(name="timezone", description="The time zone, as in 'Europe/Brussels'."),
        Attribute(
            name="active",
            type="boolean",
            description="Whether the person may sign in.",
        ),
        Attribute(
            name="password",
            case_exact=True,
            mutability="writeOnly",
            returned="never",
            description="A clear-text password to set; never given back.",
        ),
        _plural(
            "emails",
            "E-mail addresses.",
            types=("work", "home", "other"),
            value_description="The e-mail address.",
        ),
        _plural(
            "phoneNumbers",
            "Telephone numbers.",
            types=("work", "home", "mobile", "fax", "pager", "other"),
            value_description="The telephone number.",
        ),
        _plural(
            "ims",
            "Instant messaging addresses.",
            types=("aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
            value_description="The instant messaging address.",
        ),
        _plural(
            "photos",
            "URLs of pictures of the person.",
            types=("photo", "thumbnail"),
            value_type="reference",
            value_description="The URL of the picture.",
        ),
        _ADDRESSES,
        _GROUPS,
        _plural(
            "entitlements",
            "Things the person is entitled to.",
            value_description="The entitlement.",
        ),
        _plural("roles", "Roles of the person.", value_description="The role."),
        _plural(
            "x509Certificates",
            "Certificates issued to the person.",
            value_type="binary",
            value_description="The certificate, DER in base64.",
        ),
    ),
)

ENTERPRISE_USER_SCHEMA: Final = Schema(
    id=urns.ENTERPRISE_USER,
    name="EnterpriseUser",
    description="Enterprise User",
    attributes=(
        Attribute(name="employeeNumber", description="The number given by the organisation."),
        Attribute(name="costCenter", description="The cost centre."),
        Attribute(name="organization", description="The organisation."),
        Attribute(name="division", description="The division."),
        Attribute(name="department", description="The department."),
        Attribute(
            name="manager",
            type="complex",
            description="The person's manager.",
            sub_attributes=(
                Attribute(
                    name="value", case_exact=True, description="The id of the manager's user."
                ),
                Attribute(
                    name="$ref",
                    type="reference",
                    case_exact=True,
                    reference_types=("User",),
                    description="The URL of the manager's user.",
                ),
                Attribute(
                    name="displayName",
                    mutability="readOnly",
                    description="The manager's display name.",
                ),
            ),
        ),
    ),
)

GROUP_SCHEMA: Final = Schema(
    id=urns.GROUP,
    name="Group",
    description="Group",
    attributes=(
        Attribute(
            name="displayName",
            required=True,
            names=GROUP_NAMES,
            description="The name of the group.",
        ),
        Attribute(
            name="members",
            type="complex",
            multi_valued=True,
            description="The users and groups that belong to the group.",
            sub_attributes=(
                Attribute(
                    name="value",
                    case_exact=True,
                    mutability="immutable",
                    description="The id of the member.",
                ),
                Attribute(
                    name="$ref",
                    type="reference",
                    case_exact=True,
                    mutability="immutable",
                    reference_types=("User", "Group"),
                    description="The URL of the member.",
                ),
                Attribute(
                    name="type",
                    mutability="immutable",
                    canonical_values=("User", "Group"),
                    description="Whether the member is a user or a group.",
                ),
                Attribute(
                    name="display",
                    # Read for each member, and seldom wanted: sent when a client names it.
                    mutability="readOnly",
                    returned="request",
                    description="The name of the member.",
                ),
            ),
        ),
    ),
)

USER: Final = ResourceType(
    name="User",
    endpoint="/Users",
    description="User Account",
    schema=USER_SCHEMA,
    extensions=(ENTERPRISE_USER_SCHEMA,),
    common=COMMON,
)
GROUP: Final = ResourceType(
    name="Group",
    endpoint="/Groups",
    description="Group",
    schema=GROUP_SCHEMA,
    common=COMMON,
)
