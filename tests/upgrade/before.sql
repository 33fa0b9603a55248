SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE COLLATION public.gatehouse_unicode (provider = builtin, locale = 'C.UTF-8');
CREATE FUNCTION public.accounts_all_email_values(attributes jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT COALESCE(array_agg(lower(((elements.element ->> 'value'::text) COLLATE public.gatehouse_unicode))), ARRAY[]::text[]) AS "coalesce" FROM jsonb_array_elements(CASE WHEN (jsonb_typeof((accounts_all_email_values.attributes -> 'emails'::text)) = 'array'::text) THEN (accounts_all_email_values.attributes -> 'emails'::text) ELSE NULL::jsonb END) elements(element) WHERE ((elements.element ->> 'value'::text) IS NOT NULL));
CREATE FUNCTION public.accounts_count_groups() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  INSERT INTO accounts_groupcount AS c (tenant_id, slot, directory_groups)
  SELECT tenant_id, pg_backend_pid() % 16,
    CASE TG_OP WHEN 'INSERT' THEN count(*) ELSE -count(*) END
  FROM changed GROUP BY tenant_id
  ON CONFLICT (tenant_id, slot)
  DO UPDATE SET directory_groups = c.directory_groups + EXCLUDED.directory_groups;
  RETURN NULL;
END $$;
CREATE FUNCTION public.accounts_count_users() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO accounts_usercount AS c (tenant_id, slot, users)
    SELECT tenant_id, pg_backend_pid() % 16, count(*) FROM changed
    WHERE tenant_id IS NOT NULL GROUP BY tenant_id
    ON CONFLICT (tenant_id, slot) DO UPDATE SET users = c.users + EXCLUDED.users;
  ELSE
    INSERT INTO accounts_usercount AS c (tenant_id, slot, users)
    SELECT tenant_id, pg_backend_pid() % 16, -count(*) FROM changed
    WHERE tenant_id IS NOT NULL GROUP BY tenant_id
    ON CONFLICT (tenant_id, slot) DO UPDATE SET users = c.users + EXCLUDED.users;
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION public.accounts_email_values(attributes jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN ((jsonb_typeof((attributes -> 'emails'::text)) = 'array'::text) AND ((attributes #> '{emails,1}'::text[]) IS NULL) AND ((attributes #>> '{emails,0,value}'::text[]) IS NOT NULL)) THEN ARRAY[lower(((attributes #>> '{emails,0,value}'::text[]) COLLATE public.gatehouse_unicode))] ELSE public.accounts_all_email_values(attributes) END;
CREATE FUNCTION public.accounts_end_sessions() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  DELETE FROM accounts_session WHERE user_id = NEW.id;
  RETURN NULL;
END $$;
CREATE FUNCTION public.accounts_groups_of(tenant bigint, person uuid) RETURNS TABLE(id text, name text, direct boolean)
    LANGUAGE plpgsql STABLE
    AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT 'profile:' || p.id, p.name::text, TRUE
  FROM accounts_profilemembership pm JOIN accounts_accessprofile p ON p.id = pm.profile_id
  WHERE pm.tenant_id = tenant AND pm.user_id = person AND NOT p.is_default;
  IF EXISTS (
    SELECT 1 FROM accounts_directorygroupmember m
    WHERE m.tenant_id = tenant AND m.user_id = person
  ) THEN
    RETURN QUERY
    WITH RECURSIVE up(group_id, is_direct) AS (
      SELECT m.group_id, TRUE FROM accounts_directorygroupmember m
      WHERE m.tenant_id = tenant AND m.user_id = person
      UNION
      SELECT m.group_id, FALSE FROM accounts_directorygroupmember m
      JOIN up ON m.member_group_id = up.group_id WHERE m.tenant_id = tenant
    ), once AS (
      SELECT up.group_id, bool_or(up.is_direct) AS is_direct FROM up GROUP BY up.group_id
    )
    SELECT g.id::text, g.display_name::text, once.is_direct
    FROM once JOIN accounts_directorygroup g ON g.id = once.group_id;
  END IF;
END $$;
CREATE FUNCTION public.accounts_groups_of_as_json(tenant bigint, person uuid) RETURNS json
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
  -- Most people are in no group: two looks at an index tell.
  IF NOT EXISTS (
    SELECT 1 FROM accounts_profilemembership m WHERE m.tenant_id = tenant AND m.user_id = person
  ) AND NOT EXISTS (
    SELECT 1 FROM accounts_directorygroupmember m
    WHERE m.tenant_id = tenant AND m.user_id = person
  ) THEN
    RETURN NULL;
  END IF;
  RETURN (
    SELECT json_agg(json_build_array(g.id, g.name, g.direct) ORDER BY g.id)
    FROM accounts_groups_of(tenant, person) g
  );
END $$;
CREATE FUNCTION public.licenses_leaver_holds_no_seat() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF EXISTS (SELECT FROM licenses_seat s WHERE s.user_id = NEW.id AND s.released IS NULL)
    AND EXISTS (SELECT FROM accounts_user u WHERE u.id = NEW.id AND NOT u.active)
  THEN
    RAISE EXCEPTION 'leaver_holds_nothing: user % is inactive and holds a seat', NEW.id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION public.scim_mapping_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  UPDATE scim_source SET revision = revision + 1
  WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.source_id ELSE NEW.source_id END;
  RETURN NULL;
END $$;
CREATE FUNCTION public.scim_moment(text) RETURNS timestamp with time zone
    LANGUAGE plpgsql IMMUTABLE
    AS $_$
BEGIN
  IF $1 !~ '^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?$' THEN
    RETURN NULL;
  END IF;
  IF $1 ~ '([Zz]|[+-]\d\d:?\d\d)$' THEN
    RETURN regexp_replace(replace($1, ',', '.'), '(\.\d{6})\d+', '\1')::timestamptz;
  END IF;
  RETURN (regexp_replace(replace($1, ',', '.'), '(\.\d{6})\d+', '\1') || 'Z')::timestamptz;
EXCEPTION WHEN others THEN
  RETURN NULL;
END $_$;
CREATE FUNCTION public.scim_schemas_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  UPDATE scim_source SET revision = revision + 1
  WHERE tenant_id = CASE TG_OP WHEN 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END;
  RETURN NULL;
END $$;
CREATE FUNCTION public.scim_source_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  NEW.revision := OLD.revision + 1;
  RETURN NEW;
END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.accounts_accessprofile (
    id bigint NOT NULL,
    name character varying(200) NOT NULL,
    description text NOT NULL,
    is_default boolean NOT NULL,
    external_id character varying(255) NOT NULL,
    created timestamp with time zone NOT NULL,
    last_modified timestamp with time zone NOT NULL,
    version integer NOT NULL,
    tenant_id bigint NOT NULL,
    CONSTRAINT accounts_accessprofile_version_check CHECK ((version >= 0))
);
ALTER TABLE public.accounts_accessprofile ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_accessprofile_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_auditentry (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor character varying(300) NOT NULL,
    action character varying(100) NOT NULL,
    target_type character varying(50) NOT NULL,
    target_id character varying(100) NOT NULL,
    target character varying(500) NOT NULL,
    details jsonb NOT NULL,
    tenant_id bigint
);
ALTER TABLE public.accounts_auditentry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_auditentry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_directorygroup (
    id uuid NOT NULL,
    display_name character varying(255) NOT NULL,
    display_name_ci character varying(255) GENERATED ALWAYS AS (lower(((display_name)::text COLLATE public.gatehouse_unicode))) STORED,
    external_id character varying(255) NOT NULL,
    mapped_role character varying(30) NOT NULL,
    attributes jsonb NOT NULL,
    created timestamp with time zone NOT NULL,
    last_modified timestamp with time zone NOT NULL,
    version integer NOT NULL,
    tenant_id bigint NOT NULL,
    rules_revision integer DEFAULT 0 NOT NULL,
    CONSTRAINT accounts_directorygroup_rules_revision_check CHECK ((rules_revision >= 0)),
    CONSTRAINT accounts_directorygroup_version_check CHECK ((version >= 0))
);
CREATE TABLE public.accounts_directorygroupattribute (
    id bigint NOT NULL,
    name character varying(100) NOT NULL,
    value character varying(1000) NOT NULL,
    group_id uuid NOT NULL,
    tenant_id bigint NOT NULL
);
ALTER TABLE public.accounts_directorygroupattribute ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_directorygroupattribute_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_directorygroupmember (
    id bigint NOT NULL,
    group_id uuid NOT NULL,
    member_group_id uuid,
    user_id uuid,
    tenant_id bigint NOT NULL,
    CONSTRAINT group_is_not_its_own_member CHECK (((member_group_id IS NULL) OR (NOT ((member_group_id = group_id) AND (member_group_id IS NOT NULL))))),
    CONSTRAINT group_member_is_a_user_or_a_group CHECK ((((member_group_id IS NULL) AND (user_id IS NOT NULL)) OR ((member_group_id IS NOT NULL) AND (user_id IS NULL))))
);
ALTER TABLE public.accounts_directorygroupmember ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_directorygroupmember_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_directorygroupprofile (
    id bigint NOT NULL,
    group_id uuid NOT NULL,
    profile_id bigint NOT NULL,
    tenant_id bigint NOT NULL
);
ALTER TABLE public.accounts_directorygroupprofile ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_directorygroupprofile_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_emaildomain (
    id bigint NOT NULL,
    domain character varying(253) NOT NULL,
    created timestamp with time zone NOT NULL,
    verified timestamp with time zone,
    verified_by character varying(300) NOT NULL,
    tenant_id bigint NOT NULL
);
ALTER TABLE public.accounts_emaildomain ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_emaildomain_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_groupcount (
    id bigint NOT NULL,
    slot smallint NOT NULL,
    directory_groups bigint NOT NULL,
    tenant_id bigint NOT NULL
);
ALTER TABLE public.accounts_groupcount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_groupcount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_onetimelink (
    id bigint NOT NULL,
    purpose character varying(20) NOT NULL,
    digest character varying(64) NOT NULL,
    created timestamp with time zone NOT NULL,
    expires timestamp with time zone NOT NULL,
    used timestamp with time zone,
    user_id uuid NOT NULL,
    tenant_id bigint NOT NULL
);
ALTER TABLE public.accounts_onetimelink ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_onetimelink_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_profilemembership (
    id bigint NOT NULL,
    by_group boolean NOT NULL,
    profile_id bigint NOT NULL,
    user_id uuid NOT NULL,
    tenant_id bigint NOT NULL
);
ALTER TABLE public.accounts_profilemembership ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_profilemembership_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_recoverycode (
    id bigint NOT NULL,
    digest character varying(64) NOT NULL,
    created timestamp with time zone NOT NULL,
    used timestamp with time zone,
    tenant_id bigint NOT NULL,
    user_id uuid NOT NULL
);
ALTER TABLE public.accounts_recoverycode ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_recoverycode_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL,
    method character varying(20) NOT NULL,
    ip_address inet,
    user_agent character varying(300) NOT NULL,
    created timestamp with time zone NOT NULL,
    last_seen timestamp with time zone NOT NULL,
    saml jsonb NOT NULL,
    user_id uuid
);
CREATE TABLE public.accounts_tenant (
    id bigint NOT NULL,
    slug character varying(50) NOT NULL,
    name character varying(200) NOT NULL,
    plan character varying(20) NOT NULL,
    saml_enabled boolean NOT NULL,
    saml_enforced boolean NOT NULL,
    scim_enabled boolean NOT NULL,
    created timestamp with time zone NOT NULL,
    CONSTRAINT saml_enforced_only_when_enabled CHECK ((saml_enabled OR (NOT saml_enforced))),
    CONSTRAINT scim_only_with_saml CHECK ((saml_enabled OR (NOT scim_enabled)))
);
ALTER TABLE public.accounts_tenant ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_tenant_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.accounts_user (
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    id uuid NOT NULL,
    user_name character varying(255) NOT NULL,
    user_name_ci character varying(255) GENERATED ALWAYS AS (lower(((user_name)::text COLLATE public.gatehouse_unicode))) STORED,
    external_id character varying(255) NOT NULL,
    email character varying(320) NOT NULL,
    email_ci character varying(320) GENERATED ALWAYS AS (lower(((email)::text COLLATE public.gatehouse_unicode))) STORED,
    given_name character varying(255) NOT NULL,
    family_name character varying(255) NOT NULL,
    display_name character varying(512) NOT NULL,
    active boolean NOT NULL,
    role character varying(30) NOT NULL,
    attributes jsonb NOT NULL,
    created timestamp with time zone NOT NULL,
    last_modified timestamp with time zone NOT NULL,
    version integer NOT NULL,
    tenant_id bigint,
    CONSTRAINT accounts_user_version_check CHECK ((version >= 0)),
    CONSTRAINT user_has_one_of_the_roles CHECK (((role)::text = ANY ((ARRAY['member'::character varying, 'editor'::character varying, 'changeRequestManager'::character varying, 'accessReviewManager'::character varying, 'connectorAdmin'::character varying, 'admin'::character varying])::text[]))),
    CONSTRAINT user_name_is_not_empty CHECK ((NOT ((user_name)::text = ''::text)))
)
WITH (fillfactor='85');
CREATE TABLE public.accounts_usercount (
    id bigint NOT NULL,
    slot smallint NOT NULL,
    users bigint NOT NULL,
    tenant_id bigint NOT NULL
);
ALTER TABLE public.accounts_usercount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_usercount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);
ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);
ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);
ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.axes_accessattempt (
    id integer NOT NULL,
    user_agent character varying(255) NOT NULL,
    ip_address inet,
    username character varying(255),
    http_accept character varying(1025) NOT NULL,
    path_info character varying(255) NOT NULL,
    attempt_time timestamp with time zone NOT NULL,
    get_data text NOT NULL,
    post_data text NOT NULL,
    failures_since_start integer NOT NULL,
    CONSTRAINT axes_accessattempt_failures_since_start_check CHECK ((failures_since_start >= 0))
);
ALTER TABLE public.axes_accessattempt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.axes_accessattempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.axes_accessattemptexpiration (
    access_attempt_id integer NOT NULL,
    expires_at timestamp with time zone NOT NULL
);
CREATE TABLE public.axes_accessfailurelog (
    id integer NOT NULL,
    user_agent character varying(255) NOT NULL,
    ip_address inet,
    username character varying(255),
    http_accept character varying(1025) NOT NULL,
    path_info character varying(255) NOT NULL,
    attempt_time timestamp with time zone NOT NULL,
    locked_out boolean NOT NULL
);
ALTER TABLE public.axes_accessfailurelog ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.axes_accessfailurelog_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.axes_accesslog (
    id integer NOT NULL,
    user_agent character varying(255) NOT NULL,
    ip_address inet,
    username character varying(255),
    http_accept character varying(1025) NOT NULL,
    path_info character varying(255) NOT NULL,
    attempt_time timestamp with time zone NOT NULL,
    logout_time timestamp with time zone,
    session_hash character varying(64) NOT NULL
);
ALTER TABLE public.axes_accesslog ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.axes_accesslog_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_admin_log (
    id integer NOT NULL,
    action_time timestamp with time zone NOT NULL,
    object_id text,
    object_repr character varying(200) NOT NULL,
    action_flag smallint NOT NULL,
    change_message text NOT NULL,
    content_type_id integer,
    user_id uuid NOT NULL,
    CONSTRAINT django_admin_log_action_flag_check CHECK ((action_flag >= 0))
);
ALTER TABLE public.django_admin_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_admin_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);
ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);
ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.licenses_grouplicense (
    id bigint NOT NULL,
    group_id uuid NOT NULL,
    tenant_id bigint NOT NULL,
    subscription_id bigint NOT NULL
);
ALTER TABLE public.licenses_grouplicense ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.licenses_grouplicense_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.licenses_product (
    id bigint NOT NULL,
    key character varying(50) NOT NULL,
    name character varying(200) NOT NULL,
    description text NOT NULL
);
ALTER TABLE public.licenses_product ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.licenses_product_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.licenses_seat (
    id bigint NOT NULL,
    user_label character varying(320) NOT NULL,
    granted timestamp with time zone NOT NULL,
    granted_by character varying(300) NOT NULL,
    grant_reason character varying(300) NOT NULL,
    by_group boolean NOT NULL,
    released timestamp with time zone,
    released_by character varying(300) NOT NULL,
    release_reason character varying(300) NOT NULL,
    tenant_id bigint NOT NULL,
    user_id uuid,
    subscription_id bigint NOT NULL
);
ALTER TABLE public.licenses_seat ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.licenses_seat_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.licenses_subscription (
    id bigint NOT NULL,
    seats integer NOT NULL,
    starts date NOT NULL,
    ends date,
    product_id bigint NOT NULL,
    tenant_id bigint NOT NULL,
    CONSTRAINT licenses_subscription_seats_check CHECK ((seats >= 0)),
    CONSTRAINT subscription_ends_after_it_starts CHECK (((ends IS NULL) OR (ends >= starts)))
);
ALTER TABLE public.licenses_subscription ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.licenses_subscription_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.saml_sso_consumedassertion (
    id bigint NOT NULL,
    digest character varying(64) NOT NULL,
    expires timestamp with time zone NOT NULL,
    tenant_id bigint NOT NULL
);
ALTER TABLE public.saml_sso_consumedassertion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.saml_sso_consumedassertion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.saml_sso_identityprovidercertificate (
    id bigint NOT NULL,
    fingerprint character varying(95) NOT NULL,
    pem text NOT NULL,
    not_after timestamp with time zone NOT NULL,
    added timestamp with time zone NOT NULL,
    warned_days smallint,
    tenant_id bigint NOT NULL,
    CONSTRAINT saml_sso_identityprovidercertificate_warned_days_check CHECK ((warned_days >= 0))
);
ALTER TABLE public.saml_sso_identityprovidercertificate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.saml_sso_identityprovidercertificate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.saml_sso_identityprovidersettings (
    id bigint NOT NULL,
    entity_id character varying(1024) NOT NULL,
    sso_url character varying(2000) NOT NULL,
    sso_binding character varying(60) NOT NULL,
    slo_url character varying(2000) NOT NULL,
    slo_response_url character varying(2000) NOT NULL,
    slo_binding character varying(60) NOT NULL,
    want_authn_requests_signed boolean CONSTRAINT saml_sso_identityproviderse_want_authn_requests_signed_not_null NOT NULL,
    system_admin_email character varying(254) NOT NULL,
    metadata_url character varying(2000) NOT NULL,
    metadata_refreshed_at timestamp with time zone,
    metadata_problem text NOT NULL,
    waiting_metadata text NOT NULL,
    allow_idp_initiated boolean NOT NULL,
    tolerate_in_response_to boolean CONSTRAINT saml_sso_identityprovidersetti_tolerate_in_response_to_not_null NOT NULL,
    refuse_expired_certificates boolean CONSTRAINT saml_sso_identityproviderse_refuse_expired_certificate_not_null NOT NULL,
    create_users_at_sign_in boolean CONSTRAINT saml_sso_identityprovidersetti_create_users_at_sign_in_not_null NOT NULL,
    identifier_attribute character varying(500) NOT NULL,
    given_name_attribute character varying(500) NOT NULL,
    family_name_attribute character varying(500) CONSTRAINT saml_sso_identityprovidersetting_family_name_attribute_not_null NOT NULL,
    display_name_attribute character varying(500) CONSTRAINT saml_sso_identityprovidersettin_display_name_attribute_not_null NOT NULL,
    revision integer NOT NULL,
    tested_revision integer,
    tested_at timestamp with time zone,
    tenant_id bigint NOT NULL,
    CONSTRAINT saml_sso_identityprovidersettings_revision_check CHECK ((revision >= 0)),
    CONSTRAINT saml_sso_identityprovidersettings_tested_revision_check CHECK ((tested_revision >= 0))
);
ALTER TABLE public.saml_sso_identityprovidersettings ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.saml_sso_identityprovidersettings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.saml_sso_pendingrequest (
    id character varying(64) NOT NULL,
    purpose character varying(10) NOT NULL,
    browser_digest character varying(64) NOT NULL,
    destination character varying(2000) NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    consumed_at timestamp with time zone,
    answer jsonb,
    tenant_id bigint NOT NULL,
    tester_id uuid,
    attempt_pk bigint,
    link_id bigint
);
CREATE TABLE public.saml_sso_serviceproviderkey (
    id bigint NOT NULL,
    use character varying(10) NOT NULL,
    private_key text NOT NULL,
    certificate text NOT NULL,
    created timestamp with time zone NOT NULL,
    tenant_id bigint NOT NULL
);
ALTER TABLE public.saml_sso_serviceproviderkey ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.saml_sso_serviceproviderkey_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.saml_sso_setuplink (
    id bigint NOT NULL,
    purpose character varying(20) NOT NULL,
    digest character varying(64) NOT NULL,
    made_by character varying(300) NOT NULL,
    created timestamp with time zone NOT NULL,
    expires timestamp with time zone NOT NULL,
    revoked timestamp with time zone,
    last_used timestamp with time zone,
    tenant_id bigint NOT NULL
);
ALTER TABLE public.saml_sso_setuplink ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.saml_sso_setuplink_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.saml_sso_signinattempt (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    kind character varying(20) NOT NULL,
    outcome character varying(10) NOT NULL,
    reference character varying(20) NOT NULL,
    check_name character varying(60) NOT NULL,
    reason text NOT NULL,
    remedy text NOT NULL,
    identifier character varying(400) NOT NULL,
    sealed bytea NOT NULL,
    revision integer NOT NULL,
    ip_address inet,
    user_agent character varying(300) NOT NULL,
    tenant_id bigint NOT NULL,
    user_id uuid,
    CONSTRAINT saml_sso_signinattempt_revision_check CHECK ((revision >= 0))
);
ALTER TABLE public.saml_sso_signinattempt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.saml_sso_signinattempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.scim_attributemapping (
    id bigint NOT NULL,
    resource character varying(10) NOT NULL,
    "position" integer NOT NULL,
    field character varying(100) NOT NULL,
    scim_attribute character varying(300) NOT NULL,
    required boolean NOT NULL,
    tenant_id bigint NOT NULL,
    source_id bigint NOT NULL,
    CONSTRAINT scim_attributemapping_position_check CHECK (("position" >= 0))
);
ALTER TABLE public.scim_attributemapping ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.scim_attributemapping_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.scim_bearertoken (
    id bigint NOT NULL,
    name character varying(200) NOT NULL,
    prefix character varying(20) NOT NULL,
    digest character varying(64) NOT NULL,
    created timestamp with time zone NOT NULL,
    expires timestamp with time zone,
    last_used timestamp with time zone,
    revoked timestamp with time zone,
    tenant_id bigint NOT NULL,
    source_id bigint NOT NULL
);
ALTER TABLE public.scim_bearertoken ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.scim_bearertoken_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.scim_extensionattribute (
    id bigint NOT NULL,
    name character varying(100) NOT NULL,
    type character varying(20) NOT NULL,
    required boolean NOT NULL,
    multi_valued boolean NOT NULL,
    case_exact boolean NOT NULL,
    canonical_values character varying(300)[] NOT NULL,
    description text NOT NULL,
    tenant_id bigint NOT NULL,
    schema_id bigint NOT NULL
);
ALTER TABLE public.scim_extensionattribute ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.scim_extensionattribute_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.scim_extensionschema (
    id bigint NOT NULL,
    urn character varying(200) NOT NULL,
    name character varying(100) NOT NULL,
    description text NOT NULL,
    resource character varying(10) NOT NULL,
    tenant_id bigint NOT NULL
);
ALTER TABLE public.scim_extensionschema ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.scim_extensionschema_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.scim_requestlogentry (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    source_name character varying(200) NOT NULL,
    token_name character varying(200) NOT NULL,
    client character varying(50) NOT NULL,
    user_agent character varying(300) NOT NULL,
    method character varying(10) NOT NULL,
    route character varying(100) NOT NULL,
    resource_id character varying(320) NOT NULL,
    status smallint NOT NULL,
    scim_type character varying(30) NOT NULL,
    detail text NOT NULL,
    duration_ms double precision NOT NULL,
    request_body jsonb,
    response_body jsonb,
    tenant_id bigint NOT NULL,
    source_id bigint,
    CONSTRAINT scim_requestlogentry_status_check CHECK ((status >= 0))
);
ALTER TABLE public.scim_requestlogentry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.scim_requestlogentry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.scim_source (
    id bigint NOT NULL,
    name character varying(200) NOT NULL,
    enabled boolean NOT NULL,
    on_delete character varying(20) NOT NULL,
    on_deactivate character varying(20) NOT NULL,
    log_bodies boolean NOT NULL,
    log_retention_days integer NOT NULL,
    rate_limit_per_minute integer NOT NULL,
    revision bigint NOT NULL,
    created timestamp with time zone NOT NULL,
    last_request_at timestamp with time zone,
    last_success_at timestamp with time zone,
    last_error_at timestamp with time zone,
    last_error text NOT NULL,
    tenant_id bigint NOT NULL,
    lists_entitlements boolean NOT NULL,
    CONSTRAINT scim_source_log_retention_days_check CHECK ((log_retention_days >= 0)),
    CONSTRAINT scim_source_rate_limit_per_minute_check CHECK ((rate_limit_per_minute >= 0)),
    CONSTRAINT scim_source_revision_check CHECK ((revision >= 0)),
    CONSTRAINT source_knows_what_to_do CHECK ((((on_delete)::text = ANY ((ARRAY['deactivate'::character varying, 'delete'::character varying])::text[])) AND ((on_deactivate)::text = ANY ((ARRAY['deactivate'::character varying, 'delete'::character varying])::text[]))))
);
ALTER TABLE public.scim_source ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.scim_source_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
INSERT INTO public.accounts_accessprofile VALUES
	(1, 'Everybody', '', true, '', '2026-11-28 04:15:39.897666+00', '2026-11-28 04:15:39.897674+00', 1, 1),
	(2, 'Everybody', '', true, '', '2026-11-28 04:15:44.849462+00', '2026-11-28 04:15:44.849468+00', 1, 2),
	(3, 'Everybody', '', true, '', '2026-11-28 04:15:48.162445+00', '2026-11-28 04:15:48.162451+00', 1, 3);
INSERT INTO public.accounts_auditentry VALUES
	(1, '2026-11-28 04:15:39.899842+00', 'system', 'tenant.created', 'tenant', '1', 'Acme', '{"plan": "enterprise"}', 1),
	(2, '2026-11-28 04:15:40.650454+00', 'system', 'user.created', 'user', '01a2205d-b06a-732d-a50c-affd012800b6', 'Alice', '{"role": "admin", "active": true}', 1),
	(3, '2026-11-28 04:15:41.306807+00', 'system', 'user.created', 'user', '01a2205d-b2fa-780b-a782-75a68f52d337', 'Bob', '{"role": "member", "active": true}', 1),
	(4, '2026-11-28 04:15:41.941465+00', 'system', 'user.created', 'user', '01a2205d-b575-73b5-8d82-70b25c26f7c0', 'Carol', '{"role": "member", "active": true}', 1),
	(5, '2026-11-28 04:15:41.973912+00', 'system', 'saml.identity_provider_saved', 'tenant', '1', 'Acme', '{"sso_url": "https://login.acme.example/sso", "entity_id": "https://idp.acme.example/metadata", "certificates": ["95:73:18:E2:14:C0:1E:DA:64:FE:16:8B:4E:A2:39:91:E9:33:59:10:17:1E:B3:31:40:E2:77:27:9A:DB:C3:AF"]}', 1),
	(6, '2026-11-28 04:15:41.980486+00', 'system', 'set_up_link.made', 'setuplink', '1', 'Set up SAML sign-on', '{"days": 7, "tenant": "acme", "purpose": "saml"}', 1),
	(7, '2026-11-28 04:15:42.012091+00', 'system', 'license.granted', 'user', '01a2205d-b575-73b5-8d82-70b25c26f7c0', 'Carol', '{"reason": "", "product": ""}', 1),
	(8, '2026-11-28 04:15:42.024746+00', 'system', 'saml.enabled', 'tenant', '1', 'Acme', '{}', 1),
	(9, '2026-11-28 04:15:44.039861+00', 'alice@acme.example', 'user.signed_in', 'user', '01a2205d-b06a-732d-a50c-affd012800b6', 'Alice', '{"method": "password"}', 1),
	(10, '2026-11-28 04:15:44.517531+00', 'bob@acme.example', 'user.signed_in', 'user', '01a2205d-b2fa-780b-a782-75a68f52d337', 'Bob', '{"method": "saml"}', 1),
	(11, '2026-11-28 04:15:44.550672+00', 'system', 'scim.enabled', 'tenant', '1', 'Acme', '{}', 1),
	(12, '2026-11-28 04:15:44.568008+00', 'system', 'source.created', 'source', '1', 'Identity provider', '{}', 1),
	(13, '2026-11-28 04:15:44.581368+00', 'system', 'scim_token.created', 'source', '1', 'Identity provider', '{"token": "Token (scim_1672d0f2_…)"}', 1),
	(14, '2026-11-28 04:15:44.604609+00', 'system', 'scim_token.created', 'source', '1', 'Identity provider', '{"token": "kept (scim_1d7e8a3c_…)"}', 1),
	(15, '2026-11-28 04:15:44.617689+00', 'system', 'recovery_codes.made', 'user', '01a2205d-b06a-732d-a50c-affd012800b6', 'Alice', '{"number": 10}', 1),
	(16, '2026-11-28 04:15:44.643753+00', 'system', 'break_glass.link_made', 'user', '01a2205d-b06a-732d-a50c-affd012800b6', 'Alice', '{}', 1),
	(17, '2026-11-28 04:15:44.720828+00', 'SCIM: Identity provider', 'user.created', 'user', '01a2205d-c050-7b2a-a20f-ba2ecce4083e', 'zoé@acme.example', '{"role": "member", "active": true}', 1),
	(18, '2026-11-28 04:15:44.738787+00', 'SCIM: Identity provider', 'user.created', 'user', '01a2205d-c061-727f-ae3a-3a90e164ea8c', 'zoé@acme.example', '{"role": "member", "active": true}', 1),
	(19, '2026-11-28 04:15:44.757032+00', 'SCIM: Identity provider', 'group.created', 'directorygroup', '01a2205d-c06f-7f9b-9221-72bc62848ec2', 'Editors of Okta', '{}', 1),
	(20, '2026-11-28 04:15:44.760759+00', 'SCIM: Identity provider', 'group.members_changed', 'directorygroup', '01a2205d-c06f-7f9b-9221-72bc62848ec2', 'Editors of Okta', '{"added": ["01a2205d-b2fa-780b-a782-75a68f52d337"]}', 1),
	(21, '2026-11-28 04:15:44.80709+00', 'SCIM: Identity provider', 'user.role_changed', 'user', '01a2205d-b575-73b5-8d82-70b25c26f7c0', 'Carol', '{"after": "editor", "before": "member"}', 1),
	(22, '2026-11-28 04:15:44.830133+00', 'system', 'saml.enforced', 'tenant', '1', 'Acme', '{}', 1),
	(23, '2026-11-28 04:15:44.855241+00', 'system', 'tenant.created', 'tenant', '2', 'Globex', '{"plan": "enterprise"}', 2),
	(24, '2026-11-28 04:15:45.641003+00', 'system', 'user.created', 'user', '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9', 'Alice', '{"role": "admin", "active": true}', 2),
	(25, '2026-11-28 04:15:46.396946+00', 'system', 'user.created', 'user', '01a2205d-c6dc-794a-9f7e-619c3fea2ebb', 'Bob', '{"role": "member", "active": true}', 2),
	(26, '2026-11-28 04:15:47.105815+00', 'system', 'user.created', 'user', '01a2205d-c99e-70e5-b6e1-9c8cd7326298', 'Carol', '{"role": "member", "active": true}', 2),
	(27, '2026-11-28 04:15:47.137898+00', 'system', 'saml.identity_provider_saved', 'tenant', '2', 'Globex', '{"sso_url": "", "entity_id": "", "certificates": ["05:39:91:D4:BD:E6:3A:19:CF:5F:CA:A3:87:B2:F7:6B:8F:50:89:16:A2:46:C3:DB:A5:53:DF:F7:32:95:4C:97"]}', 2),
	(28, '2026-11-28 04:15:47.144021+00', 'system', 'set_up_link.made', 'setuplink', '2', 'Set up SAML sign-on', '{"days": 7, "tenant": "globex", "purpose": "saml"}', 2),
	(29, '2026-11-28 04:15:47.183762+00', 'system', 'license.granted', 'user', '01a2205d-c99e-70e5-b6e1-9c8cd7326298', 'Carol', '{"reason": "", "product": ""}', 2),
	(30, '2026-11-28 04:15:47.197365+00', 'system', 'saml.enabled', 'tenant', '2', 'Globex', '{}', 2),
	(31, '2026-11-28 04:15:47.937595+00', 'alice@globex.example', 'user.signed_in', 'user', '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9', 'Alice', '{"method": "password"}', 2),
	(32, '2026-11-28 04:15:48.011665+00', 'bob@globex.example', 'user.signed_in', 'user', '01a2205d-c6dc-794a-9f7e-619c3fea2ebb', 'Bob', '{"method": "saml"}', 2),
	(33, '2026-11-28 04:15:48.058475+00', 'system', 'scim.enabled', 'tenant', '2', 'Globex', '{}', 2),
	(34, '2026-11-28 04:15:48.086718+00', 'system', 'source.created', 'source', '2', 'Identity provider', '{}', 2),
	(35, '2026-11-28 04:15:48.097632+00', 'system', 'scim_token.created', 'source', '2', 'Identity provider', '{"token": "Token (scim_17c19cae_…)"}', 2),
	(36, '2026-11-28 04:15:48.107736+00', 'system', 'scim_token.created', 'source', '2', 'Identity provider', '{"token": "kept (scim_535c9179_…)"}', 2),
	(37, '2026-11-28 04:15:48.122023+00', 'system', 'recovery_codes.made', 'user', '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9', 'Alice', '{"number": 10}', 2),
	(38, '2026-11-28 04:15:48.134977+00', 'system', 'break_glass.link_made', 'user', '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9', 'Alice', '{}', 2),
	(39, '2026-11-28 04:15:48.166756+00', 'system', 'tenant.created', 'tenant', '3', 'Initech', '{"plan": "enterprise"}', 3),
	(40, '2026-11-28 04:15:48.901199+00', 'system', 'user.created', 'user', '01a2205d-d0a4-7f8e-b43d-f9f90c448f20', 'Alice', '{"role": "admin", "active": true}', 3),
	(41, '2026-11-28 04:15:49.631694+00', 'system', 'user.created', 'user', '01a2205d-d37f-7741-a832-9ce38055fb35', 'Bob', '{"role": "member", "active": true}', 3),
	(42, '2026-11-28 04:15:50.434511+00', 'system', 'user.created', 'user', '01a2205d-d6a2-74b0-baaf-cd41158617c9', 'Carol', '{"role": "member", "active": true}', 3),
	(43, '2026-11-28 04:15:50.487975+00', 'system', 'saml.identity_provider_saved', 'tenant', '3', 'Initech', '{"sso_url": "https://login.initech.example/sso", "entity_id": "https://idp.initech.example/metadata", "certificates": ["C1:0B:03:C0:CB:98:BB:BB:20:DA:51:9A:B9:58:AB:67:5C:C7:FA:DC:BD:C6:51:09:17:C1:84:0E:3B:F6:F9:45"]}', 3),
	(44, '2026-11-28 04:15:50.495927+00', 'system', 'set_up_link.made', 'setuplink', '3', 'Set up SAML sign-on', '{"days": 7, "tenant": "initech", "purpose": "saml"}', 3),
	(45, '2026-11-28 04:15:50.535792+00', 'system', 'license.granted', 'user', '01a2205d-d6a2-74b0-baaf-cd41158617c9', 'Carol', '{"reason": "", "product": ""}', 3),
	(46, '2026-11-28 04:15:51.354823+00', 'alice@initech.example', 'user.signed_in', 'user', '01a2205d-d0a4-7f8e-b43d-f9f90c448f20', 'Alice', '{"method": "password"}', 3),
	(47, '2026-11-28 04:15:51.372328+00', 'system', 'invitation.link_made', 'user', '01a2205d-d37f-7741-a832-9ce38055fb35', 'Bob', '{}', 3);
INSERT INTO public.accounts_directorygroup VALUES
	('01a2205d-c06f-7f9b-9221-72bc62848ec2', 'Editors of Okta', DEFAULT, '', '', '{}', '2026-11-28 04:15:44.751926+00', '2026-11-28 04:15:44.751926+00', 1, 1, 0);
INSERT INTO public.accounts_directorygroupmember VALUES
	(1, '01a2205d-c06f-7f9b-9221-72bc62848ec2', NULL, '01a2205d-b2fa-780b-a782-75a68f52d337', 1);
INSERT INTO public.accounts_groupcount VALUES
	(1, 12, 1, 1);
INSERT INTO public.accounts_onetimelink VALUES
	(1, 'break_glass', '10dd2f50afe7dc27be6f628c48ecf63ade4385f5848e5338c1aa5db90e4ed276', '2026-11-28 04:15:44.637664+00', '2026-11-28 04:30:44.637664+00', NULL, '01a2205d-b06a-732d-a50c-affd012800b6', 1),
	(2, 'break_glass', 'f4d61003b5f2bbf745cfac73958fc46226445e480d600940eb3eccda794d317e', '2026-11-28 04:15:48.129138+00', '2026-11-28 04:30:48.129138+00', NULL, '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9', 2),
	(3, 'invitation', 'cf31da205cd4f5a92e203a23281fe8caaab3fa85729f49d3ff2ec977dc415d98', '2026-11-28 04:15:51.363487+00', '2026-12-05 04:15:51.363487+00', NULL, '01a2205d-d37f-7741-a832-9ce38055fb35', 3);
INSERT INTO public.accounts_recoverycode VALUES
	(1, '376cdf86c5039a5a3e4ac81d04eb26dd8cbf65e94b6931d09878160244f18a87', '2026-11-28 04:15:44.615334+00', NULL, 1, '01a2205d-b06a-732d-a50c-affd012800b6'),
	(2, 'be9322e65ae4ab4c26d8b365351cec6ebd86d6beccf96fb855036b3bc4aba16c', '2026-11-28 04:15:44.615364+00', NULL, 1, '01a2205d-b06a-732d-a50c-affd012800b6'),
	(3, '5d3e08b5836d6984d2d14ed458fccfcd2e7d1da87d00337da8e8c3c1172a8e16', '2026-11-28 04:15:44.615382+00', NULL, 1, '01a2205d-b06a-732d-a50c-affd012800b6'),
	(4, '8e9218699fb32536da322569d3ec8d30ec2c9ce1b1df1d28c236e2dc5b09d942', '2026-11-28 04:15:44.615399+00', NULL, 1, '01a2205d-b06a-732d-a50c-affd012800b6'),
	(5, '8b4275c722ba19a550586cdef48932efceecb4813123b944e86eb6697b117a11', '2026-11-28 04:15:44.615416+00', NULL, 1, '01a2205d-b06a-732d-a50c-affd012800b6'),
	(6, '6a6f993041327ce502669494d5be531442505ba103cf8c91e61b98fa84302744', '2026-11-28 04:15:44.615432+00', NULL, 1, '01a2205d-b06a-732d-a50c-affd012800b6'),
	(7, '333772bd2938f0de7fc382d30c9a551cf13271bd01de8a474233f9600f1d6add', '2026-11-28 04:15:44.615447+00', NULL, 1, '01a2205d-b06a-732d-a50c-affd012800b6'),
	(8, '08ee38de3824b80bee5e8b35f0b86b7676310e48ced7b707e5ff6192d8ec7eb5', '2026-11-28 04:15:44.61547+00', NULL, 1, '01a2205d-b06a-732d-a50c-affd012800b6'),
	(9, '81bfa188f7437fc7704119384ac5a548095917dda9dc861c2b4a1a0b0b6d8353', '2026-11-28 04:15:44.615487+00', NULL, 1, '01a2205d-b06a-732d-a50c-affd012800b6'),
	(10, 'e45cdae92259bd1dc062e48ddf6560d381039b17ddd3613845f722ec75879b2e', '2026-11-28 04:15:44.615503+00', NULL, 1, '01a2205d-b06a-732d-a50c-affd012800b6'),
	(11, 'f72acdd02c1dc8991e7824ad06099f666b34124c2fd19d2065742a956a62a948', '2026-11-28 04:15:48.120802+00', NULL, 2, '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9'),
	(12, '25be5257b1198ddb7b77d532e60f1259fea8e166b75f81150c8ee28a65a223c0', '2026-11-28 04:15:48.120831+00', NULL, 2, '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9'),
	(13, '2e29fe3df13be106905bde7bbd732785aad951f2bb183d0053eb567748e2525a', '2026-11-28 04:15:48.12085+00', NULL, 2, '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9'),
	(14, '0d3dd3a48b31f0ac74229259a5904615db416a3e3bcf33bb8da01335ec3d3422', '2026-11-28 04:15:48.120867+00', NULL, 2, '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9'),
	(15, 'e7386d9a478ddd362df3fb88171e3906bf88c05ac53716512f8d3d24c28adc3e', '2026-11-28 04:15:48.120882+00', NULL, 2, '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9'),
	(16, 'd25a711a61e0c2ca42d093eb856b1eb30054b54e14524f503f63157fa8fbf42e', '2026-11-28 04:15:48.120897+00', NULL, 2, '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9'),
	(17, '5bd3c6ff5b6a99b120a4e60aef656680a35ee149fe9e8adc305584901ce1b994', '2026-11-28 04:15:48.120912+00', NULL, 2, '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9'),
	(18, '223798018a769671153ed95e58bbeed1ac44d014e86ff6ce771b95b52059c7f1', '2026-11-28 04:15:48.12093+00', NULL, 2, '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9'),
	(19, '14632f6886ad7f4dc4e9e256c2f0f3bbd8c62f6b5f367440c8aa8cab3acd88be', '2026-11-28 04:15:48.120946+00', NULL, 2, '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9'),
	(20, 'a85fff4ce71070213e457be97480f9b20d32e76705459f3049b370ec4c36ca84', '2026-11-28 04:15:48.120962+00', NULL, 2, '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9');
INSERT INTO public.accounts_session VALUES
	('90a1a6f58271c9af4ec665a7ef41e4e2e9592a21', 'eyJfY29sdW1ucyI6eyJtZXRob2QiOiJwYXNzd29yZCIsImlwX2FkZHJlc3MiOiIxMjcuMC4wLjEiLCJ1c2VyX2FnZW50IjoiIiwic2FtbCI6e319LCJfYXV0aF91c2VyX2lkIjoiMDFhMjIwNWQtYjA2YS03MzJkLWE1MGMtYWZmZDAxMjgwMGI2IiwiX2F1dGhfdXNlcl9iYWNrZW5kIjoiYWNjb3VudHMuYmFja2VuZHMuU2lnbkluQmFja2VuZCIsIl9hdXRoX3VzZXJfaGFzaCI6ImRmM2YzNTEzOTVkMDA3ZjMwNTIzMDQzYThlZjU4NmU0YjNmYzMxNmE3ZWEzZGNmM2EwM2QzMzBiZDNkMjRlMmUifQ:1xX9qi:a6wbhoaAyo4f9IFfXHRrcd0VfRoxv7BxMqFKnZBnqWQ', '2026-11-28 16:15:44.039722+00', 'password', '127.0.0.1', '', '2026-11-28 04:15:44.039848+00', '2026-11-28 04:15:44.039848+00', '{}', '01a2205d-b06a-732d-a50c-affd012800b6'),
	('e0f8797a68ade85db9021d4c0ea199a39bfb4242', 'eyJfY29sdW1ucyI6eyJtZXRob2QiOiJzYW1sIiwiaXBfYWRkcmVzcyI6IjEyNy4wLjAuMSIsInVzZXJfYWdlbnQiOiIiLCJzYW1sIjp7Imlzc3VlciI6Imh0dHBzOi8vaWRwLmFjbWUuZXhhbXBsZS9tZXRhZGF0YSIsInNlc3Npb25faW5kZXgiOiJzMSIsInZhbHVlIjoiYm9iQGFjbWUuZXhhbXBsZSIsImZvcm1hdCI6InVybjpvYXNpczpuYW1lczp0YzpTQU1MOjEuMTpuYW1laWQtZm9ybWF0OmVtYWlsQWRkcmVzcyIsIm5hbWVfcXVhbGlmaWVyIjpudWxsLCJzcF9uYW1lX3F1YWxpZmllciI6bnVsbH19LCJfYXV0aF91c2VyX2lkIjoiMDFhMjIwNWQtYjJmYS03ODBiLWE3ODItNzVhNjhmNTJkMzM3IiwiX2F1dGhfdXNlcl9iYWNrZW5kIjoiYWNjb3VudHMuYmFja2VuZHMuU2lnbkluQmFja2VuZCIsIl9hdXRoX3VzZXJfaGFzaCI6ImEwMzJiMjVhYTQzMDg5ZTFjMjBmZTdkYWFjMWQ1MThlYjdkNTdlYzIyNGQxNjRlYjQyMmY5NzQxNGEyZjU5YzYifQ:1xX9qi:WvrDeJv7tTmi4drUtQejuzhxBULLb-UVbqJKH8WsBh0', '2026-11-28 16:15:44.517458+00', 'saml', '127.0.0.1', '', '2026-11-28 04:15:44.517523+00', '2026-11-28 04:15:44.517523+00', '{"value": "bob@acme.example", "format": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "issuer": "https://idp.acme.example/metadata", "session_index": "s1", "name_qualifier": null, "sp_name_qualifier": null}', '01a2205d-b2fa-780b-a782-75a68f52d337'),
	('79114d1841fdaae5fca74084ac90db3168d1c394', 'eyJfY29sdW1ucyI6eyJtZXRob2QiOiJwYXNzd29yZCIsImlwX2FkZHJlc3MiOiIxMjcuMC4wLjEiLCJ1c2VyX2FnZW50IjoiIiwic2FtbCI6e319LCJfYXV0aF91c2VyX2lkIjoiMDFhMjIwNWQtYzNlOC03YzRmLTgzZjItMTU5MGM4ZjE5Y2Y5IiwiX2F1dGhfdXNlcl9iYWNrZW5kIjoiYWNjb3VudHMuYmFja2VuZHMuU2lnbkluQmFja2VuZCIsIl9hdXRoX3VzZXJfaGFzaCI6IjBmZThhMzA2NWU3ODViZjFhNzQ5ZDVkZmFmNzM1NTUzZWYzNDMyNzY2ZDNlM2I4ODI4MmIzYTVkYjMwZDczNmYifQ:1xX9ql:mhgTg3JyUKYOrDaxAZXGzq-9QOZt7BaJj4ioMy9yK80', '2026-11-28 16:15:47.9375+00', 'password', '127.0.0.1', '', '2026-11-28 04:15:47.937583+00', '2026-11-28 04:15:47.937583+00', '{}', '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9'),
	('0997c2249deaa0f8cbc47c4831eb6a77260de635', 'eyJfY29sdW1ucyI6eyJtZXRob2QiOiJzYW1sIiwiaXBfYWRkcmVzcyI6IjEyNy4wLjAuMSIsInVzZXJfYWdlbnQiOiIiLCJzYW1sIjp7Imlzc3VlciI6Imh0dHBzOi8vaWRwLmdsb2JleC5leGFtcGxlL21ldGFkYXRhIiwic2Vzc2lvbl9pbmRleCI6InMxIiwidmFsdWUiOiJib2JAZ2xvYmV4LmV4YW1wbGUiLCJmb3JtYXQiOiJ1cm46b2FzaXM6bmFtZXM6dGM6U0FNTDoxLjE6bmFtZWlkLWZvcm1hdDplbWFpbEFkZHJlc3MiLCJuYW1lX3F1YWxpZmllciI6bnVsbCwic3BfbmFtZV9xdWFsaWZpZXIiOm51bGx9fSwiX2F1dGhfdXNlcl9pZCI6IjAxYTIyMDVkLWM2ZGMtNzk0YS05ZjdlLTYxOWMzZmVhMmViYiIsIl9hdXRoX3VzZXJfYmFja2VuZCI6ImFjY291bnRzLmJhY2tlbmRzLlNpZ25JbkJhY2tlbmQiLCJfYXV0aF91c2VyX2hhc2giOiJjNjgzYTQ5Nzc5MzRlNjU5NWE3ODQ0MjM0ODAxY2RjMmE5MDliN2UzNzY1MThlNjA5M2Q5ZGNkYTVhNmYxOGY0In0:1xX9qm:wvyngSFwZNch9Zyn9IpyLREqYv8jKCwVJnI-OH419-w', '2026-11-28 16:15:48.01159+00', 'saml', '127.0.0.1', '', '2026-11-28 04:15:48.011656+00', '2026-11-28 04:15:48.011656+00', '{"value": "bob@globex.example", "format": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "issuer": "https://idp.globex.example/metadata", "session_index": "s1", "name_qualifier": null, "sp_name_qualifier": null}', '01a2205d-c6dc-794a-9f7e-619c3fea2ebb'),
	('4d9ea6c46be1e2a31ebbe34ee9c466daa7a1ff97', 'eyJfY29sdW1ucyI6eyJtZXRob2QiOiJwYXNzd29yZCIsImlwX2FkZHJlc3MiOiIxMjcuMC4wLjEiLCJ1c2VyX2FnZW50IjoiIiwic2FtbCI6e319LCJfYXV0aF91c2VyX2lkIjoiMDFhMjIwNWQtZDBhNC03ZjhlLWI0M2QtZjlmOTBjNDQ4ZjIwIiwiX2F1dGhfdXNlcl9iYWNrZW5kIjoiYWNjb3VudHMuYmFja2VuZHMuU2lnbkluQmFja2VuZCIsIl9hdXRoX3VzZXJfaGFzaCI6IjFkMDBmN2EwOTA4ZWE3NGY1MzAxMjExNjQ2Yjg3MzFjMDUxZmQxNWFjNzhhY2FjOWNhNTZiNjNkMzI5YTVhZWUifQ:1xX9qp:FPVcbX1UZMnHYeszU6eC6l6MpZX_f58bnzCZ8rxnL_c', '2026-11-28 16:15:51.354712+00', 'password', '127.0.0.1', '', '2026-11-28 04:15:51.354807+00', '2026-11-28 04:15:51.354807+00', '{}', '01a2205d-d0a4-7f8e-b43d-f9f90c448f20');
INSERT INTO public.accounts_tenant VALUES
	(1, 'acme', 'Acme', 'enterprise', true, true, true, '2026-11-28 04:15:39.893999+00'),
	(2, 'globex', 'Globex', 'enterprise', true, false, true, '2026-11-28 04:15:44.848533+00'),
	(3, 'initech', 'Initech', 'enterprise', false, false, false, '2026-11-28 04:15:48.160906+00');
INSERT INTO public.accounts_user VALUES
	('argon2$argon2id$v=19$m=102400,t=2,p=8$bXpnN2ZsZmdjWjZkQVplakZPb3V0Wg$oAD1NELDa4QSEwMCBNLHhDnBUQ+4psnoyR+6fora4e0', '2026-11-28 04:15:44.039848+00', '01a2205d-b06a-732d-a50c-affd012800b6', 'alice@acme.example', DEFAULT, '', 'alice@acme.example', DEFAULT, 'Alice', '', 'Alice', true, 'admin', '{}', '2026-11-28 04:15:39.966448+00', '2026-11-28 04:15:39.966448+00', 1, 1),
	('argon2$argon2id$v=19$m=102400,t=2,p=8$emwwUERDRTl4eFlZOHdCWEVPYmNnRg$XlRGusPMWgH7+I4E1WKGba5eY/r/BwXTY72vOTO6vl8', '2026-11-28 04:15:44.517523+00', '01a2205d-b2fa-780b-a782-75a68f52d337', 'bob@acme.example', DEFAULT, '', 'bob@acme.example', DEFAULT, 'Bob', '', 'Bob', true, 'member', '{}', '2026-11-28 04:15:40.662792+00', '2026-11-28 04:15:40.662792+00', 1, 1),
	('!jurejXJLdoJ4FkYIAdfG-xvBPbVv1bJRDx4-82BT', NULL, '01a2205d-c050-7b2a-a20f-ba2ecce4083e', 'zoé@acme.example', DEFAULT, '', 'zoé@acme.example', DEFAULT, '', '', '', true, 'member', '{"emails": [{"type": "work", "value": "zoé@acme.example"}]}', '2026-11-28 04:15:44.720634+00', '2026-11-28 04:15:44.720634+00', 1, 1),
	('!G59hzxML_5hq32lgwzc0IZP-3y-dR2VVtGvzxWvG', NULL, '01a2205d-c061-727f-ae3a-3a90e164ea8c', 'zoé@acme.example', DEFAULT, '', 'zoé@acme.example', DEFAULT, '', '', '', true, 'member', '{"emails": [{"type": "work", "value": "zoé@acme.example"}]}', '2026-11-28 04:15:44.737097+00', '2026-11-28 04:15:44.737097+00', 1, 1),
	('argon2$argon2id$v=19$m=102400,t=2,p=8$aTFpWVkzZmJLbUlUbVRTQ0hiRHJyWg$d1D4jQDS16OXvDEEiktGgG7IszKwSpwCUMZRH1aslBU', NULL, '01a2205d-b575-73b5-8d82-70b25c26f7c0', 'carol@acme.example', DEFAULT, '', 'carol@acme.example', DEFAULT, 'Carol', '', 'Carol', true, 'editor', '{}', '2026-11-28 04:15:41.322862+00', '2026-11-28 04:15:44.805618+00', 2, 1),
	('argon2$argon2id$v=19$m=102400,t=2,p=8$RUg0UTRsNWZRSVpwVXYyS2Njc2lEZw$b66ubmiA0zlaCr+7CQR05sp2qAEhCr9i8VL4bSdr/oY', NULL, '01a2205d-c99e-70e5-b6e1-9c8cd7326298', 'carol@globex.example', DEFAULT, '', 'carol@globex.example', DEFAULT, 'Carol', '', 'Carol', true, 'member', '{}', '2026-11-28 04:15:46.407902+00', '2026-11-28 04:15:46.407902+00', 1, 2),
	('argon2$argon2id$v=19$m=102400,t=2,p=8$WlU5d1E0TzU5eWl1Z1VhQWhUYXQ3Zg$ItK1/dEZdE2Ujg9HHGwL8x3Jgq5cc2fxAjNDfd1oHGQ', '2026-11-28 04:15:47.937583+00', '01a2205d-c3e8-7c4f-83f2-1590c8f19cf9', 'alice@globex.example', DEFAULT, '', 'alice@globex.example', DEFAULT, 'Alice', '', 'Alice', true, 'admin', '{}', '2026-11-28 04:15:44.982194+00', '2026-11-28 04:15:44.982194+00', 1, 2),
	('argon2$argon2id$v=19$m=102400,t=2,p=8$YjJmYzhobTl0ODdwc3NDTzFvS2NTeA$q4p9hTDCiAMZxhhZ1dj2Svztr/QKx98fFPXi1jkQMVg', '2026-11-28 04:15:48.011656+00', '01a2205d-c6dc-794a-9f7e-619c3fea2ebb', 'bob@globex.example', DEFAULT, '', 'bob@globex.example', DEFAULT, 'Bob', '', 'Bob', true, 'member', '{}', '2026-11-28 04:15:45.64622+00', '2026-11-28 04:15:45.64622+00', 1, 2),
	('argon2$argon2id$v=19$m=102400,t=2,p=8$WjBUYnpUclhkUmo5aWNhM1poSk9YNw$2KsUyc91RIlqXvnQLJc/6CRsyq125sV0JfFKHgJGIik', NULL, '01a2205d-d37f-7741-a832-9ce38055fb35', 'bob@initech.example', DEFAULT, '', 'bob@initech.example', DEFAULT, 'Bob', '', 'Bob', true, 'member', '{}', '2026-11-28 04:15:48.910861+00', '2026-11-28 04:15:48.910861+00', 1, 3),
	('argon2$argon2id$v=19$m=102400,t=2,p=8$SFhMQkp4aTl1bzZFcmtZWEd0YlkyRw$w08DJ+YFpmPfYqgccf28sG3MYk4KwS/dqTZrwsGKp+E', NULL, '01a2205d-d6a2-74b0-baaf-cd41158617c9', 'carol@initech.example', DEFAULT, '', 'carol@initech.example', DEFAULT, 'Carol', '', 'Carol', true, 'member', '{}', '2026-11-28 04:15:49.636612+00', '2026-11-28 04:15:49.636612+00', 1, 3),
	('argon2$argon2id$v=19$m=102400,t=2,p=8$V2pPbHluZXhmTFRwTUpOTHhENWVpVg$kVVoIMffWxsQD6nNFad2TsucpTVFAuunKSZIiXdU4Yg', '2026-11-28 04:15:51.354807+00', '01a2205d-d0a4-7f8e-b43d-f9f90c448f20', 'alice@initech.example', DEFAULT, '', 'alice@initech.example', DEFAULT, 'Alice', '', 'Alice', true, 'admin', '{}', '2026-11-28 04:15:48.197298+00', '2026-11-28 04:15:48.197298+00', 1, 3);
INSERT INTO public.accounts_usercount VALUES
	(1, 12, 5, 1),
	(6, 12, 3, 2),
	(9, 12, 3, 3);
INSERT INTO public.auth_permission VALUES
	(1, 'Can add log entry', 1, 'add_logentry'),
	(2, 'Can change log entry', 1, 'change_logentry'),
	(3, 'Can delete log entry', 1, 'delete_logentry'),
	(4, 'Can view log entry', 1, 'view_logentry'),
	(5, 'Can add permission', 2, 'add_permission'),
	(6, 'Can change permission', 2, 'change_permission'),
	(7, 'Can delete permission', 2, 'delete_permission'),
	(8, 'Can view permission', 2, 'view_permission'),
	(9, 'Can add group', 3, 'add_group'),
	(10, 'Can change group', 3, 'change_group'),
	(11, 'Can delete group', 3, 'delete_group'),
	(12, 'Can view group', 3, 'view_group'),
	(13, 'Can add content type', 4, 'add_contenttype'),
	(14, 'Can change content type', 4, 'change_contenttype'),
	(15, 'Can delete content type', 4, 'delete_contenttype'),
	(16, 'Can view content type', 4, 'view_contenttype'),
	(17, 'Can add access attempt', 5, 'add_accessattempt'),
	(18, 'Can change access attempt', 5, 'change_accessattempt'),
	(19, 'Can delete access attempt', 5, 'delete_accessattempt'),
	(20, 'Can view access attempt', 5, 'view_accessattempt'),
	(21, 'Can add access log', 6, 'add_accesslog'),
	(22, 'Can change access log', 6, 'change_accesslog'),
	(23, 'Can delete access log', 6, 'delete_accesslog'),
	(24, 'Can view access log', 6, 'view_accesslog'),
	(25, 'Can add access failure', 7, 'add_accessfailurelog'),
	(26, 'Can change access failure', 7, 'change_accessfailurelog'),
	(27, 'Can delete access failure', 7, 'delete_accessfailurelog'),
	(28, 'Can view access failure', 7, 'view_accessfailurelog'),
	(29, 'Can add access attempt expiration', 8, 'add_accessattemptexpiration'),
	(30, 'Can change access attempt expiration', 8, 'change_accessattemptexpiration'),
	(31, 'Can delete access attempt expiration', 8, 'delete_accessattemptexpiration'),
	(32, 'Can view access attempt expiration', 8, 'view_accessattemptexpiration'),
	(33, 'Can add user', 9, 'add_user'),
	(34, 'Can change user', 9, 'change_user'),
	(35, 'Can delete user', 9, 'delete_user'),
	(36, 'Can view user', 9, 'view_user'),
	(37, 'Can add tenant', 10, 'add_tenant'),
	(38, 'Can change tenant', 10, 'change_tenant'),
	(39, 'Can delete tenant', 10, 'delete_tenant'),
	(40, 'Can view tenant', 10, 'view_tenant'),
	(41, 'Can add one-time link', 11, 'add_onetimelink'),
	(42, 'Can change one-time link', 11, 'change_onetimelink'),
	(43, 'Can delete one-time link', 11, 'delete_onetimelink'),
	(44, 'Can view one-time link', 11, 'view_onetimelink'),
	(45, 'Can add directory group', 12, 'add_directorygroup'),
	(46, 'Can change directory group', 12, 'change_directorygroup'),
	(47, 'Can delete directory group', 12, 'delete_directorygroup'),
	(48, 'Can view directory group', 12, 'view_directorygroup'),
	(49, 'Can add audit entry', 13, 'add_auditentry'),
	(50, 'Can change audit entry', 13, 'change_auditentry');
INSERT INTO public.auth_permission VALUES
	(51, 'Can delete audit entry', 13, 'delete_auditentry'),
	(52, 'Can view audit entry', 13, 'view_auditentry'),
	(53, 'Can add access profile', 14, 'add_accessprofile'),
	(54, 'Can change access profile', 14, 'change_accessprofile'),
	(55, 'Can delete access profile', 14, 'delete_accessprofile'),
	(56, 'Can view access profile', 14, 'view_accessprofile'),
	(57, 'Can add session', 15, 'add_session'),
	(58, 'Can change session', 15, 'change_session'),
	(59, 'Can delete session', 15, 'delete_session'),
	(60, 'Can view session', 15, 'view_session'),
	(61, 'Can add profile member', 16, 'add_profilemembership'),
	(62, 'Can change profile member', 16, 'change_profilemembership'),
	(63, 'Can delete profile member', 16, 'delete_profilemembership'),
	(64, 'Can view profile member', 16, 'view_profilemembership'),
	(65, 'Can add access profile of its members', 17, 'add_directorygroupprofile'),
	(66, 'Can change access profile of its members', 17, 'change_directorygroupprofile'),
	(67, 'Can delete access profile of its members', 17, 'delete_directorygroupprofile'),
	(68, 'Can view access profile of its members', 17, 'view_directorygroupprofile'),
	(69, 'Can add group member', 18, 'add_directorygroupmember'),
	(70, 'Can change group member', 18, 'change_directorygroupmember'),
	(71, 'Can delete group member', 18, 'delete_directorygroupmember'),
	(72, 'Can view group member', 18, 'view_directorygroupmember'),
	(73, 'Can add custom attribute', 19, 'add_directorygroupattribute'),
	(74, 'Can change custom attribute', 19, 'change_directorygroupattribute'),
	(75, 'Can delete custom attribute', 19, 'delete_directorygroupattribute'),
	(76, 'Can view custom attribute', 19, 'view_directorygroupattribute'),
	(77, 'Can add mail domain', 20, 'add_emaildomain'),
	(78, 'Can change mail domain', 20, 'change_emaildomain'),
	(79, 'Can delete mail domain', 20, 'delete_emaildomain'),
	(80, 'Can view mail domain', 20, 'view_emaildomain'),
	(81, 'Can add recovery code', 21, 'add_recoverycode'),
	(82, 'Can change recovery code', 21, 'change_recoverycode'),
	(83, 'Can delete recovery code', 21, 'delete_recoverycode'),
	(84, 'Can view recovery code', 21, 'view_recoverycode'),
	(85, 'Can add user count', 22, 'add_usercount'),
	(86, 'Can change user count', 22, 'change_usercount'),
	(87, 'Can delete user count', 22, 'delete_usercount'),
	(88, 'Can view user count', 22, 'view_usercount'),
	(89, 'Can add group count', 23, 'add_groupcount'),
	(90, 'Can change group count', 23, 'change_groupcount'),
	(91, 'Can delete group count', 23, 'delete_groupcount'),
	(92, 'Can view group count', 23, 'view_groupcount'),
	(93, 'Can add product', 24, 'add_product'),
	(94, 'Can change product', 24, 'change_product'),
	(95, 'Can delete product', 24, 'delete_product'),
	(96, 'Can view product', 24, 'view_product'),
	(97, 'Can add subscription', 25, 'add_subscription'),
	(98, 'Can change subscription', 25, 'change_subscription'),
	(99, 'Can delete subscription', 25, 'delete_subscription'),
	(100, 'Can view subscription', 25, 'view_subscription');
INSERT INTO public.auth_permission VALUES
	(101, 'Can add licence', 26, 'add_seat'),
	(102, 'Can change licence', 26, 'change_seat'),
	(103, 'Can delete licence', 26, 'delete_seat'),
	(104, 'Can view licence', 26, 'view_seat'),
	(105, 'Can add licence of its members', 27, 'add_grouplicense'),
	(106, 'Can change licence of its members', 27, 'change_grouplicense'),
	(107, 'Can delete licence of its members', 27, 'delete_grouplicense'),
	(108, 'Can view licence of its members', 27, 'view_grouplicense'),
	(109, 'Can add extension schema', 28, 'add_extensionschema'),
	(110, 'Can change extension schema', 28, 'change_extensionschema'),
	(111, 'Can delete extension schema', 28, 'delete_extensionschema'),
	(112, 'Can view extension schema', 28, 'view_extensionschema'),
	(113, 'Can add attribute', 29, 'add_extensionattribute'),
	(114, 'Can change attribute', 29, 'change_extensionattribute'),
	(115, 'Can delete attribute', 29, 'delete_extensionattribute'),
	(116, 'Can view attribute', 29, 'view_extensionattribute'),
	(117, 'Can add inbound source', 30, 'add_source'),
	(118, 'Can change inbound source', 30, 'change_source'),
	(119, 'Can delete inbound source', 30, 'delete_source'),
	(120, 'Can view inbound source', 30, 'view_source'),
	(121, 'Can add SCIM request', 31, 'add_requestlogentry'),
	(122, 'Can change SCIM request', 31, 'change_requestlogentry'),
	(123, 'Can delete SCIM request', 31, 'delete_requestlogentry'),
	(124, 'Can view SCIM request', 31, 'view_requestlogentry'),
	(125, 'Can add SCIM token', 32, 'add_bearertoken'),
	(126, 'Can change SCIM token', 32, 'change_bearertoken'),
	(127, 'Can delete SCIM token', 32, 'delete_bearertoken'),
	(128, 'Can view SCIM token', 32, 'view_bearertoken'),
	(129, 'Can add attribute mapping', 33, 'add_attributemapping'),
	(130, 'Can change attribute mapping', 33, 'change_attributemapping'),
	(131, 'Can delete attribute mapping', 33, 'delete_attributemapping'),
	(132, 'Can view attribute mapping', 33, 'view_attributemapping'),
	(133, 'Can add used assertion', 34, 'add_consumedassertion'),
	(134, 'Can change used assertion', 34, 'change_consumedassertion'),
	(135, 'Can delete used assertion', 34, 'delete_consumedassertion'),
	(136, 'Can view used assertion', 34, 'view_consumedassertion'),
	(137, 'Can add certificate of the identity provider', 35, 'add_identityprovidercertificate'),
	(138, 'Can change certificate of the identity provider', 35, 'change_identityprovidercertificate'),
	(139, 'Can delete certificate of the identity provider', 35, 'delete_identityprovidercertificate'),
	(140, 'Can view certificate of the identity provider', 35, 'view_identityprovidercertificate'),
	(141, 'Can add SAML settings', 36, 'add_identityprovidersettings'),
	(142, 'Can change SAML settings', 36, 'change_identityprovidersettings'),
	(143, 'Can delete SAML settings', 36, 'delete_identityprovidersettings'),
	(144, 'Can view SAML settings', 36, 'view_identityprovidersettings'),
	(145, 'Can add pending sign-in', 37, 'add_pendingrequest'),
	(146, 'Can change pending sign-in', 37, 'change_pendingrequest'),
	(147, 'Can delete pending sign-in', 37, 'delete_pendingrequest'),
	(148, 'Can view pending sign-in', 37, 'view_pendingrequest'),
	(149, 'Can add key of the service provider', 38, 'add_serviceproviderkey'),
	(150, 'Can change key of the service provider', 38, 'change_serviceproviderkey');
INSERT INTO public.auth_permission VALUES
	(151, 'Can delete key of the service provider', 38, 'delete_serviceproviderkey'),
	(152, 'Can view key of the service provider', 38, 'view_serviceproviderkey'),
	(153, 'Can add set-up link', 39, 'add_setuplink'),
	(154, 'Can change set-up link', 39, 'change_setuplink'),
	(155, 'Can delete set-up link', 39, 'delete_setuplink'),
	(156, 'Can view set-up link', 39, 'view_setuplink'),
	(157, 'Can add sign-in attempt', 40, 'add_signinattempt'),
	(158, 'Can change sign-in attempt', 40, 'change_signinattempt'),
	(159, 'Can delete sign-in attempt', 40, 'delete_signinattempt'),
	(160, 'Can view sign-in attempt', 40, 'view_signinattempt');
INSERT INTO public.django_content_type VALUES
	(1, 'admin', 'logentry'),
	(2, 'auth', 'permission'),
	(3, 'auth', 'group'),
	(4, 'contenttypes', 'contenttype'),
	(5, 'axes', 'accessattempt'),
	(6, 'axes', 'accesslog'),
	(7, 'axes', 'accessfailurelog'),
	(8, 'axes', 'accessattemptexpiration'),
	(9, 'accounts', 'user'),
	(10, 'accounts', 'tenant'),
	(11, 'accounts', 'onetimelink'),
	(12, 'accounts', 'directorygroup'),
	(13, 'accounts', 'auditentry'),
	(14, 'accounts', 'accessprofile'),
	(15, 'accounts', 'session'),
	(16, 'accounts', 'profilemembership'),
	(17, 'accounts', 'directorygroupprofile'),
	(18, 'accounts', 'directorygroupmember'),
	(19, 'accounts', 'directorygroupattribute'),
	(20, 'accounts', 'emaildomain'),
	(21, 'accounts', 'recoverycode'),
	(22, 'accounts', 'usercount'),
	(23, 'accounts', 'groupcount'),
	(24, 'licenses', 'product'),
	(25, 'licenses', 'subscription'),
	(26, 'licenses', 'seat'),
	(27, 'licenses', 'grouplicense'),
	(28, 'scim', 'extensionschema'),
	(29, 'scim', 'extensionattribute'),
	(30, 'scim', 'source'),
	(31, 'scim', 'requestlogentry'),
	(32, 'scim', 'bearertoken'),
	(33, 'scim', 'attributemapping'),
	(34, 'saml_sso', 'consumedassertion'),
	(35, 'saml_sso', 'identityprovidercertificate'),
	(36, 'saml_sso', 'identityprovidersettings'),
	(37, 'saml_sso', 'pendingrequest'),
	(38, 'saml_sso', 'serviceproviderkey'),
	(39, 'saml_sso', 'setuplink'),
	(40, 'saml_sso', 'signinattempt');
INSERT INTO public.django_migrations VALUES
	(1, 'accounts', '0001_initial', '2026-11-28 04:15:32.245016+00'),
	(2, 'accounts', '0002_recovery_codes_and_mail_domains', '2026-11-28 04:15:32.542052+00'),
	(3, 'accounts', '0003_references_stay_in_their_tenant', '2026-11-28 04:15:32.95952+00'),
	(4, 'accounts', '0004_count_and_find_users', '2026-11-28 04:15:33.059148+00'),
	(5, 'accounts', '0005_groups_of_a_person', '2026-11-28 04:15:33.069263+00'),
	(6, 'accounts', '0006_who_leaves_is_signed_out', '2026-11-28 04:15:33.087207+00'),
	(7, 'accounts', '0007_cheaper_new_users', '2026-11-28 04:15:33.216632+00'),
	(8, 'accounts', '0008_sessions_with_fewer_indexes', '2026-11-28 04:15:33.290959+00'),
	(9, 'accounts', '0009_count_groups', '2026-11-28 04:15:33.522883+00'),
	(10, 'accounts', '0010_cheaper_changes_of_users', '2026-11-28 04:15:33.608201+00'),
	(11, 'accounts', '0011_revision_of_the_rules_of_a_group', '2026-11-28 04:15:33.647987+00'),
	(12, 'accounts', '0012_trail_without_a_key_to_the_tenant', '2026-11-28 04:15:33.692632+00'),
	(13, 'contenttypes', '0001_initial', '2026-11-28 04:15:33.71+00'),
	(14, 'admin', '0001_initial', '2026-11-28 04:15:33.782693+00'),
	(15, 'admin', '0002_logentry_remove_auto_add', '2026-11-28 04:15:33.816344+00'),
	(16, 'admin', '0003_logentry_add_action_flag_choices', '2026-11-28 04:15:33.841538+00'),
	(17, 'contenttypes', '0002_remove_content_type_name', '2026-11-28 04:15:33.907302+00'),
	(18, 'auth', '0001_initial', '2026-11-28 04:15:34.050921+00'),
	(19, 'auth', '0002_alter_permission_name_max_length', '2026-11-28 04:15:34.099367+00'),
	(20, 'auth', '0003_alter_user_email_max_length', '2026-11-28 04:15:34.106212+00'),
	(21, 'auth', '0004_alter_user_username_opts', '2026-11-28 04:15:34.133307+00'),
	(22, 'auth', '0005_alter_user_last_login_null', '2026-11-28 04:15:34.151932+00'),
	(23, 'auth', '0006_require_contenttypes_0002', '2026-11-28 04:15:34.158863+00'),
	(24, 'auth', '0007_alter_validators_add_error_messages', '2026-11-28 04:15:34.176278+00'),
	(25, 'auth', '0008_alter_user_username_max_length', '2026-11-28 04:15:34.190342+00'),
	(26, 'auth', '0009_alter_user_last_name_max_length', '2026-11-28 04:15:34.206237+00'),
	(27, 'auth', '0010_alter_group_name_max_length', '2026-11-28 04:15:34.263351+00'),
	(28, 'auth', '0011_update_proxy_permissions', '2026-11-28 04:15:34.313155+00'),
	(29, 'auth', '0012_alter_user_first_name_max_length', '2026-11-28 04:15:34.334407+00'),
	(30, 'axes', '0001_initial', '2026-11-28 04:15:34.37179+00'),
	(31, 'axes', '0002_auto_20151217_2044', '2026-11-28 04:15:34.690804+00'),
	(32, 'axes', '0003_auto_20160322_0929', '2026-11-28 04:15:34.720076+00'),
	(33, 'axes', '0004_auto_20181024_1538', '2026-11-28 04:15:34.755897+00'),
	(34, 'axes', '0005_remove_accessattempt_trusted', '2026-11-28 04:15:34.765001+00'),
	(35, 'axes', '0006_remove_accesslog_trusted', '2026-11-28 04:15:34.777725+00'),
	(36, 'axes', '0007_alter_accessattempt_unique_together', '2026-11-28 04:15:34.835838+00'),
	(37, 'axes', '0008_accessfailurelog', '2026-11-28 04:15:34.874918+00'),
	(38, 'axes', '0009_add_session_hash', '2026-11-28 04:15:34.887007+00'),
	(39, 'axes', '0010_accessattemptexpiration', '2026-11-28 04:15:34.914977+00'),
	(40, 'licenses', '0001_initial', '2026-11-28 04:15:35.35825+00'),
	(41, 'licenses', '0002_references_stay_in_their_tenant', '2026-11-28 04:15:35.604387+00'),
	(42, 'licenses', '0003_who_leaves_holds_no_seat', '2026-11-28 04:15:35.618802+00'),
	(43, 'saml_sso', '0001_settings_keys_messages_attempts_links', '2026-11-28 04:15:36.107577+00'),
	(44, 'saml_sso', '0002_references_stay_in_their_tenant', '2026-11-28 04:15:36.232787+00'),
	(45, 'saml_sso', '0003_requests_of_logout', '2026-11-28 04:15:36.299187+00'),
	(46, 'saml_sso', '0004_tests_of_set_up_links', '2026-11-28 04:15:36.538283+00'),
	(47, 'saml_sso', '0005_attempts_sealed_whole', '2026-11-28 04:15:37.223326+00'),
	(48, 'saml_sso', '0006_sign_ins_without_a_key_to_the_tenant', '2026-11-28 04:15:37.367077+00'),
	(49, 'scim', '0001_initial', '2026-11-28 04:15:38.266039+00'),
	(50, 'scim', '0002_source_revision', '2026-11-28 04:15:38.276653+00');
INSERT INTO public.django_migrations VALUES
	(51, 'scim', '0003_references_stay_in_their_tenant', '2026-11-28 04:15:39.096377+00'),
	(52, 'scim', '0004_moments', '2026-11-28 04:15:39.104803+00'),
	(53, 'scim', '0005_sources_announce_entitlements', '2026-11-28 04:15:39.165239+00'),
	(54, 'scim', '0006_cheaper_entries_of_the_request_log', '2026-11-28 04:15:39.326824+00'),
	(55, 'scim', '0007_request_log_without_a_key_to_the_tenant', '2026-11-28 04:15:39.407848+00');
INSERT INTO public.licenses_product VALUES
	(1, '', 'Insights', '');
INSERT INTO public.licenses_seat VALUES
	(1, 'carol@acme.example', '2026-11-28 04:15:42.010992+00', 'system', '', false, NULL, '', '', 1, '01a2205d-b575-73b5-8d82-70b25c26f7c0', 1),
	(2, 'carol@globex.example', '2026-11-28 04:15:47.178284+00', 'system', '', false, NULL, '', '', 2, '01a2205d-c99e-70e5-b6e1-9c8cd7326298', 2),
	(3, 'carol@initech.example', '2026-11-28 04:15:50.527961+00', 'system', '', false, NULL, '', '', 3, '01a2205d-d6a2-74b0-baaf-cd41158617c9', 3);
INSERT INTO public.licenses_subscription VALUES
	(1, 5, '2026-11-28', NULL, 1, 1),
	(2, 5, '2026-11-28', NULL, 1, 2),
	(3, 5, '2026-11-28', NULL, 1, 3);
INSERT INTO public.saml_sso_consumedassertion VALUES
	(1, '8c255f4aba304579f69830162bb762f880f154ef8b5023ebee991aa516d31185', '2026-11-28 04:23:39+00', 1),
	(2, '6933cf503f02281572d80989553a43d8f0a8e4f450e409da1a5a93b235102766', '2026-11-28 04:23:44+00', 2);
INSERT INTO public.saml_sso_identityprovidercertificate VALUES
	(1, '95:73:18:E2:14:C0:1E:DA:64:FE:16:8B:4E:A2:39:91:E9:33:59:10:17:1E:B3:31:40:E2:77:27:9A:DB:C3:AF', '-----BEGIN CERTIFICATE-----
MIICuDCCAaCgAwIBAgIULoJzKiXeTSdfwFlZyqF+yszNlF4wDQYJKoZIhvcNAQEL
BQAwFjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwHhcNMjAwMTAxMDAwMDAwWhcNNDUw
MTAxMDAwMDAwWjAWMRQwEgYDVQQDDAtpZHAuZXhhbXBsZTCCASIwDQYJKoZIhvcN
AQEBBQADggEPADCCAQoCggEBAKEJ0Eioms5Yx1/DSEEjErnp15hX6A7Ms4xMRnmo
hEkWMLsQEiTi0mwrx8HhwgDsfNH+CRwCL6RXHpeP9yA+uMJaqxee7PYt4ZkzITop
9EYr98qbAe8U0W3F1igOtlDtBeW0x0SKUcXpgQl/F+XH50jSaFM7xXx4vzdiE0Iv
fbgzYH1m9FCfb2dH0KE5SOGCt6rKDmPPF72sIwXSQujyQHfW2X5nqyez1WXFnqjL
UseDbetG4k72csPgM+9+TkXgA4bZRw+zc47BhyxA9Ns6CG2uZkWathLalOcWJ97h
PtrRmFb1DoJZk5WMnm7ZemPkgI6FpUJENgz/hKzudp76WK8CAwEAATANBgkqhkiG
9w0BAQsFAAOCAQEAhAB12mLPrBu+tlosJxzk31DnAXAqAxhEZXdwIb3YjeHHHeUV
AXFwjdBBco2yy/2AKcxiXQa3K3gzDvjHrPSUwrpR0XyYBGh+eyo5HPtl+vI1ak+t
iLL7ZN1wLI68coqm8dzrKf6qmdOaNdMJDsQu+IFRoQM6n1/Mon1l6oH4FRdbMEeP
eOyTeM1GHTxK9k4XhiaJnLbWnaHUb7BjSd0iaCpivXU+bm2JglLqNXWRDAFfSwew
JoC64swspwfEfF7kQIzoO05Wsjv6xnJpP/JtLCb4U1PGU6G0UUB4vfGZZbvLzx5E
MvDaDXePVVcvH+PiLjozubWeeyc6X+fYn/zyIA==
', '2045-01-01 00:00:00+00', '2026-11-28 04:15:41.969412+00', NULL, 1),
	(2, '05:39:91:D4:BD:E6:3A:19:CF:5F:CA:A3:87:B2:F7:6B:8F:50:89:16:A2:46:C3:DB:A5:53:DF:F7:32:95:4C:97', '-----BEGIN CERTIFICATE-----
MIICuDCCAaCgAwIBAgIUUHNG7bgyonEjk2px2Wpg0U8IZRYwDQYJKoZIhvcNAQEL
BQAwFjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwHhcNMjAwMTAxMDAwMDAwWhcNNDUw
MTAxMDAwMDAwWjAWMRQwEgYDVQQDDAtpZHAuZXhhbXBsZTCCASIwDQYJKoZIhvcN
AQEBBQADggEPADCCAQoCggEBAO0jqAgaW3UdtvxCQ9c03YRNluEJKZST8YA4Tbt+
Keh2729ki3fcOe2XqOE136M8Z3kdrivaI5YjYuRJC0svYkqPWA4a91ZNhUMlNXNg
4oEVlGjkkpwN9F72QqpsfkToHB7MT2Na1HKKo7+QwXN0f8Q7hy9hEjA9wIzj2xUT
9Ttj1K2SXcRvLH4Aj9cmJX8tle0QQTLAASe/1y1jsrmBShcGEtFaPUIe/KgiaGnd
do0724SZQuqkEtGk/1d0edvABdHn9WP4y4ivntNFVLhxX+J96TYUkir0MiITktJj
DYr2ckRmBbFia3WUOmLtQQNpVoOY3p28uvrbCiw27bpiVcMCAwEAATANBgkqhkiG
9w0BAQsFAAOCAQEAM7/RquX+SG9APQ5nYUS6vDdLRIczBLaSE3A7oWAtoufNMggl
hS88xne66g+q/PmDJM+2Yv3sCGl1oo3cnHTL0yk6860Qk/kKA694moXxUrd8ZtB8
hndjvHlh0zoD6FMdfFeonuFWdDc9SNH12AvjOYCfFAqq9ls2LfBTlq58IYfgTErx
siZiep5QACi18raGVWbpm5cj3Dh/aFMFXRNmkvNe5Lkt5NqX4OjQsi+xXMOUFtgI
mLHIMUzbhMqOEmVjoBL5SsL/CzL0FT3Cy8wKFXgPWCKd9LFtegGXikOXpudsKbVR
22Ps5Jl7Ks5Ls1WF+RzrzP33PGKOfdWDwCO9TQ==
', '2045-01-01 00:00:00+00', '2026-11-28 04:15:47.131433+00', NULL, 2),
	(3, 'C1:0B:03:C0:CB:98:BB:BB:20:DA:51:9A:B9:58:AB:67:5C:C7:FA:DC:BD:C6:51:09:17:C1:84:0E:3B:F6:F9:45', '-----BEGIN CERTIFICATE-----
MIICuDCCAaCgAwIBAgIUJO7f3eO/R3Y41G353lcZnXnz74EwDQYJKoZIhvcNAQEL
BQAwFjEUMBIGA1UEAwwLaWRwLmV4YW1wbGUwHhcNMjAwMTAxMDAwMDAwWhcNNDUw
MTAxMDAwMDAwWjAWMRQwEgYDVQQDDAtpZHAuZXhhbXBsZTCCASIwDQYJKoZIhvcN
AQEBBQADggEPADCCAQoCggEBAJ9AxGaIjzCmD4+gxKb+i9MSvcmZIu8CpKnVLFe8
7QgA2e8xGS6QZy3Qm0LX7TAmhXvi1Jphn3fw66hGXvOFbSVkZcFwiCdVDcwgMXnD
Vr6oKJ4ABTKVtv0eRAAWk09sBbSbwzhnd/vucqTAmAWY4R33IsM1JhTvXPeo9CTO
uMCJZ4vnEzaDUUJKFlrjledTBiEfOGRZeTG7NvOlgxmK2MMBWTzjqfqgS5Aktrdy
GWF/3Oa+q/md89ue1BSyI7Sskm49KPWqBa3wGVD9zYPcYOH3cgT4DGN0YZkkDdUT
bZtTAZX9tfub5K1+KVKBSg6agG2tosdE84+9UImf+5JONOMCAwEAATANBgkqhkiG
9w0BAQsFAAOCAQEAipFaE7we3j1RccS3Clq0f5UMjgEH7nEkqPrYTQpMj13PNwvo
Nb9Jqi1575h2gLNkYPbvlYgiHGumFr7N+xvcz63O7+hWleyrvMHA7ifO1lnovZ+/
pPxBOWpjRwFh7sHwAfysOtDdOxks1JlTtCvkzdq5x5q2qC2gh5fJygeKaxq1suSq
h5fWfkZlag0x2V+tETFUEKGQrqWkzN0KcPZVnMfBDF+Z5iE2O88c+WjXGERqf4aD
MHDA0H8RwI7GbHkdYWsCMQrycXWaRtfob2quJFADnzR9xf+Xudbk+D7ZTCL87efD
0BOjOoXyZjUL11XqqoMm9Xf2pDTWgtFIkjhjzw==
', '2045-01-01 00:00:00+00', '2026-11-28 04:15:50.477852+00', NULL, 3);
INSERT INTO public.saml_sso_identityprovidersettings VALUES
	(1, 'https://idp.acme.example/metadata', 'https://login.acme.example/sso', 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', '', '', 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', false, '', '', NULL, '', '', true, false, false, false, '', '', '', '', 1, 1, '2026-11-28 04:15:44.531349+00', 1),
	(2, '', '', 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', '', '', 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', false, '', '', NULL, '', '<x/>', true, false, false, false, '', '', '', '', 1, 1, '2026-11-28 04:15:48.02186+00', 2),
	(3, 'https://idp.initech.example/metadata', 'https://login.initech.example/sso', 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', '', '', 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', false, '', '', NULL, '', '', true, false, false, false, '', '', '', '', 1, NULL, NULL, 3);
INSERT INTO public.saml_sso_setuplink VALUES
	(1, 'saml', 'eaac2565b53682b90df002adaf08424b18a29a1c7f5063650db49847732af55b', 'system', '2026-11-28 04:15:41.97942+00', '2026-12-05 04:15:41.979147+00', NULL, NULL, 1),
	(2, 'saml', '4e294e9773f588570dd267ceccf8ecd5e9b6bb7820faa9c50220faa7699172b1', 'system', '2026-11-28 04:15:47.139497+00', '2026-12-05 04:15:47.139299+00', NULL, NULL, 2),
	(3, 'saml', '177a21dc8fb78a4b75215e6df4dceae2047d4b88b11307b12cd2f88b791e3cd1', 'system', '2026-11-28 04:15:50.493493+00', '2026-12-05 04:15:50.493261+00', NULL, NULL, 3);
INSERT INTO public.saml_sso_signinattempt VALUES
	(1, '2026-11-28 04:15:44.517523+00', 'idp_initiated', 'accepted', 'H5Y7-QJV8', '', '', '', 'b•••@acme.example', '\x6741414141414272436c5677697270364154376539526239754844724379326b7256557248736e6133706367564d6964572d667563694f4a4d4331786448696f4b546c3245333968654b514c39644f6367526146465a575a72732d5a38667555535453694b3838693177777462774952444f5f5754646e394a6a41506d576c424168683563342d46596179394d6448533068704975565448496639315553505262742d5467697038425263434a56675455326531387958525248355a4a756441362d676b6777723175463676304d4b696565665a4c693264587674543130667057373870526a454e4f38614a697555385875376d5f576d445437496d4e394377376839383670443131365a4879707a623334707a4e653968643357504963764249474233454a6a5457367355736f4f64366f5a4f4e51334642335966596863785f484a6b346a6b735339557834526f6f443568776e39586b327546723542435368455875506b66784c666c374e4e306c59486653416332356a344a6741644b546277374d704c4f58702d6a4f63586469637150446a5878757a6a50444c456d73624f695f6d645361516b655f64472d596444696e554b56386d6437677432785357586634782d514c6768795a624a735f73757972374a723752465a384e39346d69376d36755a6577433266512d76456c4a6253367671396e4173474838796170444d6651343845615a723146567730562d6f2d5151794e775256766e2d4c726738656d48397a6449353648524b373338747355352d7a4b70754a5031523274675063395246756f754e5f622d72694f386d74654f42507a383341764c67675f6f357142743666745f675f7248516230373166774c364a6b4e476e7464584e63727a302d30697955314e574673594f43647553686768593269645a482d716a4367626b39365a315f4345515348517144344450716f574a53736e70695a506e344744444c486d396a6457646e6d626b5732716235444f5a32546c6d537132304b6277427953656e35412d524d524d50776579656f495846426f38625734686168686b786266536f4e616d436873575959706a346d75336436725050676f5a7271464c644f356371734267435948694f785069555536324167554e6c705a59454e77595337766566374e346d777678686d494a587557676a4a486f696a4c6c765f39626c574250353479502d6a38316d32786f4e6b434e6e316830756a566832736e32414738665864766d7a5a3741593179504b56776f5a676276715442337237694961537054594c72747471664c4f766f386b37696947795047514348396865317742374c6155436f3847333962365f365442386b6550544d665a4a48536d7a3979657878383453786d6437786961427474364468655a6b317950517272454b3730334551316f693576715843662d5a52386f556a32676b6f656b486c344b784a32667336587269734f742d6464426833577834696b377758766b326c436269583957525857616c4f6139694670495f3671527a6743765675685a5777496b3532386d55413774424961677a42714d317479346d4a4430524a6f2d707a2d517534366675563950714a3673744a3035345a796e68635875444f72796339366379427141516a4b623357545f373554307153774c774d637265314750666d66684c52625847524b313871376e5952395243504e4c4b3236426a5366514e35516470686a6865694f663778386b54353366304438346643613938696f57456d3562794464523853555973512d7043495f4d355348714663714348575370452d30784641672d44643055356a482d51377447517a75684f3934756e58567375464732383973486b75574b2d345948755268326e63344b546e4b635f623341305a3668474c49725952663442444476485f396c355337326b6b46726557484e636730365056314132334435534b4236523642444b4a6346304662506d704b42506461725470586c5f7655584a3154536b317634793478366f364c452d6e4a31493157354f556b54614a374d54424f57707868746e302d55355439473272713567784d67356a774a50456e566e3234596432594473356d4a424a5544664a746e5a726e2d44744334784b33734a596d36786d', 1, '127.0.0.1', '', 1, '01a2205d-b2fa-780b-a782-75a68f52d337'),
	(2, '2026-11-28 04:15:48.011656+00', 'idp_initiated', 'accepted', '2B8C-VJM3', '', '', '', 'b•••@globex.example', '\x6741414141414272436c56306e6a3362486e6f506f4e706e3479364e63514b6578464c39306f4c374d6d434e766357646666626c306a584d4b31564a3556706c7557325041354836654e736d79463967536a7336775479436d446a66634d5a36476a332d717a4753776b75443641625f4e58686f3372434c43666e623430396e71307673314974714b2d76514751795f767479456b5f3939747837437036365f67697759626164335768367a5733347475304b6b794d4470585f4745576f6332497871644a437134734a776251526a56716256366e4750434d564a6164573051434b4f364d3150745f434c6e4b7a736f394b51623567673039645977482d557a33716653495a557534756c327a796f58756b7532576857776d6952726946663537664b35313646576171797464506f6b4d635a64344857775436496a307738683949392d324d46694f465770444c464d32314368364773366f724a4d46302d54566455337844624532705779516f4f4145583468474b792d736e506a70703136694a5248717969444b496f6d45615f394f48484e665550384b364c59555765794f7768704a34574148756e6554697636674e514d5f3941664e46452d387a4e6f515f4d766b4d41615747585633354246467162372d586c536e554b5045716772694a6a30553553596e584344686f5344354b4b615f5061646f48496a706938524644664a6f6f7677426f67684d334e6253566c4b617374784a6568444c51665262364444336545335a64445274434865375869626c493038753362337a567034523562623857714e68555742786171456a414e4775592d485a435f3453576c7857477069677a3952456478775a6a7a5471442d5359304f556663613669394d72534557585034417847627333654251763955747636626e33436b5277395f625a6c654849434b70306d5155646f6338586e524e434966674d646954395350514a7755526835372d437578446271325462446a597366626644436c6d5a4d6d7469757864735f6a676452374e656b72325779417942564846714c706466424965734958614234417332647a6e32523038797867396e4c6764436368754d386f4c56674a5564454b5379727a6c45525438596e4869782d6a534f4a5f6a71456b62416d526b7647323132425579475333537572493359673667566c52534d49475259674348443056654f7a585a5a6c473570353072595a4645564e38306e6e39597959307175756f4a6e4c4b6c7642646637454245303651486263616e342d4c6c39445445576370583347357455486d595f5f4337525772415f2d344862415f4b4277706b6a6755436d776a576e315834304b37596430507a71506436656b626537324e47675f54394642426944685567735a6f77726f615f61575a455a4b4c316f42353667434b674d5652716e566b6a653236334d61626441506b6a483472376d316d6143775452496d5835446f4f6f3437437a72634f317a30444350705f646571514f473070616676567870714747635f397a4b7a5a694d795650746136775f5855746f636f574a336c52347a6f69395538494c6f716255424b586963586c7157416d77384d3975432d4869312d7175304b48475647435a476a5272566335465333436d554d33597572546172767449343630666b654859355a39745852324e6e306837516c42417963736a546a6947744b455a444a51676f4c5837534237716d7147527a6c32315a53484a394f56324c486535364e7831474d5848433870334f6734444f5566766b635675436333356c6b754b70624c554656616f594a7770566f62507959684454766d7243675251503044694d694f6c43792d544233754577614a49757259757a5f48673938336769746539426739714973424853582d78695a4370564d7936466930664f733978396f6e4c51465a7236565377726f4b63556b4e4668547a7053636356355f76756b4a7a55676d7a4a62533250385a354a622d6f73796743707875376b77315677793057355a63614c726a4f6f3444315a69395131396b736e42434b67326c4c575a524b6356494b75514244517a4d36313150545838485443354c63555042566373314f4b613437474662374f77376e57635444336d52476775635164', 1, '127.0.0.1', '', 2, '01a2205d-c6dc-794a-9f7e-619c3fea2ebb');
INSERT INTO public.scim_attributemapping VALUES
	(1, 'User', 0, 'user_name', 'userName', true, 1, 1),
	(2, 'User', 1, 'given_name', 'name.givenName', false, 1, 1),
	(3, 'User', 2, 'family_name', 'name.familyName', false, 1, 1),
	(4, 'User', 3, 'email', 'emails[type eq "work"].value', false, 1, 1),
	(5, 'User', 4, 'display_name', 'displayName', false, 1, 1),
	(6, 'User', 5, 'active', 'active', false, 1, 1),
	(7, 'Group', 0, 'display_name', 'displayName', true, 1, 1),
	(8, 'Group', 1, 'external_id', 'externalId', false, 1, 1),
	(9, 'User', 0, 'user_name', 'userName', true, 2, 2),
	(10, 'User', 1, 'given_name', 'name.givenName', false, 2, 2),
	(11, 'User', 2, 'family_name', 'name.familyName', false, 2, 2),
	(12, 'User', 3, 'email', 'emails[type eq "work"].value', false, 2, 2),
	(13, 'User', 4, 'display_name', 'displayName', false, 2, 2),
	(14, 'User', 5, 'active', 'active', false, 2, 2),
	(15, 'Group', 0, 'display_name', 'displayName', true, 2, 2),
	(16, 'Group', 1, 'external_id', 'externalId', false, 2, 2);
INSERT INTO public.scim_bearertoken VALUES
	(1, 'Token', '1672d0f2', 'ae73b3c0b7244e564978ee0d835df831c2ce21d2bc22dc24d2582fe08a9bd310', '2026-11-28 04:15:44.57816+00', NULL, NULL, NULL, 1, 1),
	(2, 'kept', '1d7e8a3c', 'ef2d17f2352e8847a79999b55358667ce839ed5cc200760532ed35146a04a519', '2026-11-28 04:15:44.597412+00', NULL, '2026-11-28 04:15:44.819104+00', NULL, 1, 1),
	(3, 'Token', '17c19cae', '914c170e384366ca2d08adf36932fd13e938baaae64276f5c6bbe5b3e2ac67ba', '2026-11-28 04:15:48.090956+00', NULL, NULL, NULL, 2, 2),
	(4, 'kept', '535c9179', '0c64439bfbbb5516dad42e8d08966e3a9a9b3babf8ed0b81e42bdbb3814e9a5e', '2026-11-28 04:15:48.105562+00', NULL, NULL, NULL, 2, 2);
INSERT INTO public.scim_requestlogentry VALUES
	(1, '2026-11-28 04:15:44.726738+00', 'Identity provider', 'kept', '', '', 'POST', '/Users', '', 201, '', '', 27.57, NULL, NULL, 1, 1),
	(2, '2026-11-28 04:15:44.748909+00', 'Identity provider', 'kept', '', '', 'POST', '/Users', '', 201, '', '', 21.466, NULL, NULL, 1, 1),
	(3, '2026-11-28 04:15:44.778224+00', 'Identity provider', 'kept', '', '', 'POST', '/Groups', '', 201, '', '', 28.773, NULL, NULL, 1, 1),
	(4, '2026-11-28 04:15:44.819104+00', 'Identity provider', 'kept', '', '', 'PATCH', '/Groups/{id}', 'role:editor', 200, '', '', 40.271, NULL, NULL, 1, 1);
INSERT INTO public.scim_source VALUES
	(1, 'Identity provider', true, 'deactivate', 'deactivate', false, 30, 0, 9, '2026-11-28 04:15:44.562142+00', '2026-11-28 04:15:44.819104+00', '2026-11-28 04:15:44.819104+00', NULL, '', 1, false),
	(2, 'Identity provider', true, 'deactivate', 'deactivate', false, 30, 0, 9, '2026-11-28 04:15:48.072171+00', NULL, NULL, NULL, '', 2, false);
SELECT pg_catalog.setval('public.accounts_accessprofile_id_seq', 3, true);
SELECT pg_catalog.setval('public.accounts_auditentry_id_seq', 47, true);
SELECT pg_catalog.setval('public.accounts_directorygroupattribute_id_seq', 1, false);
SELECT pg_catalog.setval('public.accounts_directorygroupmember_id_seq', 1, true);
SELECT pg_catalog.setval('public.accounts_directorygroupprofile_id_seq', 1, false);
SELECT pg_catalog.setval('public.accounts_emaildomain_id_seq', 1, false);
SELECT pg_catalog.setval('public.accounts_groupcount_id_seq', 1, true);
SELECT pg_catalog.setval('public.accounts_onetimelink_id_seq', 3, true);
SELECT pg_catalog.setval('public.accounts_profilemembership_id_seq', 1, false);
SELECT pg_catalog.setval('public.accounts_recoverycode_id_seq', 20, true);
SELECT pg_catalog.setval('public.accounts_tenant_id_seq', 3, true);
SELECT pg_catalog.setval('public.accounts_usercount_id_seq', 11, true);
SELECT pg_catalog.setval('public.auth_group_id_seq', 1, false);
SELECT pg_catalog.setval('public.auth_group_permissions_id_seq', 1, false);
SELECT pg_catalog.setval('public.auth_permission_id_seq', 160, true);
SELECT pg_catalog.setval('public.axes_accessattempt_id_seq', 1, false);
SELECT pg_catalog.setval('public.axes_accessfailurelog_id_seq', 1, false);
SELECT pg_catalog.setval('public.axes_accesslog_id_seq', 1, false);
SELECT pg_catalog.setval('public.django_admin_log_id_seq', 1, false);
SELECT pg_catalog.setval('public.django_content_type_id_seq', 40, true);
SELECT pg_catalog.setval('public.django_migrations_id_seq', 55, true);
SELECT pg_catalog.setval('public.licenses_grouplicense_id_seq', 1, false);
SELECT pg_catalog.setval('public.licenses_product_id_seq', 1, true);
SELECT pg_catalog.setval('public.licenses_seat_id_seq', 3, true);
SELECT pg_catalog.setval('public.licenses_subscription_id_seq', 3, true);
SELECT pg_catalog.setval('public.saml_sso_consumedassertion_id_seq', 2, true);
SELECT pg_catalog.setval('public.saml_sso_identityprovidercertificate_id_seq', 3, true);
SELECT pg_catalog.setval('public.saml_sso_identityprovidersettings_id_seq', 3, true);
SELECT pg_catalog.setval('public.saml_sso_serviceproviderkey_id_seq', 1, false);
SELECT pg_catalog.setval('public.saml_sso_setuplink_id_seq', 3, true);
SELECT pg_catalog.setval('public.saml_sso_signinattempt_id_seq', 2, true);
SELECT pg_catalog.setval('public.scim_attributemapping_id_seq', 16, true);
SELECT pg_catalog.setval('public.scim_bearertoken_id_seq', 4, true);
SELECT pg_catalog.setval('public.scim_extensionattribute_id_seq', 1, false);
SELECT pg_catalog.setval('public.scim_extensionschema_id_seq', 1, false);
SELECT pg_catalog.setval('public.scim_requestlogentry_id_seq', 4, true);
SELECT pg_catalog.setval('public.scim_source_id_seq', 2, true);
ALTER TABLE ONLY public.accounts_accessprofile
    ADD CONSTRAINT accounts_accessprofile_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_auditentry
    ADD CONSTRAINT accounts_auditentry_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_directorygroup
    ADD CONSTRAINT accounts_directorygroup_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_directorygroupattribute
    ADD CONSTRAINT accounts_directorygroupattribute_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_directorygroupmember
    ADD CONSTRAINT accounts_directorygroupmember_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_directorygroupprofile
    ADD CONSTRAINT accounts_directorygroupprofile_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_emaildomain
    ADD CONSTRAINT accounts_emaildomain_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_groupcount
    ADD CONSTRAINT accounts_groupcount_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_onetimelink
    ADD CONSTRAINT accounts_onetimelink_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.accounts_onetimelink
    ADD CONSTRAINT accounts_onetimelink_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_profilemembership
    ADD CONSTRAINT accounts_profilemembership_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_recoverycode
    ADD CONSTRAINT accounts_recoverycode_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.accounts_recoverycode
    ADD CONSTRAINT accounts_recoverycode_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_session
    ADD CONSTRAINT accounts_session_pkey PRIMARY KEY (session_key);
ALTER TABLE ONLY public.accounts_tenant
    ADD CONSTRAINT accounts_tenant_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_tenant
    ADD CONSTRAINT accounts_tenant_slug_key UNIQUE (slug);
ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT accounts_user_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_usercount
    ADD CONSTRAINT accounts_usercount_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.saml_sso_consumedassertion
    ADD CONSTRAINT assertion_used_once_in_tenant UNIQUE (tenant_id, digest);
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.axes_accessattempt
    ADD CONSTRAINT axes_accessattempt_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.axes_accessattempt
    ADD CONSTRAINT axes_accessattempt_username_ip_address_user_agent_8ea22282_uniq UNIQUE (username, ip_address, user_agent);
ALTER TABLE ONLY public.axes_accessattemptexpiration
    ADD CONSTRAINT axes_accessattemptexpiration_pkey PRIMARY KEY (access_attempt_id);
ALTER TABLE ONLY public.axes_accessfailurelog
    ADD CONSTRAINT axes_accessfailurelog_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.axes_accesslog
    ADD CONSTRAINT axes_accesslog_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);
ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.accounts_emaildomain
    ADD CONSTRAINT domain_claimed_once UNIQUE (tenant_id, domain);
ALTER TABLE ONLY public.scim_extensionschema
    ADD CONSTRAINT extension_schema_key_in_tenant UNIQUE (tenant_id, id);
ALTER TABLE ONLY public.scim_attributemapping
    ADD CONSTRAINT field_is_mapped_once UNIQUE (tenant_id, source_id, resource, field);
ALTER TABLE ONLY public.accounts_groupcount
    ADD CONSTRAINT group_count_slot UNIQUE (tenant_id, slot);
ALTER TABLE ONLY public.accounts_directorygroup
    ADD CONSTRAINT group_key_in_tenant UNIQUE (tenant_id, id);
ALTER TABLE ONLY public.licenses_grouplicense
    ADD CONSTRAINT group_license_mapping_once UNIQUE (tenant_id, group_id, subscription_id);
ALTER TABLE ONLY public.accounts_directorygroup
    ADD CONSTRAINT group_name_unique_in_tenant UNIQUE (tenant_id, display_name_ci);
ALTER TABLE ONLY public.accounts_directorygroupprofile
    ADD CONSTRAINT group_profile_mapping_once UNIQUE (tenant_id, group_id, profile_id);
ALTER TABLE ONLY public.saml_sso_identityprovidercertificate
    ADD CONSTRAINT idp_certificate_once_in_tenant UNIQUE (tenant_id, fingerprint);
ALTER TABLE ONLY public.licenses_grouplicense
    ADD CONSTRAINT licenses_grouplicense_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.licenses_product
    ADD CONSTRAINT licenses_product_key_key UNIQUE (key);
ALTER TABLE ONLY public.licenses_product
    ADD CONSTRAINT licenses_product_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.licenses_seat
    ADD CONSTRAINT licenses_seat_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.licenses_subscription
    ADD CONSTRAINT licenses_subscription_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.saml_sso_identityprovidersettings
    ADD CONSTRAINT one_saml_settings_row_in_tenant UNIQUE (tenant_id);
ALTER TABLE ONLY public.saml_sso_serviceproviderkey
    ADD CONSTRAINT one_sp_key_of_each_use UNIQUE (tenant_id, use);
ALTER TABLE ONLY public.licenses_subscription
    ADD CONSTRAINT one_subscription_per_product UNIQUE (tenant_id, product_id);
ALTER TABLE ONLY public.accounts_accessprofile
    ADD CONSTRAINT profile_key_in_tenant UNIQUE (tenant_id, id);
ALTER TABLE ONLY public.accounts_profilemembership
    ADD CONSTRAINT profile_member_once UNIQUE (tenant_id, profile_id, user_id);
ALTER TABLE ONLY public.saml_sso_consumedassertion
    ADD CONSTRAINT saml_sso_consumedassertion_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.saml_sso_identityprovidercertificate
    ADD CONSTRAINT saml_sso_identityprovidercertificate_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.saml_sso_identityprovidersettings
    ADD CONSTRAINT saml_sso_identityprovidersettings_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.saml_sso_pendingrequest
    ADD CONSTRAINT saml_sso_pendingrequest_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.saml_sso_serviceproviderkey
    ADD CONSTRAINT saml_sso_serviceproviderkey_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.saml_sso_setuplink
    ADD CONSTRAINT saml_sso_setuplink_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.saml_sso_setuplink
    ADD CONSTRAINT saml_sso_setuplink_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.saml_sso_signinattempt
    ADD CONSTRAINT saml_sso_signinattempt_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.scim_extensionschema
    ADD CONSTRAINT schema_urn_unique_in_tenant UNIQUE (tenant_id, urn);
ALTER TABLE ONLY public.scim_attributemapping
    ADD CONSTRAINT scim_attributemapping_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.scim_bearertoken
    ADD CONSTRAINT scim_bearertoken_digest_key UNIQUE (digest);
ALTER TABLE ONLY public.scim_bearertoken
    ADD CONSTRAINT scim_bearertoken_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.scim_extensionattribute
    ADD CONSTRAINT scim_extensionattribute_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.scim_extensionschema
    ADD CONSTRAINT scim_extensionschema_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.scim_requestlogentry
    ADD CONSTRAINT scim_requestlogentry_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.scim_source
    ADD CONSTRAINT scim_source_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.saml_sso_setuplink
    ADD CONSTRAINT set_up_link_key_in_tenant UNIQUE (tenant_id, id);
ALTER TABLE ONLY public.scim_source
    ADD CONSTRAINT source_key_in_tenant UNIQUE (tenant_id, id);
ALTER TABLE ONLY public.scim_source
    ADD CONSTRAINT source_name_unique_in_tenant UNIQUE (tenant_id, name);
ALTER TABLE ONLY public.licenses_subscription
    ADD CONSTRAINT subscription_key_in_tenant UNIQUE (tenant_id, id);
ALTER TABLE ONLY public.accounts_usercount
    ADD CONSTRAINT user_count_slot UNIQUE (tenant_id, slot);
ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT user_key_in_tenant UNIQUE (tenant_id, id);
ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT user_name_unique_in_tenant UNIQUE (tenant_id, user_name_ci);
CREATE INDEX accounts_accessprofile_tenant_id_d6010d8b ON public.accounts_accessprofile USING btree (tenant_id);
CREATE INDEX accounts_directorygroup_tenant_id_15c7c767 ON public.accounts_directorygroup USING btree (tenant_id);
CREATE INDEX accounts_directorygroupattribute_group_id_9683d5b6 ON public.accounts_directorygroupattribute USING btree (group_id);
CREATE INDEX accounts_directorygroupattribute_tenant_id_be2f7de9 ON public.accounts_directorygroupattribute USING btree (tenant_id);
CREATE INDEX accounts_directorygroupmember_group_id_2949ad01 ON public.accounts_directorygroupmember USING btree (group_id);
CREATE INDEX accounts_directorygroupmember_member_group_id_5539e671 ON public.accounts_directorygroupmember USING btree (member_group_id);
CREATE INDEX accounts_directorygroupmember_user_id_68370a48 ON public.accounts_directorygroupmember USING btree (user_id);
CREATE INDEX accounts_directorygroupprofile_group_id_3dc06da1 ON public.accounts_directorygroupprofile USING btree (group_id);
CREATE INDEX accounts_directorygroupprofile_profile_id_23091a27 ON public.accounts_directorygroupprofile USING btree (profile_id);
CREATE INDEX accounts_directorygroupprofile_tenant_id_031540c5 ON public.accounts_directorygroupprofile USING btree (tenant_id);
CREATE INDEX accounts_emaildomain_tenant_id_d724ece5 ON public.accounts_emaildomain USING btree (tenant_id);
CREATE INDEX accounts_onetimelink_digest_ade06b8d_like ON public.accounts_onetimelink USING btree (digest varchar_pattern_ops);
CREATE INDEX accounts_onetimelink_tenant_id_61f29e7f ON public.accounts_onetimelink USING btree (tenant_id);
CREATE INDEX accounts_onetimelink_user_id_f40ce086 ON public.accounts_onetimelink USING btree (user_id);
CREATE INDEX accounts_profilemembership_profile_id_2bfe43ec ON public.accounts_profilemembership USING btree (profile_id);
CREATE INDEX accounts_profilemembership_tenant_id_49f3cc73 ON public.accounts_profilemembership USING btree (tenant_id);
CREATE INDEX accounts_profilemembership_user_id_9ba00afa ON public.accounts_profilemembership USING btree (user_id);
CREATE INDEX accounts_recoverycode_digest_5f337d9a_like ON public.accounts_recoverycode USING btree (digest varchar_pattern_ops);
CREATE INDEX accounts_recoverycode_tenant_id_158fa0fb ON public.accounts_recoverycode USING btree (tenant_id);
CREATE INDEX accounts_recoverycode_user_id_994761d3 ON public.accounts_recoverycode USING btree (user_id);
CREATE INDEX accounts_session_expire_date_5bbfba7c ON public.accounts_session USING btree (expire_date);
CREATE INDEX accounts_tenant_slug_b48b18a8_like ON public.accounts_tenant USING btree (slug varchar_pattern_ops);
CREATE INDEX accounts_usercount_tenant_id_3422d5dc ON public.accounts_usercount USING btree (tenant_id);
CREATE INDEX attempt_by_outcome ON public.saml_sso_signinattempt USING btree (tenant_id, outcome, id DESC);
CREATE INDEX attempt_latest ON public.saml_sso_signinattempt USING btree (tenant_id, id DESC);
CREATE INDEX attempt_reference ON public.saml_sso_signinattempt USING btree (tenant_id, reference);
CREATE UNIQUE INDEX attribute_name_unique_in_schema ON public.scim_extensionattribute USING btree (tenant_id, schema_id, lower((name)::text));
CREATE INDEX audit_latest ON public.accounts_auditentry USING btree (tenant_id, id DESC);
CREATE INDEX audit_of_target ON public.accounts_auditentry USING btree (tenant_id, target_id, id DESC);
CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);
CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);
CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);
CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);
CREATE INDEX axes_accessattempt_ip_address_10922d9c ON public.axes_accessattempt USING btree (ip_address);
CREATE INDEX axes_accessattempt_user_agent_ad89678b ON public.axes_accessattempt USING btree (user_agent);
CREATE INDEX axes_accessattempt_user_agent_ad89678b_like ON public.axes_accessattempt USING btree (user_agent varchar_pattern_ops);
CREATE INDEX axes_accessattempt_username_3f2d4ca0 ON public.axes_accessattempt USING btree (username);
CREATE INDEX axes_accessattempt_username_3f2d4ca0_like ON public.axes_accessattempt USING btree (username varchar_pattern_ops);
CREATE INDEX axes_accessfailurelog_ip_address_2e9f5a7f ON public.axes_accessfailurelog USING btree (ip_address);
CREATE INDEX axes_accessfailurelog_user_agent_ea145dda ON public.axes_accessfailurelog USING btree (user_agent);
CREATE INDEX axes_accessfailurelog_user_agent_ea145dda_like ON public.axes_accessfailurelog USING btree (user_agent varchar_pattern_ops);
CREATE INDEX axes_accessfailurelog_username_a8b7e8a4 ON public.axes_accessfailurelog USING btree (username);
CREATE INDEX axes_accessfailurelog_username_a8b7e8a4_like ON public.axes_accessfailurelog USING btree (username varchar_pattern_ops);
CREATE INDEX axes_accesslog_ip_address_86b417e5 ON public.axes_accesslog USING btree (ip_address);
CREATE INDEX axes_accesslog_user_agent_0e659004 ON public.axes_accesslog USING btree (user_agent);
CREATE INDEX axes_accesslog_user_agent_0e659004_like ON public.axes_accesslog USING btree (user_agent varchar_pattern_ops);
CREATE INDEX axes_accesslog_username_df93064b ON public.axes_accesslog USING btree (username);
CREATE INDEX axes_accesslog_username_df93064b_like ON public.axes_accesslog USING btree (username varchar_pattern_ops);
CREATE INDEX consumed_expiry ON public.saml_sso_consumedassertion USING btree (expires);
CREATE INDEX django_admin_log_content_type_id_c4bce8eb ON public.django_admin_log USING btree (content_type_id);
CREATE INDEX django_admin_log_user_id_c564eba6 ON public.django_admin_log USING btree (user_id);
CREATE UNIQUE INDEX domain_verified_for_one_tenant ON public.accounts_emaildomain USING btree (domain) WHERE (verified IS NOT NULL);
CREATE UNIQUE INDEX group_attribute_name_once ON public.accounts_directorygroupattribute USING btree (tenant_id, group_id, lower((name)::text));
CREATE INDEX group_external_id ON public.accounts_directorygroup USING btree (tenant_id, external_id) WHERE (NOT ((external_id)::text = ''::text));
CREATE UNIQUE INDEX group_member_group_once ON public.accounts_directorygroupmember USING btree (tenant_id, group_id, member_group_id) WHERE (member_group_id IS NOT NULL);
CREATE UNIQUE INDEX group_member_user_once ON public.accounts_directorygroupmember USING btree (tenant_id, group_id, user_id) WHERE (user_id IS NOT NULL);
CREATE INDEX licenses_grouplicense_group_id_af58dce6 ON public.licenses_grouplicense USING btree (group_id);
CREATE INDEX licenses_grouplicense_subscription_id_824cd373 ON public.licenses_grouplicense USING btree (subscription_id);
CREATE INDEX licenses_grouplicense_tenant_id_99dcf427 ON public.licenses_grouplicense USING btree (tenant_id);
CREATE INDEX licenses_product_key_f5627b42_like ON public.licenses_product USING btree (key varchar_pattern_ops);
CREATE INDEX licenses_seat_subscription_id_f8ad9881 ON public.licenses_seat USING btree (subscription_id);
CREATE INDEX licenses_seat_tenant_id_f5c423ab ON public.licenses_seat USING btree (tenant_id);
CREATE INDEX licenses_seat_user_id_8b24f836 ON public.licenses_seat USING btree (user_id);
CREATE INDEX licenses_subscription_product_id_b24d9411 ON public.licenses_subscription USING btree (product_id);
CREATE INDEX licenses_subscription_tenant_id_7404a166 ON public.licenses_subscription USING btree (tenant_id);
CREATE UNIQUE INDEX one_default_profile ON public.accounts_accessprofile USING btree (tenant_id) WHERE is_default;
CREATE UNIQUE INDEX one_seat_per_user ON public.licenses_seat USING btree (tenant_id, subscription_id, user_id) WHERE (released IS NULL);
CREATE INDEX pending_expiry ON public.saml_sso_pendingrequest USING btree (expires_at);
CREATE INDEX pending_of_browser ON public.saml_sso_pendingrequest USING btree (tenant_id, browser_digest);
CREATE UNIQUE INDEX profile_name_unique_in_tenant ON public.accounts_accessprofile USING btree (tenant_id, lower((name)::text));
CREATE INDEX request_log_latest ON public.scim_requestlogentry USING btree (tenant_id, at DESC);
CREATE INDEX saml_sso_identityprovidercertificate_tenant_id_44f442d2 ON public.saml_sso_identityprovidercertificate USING btree (tenant_id);
CREATE INDEX saml_sso_identityprovidersettings_tenant_id_85e9f333 ON public.saml_sso_identityprovidersettings USING btree (tenant_id);
CREATE INDEX saml_sso_pendingrequest_id_04873282_like ON public.saml_sso_pendingrequest USING btree (id varchar_pattern_ops);
CREATE INDEX saml_sso_pendingrequest_link_id_31203a37 ON public.saml_sso_pendingrequest USING btree (link_id);
CREATE INDEX saml_sso_pendingrequest_tenant_id_0f017933 ON public.saml_sso_pendingrequest USING btree (tenant_id);
CREATE INDEX saml_sso_pendingrequest_tester_id_0e970b9c ON public.saml_sso_pendingrequest USING btree (tester_id);
CREATE INDEX saml_sso_serviceproviderkey_tenant_id_35b51aac ON public.saml_sso_serviceproviderkey USING btree (tenant_id);
CREATE INDEX saml_sso_setuplink_digest_cc4c8328_like ON public.saml_sso_setuplink USING btree (digest varchar_pattern_ops);
CREATE INDEX saml_sso_setuplink_tenant_id_bb89cf41 ON public.saml_sso_setuplink USING btree (tenant_id);
CREATE INDEX saml_sso_signinattempt_user_id_9454ae87 ON public.saml_sso_signinattempt USING btree (user_id);
CREATE INDEX scim_attributemapping_source_id_2c7ae7d8 ON public.scim_attributemapping USING btree (source_id);
CREATE INDEX scim_attributemapping_tenant_id_1f20f421 ON public.scim_attributemapping USING btree (tenant_id);
CREATE INDEX scim_bearertoken_digest_f1dbec8c_like ON public.scim_bearertoken USING btree (digest varchar_pattern_ops);
CREATE INDEX scim_bearertoken_source_id_61d27045 ON public.scim_bearertoken USING btree (source_id);
CREATE INDEX scim_bearertoken_tenant_id_5327c5e0 ON public.scim_bearertoken USING btree (tenant_id);
CREATE INDEX scim_extensionattribute_schema_id_f24a12a6 ON public.scim_extensionattribute USING btree (schema_id);
CREATE INDEX scim_extensionattribute_tenant_id_fdea5c4b ON public.scim_extensionattribute USING btree (tenant_id);
CREATE INDEX scim_extensionschema_tenant_id_2d12c715 ON public.scim_extensionschema USING btree (tenant_id);
CREATE INDEX scim_requestlogentry_source_id_892bba68 ON public.scim_requestlogentry USING btree (source_id);
CREATE INDEX scim_source_tenant_id_ddf6dc90 ON public.scim_source USING btree (tenant_id);
CREATE INDEX seats_held ON public.licenses_seat USING btree (tenant_id, subscription_id) WHERE (released IS NULL);
CREATE INDEX session_of_user ON public.accounts_session USING btree (user_id, last_seen DESC);
CREATE INDEX set_up_link_latest ON public.saml_sso_setuplink USING btree (tenant_id, id DESC);
CREATE INDEX token_of_source ON public.scim_bearertoken USING btree (tenant_id, source_id, created DESC);
CREATE INDEX user_email ON public.accounts_user USING btree (tenant_id, email_ci);
CREATE INDEX user_email_any_tenant ON public.accounts_user USING btree (email_ci);
CREATE INDEX user_email_domain ON public.accounts_user USING btree (split_part((email_ci)::text, '@'::text, '-1'::integer), tenant_id);
CREATE INDEX user_email_values ON public.accounts_user USING gin (public.accounts_email_values(attributes));
CREATE INDEX user_external_id ON public.accounts_user USING btree (tenant_id, external_id) WHERE (NOT ((external_id)::text = ''::text));
CREATE INDEX user_last_modified ON public.accounts_user USING brin (last_modified) WITH (pages_per_range='4');
CREATE INDEX user_name_any_tenant ON public.accounts_user USING btree (user_name_ci);
CREATE INDEX user_name_domain ON public.accounts_user USING btree (split_part((user_name_ci)::text, '@'::text, '-1'::integer), tenant_id);
CREATE UNIQUE INDEX user_name_unique_among_operators ON public.accounts_user USING btree (user_name_ci) WHERE (tenant_id IS NULL);
CREATE INDEX user_role ON public.accounts_user USING btree (tenant_id, role, id);
CREATE TRIGGER accounts_count_gone_groups AFTER DELETE ON public.accounts_directorygroup REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.accounts_count_groups();
CREATE TRIGGER accounts_count_gone_users AFTER DELETE ON public.accounts_user REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.accounts_count_users();
CREATE TRIGGER accounts_count_new_groups AFTER INSERT ON public.accounts_directorygroup REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.accounts_count_groups();
CREATE TRIGGER accounts_count_new_users AFTER INSERT ON public.accounts_user REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.accounts_count_users();
CREATE TRIGGER accounts_sign_leaver_out AFTER UPDATE OF active ON public.accounts_user FOR EACH ROW WHEN ((old.active AND (NOT new.active))) EXECUTE FUNCTION public.accounts_end_sessions();
CREATE CONSTRAINT TRIGGER licenses_leaver_holds_no_seat AFTER UPDATE OF active ON public.accounts_user DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((old.active AND (NOT new.active))) EXECUTE FUNCTION public.licenses_leaver_holds_no_seat();
CREATE TRIGGER scim_mapping_changed AFTER INSERT OR DELETE OR UPDATE ON public.scim_attributemapping FOR EACH ROW EXECUTE FUNCTION public.scim_mapping_changed();
CREATE TRIGGER scim_schemas_changed AFTER INSERT OR DELETE OR UPDATE ON public.scim_extensionattribute FOR EACH ROW EXECUTE FUNCTION public.scim_schemas_changed();
CREATE TRIGGER scim_schemas_changed AFTER INSERT OR DELETE OR UPDATE ON public.scim_extensionschema FOR EACH ROW EXECUTE FUNCTION public.scim_schemas_changed();
CREATE TRIGGER scim_source_changed BEFORE UPDATE OF lists_entitlements ON public.scim_source FOR EACH ROW WHEN ((old.lists_entitlements <> new.lists_entitlements)) EXECUTE FUNCTION public.scim_source_changed();
ALTER TABLE ONLY public.accounts_accessprofile
    ADD CONSTRAINT accounts_accessprofile_tenant_id_d6010d8b_fk_accounts_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_directorygroupprofile
    ADD CONSTRAINT accounts_directorygr_group_id_3dc06da1_fk_accounts_ FOREIGN KEY (group_id) REFERENCES public.accounts_directorygroup(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_directorygroupattribute
    ADD CONSTRAINT accounts_directorygr_group_id_9683d5b6_fk_accounts_ FOREIGN KEY (group_id) REFERENCES public.accounts_directorygroup(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_directorygroupprofile
    ADD CONSTRAINT accounts_directorygr_profile_id_23091a27_fk_accounts_ FOREIGN KEY (profile_id) REFERENCES public.accounts_accessprofile(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_directorygroupprofile
    ADD CONSTRAINT accounts_directorygr_tenant_id_031540c5_fk_accounts_ FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_directorygroup
    ADD CONSTRAINT accounts_directorygr_tenant_id_15c7c767_fk_accounts_ FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_directorygroupattribute
    ADD CONSTRAINT accounts_directorygr_tenant_id_be2f7de9_fk_accounts_ FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_emaildomain
    ADD CONSTRAINT accounts_emaildomain_tenant_id_d724ece5_fk_accounts_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_onetimelink
    ADD CONSTRAINT accounts_onetimelink_tenant_id_61f29e7f_fk_accounts_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_onetimelink
    ADD CONSTRAINT accounts_onetimelink_user_id_f40ce086_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_profilemembership
    ADD CONSTRAINT accounts_profilememb_profile_id_2bfe43ec_fk_accounts_ FOREIGN KEY (profile_id) REFERENCES public.accounts_accessprofile(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_profilemembership
    ADD CONSTRAINT accounts_profilememb_tenant_id_49f3cc73_fk_accounts_ FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_profilemembership
    ADD CONSTRAINT accounts_profilemembership_user_id_9ba00afa_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_recoverycode
    ADD CONSTRAINT accounts_recoverycode_tenant_id_158fa0fb_fk_accounts_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_recoverycode
    ADD CONSTRAINT accounts_recoverycode_user_id_994761d3_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_session
    ADD CONSTRAINT accounts_session_user_id_d5aaed01_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT accounts_user_tenant_id_1906c0a8_fk_accounts_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.axes_accessattemptexpiration
    ADD CONSTRAINT axes_accessattemptex_access_attempt_id_6b73a47a_fk_axes_acce FOREIGN KEY (access_attempt_id) REFERENCES public.axes_accessattempt(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_content_type_id_c4bce8eb_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.django_admin_log
    ADD CONSTRAINT django_admin_log_user_id_c564eba6_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.scim_extensionattribute
    ADD CONSTRAINT extension_attribute_schema_in_tenant FOREIGN KEY (tenant_id, schema_id) REFERENCES public.scim_extensionschema(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_directorygroupattribute
    ADD CONSTRAINT group_attribute_group_in_tenant FOREIGN KEY (tenant_id, group_id) REFERENCES public.accounts_directorygroup(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.licenses_grouplicense
    ADD CONSTRAINT group_license_group_in_tenant FOREIGN KEY (tenant_id, group_id) REFERENCES public.accounts_directorygroup(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.licenses_grouplicense
    ADD CONSTRAINT group_license_subscription_in_tenant FOREIGN KEY (tenant_id, subscription_id) REFERENCES public.licenses_subscription(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_directorygroupmember
    ADD CONSTRAINT group_member_group_in_tenant FOREIGN KEY (tenant_id, group_id) REFERENCES public.accounts_directorygroup(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_directorygroupmember
    ADD CONSTRAINT group_member_nested_in_tenant FOREIGN KEY (tenant_id, member_group_id) REFERENCES public.accounts_directorygroup(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_directorygroupmember
    ADD CONSTRAINT group_member_user_in_tenant FOREIGN KEY (tenant_id, user_id) REFERENCES public.accounts_user(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_directorygroupprofile
    ADD CONSTRAINT group_profile_group_in_tenant FOREIGN KEY (tenant_id, group_id) REFERENCES public.accounts_directorygroup(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_directorygroupprofile
    ADD CONSTRAINT group_profile_profile_in_tenant FOREIGN KEY (tenant_id, profile_id) REFERENCES public.accounts_accessprofile(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.licenses_grouplicense
    ADD CONSTRAINT licenses_grouplicens_group_id_af58dce6_fk_accounts_ FOREIGN KEY (group_id) REFERENCES public.accounts_directorygroup(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.licenses_grouplicense
    ADD CONSTRAINT licenses_grouplicens_subscription_id_824cd373_fk_licenses_ FOREIGN KEY (subscription_id) REFERENCES public.licenses_subscription(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.licenses_grouplicense
    ADD CONSTRAINT licenses_grouplicense_tenant_id_99dcf427_fk_accounts_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.licenses_seat
    ADD CONSTRAINT licenses_seat_subscription_id_f8ad9881_fk_licenses_ FOREIGN KEY (subscription_id) REFERENCES public.licenses_subscription(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.licenses_seat
    ADD CONSTRAINT licenses_seat_tenant_id_f5c423ab_fk_accounts_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.licenses_seat
    ADD CONSTRAINT licenses_seat_user_id_8b24f836_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.licenses_subscription
    ADD CONSTRAINT licenses_subscriptio_product_id_b24d9411_fk_licenses_ FOREIGN KEY (product_id) REFERENCES public.licenses_product(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.licenses_subscription
    ADD CONSTRAINT licenses_subscription_tenant_id_7404a166_fk_accounts_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.scim_attributemapping
    ADD CONSTRAINT mapping_source_in_tenant FOREIGN KEY (tenant_id, source_id) REFERENCES public.scim_source(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_onetimelink
    ADD CONSTRAINT one_time_link_user_in_tenant FOREIGN KEY (tenant_id, user_id) REFERENCES public.accounts_user(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.saml_sso_pendingrequest
    ADD CONSTRAINT pending_request_link_in_tenant FOREIGN KEY (tenant_id, link_id) REFERENCES public.saml_sso_setuplink(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.saml_sso_pendingrequest
    ADD CONSTRAINT pending_request_tester_in_tenant FOREIGN KEY (tenant_id, tester_id) REFERENCES public.accounts_user(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_profilemembership
    ADD CONSTRAINT profile_membership_profile_in_tenant FOREIGN KEY (tenant_id, profile_id) REFERENCES public.accounts_accessprofile(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_profilemembership
    ADD CONSTRAINT profile_membership_user_in_tenant FOREIGN KEY (tenant_id, user_id) REFERENCES public.accounts_user(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.accounts_recoverycode
    ADD CONSTRAINT recovery_code_user_in_tenant FOREIGN KEY (tenant_id, user_id) REFERENCES public.accounts_user(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.scim_requestlogentry
    ADD CONSTRAINT request_log_source_in_tenant FOREIGN KEY (tenant_id, source_id) REFERENCES public.scim_source(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.saml_sso_identityprovidercertificate
    ADD CONSTRAINT saml_sso_identitypro_tenant_id_44f442d2_fk_accounts_ FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.saml_sso_identityprovidersettings
    ADD CONSTRAINT saml_sso_identitypro_tenant_id_85e9f333_fk_accounts_ FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.saml_sso_pendingrequest
    ADD CONSTRAINT saml_sso_pendingrequ_link_id_31203a37_fk_saml_sso_ FOREIGN KEY (link_id) REFERENCES public.saml_sso_setuplink(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.saml_sso_pendingrequest
    ADD CONSTRAINT saml_sso_pendingrequ_tenant_id_0f017933_fk_accounts_ FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.saml_sso_pendingrequest
    ADD CONSTRAINT saml_sso_pendingrequest_tester_id_0e970b9c_fk_accounts_user_id FOREIGN KEY (tester_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.saml_sso_serviceproviderkey
    ADD CONSTRAINT saml_sso_serviceprov_tenant_id_35b51aac_fk_accounts_ FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.saml_sso_setuplink
    ADD CONSTRAINT saml_sso_setuplink_tenant_id_bb89cf41_fk_accounts_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.scim_attributemapping
    ADD CONSTRAINT scim_attributemapping_source_id_2c7ae7d8_fk_scim_source_id FOREIGN KEY (source_id) REFERENCES public.scim_source(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.scim_attributemapping
    ADD CONSTRAINT scim_attributemapping_tenant_id_1f20f421_fk_accounts_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.scim_bearertoken
    ADD CONSTRAINT scim_bearertoken_source_id_61d27045_fk_scim_source_id FOREIGN KEY (source_id) REFERENCES public.scim_source(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.scim_bearertoken
    ADD CONSTRAINT scim_bearertoken_tenant_id_5327c5e0_fk_accounts_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.scim_extensionattribute
    ADD CONSTRAINT scim_extensionattrib_schema_id_f24a12a6_fk_scim_exte FOREIGN KEY (schema_id) REFERENCES public.scim_extensionschema(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.scim_extensionattribute
    ADD CONSTRAINT scim_extensionattrib_tenant_id_fdea5c4b_fk_accounts_ FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.scim_extensionschema
    ADD CONSTRAINT scim_extensionschema_tenant_id_2d12c715_fk_accounts_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.scim_source
    ADD CONSTRAINT scim_source_tenant_id_ddf6dc90_fk_accounts_tenant_id FOREIGN KEY (tenant_id) REFERENCES public.accounts_tenant(id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.licenses_seat
    ADD CONSTRAINT seat_subscription_in_tenant FOREIGN KEY (tenant_id, subscription_id) REFERENCES public.licenses_subscription(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.licenses_seat
    ADD CONSTRAINT seat_user_in_tenant FOREIGN KEY (tenant_id, user_id) REFERENCES public.accounts_user(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.saml_sso_signinattempt
    ADD CONSTRAINT sign_in_attempt_user_in_tenant FOREIGN KEY (tenant_id, user_id) REFERENCES public.accounts_user(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.scim_bearertoken
    ADD CONSTRAINT token_source_in_tenant FOREIGN KEY (tenant_id, source_id) REFERENCES public.scim_source(tenant_id, id) DEFERRABLE INITIALLY DEFERRED;
