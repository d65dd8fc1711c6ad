-- One that is silent and one that is new, as the fifth version wrote them. Put in right after its migration by the tests.

INSERT INTO heartbeats (name, since, alive_at, begun_at, failed_at, said, silent_at, back_at, deaf_us, ended) VALUES
    ('backup', 1700000000123000, 1700000300123000, NULL, NULL, '', 1700000900123000, 1700000400123000, 31000000, 0),
    ('watchdog', 1700000000123000, NULL, NULL, NULL, '', NULL, NULL, 0, 0);
INSERT INTO heartbeat_ear (one, at) VALUES (1, 1700000910123000);
