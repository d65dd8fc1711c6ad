//! What is a hole, what is none, and what a filled hole can become.

use super::{analyse, bound};
use crate::Effect::Destroys;
use crate::{Command, bind};
use std::collections::BTreeSet;

fn names(source: &str) -> Vec<String> {
    analyse(source).holes.into_iter().map(|hole| hole.name).collect()
}

fn check(cases: &[(&str, &[&str])]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(source, wanted)| names(source) != *wanted)
        .map(|(source, wanted)| format!("{source:?}: wanted {wanted:?}, got {:?}", names(source)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn upper_case_words_that_stand_for_a_value_are_holes() {
    check(&[
        ("kubectl -n NAMESPACE get pods", &["NAMESPACE"]),
        ("kubectl -n NAMESPACE logs POD_NAME -c CONTAINER", &["NAMESPACE", "POD_NAME", "CONTAINER"]),
        ("kubectl delete pod/POD_NAME --namespace=NS", &["POD_NAME", "NS"]),
        ("kubectl get WORKLOAD", &["WORKLOAD"]),
        ("ssh USER@HOST uptime", &["USER", "HOST"]),
        ("curl https://HOST:PORT/api/PROJECT_ID/state", &["HOST", "PORT", "PROJECT_ID"]),
        ("curl -H \"Authorization: Bearer TOKEN\" https://a.example.test", &["TOKEN"]),
        ("curl -d '{\"id\": \"USER_ID\"}' https://a.example.test", &["USER_ID"]),
        ("aws ec2 reboot-instances --instance-ids INSTANCE_ID", &["INSTANCE_ID"]),
        ("psql -h DB_HOST -c 'SELECT 1'", &["DB_HOST"]),
        ("psql -c \"select * from t where id = ORDER_ID\"", &[]),
        ("git checkout COMMIT", &["COMMIT"]),
        ("docker restart \"CONTAINER_NAME\"", &["CONTAINER_NAME"]),
        ("kill -9 PID", &["PID"]),
        ("sudo systemctl restart SERVICE", &["SERVICE"]),
        ("helm rollback RELEASE REVISION", &["RELEASE", "REVISION"]),
        ("kubectl logs CLUSTER-ID", &["CLUSTER-ID"]),
    ]);
}

#[test]
fn short_brackets_and_marks_of_other_tools_are_holes() {
    check(&[
        ("kubectl -n [ns] logs [pod]", &["ns", "pod"]),
        ("kubectl get pods --namespace=[ns]", &["ns"]),
        ("docker restart [id]", &["id"]),
        ("sudo systemctl restart [svc]", &["svc"]),
        ("kubectl -n REPLACE_ME get pods", &["REPLACE_ME"]),
        ("curl https://a.example.test/x/REPLACE_ME", &["REPLACE_ME"]),
        ("kubectl -n __NS__ get pods", &["NS"]),
        ("curl https://__HOST_NAME__/health", &["HOST_NAME"]),
        ("kubectl -n %NS% get pod %POD_NAME%", &["NS", "POD_NAME"]),
    ]);
    check(&[
        ("ls [ab]", &[]),
        ("cat x[ab]", &[]),
        ("kubectl apply -f [ab].yaml", &[]),
        ("kubectl get pods -o jsonpath={.items[ab]}", &[]),
        ("grep '[ab]' x", &[]),
        ("[ a ]", &[]),
        ("date +%FT%T", &[]),
        ("date +%H%M%S", &[]),
        ("git log --format=%H%AN%", &[]),
        ("python3 -c 'print(__name__)'", &[]),
        ("grep __FILE__X y", &[]),
    ]);
}

#[test]
fn upper_case_words_that_are_values_are_no_holes() {
    check(&[
        ("curl -X POST https://a.example.test", &[]),
        ("git diff HEAD ORIG_HEAD", &[]),
        ("kubectl get pods -o JSON", &[]),
        ("grep ERROR app.log", &[]),
        ("grep -c POD_NAME x", &[]),
        ("iconv -f UTF-8 x", &[]),
        ("redis-cli GET KEY", &[]),
        ("redis-cli INFO", &[]),
        ("psql -c 'SELECT count(*) FROM SESSIONS WHERE ID = 1'", &[]),
        ("NAMESPACE=web kubectl get pods", &[]),
        ("kubectl set env deploy/x LOG_LEVEL=INFO POD_NAME-", &[]),
        ("wrangler secret put SENTRY_KEY", &[]),
        ("heroku config:get DATABASE_URL", &[]),
        ("kubectl get pods -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName", &[]),
        ("dig NS example.test", &[]),
        ("dig example.test MX", &[]),
        ("kill -HUP 12", &[]),
        ("kill -s TERM 12", &[]),
        ("cat <<EOF\nx\nEOF", &[]),
        ("aws cloudwatch describe-alarms --state-value ALARM", &[]),
        ("curl -d '{\"USER_ID\": 1}' https://a.example.test", &[]),
    ]);
}

#[test]
fn variables_that_nothing_sets_are_holes() {
    check(&[
        ("kubectl -n $NS get pod \"${POD}\"", &["NS", "POD"]),
        ("kubectl -n \"$namespace\" get pods", &["namespace"]),
        ("X=$Y; echo $X", &["Y"]),
        ("X=1 echo $X", &["X"]),
        ("echo $X; X=1", &["X"]),
        ("export A=1 B=$C; echo $A$B", &["C"]),
        ("echo \"${X%%.*}\" ${#Y}", &["X", "Y"]),
        ("curl -H \"X: $(cat $FILE)\" https://a.example.test", &["FILE"]),
        ("cat <<EOF\n$X\nEOF", &["X"]),
    ]);
    check(&[
        ("echo $HOME $PATH $USER $PWD $1 $? $# $$ $! $@ $*", &[]),
        ("X=1; echo $X ${X}", &[]),
        ("X=1 && echo $X", &[]),
        ("X=$(date +%s); echo \"at $X\"", &[]),
        ("for pod in a b; do kubectl get pod $pod; done", &[]),
        ("kubectl get pods -o name | while read -r pod rest; do echo $pod $rest; done", &[]),
        ("read -r A; echo $A", &[]),
        ("echo '$X' \\$X", &[]),
        ("echo ${X:-a} ${X:=b} ${X:?c} ${X-d}", &[]),
        ("cat <<'EOF'\n$X\nEOF", &[]),
        ("awk '{print $name}' x", &[]),
        ("printf -v OUT %s x; echo $OUT", &[]),
        ("echo $((1 + 2)) $(date)", &[]),
    ]);
}

#[test]
fn templates_and_patterns_are_no_holes() {
    check(&[
        ("kubectl get pods -o go-template='{{ .spec.x }}{{range .items}}{{.metadata.name}}{{end}}'", &[]),
        ("kubectl get pods -o jsonpath='{.items[*].metadata.name}'", &[]),
        ("kubectl get pods -o jsonpath={.items[0].metadata.name}", &[]),
        ("docker inspect -f '{{ .State.Status }}' x", &[]),
        ("echo {{< param >}} {% raw %}", &[]),
        ("curl -d '{\"a\": {\"b\": [1, 2]}}' https://a.example.test", &[]),
        ("cp file.{yaml,bak} {a..z}", &[]),
        ("awk '{print $1}' x", &[]),
        ("grep -E '^[0-9]{3}[a-z]+' x", &[]),
        ("[ -f x ] && [[ -n y ]]", &[]),
        ("sort <in >out", &[]),
    ]);
}

#[test]
fn the_angle_that_a_shell_would_redirect_is_a_hole_and_a_deletion() {
    let found = analyse("kubectl -n <namespace> delete pod x");
    assert_eq!((found.holes.len(), found.effect), (1, Destroys));
    assert!(bound("kubectl -n <namespace> delete pod x", "").is_err());
    assert_eq!(
        bound("kubectl -n <namespace> delete pod x", "web").as_deref(),
        Ok("kubectl -n 'web' delete pod x")
    );
}

#[test]
fn variables_are_filled_like_any_other_hole() {
    assert_eq!(bound("echo $X ${X}", "a b").as_deref(), Ok("echo 'a b' 'a b'"));
    assert_eq!(bound("echo \"at ${X}!\"", "$(rm y)").as_deref(), Ok("echo \"at \"'$(rm y)'\"!\""));
    assert!(bound("echo \"${X%.*}\"", "a").is_err(), "the shell would rewrite it");
}

#[test]
fn a_here_document_takes_plain_values_as_they_are() {
    for (opens, closes) in [("<<EOF", "EOF"), ("<<'SQL'", "SQL"), ("<<-END", "\tEND")] {
        let source = format!("psql shop {opens}\nselect 1 from <table>;\n{closes}");
        assert_eq!(
            bound(&source, "orders").as_deref(),
            Ok(format!("psql shop {opens}\nselect 1 from orders;\n{closes}").as_str())
        );
        for value in ["a b", "$(rm y)", "`rm y`", "a;b", "a'b", "a\\"] {
            assert!(bound(&source, value).is_err(), "{source} with {value}");
        }
    }
    assert!(bound("cat <<EOF\n<x>\nEOF", "EOF").is_err(), "it would end the text");
    assert_eq!(bound("cat > <x> <<EOF\ny\nEOF", "a b").as_deref(), Ok("cat > 'a b' <<EOF\ny\nEOF"));
    assert!(bound("cat <<A <<B\n<x>\nA\nB", "a").is_err(), "two texts are not followed");
    assert!(bound("cat <<EOF\ny\nEOF\necho <x>", "a").is_err(), "nor what stands behind one");
}

#[test]
fn substitutions_are_followed_and_take_plain_values() {
    assert_eq!(bound("ls \"$(which <x>)\"", "git").as_deref(), Ok("ls \"$(which 'git')\""));
    assert_eq!(bound("ls \"$(echo \"<x>\")\" y", "git").as_deref(), Ok("ls \"$(echo \"\"'git'\"\")\" y"));
    assert_eq!(bound("echo \"$(date)\" <x>", "a b").as_deref(), Ok("echo \"$(date)\" 'a b'"));
    assert!(bound("rm $(echo <x>)", "a --force").is_err(), "it would be two words");
    assert!(bound("echo $(ls `<x>`)", "a").is_err() && bound("echo $((<x> + 1))", "1").is_err());
    assert!(bound("case a in a) echo <x>;; esac", "b").is_err(), "its brackets do not fit");
}

#[test]
fn a_quote_in_a_comment_quotes_nothing() {
    let source = "for x in a; do # it's one\n  ls <y>\ndone";
    assert_eq!(bound(source, "a; rm z").as_deref(), Ok("for x in a; do # it's one\n  ls 'a; rm z'\ndone"));
    assert_eq!(bound("ls a#'b' <y>", "c").as_deref(), Ok("ls a#'b' 'c'"));
}

#[test]
fn a_shell_inside_a_command_gets_plain_values_only() {
    for source in
        ["ssh web-1 \"ls <x>\"", "bash -c 'ls <x>'", "kubectl exec x -- /bin/sh -c \"ls <x>\"", "eval ls <x>"]
    {
        assert!(bound(source, "a/b-1.log").is_ok(), "{source}");
        for value in ["a b", "a;rm y", "$(rm y)", "a'b", "*", "~", "a\"", "a`b`"] {
            assert!(bound(source, value).is_err(), "{source} with {value}");
        }
    }
}

#[test]
fn values_that_are_no_word_are_refused() {
    for value in ["", "a\nb", "a\0b", "-f", "--all", &"a".repeat(2_000)] {
        assert!(bound("kubectl delete pod <pod>", value).is_err(), "{value:?}");
    }
    assert!(bound("kubectl delete pod/<pod>", "-f").is_ok(), "it does not begin the word");
}

#[test]
fn what_a_command_sets_is_known() {
    let found = analyse("export A=1; B=$(date); read C");
    assert_eq!(found.sets, ["A", "B", "C"]);
    assert!(analyse("D=1 ls").sets.is_empty(), "that is for `ls` alone");
}

#[test]
fn a_secret_is_given_by_the_environment_or_not_at_all() {
    let source = "curl -H \"Authorization: Bearer $API_TOKEN\" https://a.example.test/<id>";
    let command = Command { source: source.to_owned(), holes: analyse(source).holes, ..Command::default() };
    let values =
        [("id", "7"), ("API_TOKEN", "hunter2")].map(|(name, value)| (name.into(), value.into())).into();
    assert_eq!(bind(&command, &values, &BTreeSet::new()), Err(vec!["API_TOKEN".to_owned()]));
    let given = ["API_TOKEN".to_owned(), "id".to_owned()].into();
    let text = bind(&command, &values, &given).expect("all is there");
    assert_eq!(text, source.replace("<id>", "'7'"));
    assert!(!command.is_ready(&given), "what is no variable is still to be filled");
    let alone =
        Command { source: "echo $API_TOKEN".into(), holes: analyse("echo $API_TOKEN").holes, ..command };
    assert!(alone.is_ready(&given) && !alone.may_begin_alone());
}

#[test]
fn a_secret_that_is_no_variable_becomes_one() {
    let of = |source: &str, given: &str| {
        let command =
            Command { source: source.to_owned(), holes: analyse(source).holes, ..Command::default() };
        let typed = command.holes.iter().map(|hole| (hole.name.clone(), "hunter2".to_owned())).collect();
        bind(&command, &typed, &BTreeSet::from([given.to_owned()]))
    };
    for (source, variable, text) in [
        ("login --with <api-token>", "API_TOKEN", "login --with \"${API_TOKEN}\""),
        ("curl -H 'Bearer YOUR_TOKEN' x", "TOKEN", "curl -H 'Bearer '\"${TOKEN}\"'' x"),
        ("psql \"u:<db password>@x\"", "DB_PASSWORD", "psql \"u:${DB_PASSWORD}@x\""),
    ] {
        assert_eq!(of(source, variable).as_deref(), Ok(text));
        assert!(of(source, "OTHER").is_err(), "{source}: it was typed in");
    }
    for source in ["ssh a 'login <token>'", "cat <<EOF\n<token>\nEOF", "x \"$(login <token>)\""] {
        assert!(of(source, "TOKEN").is_err(), "{source}: another reader would read its value");
    }
    let plain = analyse("ls <pod>").holes;
    assert!(plain.iter().all(|hole| hole.variable().is_none() && !hole.is_secret()));
}
