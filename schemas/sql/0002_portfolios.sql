-- What risk officers own. Deleting keeps the row (deleted_at), because alerts refer to it.

create table portfolios (
  portfolio_id bigint generated always as identity primary key,
  name         text not null,
  created_at   timestamptz not null default clock_timestamp(),
  deleted_at   timestamptz
);

create unique index portfolios_name on portfolios (name) where deleted_at is null;

-- No foreign key to companies: a company may be watched before anything is heard of it.
create table portfolio_members (
  portfolio_id bigint not null references portfolios on delete cascade,
  company_id   text not null,
  added_at     timestamptz not null default clock_timestamp(),
  primary key (portfolio_id, company_id)
);

create index portfolio_members_company on portfolio_members (company_id);

create table subscriptions (
  subscription_id bigint generated always as identity primary key,
  portfolio_id    bigint not null references portfolios,
  name            text not null,
  minimum_band    text,                 -- null: any band
  minimum_jump    double precision not null default 0 check (minimum_jump >= 0),   -- log-odds
  channel         text not null check (channel in ('console', 'webhook')),
  url             text check (channel <> 'webhook' or url is not null),
  secret          text,                 -- HMAC key of the webhook's signature
  enabled         boolean not null default true,
  created_at      timestamptz not null default clock_timestamp(),
  deleted_at      timestamptz
);

create unique index subscriptions_name on subscriptions (portfolio_id, name) where deleted_at is null;
