-- Reasons of alerts, and what they need of the score before.

-- What moved the model's log-odds; null: raised before reasons were kept.
alter table alerts add column reasons jsonb;

-- Of the company's texts, '' where it had none; null: unknown, or the model reads none.
alter table shift_references add column text_hash text;

-- The texts, packed as in Redis, which keeps them for days only; null where they are gone.
alter table shift_references add column text bytea;
