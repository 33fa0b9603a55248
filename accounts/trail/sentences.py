"""The sentence for each action: who did what to whom.

A sentence names ``%(who)s``, ``%(what)s`` and details of the entry by their names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.storage.retention import ERASED
from accounts.trail.audit import SYSTEM
from accounts.trail.labels import kind_in_words
from accounts.trail.refusals import NOT_SIGNED_IN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

_t = gettext_lazy
_SENTENCES: Final[dict[str, StrOrPromise]] = {
    "action.begun": _t("%(who)s began an action on many: %(what)s"),
    "action.exported": _t("%(who)s took the result of an action away as a file: %(what)s"),
    "action.undo_begun": _t("%(who)s began to undo an action on many: %(what)s"),
    "brand.changed": _t("%(who)s changed how %(what)s looks"),
    "confirmation.refused": _t("%(who)s could not confirm with a password"),
    "console.refused": _t("%(who)s was kept out of the console"),
    "credential.expiry_mail_sent": _t(
        "%(who)s warned the admins that a credential ends: %(credential)s"
    ),
    "domain.claimed": _t("%(who)s claimed the mail domain %(what)s"),
    "domain.verified": _t("%(who)s verified the mail domain %(what)s"),
    "domain.withdrawn": _t("%(who)s withdrew the mail domain %(what)s"),
    "group.attributes_changed": _t("%(who)s changed the custom attributes of the group %(what)s"),
    "group.created": _t("%(who)s made the group %(what)s"),
    "group.deleted": _t("%(who)s deleted the group %(what)s"),
    "group.mapping_changed": _t("%(who)s changed what the group %(what)s gives its members"),
    "group.members_changed": _t("%(who)s changed who is in the group %(what)s"),
    "group.updated": _t("%(who)s changed the group %(what)s"),
    "invitation.link_made": _t("%(who)s invited %(what)s"),
    "break_glass.link_made": _t("%(who)s made a break-glass link for %(what)s"),
    "break_glass.signed_in": _t("%(what)s signed in with a break-glass link"),
    "recovery_code.signed_in": _t("%(what)s signed in with a recovery code"),
    "link.refused": _t("%(who)s could not use a link of %(what)s"),
    "job.retried": _t("%(who)s had the job %(what)s tried again"),
    "lockout.reset": _t("%(who)s let %(user_name)s try to sign in again"),
    "operator.created": _t("%(who)s made %(what)s an operator"),
    "operator.deactivated": _t("%(who)s deactivated the operator %(what)s"),
    "operator.reactivated": _t("%(who)s reactivated the operator %(what)s"),
    "password_reset.asked": _t("%(who)s asked for a new password for %(what)s"),
    "password_reset.done": _t("%(what)s chose a new password by mail"),
    "password_reset.refused": _t("%(who)s got no new password for %(what)s"),
    "people_file.refused": _t("Lines of a file of people were refused to %(who)s"),
    "platform.refused": _t("%(who)s was kept out of the pages of the deployment"),
    "way_in.refused": _t("A way in for %(what)s was refused to %(who)s"),
    "profile.created": _t("%(who)s made the access profile %(what)s"),
    "profile.deleted": _t("%(who)s deleted the access profile %(what)s"),
    "profile.members_changed": _t("%(who)s changed who is in the access profile %(what)s"),
    "profile.updated": _t("%(who)s changed the access profile %(what)s"),
    "recovery_code.refused": _t("%(who)s could not sign in as %(what)s with a recovery code"),
    "recovery_code.used": _t("%(what)s used a recovery code"),
    "recovery_codes.made": _t("%(what)s made recovery codes"),
    "secrets.resealed": _t("%(who)s encrypted the stored secrets with the present secret key"),
    "session.ended": _t("%(who)s ended a session of %(what)s"),
    "session.ended_everywhere": _t("%(who)s signed %(what)s out everywhere"),
    "session.ended_others": _t("%(what)s ended all other sessions of theirs"),
    "settings.refused": _t("%(who)s could not change the settings of %(what)s"),
    "sign_in.refused": _t("%(who)s could not sign in as %(what)s"),
    "sign_in.throttled": _t("Sign-in as %(what)s pauses after too many failures"),
    "tenant.created": _t("%(who)s made the company %(what)s"),
    "tenant.updated": _t("%(who)s changed the company %(what)s"),
    "user.created": _t("%(who)s created %(what)s"),
    "user.deactivated": _t("%(who)s deactivated %(what)s"),
    "user.deactivation_confirmed": _t(
        "%(who)s wants %(what)s inactive, too, who was inactive already"
    ),
    "user.deleted": _t("%(who)s deleted %(what)s"),
    "user.erased": _t("%(who)s erased what the audit trail held of %(what)s"),
    "user.held_fields_changed": _t(
        "%(who)s changed what an identity provider holds of %(what)s, until its next push"
    ),
    "user.password_changed": _t("%(who)s changed the password of %(what)s"),
    "user.reactivated": _t("%(who)s reactivated %(what)s"),
    "user.role_changed": _t("%(who)s gave %(what)s another role"),
    "user.session_replaced": _t("%(who)s signed in where %(what)s was signed in, who is out now"),
    "user.signed_in": _t("%(what)s signed in"),
    "user.updated": _t("%(who)s changed %(what)s"),
}
_OF_ANY_KIND: Final[dict[str, StrOrPromise]] = {
    "created": _t("%(who)s made the %(kind)s %(what)s"),
    "updated": _t("%(who)s changed the %(kind)s %(what)s"),
    "deleted": _t("%(who)s deleted the %(kind)s %(what)s"),
}
"""What the pages of the console record where no service has a word of its own for it."""

_ACTORS: Final[dict[str, StrOrPromise]] = {
    SYSTEM: _t("Gatehouse"),
    ERASED: _t("Somebody who was deleted"),
    NOT_SIGNED_IN: _t("Somebody who is not signed in"),
}


def register_sentences(sentences: Mapping[str, StrOrPromise]) -> None:
    """Give sentences to further actions."""
    _SENTENCES.update(sentences)


def known_actions() -> Mapping[str, StrOrPromise]:
    """Return every action that has a sentence of its own."""
    return dict(_SENTENCES)


def sentence(action: str, *, who: str, what: str, kind: str, details: Mapping[str, str]) -> str:
    """Return the sentence for an entry.

    Args:
        action: Such as ``user.deactivated``.
        who: Who acted, as the entry keeps it.
        what: What the object was called; empty where the action has none.
        kind: The kind of the object, such as ``directorygroup``.
        details: The details of the entry, each in words.
    """
    values = _Known(
        details, who=actor_in_words(who), what=what or _("nothing"), kind=kind_in_words(kind)
    )
    if action in _SENTENCES:
        return str(_SENTENCES[action]) % values
    stem, _dot, done = action.rpartition(".")
    if done == "refused":
        refused = _("%(who)s could not change %(what)s") if what else _("%(who)s was refused")
        return refused % values
    if not kind:
        values["kind"] = kind_in_words(stem)
    told = _OF_ANY_KIND.get(done)
    return (str(told) if told else _("%(who)s did something to %(what)s")) % values


def actor_in_words(actor: str) -> str:
    """Return who acted; whoever has a name or an address keeps it as it is written."""
    return str(_ACTORS.get(actor, actor))


class _Known(dict[str, str]):
    """Details by name; entries of old may lack some."""

    def __missing__(self, name: str) -> str:
        return _("unknown")
