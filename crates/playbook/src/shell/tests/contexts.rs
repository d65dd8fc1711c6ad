//! Lines that are meant for the other side of a console or a connection, and prompts.

use super::split;
use crate::ContextKind::{self, Console, Redis, Shell, Sql};

fn cut(text: &str) -> Vec<(String, Option<ContextKind>)> {
    split(text)
        .into_iter()
        .map(|logical| (logical.source, logical.context.map(|context| context.kind)))
        .collect()
}

fn check(text: &str, wanted: &[(&str, Option<ContextKind>)]) {
    let wanted: Vec<_> = wanted.iter().map(|(source, kind)| ((*source).to_owned(), *kind)).collect();
    assert_eq!(cut(text), wanted, "{text}");
}

#[test]
fn what_stands_below_an_opener_is_for_the_other_side() {
    check(
        "ssh web-1\nsudo systemctl restart api\nexit\nkubectl get pods\n",
        &[
            ("ssh web-1", None),
            ("sudo systemctl restart api", Some(Shell)),
            ("exit", Some(Shell)),
            ("kubectl get pods", None),
        ],
    );
    check(
        "kubectl exec -it db-0 -- bash\n\n# now in it\npsql -U app\nselect 1;\n\\q\nls\n",
        &[
            ("kubectl exec -it db-0 -- bash", None),
            ("psql -U app", Some(Shell)),
            ("select 1;", Some(Sql)),
            ("\\q", Some(Sql)),
            ("ls", Some(Shell)),
        ],
    );
    check(
        "redis-cli -h cache\nINFO memory\nFLUSHALL\n",
        &[("redis-cli -h cache", None), ("INFO memory", Some(Redis)), ("FLUSHALL", Some(Redis))],
    );
    check(
        "rails console\nUser.all.each do |u|\n  u.touch\nend\n",
        &[("rails console", None), ("User.all.each do |u|\n  u.touch\nend", Some(Console))],
    );
}

#[test]
fn statements_end_at_their_semicolon() {
    check(
        "psql app\n-- who waits\nselect pid,\n  state\nfrom x;\ndelete from x;\n",
        &[("psql app", None), ("select pid,\n  state\nfrom x;", Some(Sql)), ("delete from x;", Some(Sql))],
    );
}

#[test]
fn prompts_say_who_is_asked_and_hide_output() {
    check("app=> select 1;\n ?column?\n 1\napp=> \\q\n", &[("select 1;", Some(Sql)), ("\\q", Some(Sql))]);
    check("ops@laptop:~$ ls\nx y\nroot@api-1:/# rm x\n", &[("ls", None), ("rm x", Some(Shell))]);
    check("PS C:\\> Stop-Service api\n", &[("Stop-Service api", Some(Console))]);
    check("127.0.0.1:6379> DEL x\n(integer) 1\n", &[("DEL x", Some(Redis))]);
}

#[test]
fn a_command_goes_on_behind_the_second_prompt() {
    check(
        "$ kubectl get pods \\\n> -n web\nNAME\n$ ls\n",
        &[("kubectl get pods \\\n-n web", None), ("ls", None)],
    );
}

#[test]
fn the_opener_is_kept() {
    let found = split("ssh ops@web-1\nuptime\n");
    assert_eq!(found[1].context.as_ref().map(|context| context.opener.as_str()), Some("ssh ops@web-1"));
}
