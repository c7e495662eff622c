-- Companies and every name that sources know them by. Ingest writes both; the API adds aliases while it runs.

create table companies (
  company_id text primary key,          -- canonical, SCHEME:VALUE
  name       text,
  first_seen timestamptz not null       -- stream time of the first event, or the clock for one added by hand
);

create index companies_name on companies (lower(name) text_pattern_ops);

create table company_identifiers (
  scheme     text not null,
  value      text not null,
  company_id text not null,
  added_at   timestamptz not null default clock_timestamp(),
  primary key (scheme, value)
);

create index company_identifiers_company on company_identifiers (company_id);
create index company_identifiers_added on company_identifiers (added_at);
