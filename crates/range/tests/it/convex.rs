//! `npx convex` in front of a real range: what it changes, what it shows, and what the real one refuses.

use range::Load;

use crate::stage::Stage;

#[tokio::test]
async fn variables_are_set_shown_and_unset_on_the_deployment_that_is_named() {
    let stage = Stage::up(Load::Off).await;
    let set = stage.sh("npx convex env set GREETING 'good morning' --prod").await;
    assert_eq!(set.code, Some(0), "{set:?}");
    assert!(set.err.contains("Successfully set GREETING"), "{set:?}");
    assert_eq!(stage.sh("npx convex env get GREETING --prod").await.out, "good morning\n");
    assert_eq!(stage.sh("npx convex env --prod get GREETING").await.out, "good morning\n");
    let listed = stage.sh("npx convex env list --deployment prod").await;
    assert!(listed.out.contains("GREETING=good morning\n"), "{listed:?}");
    assert!(listed.out.contains("WRITES_PER_MINUTE=60000\n"), "{listed:?}");
    let names = stage.sh("npx convex env list --names-only --prod").await;
    assert!(names.out.lines().any(|line| line == "GREETING"), "{names:?}");

    // Who forgets --prod speaks to another deployment.
    let dev = stage.sh("npx convex env get GREETING").await;
    assert_eq!((dev.code, dev.out.as_str()), (Some(0), ""), "{dev:?}");
    assert!(dev.err.contains("not found"), "{dev:?}");
    assert_eq!(stage.sh("npx convex env set GREETING=other").await.code, Some(0));
    assert_eq!(stage.sh("npx convex env get GREETING --prod").await.out, "good morning\n");
    assert_eq!(stage.seed_sh("npx convex env get GREETING").await.out, "good morning\n");

    assert_eq!(stage.sh("echo piped | npx convex env set GREETING --prod").await.code, Some(0));
    assert_eq!(stage.sh("npx convex env get GREETING --prod").await.out, "piped\n");
    assert_eq!(stage.sh("npx convex env remove GREETING --prod").await.code, Some(0));
    assert_eq!(stage.sh("npx convex env remove GREETING --prod").await.code, Some(0), "gone is gone");
    assert_eq!(stage.sh("npx convex env get GREETING --prod").await.out, "");
}

#[tokio::test]
async fn deploy_ships_the_project_and_never_without_a_yes() {
    let stage = Stage::up(Load::Off).await;
    stage.range.break_it("token-expiry-wrong").unwrap();
    let unasked = stage.sh("npx convex deploy").await;
    assert_eq!(unasked.code, Some(1), "{unasked:?}");
    assert!(unasked.err.contains("Cannot prompt"), "{unasked:?}");
    let dry = stage.sh("npx convex deploy --dry-run").await;
    assert_eq!(dry.code, Some(0), "{dry:?}");
    assert!(dry.err.contains("SESSION_TOKEN_TTL_MS = 86400000"), "{dry:?}");
    assert_eq!(stage.range.faults_on().unwrap(), ["token-expiry-wrong"]);
    let file = stage.range.dir().join("project/convex/auth.ts");
    std::fs::write(&file, "export const SESSION_TOKEN_TTL_MS = 60 * 60 * 1000;\n").unwrap();
    assert_eq!(stage.sh("npx convex deploy --yes --message 'an hour'").await.code, Some(0));
    assert_eq!(stage.range.faults_on().unwrap(), [""; 0]);
    let log = stage.sh("npx convex logs --prod --history 20 | grep -m 1 -F 'code pushed: an hour'").await;
    assert!(log.out.contains("an hour"), "{log:?}");
}

#[tokio::test]
async fn what_the_real_one_refuses_is_refused() {
    let stage = Stage::up(Load::Off).await;
    for (line, words) in [
        ("frobnicate", "unknown command 'frobnicate'"),
        ("logs extra", "too many arguments for 'logs'. Expected 0 arguments but got 1."),
        ("logs --history=abc", "argument 'abc' is invalid. Not a number."),
        ("logs --function x", "unknown option '--function'"),
        ("logs --prod --deployment dev", "cannot be used with"),
        ("logs --deployment joyful-capybara-123", "not found"),
        ("env get", "missing required argument 'name'"),
        ("env get A B", "too many arguments for 'get'. Expected 1 argument but got 2."),
        ("env set A B C", "too many arguments for 'set'. Expected 2 arguments but got 3."),
        ("env set A=b c", "but not both"),
        ("env set 1A b --prod", "EnvVarNameInvalid"),
        ("env list --force", "unknown option '--force'"),
        ("env list --names-only --include-values", "cannot be used with"),
        ("env frob", "unknown command 'frob'"),
        ("deploy --prod", "unknown option '--prod'"),
        ("deploy --typecheck never", "Allowed choices are"),
        ("dashboard --open", "unknown option '--open'"),
    ] {
        let ended = stage.sh(&format!("timeout 10 npx convex {line} </dev/null")).await;
        assert_eq!(ended.code, Some(1), "{line}: {ended:?}");
        assert!(ended.err.contains(words), "{line}: {ended:?}");
    }
}

#[tokio::test]
async fn the_log_shows_errors_by_themselves_and_success_when_asked() {
    let stage = Stage::up(Load::Off).await;
    stage.range.break_it("write-limit-low").unwrap();
    for _ in 0..4 {
        // Some of them fail.
        let _ = stage.range.sign_in("ada").await;
    }
    let plain = stage.sh("timeout 1 npx convex logs --prod --history").await;
    assert!(plain.out.contains("Uncaught Error: sign-in failed: TooManyWrites: "), "{plain:?}");
    assert!(!plain.out.contains("Function executed"), "{plain:?}");
    let whole = stage.sh("timeout 1 npx convex logs --prod --success --history").await;
    assert!(whole.out.contains("Function executed"), "{whole:?}");
    let lines = stage.sh("timeout 1 npx convex logs --prod --jsonl --history 3").await;
    let parsed: Vec<serde_json::Value> =
        lines.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(parsed.len(), 3, "{lines:?}");
}

#[tokio::test]
async fn tables_are_shown_without_secrets_and_functions_are_called_by_hand() {
    let stage = Stage::up(Load::Off).await;
    let token = stage.range.sign_in("ada").await.unwrap();
    assert_eq!(stage.sh("npx convex data --prod").await.out, "grants\nsessions\ntokens\nusers\n");
    let users = stage.sh("npx convex data users --prod --format json").await;
    let parsed: serde_json::Value = serde_json::from_str(&users.out).unwrap();
    assert_eq!(parsed[0]["login"], "ada");
    for table in ["grants", "tokens"] {
        let rows = stage.sh(&format!("npx convex data {table} --prod")).await;
        assert!(
            rows.out.contains("ada") && !rows.out.contains(&token) && !rows.out.contains("ghu_"),
            "{rows:?}"
        );
    }
    let none = stage.sh("npx convex data sessions --prod").await;
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""), "{none:?}");
    let out = stage.sh("npx convex run auth:signOutUser '{\"user\": \"ada\"}' --prod").await;
    assert_eq!(out.code, Some(0), "{out:?}");
    assert_eq!(crate::backend::page_asks(&stage, &token, "/sessions").await.status, 401);
    for (line, words) in [
        ("run", "requires either"),
        ("run a b c", "too many arguments for 'run'. Expected 2 arguments but got 3."),
        ("run auth:nothing --prod", "Could not find public function for 'auth:nothing'"),
        ("run auth:signOutUser --prod", "missing the required field `user`"),
        ("run auth:signOutUser 'x' --prod", "Failed to parse arguments as JSON"),
        ("run github:signOutExpired", "Failed to run function"),
        ("data a b", "too many arguments for 'data'. Expected 1 argument but got 2."),
        ("data nothing --prod", "Table \"nothing\" not found"),
        ("data users --order up", "Allowed choices are asc, desc."),
    ] {
        let ended = stage.sh(&format!("npx convex {line}")).await;
        assert_eq!(ended.code, Some(1), "{line}: {ended:?}");
        assert!(ended.err.contains(words), "{line}: {ended:?}");
    }
}
