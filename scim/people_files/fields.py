"""The fields of a person that a column of a file may fill, and how HR systems call them.

They are those of a source's table (:mod:`scim.sources.mapping`) whose value is one text.  Left out
are whether somebody is active, as nobody is deactivated by a file, and the manager, whom the
resource names by an id.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.errors import NameNotPermittedError
from accounts.models import User
from accounts.names import email_key, user_name_key
from accounts.services.settings_of_user import with_work_address
from accounts.storable import is_storable
from scim.protocol.core_schemas import USER
from scim.protocol.errors import SCIMError
from scim.protocol.patch import apply_operations
from scim.protocol.patch_operations import Operation
from scim.sources.field_labels import FIELD_LABELS, label_of
from scim.sources.mapping import USER_FIELDS, value_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from accounts.services.users import UserFields

_LEFT_OUT: Final = frozenset({"active", "manager"})
FIELDS: Final = tuple(name for name in FIELD_LABELS if name not in _LEFT_OUT)
"""What a column may be, in the order in which it is offered."""
COLUMNS: Final = frozenset(
    {"user_name", "external_id", "email", "given_name", "family_name", "display_name"}
)
"""Those that are columns of a person; the others are among their attributes."""
_LONGEST: Final = {
    name: User._meta.get_field(name).max_length or 0  # type: ignore[union-attr]
    for name in COLUMNS
}
_LONGEST_ATTRIBUTE: Final = 1_000

_CALLED: Final[dict[str, str]] = {
    "user_name": (
        "username login loginname userid upn userprincipalname benutzername anmeldename benutzer "
        "identifiant nomdutilisateur usuario nombredeusuario nomeutente utente gebruikersnaam "
        "nomedeusuario anvandarnamn"
    ),
    "email": (
        "email emailaddress mail mailaddress workemail businessemail primaryemail emailprimarywork "
        "emailwork emailadresse mailadresse adressemail adresseemail courriel correo "
        "correoelectronico email1 posta postaelettronica indirizzoemail emailadres epost "
        "epostadress enderecodeemail"
    ),
    "external_id": "externalid externid externeid idexterne idexterno externekennung",
    "given_name": (
        "givenname firstname forename first vorname prenom nombre nome voornaam fornamn "
        "legalfirstname preferredfirstname primeironome"
    ),
    "family_name": (
        "familyname lastname surname last nachname familienname name2 nom nomdefamille apellido "
        "apellidos cognome achternaam efternamn sobrenome apelido legallastname"
    ),
    "display_name": (
        "displayname name fullname anzeigename nomaffiche nomcomplet nombrecompleto "
        "nombreparamostrar nomecompleto nomevisualizzato weergavenaam visningsnamn employeename"
    ),
    "middle_name": "middlename zweitername deuxiemeprenom segundonombre secondonome tweedenaam",
    "nick_name": "nickname rufname spitzname surnom apodo soprannome roepnaam preferredname",
    "title": (
        "title jobtitle position jobposition titel berufsbezeichnung stelle funktion poste "
        "fonction cargo puesto qualifica mansione functie functietitel befattning businesstitle"
    ),
    "user_type": (
        "usertype employeetype workertype mitarbeitertyp anstellungsart typedecontrat "
        "tipodeempleado tipodipendente employmenttype"
    ),
    "preferred_language": "language preferredlanguage sprache langue idioma lingua taal sprak",
    "locale": "locale gebietsschema",
    "timezone": "timezone zeitzone fuseauhoraire zonahoraria fusoorario tijdzone",
    "work_phone": (
        "phone workphone telephone telefon diensttelefon telefone telefono telefoon phonenumber "
        "businessphone officephone"
    ),
    "mobile_phone": (
        "mobile mobilephone cell cellphone mobil handy mobiltelefon portable telephoneportable "
        "movil celular cellulare mobiel"
    ),
    "employee_number": (
        "employeenumber employeeid personnelnumber staffid staffnumber personalnummer "
        "mitarbeiternummer matricule numeroemploye numerodeempleado matricola personeelsnummer "
        "anstallningsnummer workerid"
    ),
    "cost_center": (
        "costcenter costcentre kostenstelle centredecouts centrodecosto centrodecoste "
        "centrodicosto kostenplaats kostnadsstalle centrodecusto"
    ),
    "organization": (
        "organization organisation company unternehmen firma societe entreprise empresa azienda "
        "bedrijf legalentity"
    ),
    "division": "division bereich geschaftsbereich sparte divisione afdelingsgroep businessunit",
    "department": (
        "department dept abteilung departement service departamento reparto dipartimento afdeling "
        "avdelning team"
    ),
}
_GUESSES: Final = {word: field for field, words in _CALLED.items() for word in words.split()}


def guessed(titles: Sequence[str]) -> list[str]:
    """Return the field that each title probably means, each once; empty where there is none.

    >>> guessed(["E-Mail-Adresse", "Prénom", "Nachname", "Shoe size", "e-mail"])
    ['email', 'given_name', 'family_name', '', '']
    """
    taken: set[str] = set()
    found = []
    for title in titles:
        field = _GUESSES.get(plain_title(title), "")
        found.append("" if field in taken else field)
        taken.add(field)
    return found


def checked(values: Mapping[str, str]) -> None:
    """Refuse what cannot be kept of somebody.

    Raises:
        ValidationError: A value is too long, or no user name, or no address.
    """
    for field, value in values.items():
        most = _LONGEST.get(field, _LONGEST_ATTRIBUTE)
        if len(value) > most:
            text = _("%(field)s is longer than %(most)s characters. Shorten it.")
            raise ValidationError(text % {"field": label_of(field), "most": f"{most:,}"})
        if not is_storable(value):
            text = _("%(field)s holds a character that cannot be kept. Remove it.")
            raise ValidationError(text % {"field": label_of(field)})
    if address := values.get("email"):
        local, _between, domain = address.rpartition("@")
        if not local or not domain or any(letter.isspace() for letter in address):
            text = _("“%(address)s” is no e-mail address. Write one such as babs@acme.example.")
            raise ValidationError(text % {"address": address[:100]})
    try:
        email_key(values.get("email", ""))
        if name := values.get("user_name"):
            user_name_key(name)
    except NameNotPermittedError as refusal:
        raise ValidationError(str(refusal)) from refusal


def filled(before: UserFields, values: Mapping[str, str]) -> UserFields:
    """Return ``before`` with these values, each under the name of its field.

    Raises:
        ValidationError: A value is none that its field can have.
    """
    columns: dict[str, Any] = {name: value for name, value in values.items() if name in COLUMNS}
    others = [
        Operation("replace", USER_FIELDS[name], value)
        for name, value in values.items()
        if name not in COLUMNS and value_of(before, name) != value
    ]
    attributes = before.attributes
    if others:
        try:
            attributes = apply_operations(attributes, others, USER)
        except SCIMError as refusal:
            raise ValidationError(str(refusal)) from refusal
    if columns.get("email", before.email) != before.email:
        attributes = with_work_address(attributes, columns["email"])
    return replace(before, **columns, attributes=attributes)


def value_of(person: UserFields, field: str) -> str:
    """Return what somebody has in a field, as text; empty where it is nothing."""
    if field in COLUMNS:
        return str(getattr(person, field))
    found: Any = value_at(person.attributes, USER_FIELDS[field], USER)
    return "" if found is None else str(found)


def differing(person: UserFields, values: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return the fields of ``values`` that somebody has otherwise: what they have, and the new."""
    pairs = ((name, value_of(person, name), value) for name, value in values.items())
    return {name: (before, after) for name, before, after in pairs if before != after}


def as_read(cells: Sequence[str], columns: Iterable[tuple[int, str]]) -> dict[str, str]:
    """Return the values of a row by their fields; an empty cell says nothing."""
    return {
        field: value
        for column, field in columns
        if column < len(cells) and (value := cells[column])
    }


def plain_title(title: str) -> str:
    """Return a title without letter case, accents and whatever stands between its letters."""
    letters = unicodedata.normalize("NFKD", title.casefold())
    return re.sub(r"[^\w]|_", "", "".join(c for c in letters if not unicodedata.combining(c)))
