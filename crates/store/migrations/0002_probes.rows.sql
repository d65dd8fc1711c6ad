-- A probe whose target is down, as the second version wrote it. Put in right after its migration by the tests.

INSERT INTO probe_samples (probe, at, verdict, took_ms, reason) VALUES
    ('api', 1700000001123000, 'fail', 31, 'status 502; expected is 2xx');
INSERT INTO probe_buckets (probe, width_s, at_s, passes, fails, breaches, blinds, took) VALUES
    ('api', 60, 1700000000, 3, 1, 0, 1, '{"0":1,"117":2}');
INSERT INTO probe_standings (probe, standing) VALUES
    ('api', '{"state":"down","since":"2023-11-14T22:13:21.123Z","failing_since":"2023-11-14T22:12:21.123Z","reason":"status 502; expected is 2xx","blind_since":null}');
