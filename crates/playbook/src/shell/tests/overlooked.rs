//! Calls whose words mean more than they seem to: none of them may run alone, and what stands beside them still may.

use super::{assert_waits, check, split};
use crate::Effect::{ChangesHere, ChangesProduction, Destroys, ReadsHere, ReadsWorld};

#[test]
fn an_escaped_blank_hides_no_comment() {
    for source in [
        "\\ # note; rm -rf /srv/x",
        "\\ #; rm -rf /srv/x",
        "\\\t# x; rm y",
        "ls\\ #; rm x",
        "ls \\ # x; rm y",
        "ls; \\ # x; rm y",
        "( \\ # x; rm y",
        "{ \\ # x; rm y; }",
        "\\ ls; rm x",
        "\\ \\ # x; rm y",
        "ls |\\ # x",
        "! \\ # x; rm y",
        "\\ # a; kubectl delete ns web",
        "if ls; then \\ # x; rm y",
        "\\\n# x",
        "\\\nls",
        "\\\n ls",
        " \\ # x; rm y",
        "ls > \\ #f; rm x",
        "ls; ls \\ ",
    ] {
        assert_waits(source);
    }
    let found: Vec<String> =
        split("$ \\ # note; rm -rf /srv/x\n").into_iter().map(|line| line.source).collect();
    found.iter().for_each(|source| assert_waits(source));
    check(&[("ls # note", ReadsHere), ("# note\nls", ReadsHere), ("  ls  \n", ReadsHere)]);
}

#[test]
fn an_option_whose_value_may_be_left_out_takes_no_word() {
    for source in [
        "journalctl -n --vacuum-size=1K",
        "journalctl --lines --rotate",
        "journalctl -n --flush",
        "journalctl -rn --flush",
        "git log --pretty --output=F",
        "git log --format --output=F",
        "git diff -U --output=F",
        "git show --pretty --output=F",
        "sar -s -o F 1 1",
        "sar -e -o F 1 1",
        "sar -f -o F 1 1",
        "lsof -i -D b",
        "lsof -g -D b",
        "date -I 010112002026",
        "date --iso-8601 010112002026",
        "top -w -A x",
        "mysql -pxe 'select 1' -e 'delete from x'",
        "kubectl -n x* get pods",
    ] {
        assert_waits(source);
    }
    check(&[
        ("journalctl -n 50 -u api", ReadsHere),
        ("journalctl -n50", ReadsHere),
        ("journalctl --lines=50 --no-pager", ReadsHere),
        ("journalctl --since -1h", ReadsHere),
        ("git log --pretty=oneline -n 5", ReadsHere),
        ("git log --format='%h %s'", ReadsHere),
        ("git diff -U5", ReadsHere),
        ("lsof -i :8080", ReadsHere),
        ("lsof -i -P -n", ReadsHere),
        ("lsof -iTCP -sTCP:LISTEN", ReadsHere),
        ("date -Iseconds", ReadsHere),
        ("date -I", ReadsHere),
        ("date --iso-8601=date -u", ReadsHere),
        ("sar -s 10:00:00 -n DEV", ReadsHere),
        ("mysql -u root -psecret -e 'select 1'", ReadsWorld),
    ]);
}

#[test]
fn names_of_files_that_are_not_known_may_be_several() {
    assert_waits("uniq log*");
    assert_waits("uniq -c {a,b}");
    assert_waits("date -d 0*");
    check(&[
        ("uniq -c log", ReadsHere),
        ("kubectl get pods -o 'jsonpath={.items[*].metadata.name}'", ReadsWorld),
    ]);
}

#[test]
fn a_request_that_acts_is_no_question() {
    for source in [
        "wget --spider -O F https://a.example.test",
        "wget --spider -OF https://a.example.test",
        "wget -O - -O F https://a.example.test",
        "wget -q -O - https://a.example.test/deleteAll",
        "curl -G -d action=restart https://a.example.test/jobs",
        "curl -G --data-urlencode action=restart https://a.example.test/jobs",
        "curl --get -d 'q=DROP DATABASE x' https://a.example.test/query",
        "curl 'https://a.example.test/query?q=DROP+DATABASE+x'",
        "curl -H 'X-HTTP-Method: DELETE' https://a.example.test/x/1",
        "curl -H 'X-Method-Override: DELETE' https://a.example.test/x/1",
        "curl -H \"X-$NAME: DELETE\" https://a.example.test/x/1",
        "curl https://a.example.test/deleteAll",
        "curl https://a.example.test/shutdownNow",
        "curl https://a.example.test/%64elete",
        "curl 'https://a.example.test/d{e}lete'",
        "curl https://a.example.test/cache/clear",
        "curl https://a.example.test/feature/off",
        "for https_proxy in x; do curl https://a.example.test; done",
        "curl https://hooks.example.test/hooks/abc",
        "curl https://a.example.test/v1/jobs/7/cancel",
        "curl 'https://a.example.test/graphql?query=mutation%7Bx%7D'",
    ] {
        assert_waits(source);
    }
    check(&[
        ("wget --spider https://a.example.test", ReadsWorld),
        ("wget --spider -O /dev/null https://a.example.test", ReadsWorld),
        ("wget --spider -O F https://a.example.test", ChangesHere),
        ("curl -H 'Accept: application/json' https://a.example.test/health", ReadsWorld),
        ("curl -H 'Upgrade: websocket' https://a.example.test/ws", ReadsWorld),
        ("curl -H \"Authorization: Bearer $TOKEN\" https://a.example.test/health", ReadsWorld),
        ("curl -G -d 'query=up' https://prom.example.test/api/v1/query", ReadsWorld),
        ("curl 'https://a.example.test/settings?deleted=false'", ReadsWorld),
    ]);
}

#[test]
fn a_quoted_function_is_called_all_the_same() {
    for source in [
        "mysql -e 'select `purge_jobs`(7)'",
        "mysql -e 'select `a`.`purge_jobs`(7)'",
        "psql -c 'select purge\u{2192}(7)'",
        "psql -c 'select x\u{2192}count(7)'",
        "psql -c 'select purge_jobs (7)'",
        "psql -c 'select (purge_jobs)(7)'",
        "mysql -e 'show tables\nsystem rm x'",
    ] {
        assert_waits(source);
    }
    check(&[
        ("psql -c 'select (1), (2) + (3) from x where a in (1) and (b = (2))'", ReadsWorld),
        ("mysql -e 'select count(*) from jobs'", ReadsWorld),
    ]);
}

#[test]
fn what_reads_elsewhere_writes_here() {
    for source in [
        "wrangler d1 migrations list DB --remote",
        "pmap -N FILE 1",
        "pmap -n 1",
        "lspci -Q",
        "lspci -M",
        "aws ec2 describe-volumes --endpoint-url https://a.example.test",
        "aws ec2 describe-instances --endpoint-url=https://a.example.test",
        "aws iam get-role --role-name x --endpoint-url https://a.example.test",
        "aws ec2 list-things --ca-bundle x",
        "gcloud compute disks list --impersonate-service-account x",
        "gcloud compute disks list --account=x",
        "gcloud compute disks list --flags-file x",
        "gcloud compute disks list --access-token-file x",
        "gcloud compute disks list --access-token x",
        "service ../../tmp/x status",
        "service -x status",
        "kubectl status",
        "kubectl -n web whoami",
        "kubectl projects",
        "kubectl adm top pods",
        "git ls-remote 'ext::sh -c rm' x",
        "git ls-remote \"ext$X\"",
    ] {
        assert_waits(source);
    }
    check(&[
        ("wrangler d1 migrations list DB --remote", ChangesProduction),
        ("oc status", ReadsWorld),
        ("oc whoami", ReadsWorld),
        ("oc adm top pods", ReadsWorld),
        ("kubectl adm drain n1", Destroys),
        ("pmap -x 1", ReadsHere),
        ("lspci -k", ReadsHere),
        ("service nginx status", ReadsHere),
        ("aws ec2 describe-volumes --filters Name=x", ReadsWorld),
        ("gcloud compute disks list --format json", ReadsWorld),
        ("git ls-remote --tags origin", ReadsWorld),
    ]);
}
