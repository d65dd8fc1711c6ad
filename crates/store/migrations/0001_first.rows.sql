-- An incident in full swing, as the first version wrote it. Put in right after its migration by the tests.

INSERT INTO events (incident, seq, decided_at, body) VALUES
    ('inc_01HF7YAT01FGAZ7760C1EEVJ1N', 1, 1700000001123000, '[{"at":"2023-11-14T22:13:21.123Z","by":{"source":"prometheus"},"kind":{"opened":{"title":"API answers 500 on shard 1","description":"","how":"alert","plan":"sample-plan"}}},{"at":"2023-11-14T22:13:21.123Z","by":{"source":"prometheus"},"kind":{"severity_set":{"severity":{"rank":1,"name":"P1"},"basis":{"alert":{"word":"critical"}}}}}]');
INSERT INTO events (incident, seq, decided_at, body) VALUES
    ('inc_01HF7YAT01FGAZ7760C1EEVJ1N', 3, 1700000002123000, '[{"at":"2023-11-14T22:13:22.123Z","by":{"person":"primary"},"kind":{"noted":{"text":"Größe – 100 %"}}}]');
INSERT INTO incidents (id, version, plan, status, rank, opened_at, updated_at, resolved_at, search, summary) VALUES
    ('inc_01HF7YAT01FGAZ7760C1EEVJ1N', 3, 'sample-plan', 'open', 1, 1700000001123000, 1700000001123000, NULL, 'api answers 500 on shard 1
inc_01hf7yat01fgaz7760c1eevj1n
api-down
', '{"id":"inc_01HF7YAT01FGAZ7760C1EEVJ1N","title":"API answers 500 on shard 1","status":"open","severity":"P1","rank":1,"opened_at":"2023-11-14T22:13:21.123Z","updated_at":"2023-11-14T22:13:21.123Z","acknowledged_at":null,"acknowledged_by":null,"lead":null,"resolved_at":null,"alerts":1,"alert_count":1,"runbook":"api-down","unpaged":false,"approvals":0,"update_due_at":null,"action_items_open":0,"keys":[{"source":"prometheus","key":"shard-1"}]}');
INSERT INTO work (incident, what, owner, epoch, lease_until) VALUES
    ('inc_01HF7YAT01FGAZ7760C1EEVJ1N', '{"page":1}', 'node-a', 1, 1700000061123000);
INSERT INTO work (incident, what, owner, epoch, lease_until) VALUES
    ('inc_01HF7YAT01FGAZ7760C1EEVJ1N', '{"run":3}', 'node-a', 4, 1700000090123000);
INSERT INTO timers (incident, timer, due) VALUES
    ('inc_01HF7YAT01FGAZ7760C1EEVJ1N', '"escalation"', 1700000301123000);
INSERT INTO timers (incident, timer, due) VALUES
    ('inc_01HF7YAT01FGAZ7760C1EEVJ1N', '{"page_retry":1}', 1700000030123000);
INSERT INTO plans (digest, body) VALUES
    ('sample-plan', '{"digest":"sample-plan","playbook":{"digest":"","title":"","summary":null,"contents":[],"checklist":null,"quick_diagnostics":[],"severities":[],"decision_tree":null,"escalation":{},"escalation_tickets":{},"runbooks":[],"services":[],"templates":[],"postmortem":null,"quick_reference":[],"sections":[],"diagnostics":[]},"policy":{"escalation_delays":"per-hop","severity_map":{},"unknown_severity":"","acknowledge_lapse_min":60,"escalation_repeat_min":15,"escalation_repeats_max":5,"update_every_min":[30,60,240],"recovery_watch_min":5,"reopen_within_min":30,"page_attempts_max":6}}');
INSERT INTO accounts (person, password_hash, created_at) VALUES
    ('primary', '$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA', 1700000000123000);
INSERT INTO sessions (hash, person, created_at, expires_at) VALUES
    ('5e55', 'primary', 1700000000123000, 1700003600123000);
INSERT INTO tokens (hash, name, scope, person, created_at) VALUES
    ('a1', 'prometheus', 'alerts', NULL, 1700000000123000);
INSERT INTO tokens (hash, name, scope, person, created_at) VALUES
    ('a2', 'board', 'read', NULL, 1700000000123000);
INSERT INTO tokens (hash, name, scope, person, created_at) VALUES
    ('a3', 'laptop', 'respond', 'primary', 1700000000123000);
INSERT INTO secrets (name, secret) VALUES
    ('links', X'0707070707070707070707070707070707070707070707070707070707070707');
