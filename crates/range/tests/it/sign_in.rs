//! The sign-in from page to provider and back, step by step as a browser makes them, and what is refused on the way.

use range::Load;

use crate::backend::page_asks;
use crate::stage::Stage;

const API: &str = "https://cheery-anaconda-510.convex.site/api";

/// Where an answer leads to; empty when it leads nowhere.
async fn location(stage: &Stage, args: &str) -> String {
    let line = format!("curl -s -o /dev/null -D - {args} | grep -i '^location:' | cut -d' ' -f2-");
    stage.sh(&line).await.out.trim().to_owned()
}

#[tokio::test]
async fn a_sign_in_goes_to_the_provider_and_comes_back_with_a_token() {
    let stage = Stage::up(Load::Off).await;
    let begin = format!("'{API}/auth/signin/github?return_to=https://tabbi.dev/&nonce=n%261'");
    let authorize = location(&stage, &begin).await;
    assert!(authorize.starts_with("https://github.com/login/oauth/authorize?client_id="), "{authorize}");
    let page = stage.sh(&format!("curl -s '{authorize}'")).await;
    assert!(page.out.contains("<form method=\"post\">") && page.out.contains("practice"), "{page:?}");
    let twice = location(&stage, &format!("-d 'login=not%20a%20login' '{authorize}'")).await;
    assert_eq!(twice, "", "a name that cannot be one leads nowhere");
    let callback = location(&stage, &format!("-d login=ada '{authorize}'")).await;
    assert!(callback.starts_with(&format!("{API}/auth/callback/github?code=")), "{callback}");
    let home = location(&stage, &format!("'{callback}'")).await;
    let (token, rest) = home.strip_prefix("https://tabbi.dev/#token=").unwrap().split_once('&').unwrap();
    assert_eq!(rest, "name=ada&nonce=n%261");
    assert_eq!(page_asks(&stage, token, "/sessions").await.status, 200);
    assert_eq!(stage.curl_status(&format!("'{callback}'")).await, 400, "it is over");
}

#[tokio::test]
async fn the_names_of_this_machine_stay_among_themselves() {
    let stage = Stage::up(Load::Off).await;
    let port = stage.range.whereabouts().http.port();
    let by = |host: &str, path: &str| {
        format!("-H 'Host: {host}.localhost:{port}' 'http://127.0.0.1:{port}{path}'")
    };
    let begin = format!("/api/auth/signin/github?return_to=http://tabbi.localhost:{port}/");
    let authorize = location(&stage, &by("backend.tabbi", &begin)).await;
    let path = authorize.strip_prefix(&format!("http://github.localhost:{port}")).unwrap();
    let callback = location(&stage, &format!("-d login=ada {}", by("github", path))).await;
    assert!(
        callback
            .starts_with(&format!("http://backend.tabbi.localhost:{port}/api/auth/callback/github?code=")),
        "{callback}"
    );
}

#[tokio::test]
async fn the_provider_lets_in_its_own_app_alone() {
    let stage = Stage::up(Load::Off).await;
    let authorize = "https://github.com/login/oauth/authorize";
    let callback = "redirect_uri=https://cheery-anaconda-510.convex.site/api/auth/callback/github";
    let app = "client_id=Iv1.practice-tabbi";
    for (query, status) in [
        (format!("{app}&{callback}"), 200),
        (format!("client_id=other&{callback}"), 404),
        (format!("{app}&redirect_uri=https://evil.example/api/auth/callback/github"), 400),
    ] {
        assert_eq!(stage.curl_status(&format!("'{authorize}?{query}'")).await, status, "{query}");
        let agreed = location(&stage, &format!("-d login=ada '{authorize}?{query}'")).await;
        assert_eq!(agreed.is_empty(), status != 200, "{query}: {agreed}");
    }
    let exchange = |body: &str| {
        format!(
            "curl -s -H 'content-type: application/json' -d '{body}' https://github.com/login/oauth/access_token"
        )
    };
    let secret = "\"client_id\":\"Iv1.practice-tabbi\",\"client_secret\":\"practice-app-password\"";
    let wrong = stage.sh(&exchange("{\"client_id\":\"Iv1.practice-tabbi\",\"client_secret\":\"x\"}")).await;
    assert!(wrong.out.contains("incorrect_client_credentials"), "{wrong:?}");
    let code = stage.sh(&exchange(&format!("{{{secret},\"code\":\"guessed\"}}"))).await;
    assert!(code.out.contains("bad_verification_code"), "{code:?}");
    assert_eq!(stage.curl_status("-H 'Authorization: Bearer ghu_0' https://github.com/user").await, 401);
}
