//! What the server's own probes saw.

pub(crate) const PUT_SAMPLE: &str = "\
INSERT INTO probe_samples (probe, at, verdict, took_ms, reason) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (probe, at) DO UPDATE
SET verdict = excluded.verdict, took_ms = excluded.took_ms, reason = excluded.reason";

pub(crate) const PUT_BUCKET: &str = "\
INSERT INTO probe_buckets (probe, width_s, at_s, passes, fails, breaches, blinds, took)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (probe, width_s, at_s) DO UPDATE
SET passes = excluded.passes, fails = excluded.fails, breaches = excluded.breaches, blinds = excluded.blinds,
    took = excluded.took";

pub(crate) const PUT_STANDING: &str = "\
INSERT INTO probe_standings (probe, standing) VALUES ($1, $2)
ON CONFLICT (probe) DO UPDATE SET standing = excluded.standing";

pub(crate) const DROP_STANDING: &str = "DELETE FROM probe_standings WHERE probe = $1";

pub(crate) const SAMPLES: &str = "\
SELECT at, verdict, took_ms, reason FROM probe_samples WHERE probe = $1 AND at >= $2 ORDER BY at DESC LIMIT $3";

pub(crate) const BUCKETS: &str = "\
SELECT at_s, passes, fails, breaches, blinds, took FROM probe_buckets
WHERE probe = $1 AND width_s = $2 AND at_s >= $3 ORDER BY at_s";

pub(crate) const STANDINGS: &str = "SELECT probe, standing FROM probe_standings ORDER BY probe";

pub(crate) const FORGET_SAMPLES: &str = "DELETE FROM probe_samples WHERE at < $1";

pub(crate) const FORGET_BUCKETS: &str = "DELETE FROM probe_buckets WHERE width_s = $1 AND at_s < $2";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    PUT_SAMPLE,
    PUT_BUCKET,
    PUT_STANDING,
    DROP_STANDING,
    SAMPLES,
    BUCKETS,
    STANDINGS,
    FORGET_SAMPLES,
    FORGET_BUCKETS,
];
