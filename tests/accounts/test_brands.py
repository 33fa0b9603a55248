"""Logos and colours of tenants: what is taken, what is sent, and who sees whose."""

from __future__ import annotations

import colorsys
import io
import struct
import subprocess
import sys
import time
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from accounts.brands import logos
from accounts.brands.colours import (
    GROUNDS,
    LEAST_CONTRAST,
    contrast,
    looks_like_deletion,
    palette_of,
    style_sheet,
)
from accounts.brands.logos import (
    FORMATS,
    LARGE,
    LONGEST_FILE,
    LONGEST_SIDE,
    SMALL,
    LogoError,
    read_logo,
)
from accounts.brands.shown import brand_of, sheet_address
from accounts.models import AuditEntry, Brand
from accounts.services.brands import change_brand
from accounts.signing_in.invitations import invite_user
from accounts.tenancy.scoping import tenant_scope
from accounts.views.whose_brand import COOKIE
from tests.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from accounts.models import Tenant, User

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
TEXTS = {"light": ("#161b29", "#525c70"), "dark": ("#e8ebf2", "#a5afc1")}


def picture(
    size: tuple[int, int] = (200, 200), mode: str = "RGB", kind: str = "PNG", **options: Any
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


class TestColours:
    @given(COLOURS)
    def test_everybody_can_read_what_any_colour_becomes(self, colour: str) -> None:
        palette = palette_of(colour)

        for theme, shades in (("light", palette.light), ("dark", palette.dark)):
            for ground in (*GROUNDS[theme], shades.soft):
                assert contrast(shades.brand, ground) >= LEAST_CONTRAST
            for shade in (shades.brand, shades.strong):
                assert contrast(shades.on_brand, shade) >= LEAST_CONTRAST
            for text in TEXTS[theme]:
                assert contrast(text, shades.soft) >= LEAST_CONTRAST

    @given(COLOURS)
    def test_the_hue_stays(self, colour: str) -> None:
        def hue_of(shade: str) -> tuple[float, float]:
            red, green, blue = (int(shade[at : at + 2], 16) / 255 for at in (1, 3, 5))
            hue, _lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
            return hue * 360, saturation * (max(red, green, blue) - min(red, green, blue))

        wanted, _strength = hue_of(colour)
        for shade in (palette_of(colour).light.brand, palette_of(colour).dark.brand):
            hue, strength = hue_of(shade)
            if strength > 0.2:  # Of what is nearly grey, rounding moves the hue.
                assert min(abs(hue - wanted), 360 - abs(hue - wanted)) < 8

    def test_a_colour_that_is_readable_stays_as_it_is_on_light_pages(self) -> None:
        assert palette_of("#86295f").light.brand == "#86295f"

    @pytest.mark.parametrize("colour", ["#b0261f", "#c0392b", "#d4000f", "#ff4422"])
    def test_a_red_is_said_to_look_like_deletion(self, colour: str) -> None:
        assert looks_like_deletion(colour)

    @pytest.mark.parametrize("colour", ["#86295f", "#3449c4", "#808080", "#7a6f6f", "#e0a800"])
    def test_another_colour_is_not(self, colour: str) -> None:
        assert not looks_like_deletion(colour)

    @given(COLOURS)
    def test_a_sheet_gives_four_properties_to_what_is_branded(self, colour: str) -> None:
        sheet = style_sheet(colour)

        assert sheet.startswith(".gh-branded {\n  --gh-brand: light-dark(#")
        assert sheet.count("--gh-") == 4
        assert "url(" not in sheet


def bomb() -> bytes:
    """A small PNG that says it has 50,000 by 50,000 pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + check

    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 6, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A PNG with a comment of 100 MB, compressed."""
    information = PngImagePlugin.PngInfo()
    information.add_text("Comment", "x" * 100_000_000, zip=True)
    return picture(pnginfo=information)


def animated(kind: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue", "green")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "an SVG": lambda: SVG,
    "a script": lambda: b"<script>alert(1)</script>",
    "a page that begins like a PNG": lambda: b"\x89PNG\r\n\x1a\n<script>alert(1)</script>",
    "a GIF": lambda: picture(kind="GIF"),
    "a BMP": lambda: picture(kind="BMP"),
    "a TIFF": lambda: picture(kind="TIFF"),
    "an icon": lambda: picture(kind="ICO"),
    "a PDF": lambda: picture(kind="PDF"),
    "PostScript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "a bomb": bomb,
    "a comment that is a bomb": text_bomb,
    "half a PNG": lambda: picture()[:-200],
    "half a JPEG": lambda: picture(kind="JPEG")[:300],
    "half a WebP": lambda: picture(kind="WEBP")[:40],
    "too large a file": lambda: picture() + b"\0" * LONGEST_FILE,
    "too many pixels": lambda: picture((LONGEST_SIDE + 1, 40)),
    "too few pixels": lambda: picture((16, 16)),
    "an animated PNG": lambda: animated("PNG"),
    "an animated WebP": lambda: animated("WEBP"),
}
TAKEN: dict[str, Callable[[], bytes]] = {
    "a PNG": picture,
    "a JPEG": lambda: picture(kind="JPEG"),
    "a WebP": lambda: picture(kind="WEBP"),
    "a JPEG for print": lambda: picture(mode="CMYK", kind="JPEG"),
    "a PNG with a palette": lambda: picture(mode="P"),
    "a PNG in black and white": lambda: picture(mode="1"),
    "a PNG of 16 bits": lambda: picture(mode="I;16"),
    "a PNG in grey that is partly seen": lambda: picture(mode="LA"),
    "a wide one": lambda: picture((LONGEST_SIDE, 40)),
    "a tall one": lambda: picture((40, LONGEST_SIDE)),
}


AT_ONCE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from accounts.brands.logos import read_logo

def now(key):
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(key)).split()[1]) // 1024

data, before = Path(sys.argv[1]).read_bytes(), now("VmRSS")
with ThreadPoolExecutor(16) as pool:
    list(pool.map(read_logo, [data] * 16))
print(now("VmHWM") - before)
"""
"""Prints by how many MB reading a logo sixteen times at once makes a process larger."""


class TestLogos:
    @pytest.mark.parametrize("name", REFUSED)
    def test_is_refused_with_what_to_do(self, name: str) -> None:
        with pytest.raises(LogoError) as refused:
            read_logo(REFUSED[name]())

        assert "Save" in str(refused.value)

    @pytest.mark.parametrize("name", TAKEN)
    def test_is_painted_anew_as_a_small_square(self, name: str) -> None:
        logo = read_logo(TAKEN[name]())

        for content, side in ((logo.large, LARGE), (logo.small, SMALL)):
            stored = Image.open(io.BytesIO(content))
            assert (stored.format, stored.size) == ("PNG", (side, side))
            assert len(content) < 100_000

    @pytest.mark.thorough
    @pytest.mark.parametrize("kind", FORMATS)
    def test_sixteen_of_the_largest_at_once_take_little_room(
        self, kind: str, tmp_path: Path
    ) -> None:
        file = tmp_path / "logo"
        mode = "RGB" if kind == "JPEG" else "RGBA"
        file.write_bytes(picture((LONGEST_SIDE, LONGEST_SIDE), mode, kind))

        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", AT_ONCE, file], capture_output=True, text=True, check=True
        )

        assert int(done.stdout) < 200, done.stdout

    def test_who_waits_too_long_for_others_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        another = logos._READER.submit(time.sleep, 0.3)
        monkeypatch.setattr(logos, "WAIT_SECONDS", 0.01)
        with pytest.raises(LogoError, match="Send yours again"):
            read_logo(picture())
        monkeypatch.undo()

        another.result()
        assert read_logo(picture()).large

    def test_keeps_nothing_but_pixels(self) -> None:
        exif = Image.Exif()
        exif[0x010E] = "<script>alert(1)</script>"
        information = PngImagePlugin.PngInfo()
        information.add_text("Comment", "secret place")
        made = [
            picture(kind="JPEG", exif=exif, comment=b"secret place") + b"<script>alert(1)</script>",
            picture(pnginfo=information) + b"PK\x03\x04<script>alert(1)</script>",
        ]

        for data in made:
            logo = read_logo(data)
            for content in (logo.large, logo.small):
                assert b"secret" not in content
                assert b"script" not in content
                assert Image.open(io.BytesIO(content)).info == {}

    def test_is_turned_as_its_camera_says(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        tall = read_logo(picture((400, 100), kind="JPEG", exif=exif))

        left, _top, right, _bottom = Image.open(io.BytesIO(tall.large)).getbbox() or (0, 0, 0, 0)
        assert right - left == LARGE // 4

    @given(st.binary(max_size=300), st.integers(8, 200))
    def test_a_damaged_file_is_refused_or_read_and_never_an_error(
        self, noise: bytes, place: int
    ) -> None:
        for kind in ("PNG", "JPEG", "WEBP"):
            whole = picture((40, 40), kind=kind)
            try:
                read_logo(whole[:place] + noise + whole[place + len(noise) :])
            except LogoError:
                continue


def signed_in_by_password(user: User) -> Client:
    """Return a browser in which somebody has really signed in."""
    browser = Client()
    sign_in(browser, user)
    return browser


def sign_in(browser: Client, user: User) -> None:
    browser.post("/sign-in/", {"username": user.user_name, "password": PASSWORD})


@pytest.fixture
def branded(acme: Tenant) -> Tenant:
    with tenant_scope(acme):
        change_brand(tenant=acme, colour="#86295f", logo=read_logo(picture()))
    return acme


class TestWhatIsSent:
    def test_a_logo_and_a_sheet_may_be_kept_and_are_what_they_say(
        self, branded: Tenant, client: Client
    ) -> None:
        shown = brand_of(branded)
        logo, sheet = client.get(shown.logo), client.get(shown.sheet)

        assert (logo["Content-Type"], sheet["Content-Type"]) == (
            "image/png",
            "text/css; charset=utf-8",
        )
        assert sheet.content.decode() == style_sheet("#86295f")
        for answer in (logo, sheet):
            assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in answer["Content-Security-Policy"]
            assert not answer.cookies

    def test_another_logo_has_another_address_and_the_same_stays(self, branded: Tenant) -> None:
        addresses = []
        for data in (picture(), picture(kind="JPEG", size=(90, 90)), picture(mode="L")):
            with tenant_scope(branded):
                change_brand(tenant=branded, colour="#86295f", logo=read_logo(data))
            addresses.append(brand_of(branded).logo)

        assert len(set(addresses)) > 1
        with tenant_scope(branded):
            change_brand(tenant=branded, colour="#000000", logo=read_logo(picture(mode="L")))
        assert brand_of(branded).logo == addresses[-1]

    def test_two_tenants_with_one_logo_have_two_addresses(
        self, branded: Tenant, globex: Tenant
    ) -> None:
        """Nobody who knows a company's logo can ask whether it is a customer."""
        with tenant_scope(globex):
            change_brand(tenant=globex, colour="", logo=read_logo(picture()))

        assert brand_of(globex).logo != brand_of(branded).logo

    def test_a_sheet_is_there_for_every_colour_whoever_uses_it(
        self, branded: Tenant, client: Client
    ) -> None:
        assert client.get(sheet_address("#123456")).status_code == 200

    @pytest.mark.parametrize(
        "path",
        [
            *("/brand/acme.png", "/brand/1.png", "/brand/x.png", "/brand/acme.css"),
            *("/brand/acme-x.css", "/brand/86295f-000000000000.css", "/brand/86295F-x.css"),
        ],
    )
    def test_no_other_address_leads_anywhere(
        self, branded: Tenant, client: Client, path: str
    ) -> None:
        assert client.get(path).status_code == 404

    def test_a_logo_is_gone_when_the_tenant_takes_it_away(
        self, branded: Tenant, client: Client
    ) -> None:
        address = brand_of(branded).logo
        with tenant_scope(branded):
            change_brand(tenant=branded, colour="", logo=None)

        assert client.get(address).status_code == 404
        assert brand_of(branded).sheet == ""

    def test_a_change_is_in_the_trail_and_no_change_is_not(self, branded: Tenant) -> None:
        with tenant_scope(branded):
            change_brand(tenant=branded, colour="#86295f", logo=read_logo(picture()))
            entries = AuditEntry.objects.filter(action="brand.changed")

            assert entries.count() == 1
            assert Brand.objects.count() == 1


PAGES_FOR_STRANGERS = (
    *("/sign-in/", "/sign-in/?method=password", "/sign-in/company/", "/sign-in/recovery/"),
    *("/password/forgotten/", "/password/forgotten/sent/", "/saml/acme/", "/saml/nobody/"),
)


class TestWhoSeesIt:
    def test_a_browser_that_signed_in_before_sees_it_on_the_sign_in_page(
        self, branded: Tenant, bob: User
    ) -> None:
        browser = signed_in_by_password(bob)
        cookie = browser.cookies[COOKIE]
        browser.post("/sign-out/")

        page = browser.get("/sign-in/").content.decode()

        shown = brand_of(branded)
        assert "Acme" in page
        assert shown.logo in page
        assert shown.sheet in page
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
        assert cookie.value.partition(":")[0] == str(branded.pk)

    @pytest.mark.parametrize("path", PAGES_FOR_STRANGERS)
    @pytest.mark.parametrize("forged", ["", "{pk}", "{pk}:x", "999999:x", "x" * 3000])
    def test_a_stranger_sees_it_nowhere(
        self, branded: Tenant, client: Client, path: str, forged: str
    ) -> None:
        client.cookies[COOKIE] = forged.format(pk=branded.pk)

        page = client.get(path, follow=True).content.decode()

        assert "Acme" not in page
        assert "/brand/" not in page

    def test_a_tenant_that_is_gone_leaves_a_page_like_any_other(
        self, branded: Tenant, bob: User, client: Client
    ) -> None:
        browser = signed_in_by_password(bob)
        browser.post("/sign-out/")
        with tenant_scope(branded):
            branded.delete()

        ours, others = browser.get("/sign-in/"), client.get("/sign-in/")

        assert ours.status_code == others.status_code == 200
        assert "/brand/" not in ours.content.decode()

    def test_whoever_follows_an_invitation_sees_who_invites(
        self, branded: Tenant, bob: User, client: Client
    ) -> None:
        with tenant_scope(branded):
            path = invite_user(user=bob).removeprefix("http://127.0.0.1:8000")

        assert brand_of(branded).logo in client.get(path).content.decode()
        assert "/brand/" not in client.get("/link/made-up/").content.decode()

    def test_a_person_sees_their_own_and_never_anothers(
        self, branded: Tenant, bob: User, grace: User
    ) -> None:
        assert (
            brand_of(branded).logo in signed_in_by_password(bob).get("/account/").content.decode()
        )

        browser = signed_in_by_password(grace)
        browser.cookies[COOKIE] = signed_in_by_password(bob).cookies[COOKIE].value
        assert "/brand/" not in browser.get("/account/").content.decode()

    def test_signing_in_elsewhere_shows_that_tenant_from_then_on(
        self, branded: Tenant, bob: User, grace: User
    ) -> None:
        browser = signed_in_by_password(bob)
        browser.post("/sign-out/")
        sign_in(browser, grace)
        browser.post("/sign-out/")

        page = browser.get("/sign-in/").content.decode()
        assert "Globex" in page
        assert "Acme" not in page


class TestASignInPageThatKnowsTheCompany:
    def test_leads_to_its_identity_provider_first(self, branded: Tenant, bob: User) -> None:
        browser = signed_in_by_password(bob)
        browser.post("/sign-out/")
        assert "/saml/acme/" not in browser.get("/sign-in/").content.decode()
        type(branded).objects.filter(pk=branded.pk).update(saml_enabled=True)

        page = browser.get("/sign-in/?next=/console/").content.decode()

        assert 'href="/saml/acme/?next=%2Fconsole%2F"' in page
        assert 'name="username"' in page

    def test_is_the_only_one(self, branded: Tenant, client: Client) -> None:
        type(branded).objects.filter(pk=branded.pk).update(saml_enabled=True)

        assert "/saml/" not in client.get("/sign-in/").content.decode()
