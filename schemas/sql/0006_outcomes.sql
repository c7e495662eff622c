-- A reported outcome raises an alert of its own, and ends those that warned of it.

alter table alerts drop constraint alerts_rule_check;
alter table alerts add constraint alerts_rule_check check (rule in ('band_entered', 'band_left', 'jump', 'outcome'));

alter table alerts drop constraint alerts_resolution_check;
alter table alerts add constraint alerts_resolution_check
  check (resolution in ('recovered', 'rebased', 'falling', 'outcome', 'cured'));
