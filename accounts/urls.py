"""Routes of :mod:`accounts`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from accounts.views import (
    account,
    brands,
    confirmation,
    landing,
    links,
    password_reset,
    recovery,
    sign_in,
    sign_out,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", landing.home, name="home"),
    path("sign-in/", sign_in.SignInView.as_view(), name="sign-in"),
    path("sign-in/choose/", sign_in.ChooseAccountView.as_view(), name="sign-in-choose"),
    path("sign-in/company/", sign_in.CompanySignInView.as_view(), name="sign-in-company"),
    path("sign-in/recovery/", recovery.RecoverySignInView.as_view(), name="sign-in-recovery"),
    path("password/forgotten/", password_reset.AskForMailView.as_view(), name="password-reset"),
    path("password/forgotten/sent/", password_reset.mail_sent, name="password-reset-sent"),
    path(
        "password/new/<uidb64>/<secret:token>/",
        password_reset.ChoosePasswordView.as_view(),
        name="password-reset-confirm",
    ),
    path("brand/<slug:address>.png", brands.logo, name="brand-logo"),
    path("brand/<slug:colour>-<slug:digest>.css", brands.sheet, name="brand-sheet"),
    path("sign-out/", sign_out.sign_out, name="sign-out"),
    path("link/<secret:secret>/", links.LinkView.as_view(), name="link"),
    path("account/", account.account, name="account"),
    path("account/confirm/", confirmation.ConfirmationView.as_view(), name="confirm"),
    path("account/password/", account.ChangePasswordView.as_view(), name="account-password"),
    path("account/recovery-codes/", recovery.RecoveryCodesView.as_view(), name="recovery-codes"),
    path(
        "account/sessions/end-others/", account.end_sessions_elsewhere, name="sessions-end-others"
    ),
    path("account/sessions/<slug:reference>/end/", account.end_one_session, name="session-end"),
]
