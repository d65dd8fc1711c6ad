//! What counts as trouble in what a command printed, and what does not.

use super::is_trouble;

#[track_caller]
fn all(lines: &[&str], trouble: bool) {
    for line in lines {
        assert_eq!(is_trouble(line), trouble, "{line}");
    }
}

#[test]
fn what_goes_well_is_no_trouble() {
    all(
        &[
            "cache check finished successfully: 0 errors, 0 stale",
            "sb-1 cloned demo/small in 438 ms",
            "deployed the latest template, related to relatedness",
            "deadline in 5 min, latency 12 ms, fullness 3",
            "unlimited plan, rerouted, badge printed, closedown",
            "no errors",
            "finished without error",
            "finished without any errors",
            "errors: 0",
            "errors=0 warnings=0 failed=0",
            "{\"level\":\"info\",\"errors\":0,\"error\":null,\"failures\":{}}",
            "{\"response\":{\"status\":200}},\"exceptions\":[],\"logs\":[],\"outcome\":\"ok\"}",
            "error_count 0",
            "error rate: 0.00 %",
            "queue depth: 0",
            "0 of 12 requests failed",
            "0 requests failed",
            "0/12 failed",
            "0.0% errors",
            "passed 12, failed 0",
            "found 0 errors",
            "the disk is not full",
            "it is not a failure",
            "has not crashed",
            "a non-fatal notice",
            "NAME    READY   STATUS    RESTARTS   AGE",
            "web-1   1/1     Running   0          3d",
            "GET /sessions 200",
            "GET /sessions 200 512",
            "200 4.812s",
            "438 sessions",
            "412 200",
            "port 443 is open, 404 files copied",
            "returned 500 rows",
            "v4.500 10.0.0.500 503-1",
            "status 500 ms",
            "(log) alarm set: pause ses_8ee120f864 after 540 ms",
            "Created:     2026-11-25T11:30:09.405Z",
        ],
        false,
    );
}

#[test]
fn what_goes_wrong_is_trouble() {
    all(
        &[
            "worker 0 failed",
            "web-0 crashed",
            "10.0.0.0 unreachable",
            "00:00:00 ERROR no space left",
            "web-1   0/1     Error     0          3d",
            "web-1   0/1     CrashLoopBackOff   7   3d",
            "Error: 0 nodes are available",
            "Warning  FailedScheduling  0/3 nodes are available",
            "error: 0x80070005",
            "error: no such host",
            "errors: 10",
            "12 errors, 0 warnings",
            "10 errors",
            "could not restart",
            "no more retries",
            "no answer",
            "Uncaught TooManyWrites: 3 writes in this minute, the limit is 2",
            "java.io.IOException",
            "read ECONNRESET",
            "OOMKilled",
            "redirect_uri_mismatch: https://example.test is not registered for the app",
            "the agent is not healthy",
            "the file was not found, NotFound",
            "the disk is full",
            "the answer came late",
            "alarm set twice",
            "the socket is closed",
            "FATAL: OUT OF DISK",
            "GET /sessions 502",
            "HEAD https://api.example.test/health 500 - Ok @ 2026-11-28 11:30:27 UTC",
            "HTTP/1.1 503 Whatever",
            "HTTP/2 503",
            "\"GET / HTTP/1.1\" 502 157",
            "{\"response\":{\"status\":500}}",
            "status=503",
            "status code: 404",
            "503",
            "503 0.031s",
            "     12 502",
            "the service answered 503 after 4 s",
            "SessionAgent 500 - Exception",
        ],
        true,
    );
}

#[test]
fn no_text_breaks_it() {
    for line in [
        "",
        "0",
        "not",
        "is not",
        "\u{202e}0 \u{0}ﬀ",
        "0%",
        "%0 errors",
        "日本 503 日本",
        "error:",
        "errors 0日",
    ] {
        let _ = is_trouble(line);
    }
}
