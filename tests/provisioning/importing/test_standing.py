"""A decision holds while the row is nobody else's, is as it was shown and is of this host."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from accounts.models import User
from accounts.services.users import UserFields, delete_user, update_user
from provisioning.client.time_limit import time_limit
from provisioning.importing.asking import Asking, Seen
from provisioning.importing.deciding import create_found, ignore_found, link_found
from provisioning.importing.errors import NotDecidedError
from provisioning.importing.rules import set_import_rule
from provisioning.importing.starting import begin_import
from provisioning.importing.taking import take_in
from provisioning.models import Import, ImportRow, Link
from provisioning.protocol.steps import Kind
from provisioning.services.connections import Connection, change_connection
from tests.provisioning.engine.conftest import people
from tests.provisioning.engine.scim_fake import Fake, fake_scim
from tests.provisioning.importing.conftest import create, imported, link, row_of, there

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioning.models import Application
    from tests.provisioning.engine.conftest import Engine
    from tests.provisioning.engine.scim_fake import Answer, Asked


@pytest.fixture
def elsewhere() -> Iterator[Fake]:
    with fake_scim() as served:
        yield served


@dataclass
class Place:
    """What was imported: Ann, who is here as well, and Dan, who is only there."""

    engine: Engine
    application: Application
    fake: Fake
    elsewhere: Fake
    batch: Import

    @property
    def ann(self) -> User:
        return User.objects.get(user_name_ci="ann@acme.example")

    def row(self, name: str) -> ImportRow:
        return row_of(self.batch, name)


@pytest.fixture
def place(engine: Engine, application: Application, fake: Fake, elsewhere: Fake) -> Place:
    people("ann", "kim")
    there(fake, "ann")
    there(fake, "dan")
    return Place(engine, application, fake, elsewhere, imported(engine, application))


# --- What is decided, of whom ----------------------------------------------------------------


def _link_candidate(place: Place) -> None:
    link(place.row("Ann"))


def _link_by_hand(place: Place) -> None:
    link(place.row("Ann"), object_id=place.row("Ann").object_id)


def _ignore_candidate(place: Place) -> None:
    ignore_found(row=place.row("Ann"))


def _link_orphan_by_hand(place: Place) -> None:
    link(place.row("Dan"), object_id=str(User.objects.get(user_name="kim@acme.example").pk))


def _create(place: Place) -> None:
    create(place.row("Dan"))


def _ignore_orphan(place: Place) -> None:
    ignore_found(row=place.row("Dan"))


def _by_the_schedule(place: Place) -> None:
    """Take in what is allowed, and fail as a decision does where nothing was."""
    rule = {"every": "day", "users": True, "groups": False}
    allowed = {"link_matches": True, "create_people": True}
    set_import_rule(application=place.application, values={**rule, **allowed})
    with time_limit(60.0):
        came = take_in.work(import_id=str(place.batch.pk)) or {}
    if not came.get("taken"):
        raise NotDecidedError("Nothing was taken in.")


OF_ANN: Final = (_link_candidate, _link_by_hand, _ignore_candidate)
OF_DAN: Final = (_link_orphan_by_hand, _create, _ignore_orphan)
EVERY: Final = (*OF_ANN, *OF_DAN)


def _name(function: Callable[..., None]) -> str:
    return function.__name__.strip("_")


def moved(place: Place, to: Fake) -> None:
    change_connection(
        application=place.application, connection=Connection(base_url=to.base_url, token="t")
    )


def nothing_was_decided(place: Place) -> None:
    assert not ImportRow.objects.filter(decided__isnull=False).exists()
    assert not User.objects.filter(user_name="dan@acme.example").exists()


# --- Of this host ----------------------------------------------------------------------------


class TestAnotherHost:
    @pytest.mark.parametrize("decide", [*EVERY, _by_the_schedule], ids=_name)
    def test_what_was_read_at_the_old_one_counts_no_more(
        self, place: Place, decide: Callable[[Place], None]
    ) -> None:
        asked = len(place.fake.asked)
        moved(place, place.elsewhere)

        place.batch.refresh_from_db()
        assert place.batch.state == Import.State.LEFT
        with pytest.raises(NotDecidedError, match=r"has left the host|Nothing was taken in"):
            decide(place)
        nothing_was_decided(place)
        assert not Link.objects.exists()
        assert (len(place.fake.asked), place.elsewhere.asked) == (asked, [])

    @pytest.mark.parametrize("decides", [link_found, create_found], ids=_name)
    @pytest.mark.parametrize("way", ["there", "there and back"])
    def test_also_between_the_look_and_the_decision(
        self, place: Place, decides: Callable[..., None], way: str
    ) -> None:
        row = place.row("Ann" if decides is link_found else "Dan")
        with time_limit(60.0), Asking() as asking:
            seen = asking.look_at(row.pk)
        moved(place, place.elsewhere)
        if way == "there and back":
            moved(place, place.fake)

        with pytest.raises(NotDecidedError, match="has left the host"):
            decides(row=row, seen=seen)
        nothing_was_decided(place)

    def test_what_the_old_one_showed_decides_nothing_of_the_new_one(self, place: Place) -> None:
        with time_limit(60.0), Asking() as asking:
            seen = asking.look_at(place.row("Ann").pk)
            moved(place, place.elsewhere)
            there(place.elsewhere, "ann")
            new = imported(place.engine, place.application)

            with pytest.raises(NotDecidedError, match="has left the host"):
                link_found(row=row_of(new, "Ann"), seen=seen)
            # An open connection to the old one is not asked about what the new one holds.
            asked = len(place.fake.asked)
            link_found(row=row_of(new, "Ann"), seen=asking.look_at(row_of(new, "Ann").pk))
        assert len(place.fake.asked) == asked
        assert Link.objects.get().object_id == str(place.ann.pk)

    def test_what_is_being_read_meanwhile_counts_never(
        self, engine: Engine, application: Application, fake: Fake, elsewhere: Fake
    ) -> None:
        there(fake, "dan")
        place = Place(engine, application, fake, elsewhere, Import())
        came: list[str] = []

        def moves(asked: Asked, answer: Answer) -> Answer:
            came.append(asked.path)
            return answer

        [batch] = begin_import(application=application, kinds=[Kind.USER])
        moved(place, elsewhere)
        fake.after = moves
        engine.do_jobs()

        batch.refresh_from_db()
        assert (batch.state, came) == (Import.State.LEFT, [])

    def test_the_same_host_over_another_path_is_the_same(self, place: Place) -> None:
        place.application.refresh_from_db()
        connection = Connection(base_url=f"{place.fake.base_url}/scim/v2", token="t")
        change_connection(application=place.application, connection=connection)

        place.batch.refresh_from_db()
        assert place.batch.state == Import.State.READ


# --- Nobody else's, and as it was shown ------------------------------------------------------


def _linked_to_somebody(place: Place) -> None:
    for name in ("Ann", "Dan"):
        row = place.row(name)
        Link.objects.create(
            application=place.application,
            kind=Kind.USER,
            object_id=f"somebody else than {name}",
            remote_id=row.remote_id,
            state=Link.State.LINKED,
        )


def _another_matches_by_now(place: Place) -> None:
    """Let people here have the addresses of both accounts besides."""
    for name in ("ann", "dan"):
        row = place.row(name.title())
        address = f"{name}.other@acme.example"
        ImportRow.objects.filter(pk=row.pk).update(
            resource={**row.resource, "emails": [{"type": "work", "value": address}]}
        )
        place.fake.held["Users"][row.remote_id]["emails"] = [{"type": "work", "value": address}]
        [other] = people(f"{name}.somebody")
        update_user(user=other, values=UserFields(user_name=other.user_name, email=address))


def _ann_is_called_otherwise(place: Place) -> None:
    name = "anna@elsewhere.example"
    update_user(user=place.ann, values=UserFields(user_name=name, email=name))


def _ann_is_deleted(place: Place) -> None:
    delete_user(user=place.ann)


def _ann_is_linked_to_another_account(place: Place) -> None:
    Link.objects.create(
        application=place.application,
        kind=Kind.USER,
        object_id=str(place.ann.pk),
        name="Ann",
        remote_id="another",
        state=Link.State.LINKED,
    )


def _a_newer_import_shows_it_otherwise(place: Place) -> None:
    """Let the target have a second account of each, and read it anew."""
    there(place.fake, "ann.too", emails=[{"type": "work", "value": "ann@acme.example"}])
    people("dan.here")
    place.fake.held["Users"][place.row("Dan").remote_id]["externalId"] = str(
        User.objects.get(user_name="dan.here@acme.example").pk
    )
    imported(place.engine, place.application)


def _a_newer_import_finds_it_no_more(place: Place) -> None:
    for name in ("Ann", "Dan"):
        del place.fake.held["Users"][place.row(name).remote_id]
    there(place.fake, "eve")
    imported(place.engine, place.application)


CASES: Final = [
    *((each, _linked_to_somebody, "linked already") for each in EVERY),
    *((each, _another_matches_by_now, "matches it as well by now") for each in EVERY),
    *((each, _a_newer_import_shows_it_otherwise, "latest import|was changed") for each in EVERY),
    *((each, _a_newer_import_finds_it_no_more, "latest import|any more") for each in EVERY),
    *((each, _ann_is_called_otherwise, "does not match it any more") for each in OF_ANN),
    *((each, _ann_is_deleted, "not here any more") for each in OF_ANN),
    *((each, _ann_is_linked_to_another_account, "another account") for each in OF_ANN[:2]),
]


class TestAsShown:
    @pytest.mark.parametrize(
        ("decide", "happens", "says"),
        CASES,
        ids=[f"{_name(decide)}-{_name(happens)}" for decide, happens, _says in CASES],
    )
    def test_what_is_not_so_any_more_is_refused_with_words(
        self,
        place: Place,
        decide: Callable[[Place], None],
        happens: Callable[[Place], None],
        says: str,
    ) -> None:
        happens(place)
        links = set(Link.objects.values_list("object_id", "remote_id"))

        with pytest.raises(NotDecidedError, match=says):
            decide(place)
        nothing_was_decided(place)
        assert set(Link.objects.values_list("object_id", "remote_id")) == links

    @pytest.mark.parametrize("decide", EVERY, ids=_name)
    def test_what_is_so_still_is_decided(
        self, place: Place, decide: Callable[[Place], None]
    ) -> None:
        imported(place.engine, place.application)  # The same once more: it goes on all the same.

        decide(place)

        decided = ImportRow.objects.filter(decided__isnull=False)
        assert {each.batch.state for each in decided.select_related("batch")} == {
            Import.State.READ,
            Import.State.REPLACED,
        }
        assert decided.values("state", "object_id").distinct().count() == 1

    def test_the_schedule_passes_over_what_is_not_so_any_more(self, place: Place) -> None:
        _another_matches_by_now(place)

        with pytest.raises(NotDecidedError):
            _by_the_schedule(place)
        nothing_was_decided(place)

    def test_who_is_ignored_may_be_linked_by_hand(self, place: Place) -> None:
        ignore_found(row=place.row("Dan"))
        _link_orphan_by_hand(place)

        assert place.row("Dan").state == ImportRow.State.LINKED

    def test_what_is_too_large_to_be_kept_may_be_ignored(self, place: Place) -> None:
        ImportRow.objects.update(resource={}, is_whole=False)

        ignore_found(row=place.row("Ann"))

        assert place.row("Ann").state == ImportRow.State.IGNORED

    def test_several_who_match_are_still_a_choice(
        self, engine: Engine, application: Application, fake: Fake
    ) -> None:
        ann, _ben = people("ann", "ben")
        there(fake, "ann", emails=[{"type": "work", "value": "ben@acme.example"}])
        row = row_of(imported(engine, application), "Ann")

        link(row, object_id=str(ann.pk))

        assert Link.objects.get().object_id == str(ann.pk)


# --- What nobody is to see, or to find any more ----------------------------------------------

SECRET: Final = "K3y-of-them-all"
SHOWN_BESIDE: Final[dict[str, Any]] = {
    "password": SECRET,
    "Password": SECRET,
    "apiToken": SECRET,
    "access_token": SECRET,
    "clientSecret": SECRET,
    "api_key": SECRET,
    "privateKey": SECRET,
    "recoveryCodes": [SECRET],
    "userPwd": SECRET,
    "passphrase": SECRET,
    "credentials": {"value": SECRET},
    "customAttributes": [{"name": "refreshToken", "value": SECRET}],
    "urn:example:2.0:User": {"password": SECRET, "mfa": {"totpSeed": SECRET}},
}


@pytest.mark.parametrize("name", SHOWN_BESIDE)
def test_no_secret_of_an_account_is_kept_or_makes_it_look_changed(
    engine: Engine, application: Application, fake: Fake, name: str
) -> None:
    people("ann")
    key = there(fake, "ann", title="Climber", **{name: SHOWN_BESIDE[name]})
    row = row_of(imported(engine, application), "Ann")
    # Not compared either: it is another one each day.
    other = json.loads(json.dumps(SHOWN_BESIDE[name]).replace(SECRET, "another one"))
    fake.held["Users"][key][name] = other

    link(row)

    for model in (ImportRow, Link):
        for columns in model.objects.values():
            assert SECRET not in repr(columns)
    assert row.resource["title"] == "Climber"


def test_what_a_look_returns_has_no_secret(
    engine: Engine, application: Application, fake: Fake
) -> None:
    there(fake, "dan", **SHOWN_BESIDE)
    row = row_of(imported(engine, application), "Dan")
    with time_limit(60.0), Asking() as asking:
        seen = asking.look_at(row.pk)

    assert isinstance(seen, Seen)
    assert SECRET not in repr(seen)
