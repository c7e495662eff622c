-- Alerts, and what is still to be delivered of them.

create table alerts (
  alert_id           uuid primary key,  -- from (subscription, company, shift): a replay makes the same
  subscription_id    bigint not null references subscriptions,
  company_id         text not null,
  company_name       text,
  shift_id           text not null,     -- from (company, state version, rule)
  rule               text not null check (rule in ('band_entered', 'band_left', 'jump')),
  state              text not null check (state in ('firing', 'acknowledged', 'resolved')),
  state_version      bigint not null,
  as_of              timestamptz not null,      -- stream time at which it was raised
  model              text not null,
  probability_before double precision,  -- null: the company's first score
  probability_after  double precision not null,
  log_odds_before    double precision,
  log_odds_after     double precision not null,
  band_before        text,
  band_after         text not null,
  band_rank          smallint not null, -- of band_after in the model's manifest; it is resolved below this
  reference_as_of    timestamptz,       -- stream time of the score before
  changes            jsonb not null,    -- feature groups that changed most
  events             jsonb not null,    -- newest events since the reference
  event_count        bigint not null,   -- all events since the reference
  recorded_at        timestamptz not null default clock_timestamp(),
  acknowledged_by    text,
  acknowledged_at    timestamptz,
  note               text,
  resolved_at        timestamptz,       -- stream time
  resolution         text check (resolution in ('recovered', 'rebased', 'falling')),
  unique (subscription_id, company_id, shift_id),
  check ((state = 'resolved') = (resolved_at is not null))
);

create index alerts_open on alerts (company_id) where state <> 'resolved';
create index alerts_as_of on alerts (as_of desc, alert_id);
create index alerts_company on alerts (company_id, as_of desc);

create table deliveries (
  delivery_id uuid primary key,         -- the receiver's idempotency key
  alert_id    uuid not null unique references alerts,
  channel     text not null check (channel in ('console', 'webhook')),
  state       text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
  attempts    integer not null default 0,
  created_at  timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  error       text,
  check ((state = 'pending') = (finished_at is null))
);

create table delivery_attempts (
  delivery_id uuid not null references deliveries,
  attempt     integer not null,
  started_at  timestamptz not null,
  duration    interval not null,
  outcome     text not null check (outcome in ('delivered', 'retry', 'failed')),
  status      integer,                  -- HTTP
  error       text,
  primary key (delivery_id, attempt)
);

-- Work that is left: a row goes when its delivery is finished. next_attempt_at is also the lease of a published one.
create table outbox (
  delivery_id     uuid primary key references deliveries,
  next_attempt_at timestamptz not null default clock_timestamp()
) with (fillfactor = 75);

create index outbox_next on outbox (next_attempt_at);
