-- Score history: not every score, only changes of band, changes of log-odds beyond an epsilon, and the first of a stream day.
-- Partitions scores_YYYY_MM are created by the writer as stream time needs them.

create table scores (
  company_id    text not null,
  as_of         timestamptz not null,
  state_version bigint not null,
  probability   double precision not null,
  log_odds      double precision not null,
  model         text not null,          -- name/version
  band          text not null,          -- with hysteresis
  event_id      text,                   -- null: a sweeper's tick
  primary key (company_id, as_of, state_version)
) partition by range (as_of);

-- One row a company, rewritten by every score, so it is narrow: `state` packs what the rules remember (src/Alerts/Shifts/ShiftStateCodec.cs).
create table shift_states (
  company_id    text primary key,
  state_version bigint not null,        -- last processed
  previous_version bigint not null,     -- the one that this row was computed from: the writer's compare-and-set
  first_as_of   timestamptz not null,   -- of the company's first score: where its history begins
  as_of         timestamptz not null,
  log_odds      double precision not null,
  band          text not null,
  model         text not null,
  state         bytea not null
) with (fillfactor = 75);

-- Features at the reference and at the checkpoint that will follow it; which slot is which, shift_states.state knows.
create table shift_references (
  company_id    text not null,
  slot          smallint not null,
  state_version bigint not null,
  catalogue     text not null,          -- hash of the feature catalogue
  features      bytea not null,         -- float32 little-endian
  primary key (company_id, slot)
) with (fillfactor = 75);

alter table shift_references alter column features set storage external;

-- The newest events of a company as a ring: slot = number of the event modulo the ring's size.
create table recent_events (
  company_id text not null,
  slot       smallint not null,
  number     bigint not null,           -- 1 is the company's first event
  event      text not null,             -- EventSummary as JSON
  primary key (company_id, slot)
) with (fillfactor = 75);
