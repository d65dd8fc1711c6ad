//! The page's files from outside: where they are, what they may do, and whom they speak to.

use range::{Load, ServiceAddress, ServiceName};

use crate::stage::Stage;

#[tokio::test]
async fn the_page_speaks_to_its_own_services_and_runs_no_foreign_code() {
    let stage = Stage::up(Load::Off).await;
    let port = stage.range.whereabouts().http.port();
    let own = ServiceAddress::read(stage.range.dir(), ServiceName::Site).unwrap().unwrap().http;
    let local = format!("-H 'Host: tabbi.localhost:{port}' http://127.0.0.1:{port}");
    for (page, api) in [
        ("https://tabbi.dev".to_owned(), "https://api.tabbi.dev".to_owned()),
        (local, format!("http://api.tabbi.localhost:{port}")),
        (format!("http://{own}"), "http://127.0.0.1:".to_owned()),
    ] {
        let config = stage.sh(&format!("curl -s {page}/config.json")).await;
        assert!(config.out.contains(&format!("\"api\":\"{api}")), "{config:?}");
        for file in ["/", "/app.js", "/services.js", "/chat.js", "/style.css"] {
            let head = stage.sh(&format!("curl -s -o /dev/null -D - {page}{file}")).await;
            assert!(head.out.starts_with("HTTP/1.1 200"), "{file}: {head:?}");
            let policy =
                head.out.lines().find_map(|line| line.strip_prefix("content-security-policy: ")).unwrap();
            assert!(
                policy
                    .starts_with("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"),
                "{policy}"
            );
            assert!(policy.contains(&api) && !policy.contains("unsafe"), "{policy}");
        }
    }
    assert_eq!(stage.curl_status("https://tabbi.dev/nowhere").await, 404);
}
